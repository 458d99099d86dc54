package io.ringtrace.sip.trace;

import io.ringtrace.routing.Transport;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** A SIP message as HEP version 3 carries it: chunks of the general vendor (0), each a type, its own length and a value. Stateless. */
final class HepPacket {
    static final int LONGEST = 65_507;

    private static final byte[] MAGIC = {'H', 'E', 'P', '3'};
    private static final int CHUNK = 6;
    private static final short IP_FAMILY = 0x01;
    private static final short IP_PROTOCOL = 0x02;
    private static final short SOURCE_IP4 = 0x03;
    private static final short DESTINATION_IP4 = 0x04;
    private static final short SOURCE_IP6 = 0x05;
    private static final short DESTINATION_IP6 = 0x06;
    private static final short SOURCE_PORT = 0x07;
    private static final short DESTINATION_PORT = 0x08;
    private static final short SECONDS = 0x09;
    private static final short MICROSECONDS = 0x0a;
    private static final short PROTOCOL_TYPE = 0x0b;
    private static final short CAPTURE_ID = 0x0c;
    private static final short PASSWORD = 0x0e;
    private static final short PAYLOAD = 0x0f;
    private static final byte AF_INET = 2;
    private static final byte AF_INET6 = 10;
    private static final byte TCP = 6;
    private static final byte UDP = 17;
    private static final byte SIP = 1;

    private HepPacket() {}

    /**
     * @param from resolved; of the same family as {@code to}
     * @param atMillis when it came or went, in Unix milliseconds
     * @param password none where it is empty
     * @return empty when the message is too long to be put into a packet
     */
    static byte[] of(
            Transport transport,
            InetSocketAddress from,
            InetSocketAddress to,
            long atMillis,
            int captureId,
            String password,
            byte[] message) {
        boolean ipv6 = from.getAddress() instanceof Inet6Address;
        byte[] secret = password.getBytes(StandardCharsets.UTF_8);
        int fixed = 6 + 2 * (CHUNK + 1) + 2 * (CHUNK + (ipv6 ? 16 : 4)) + 2 * (CHUNK + 2) + 3 * (CHUNK + 4) + CHUNK + 1;
        int length = fixed + (secret.length == 0 ? 0 : CHUNK + secret.length) + CHUNK + message.length;
        if (length > LONGEST) {
            return new byte[0];
        }
        ByteBuffer packet = ByteBuffer.allocate(length);
        packet.put(MAGIC).putShort((short) length);
        chunk(packet, IP_FAMILY, 1).put(ipv6 ? AF_INET6 : AF_INET);
        chunk(packet, IP_PROTOCOL, 1).put(transport == Transport.UDP ? UDP : TCP);
        bytes(packet, ipv6 ? SOURCE_IP6 : SOURCE_IP4, from.getAddress().getAddress());
        bytes(packet, ipv6 ? DESTINATION_IP6 : DESTINATION_IP4, to.getAddress().getAddress());
        chunk(packet, SOURCE_PORT, 2).putShort((short) from.getPort());
        chunk(packet, DESTINATION_PORT, 2).putShort((short) to.getPort());
        chunk(packet, SECONDS, 4).putInt((int) (atMillis / 1000));
        chunk(packet, MICROSECONDS, 4).putInt((int) (atMillis % 1000) * 1000);
        chunk(packet, PROTOCOL_TYPE, 1).put(SIP);
        chunk(packet, CAPTURE_ID, 4).putInt(captureId);
        if (secret.length > 0) {
            bytes(packet, PASSWORD, secret);
        }
        bytes(packet, PAYLOAD, message);
        return packet.array();
    }

    private static void bytes(ByteBuffer packet, short type, byte[] value) {
        chunk(packet, type, value.length).put(value);
    }

    private static ByteBuffer chunk(ByteBuffer packet, short type, int length) {
        return packet.putShort((short) 0).putShort(type).putShort((short) (CHUNK + length));
    }
}
