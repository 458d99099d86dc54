package io.ringtrace.sip.transport;

/** What reads and writes the sockets of UDP. */
public enum UdpEngine {
    /** The native engine where it works, else Netty's. */
    AUTO,
    /** {@code recvmmsg} and {@code sendmmsg} by the foreign-function API: Linux on x86-64 and aarch64. */
    NATIVE,
    /** Netty's datagram channel. */
    NETTY
}
