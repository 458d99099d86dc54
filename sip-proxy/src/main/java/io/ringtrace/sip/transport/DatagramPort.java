package io.ringtrace.sip.transport;

/** One shard's own socket of a UDP listener, whichever engine reads and writes it. */
interface DatagramPort extends MessagePort, SendGate.Exit {
    /** Whom the socket's datagrams are given to. On the shard's thread. */
    void receiver(MessageReceiver next);

    /** Begins to read, or stops; sending goes on. From any thread. */
    void reading(boolean on);

    /** Closes the socket and waits until it is closed; what the kernel does not take at once is lost. From a thread that is no shard's. */
    void close();
}
