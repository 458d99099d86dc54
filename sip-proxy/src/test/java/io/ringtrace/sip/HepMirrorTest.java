package io.ringtrace.sip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringtrace.sip.counters.Count;
import io.ringtrace.sip.trace.HepMirror;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The mirror, HEP version 3")
class HepMirrorTest {
    private static final int IP_FAMILY = 1;
    private static final int IP_PROTOCOL = 2;
    private static final int SOURCE_IP = 3;
    private static final int DESTINATION_IP = 4;
    private static final int SOURCE_PORT = 7;
    private static final int DESTINATION_PORT = 8;
    private static final int SECONDS = 9;
    private static final int MICROSECONDS = 10;
    private static final int PROTOCOL = 11;
    private static final int CAPTURE_ID = 12;
    private static final int PASSWORD = 14;
    private static final int PAYLOAD = 15;

    /** A collector that takes packets apart. */
    private static final class Collector implements AutoCloseable {
        final DatagramSocket socket;

        Collector() throws IOException {
            socket = new DatagramSocket(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));
            socket.setSoTimeout(3_000);
        }

        HepMirror.Collector settings() {
            return new HepMirror.Collector("127.0.0.1", socket.getLocalPort(), 77, "homer's secret");
        }

        Map<Integer, ByteBuffer> receives() throws IOException {
            byte[] bytes = new byte[65_535];
            DatagramPacket datagram = new DatagramPacket(bytes, bytes.length);
            socket.receive(datagram);
            ByteBuffer packet = ByteBuffer.wrap(bytes, 0, datagram.getLength());
            assertThat(text(packet.slice(0, 4))).isEqualTo("HEP3");
            assertThat(packet.getShort(4) & 0xFFFF).isEqualTo(datagram.getLength());
            Map<Integer, ByteBuffer> chunks = new TreeMap<>();
            packet.position(6);
            while (packet.hasRemaining()) {
                assertThat(packet.getShort()).as("vendor").isZero();
                int type = packet.getShort();
                int length = (packet.getShort() & 0xFFFF) - 6;
                assertThat(chunks.put(type, packet.slice(packet.position(), length)))
                        .isNull();
                packet.position(packet.position() + length);
            }
            return chunks;
        }

        @Override
        public void close() {
            socket.close();
        }
    }

    private static String text(ByteBuffer bytes) {
        return StandardCharsets.UTF_8.decode(bytes.duplicate()).toString();
    }

    private static String ip(ByteBuffer bytes) throws IOException {
        byte[] address = new byte[bytes.remaining()];
        bytes.duplicate().get(address);
        return InetAddress.getByAddress(address).getHostAddress();
    }

    @Test
    void everyMessageInAndOutIsCopiedInItsOrder() throws Exception {
        try (Collector collector = new Collector();
                Ladder ladder = new Ladder(settings -> settings.withHep(collector.settings()), 1)) {
            ladder.connects(Ladder.PROMO);
            List<String> seen = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                Map<Integer, ByteBuffer> chunks = collector.receives();
                SipText message = new SipText(text(chunk(chunks, PAYLOAD)));
                boolean in = ip(chunk(chunks, DESTINATION_IP)).equals("127.0.0.1");
                String peer = ip(chunk(chunks, in ? SOURCE_IP : DESTINATION_IP));
                int port = chunk(chunks, in ? SOURCE_PORT : DESTINATION_PORT).getShort(0) & 0xFFFF;
                Party party = peer.equals("127.0.1.1") ? ladder.caller : ladder.gateway;
                assertThat(peer + ":" + port).isEqualTo(party.hostPort());
                assertThat(chunk(chunks, in ? DESTINATION_PORT : SOURCE_PORT).getShort(0) & 0xFFFF)
                        .isEqualTo(ladder.proxy.boundAddresses().getFirst().getPort());
                assertThat(chunk(chunks, IP_FAMILY).get(0)).isEqualTo((byte) 2);
                assertThat(chunk(chunks, IP_PROTOCOL).get(0)).isEqualTo((byte) 17);
                assertThat(chunk(chunks, PROTOCOL).get(0)).isEqualTo((byte) 1);
                assertThat(chunk(chunks, CAPTURE_ID).getInt(0)).isEqualTo(77);
                assertThat(text(chunk(chunks, PASSWORD))).isEqualTo("homer's secret");
                assertThat(chunk(chunks, SECONDS).getInt(0) * 1000L
                                + chunk(chunks, MICROSECONDS).getInt(0) / 1000)
                        .isEqualTo(ladder.clock.nowMillis());
                seen.add((in ? "in " : "out ") + message.kind());
            }
            assertThat(seen)
                    .containsExactly(
                            "in INVITE", "out 100", "out INVITE", "in 180", "out 180", "in 200", "out 200", "in ACK");
            assertThat(ladder.count(Count.HEP_DROPPED)).isZero();
        }
    }

    private static ByteBuffer chunk(Map<Integer, ByteBuffer> chunks, int type) {
        ByteBuffer found = chunks.get(type);
        if (found == null) {
            throw new AssertionError("no chunk " + type + " in " + chunks.keySet());
        }
        return found;
    }

    @Test
    void credentialsAndMediaKeysAreMasked() throws Exception {
        try (Collector collector = new Collector();
                Ladder ladder = new Ladder(settings -> settings.withHep(collector.settings()), 1)) {
            String body = "v=0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:c2VjcmV0|2^20\r\nk=clear:secret\r\n";
            String invite = ladder.caller
                    .inviteText("sip:" + Ladder.PROMO + "@" + ladder.caller.proxyHostPort())
                    .replace(
                            "Content-Length: 0\r\n\r\n",
                            "Proxy-Authorization : Digest username=\"acme\",\r\n response=\"secret\"\r\n"
                                    + "AUTHORIZATION: Basic secret\r\nContent-Length: " + body.length() + "\r\n\r\n"
                                    + body);
            ladder.caller.sends(invite);
            ladder.caller.receives("100");
            String copy = text(chunk(collector.receives(), PAYLOAD));
            assertThat(copy).hasSize(invite.length()).doesNotContain("secret", "c2VjcmV0", "acme");
            assertThat(copy).contains("a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:xxxx", "k=xxxx");
            assertThat(ladder.gateway.receives("INVITE").text()).contains("c2VjcmV0", "Basic secret");
        }
    }

    @Test
    void whatTheQueueHasNoRoomForIsDroppedAndCountedAndCallsGoOn() throws Exception {
        HepMirror.Collector nobody = new HepMirror.Collector("nobody.invalid", 9060, 1, "");
        try (Ladder ladder = new Ladder(settings -> settings.withHep(nobody), 1)) {
            ladder.connects(Ladder.PROMO);
            ladder.until(() -> ladder.proxy.unsentCopies() >= 7);
            assertThat(ladder.count(Count.HEP_QUEUED)).isGreaterThanOrEqualTo(8);
        }
    }

    @Test
    void aMessageTooLongForAPacketIsDroppedAndCounted() throws Exception {
        try (Collector collector = new Collector();
                Ladder ladder = new Ladder(settings -> settings.withHep(collector.settings()), 1)) {
            String invite = ladder.caller.inviteText("sip:" + Ladder.PROMO + "@" + ladder.caller.proxyHostPort());
            String padding = "X-Long: " + "x".repeat(65_480 - invite.length()) + "\r\n";
            ladder.caller.sends(invite.replace("Content-Length", padding + "Content-Length"));
            ladder.caller.receives("100");
            ladder.until(() -> ladder.count(Count.HEP_DROPPED) >= 1);
        }
    }

    @Test
    void nothingIsMirroredByDefault() throws Exception {
        try (Collector collector = new Collector();
                Ladder ladder = new Ladder()) {
            ladder.connects(Ladder.PROMO);
            collector.socket.setSoTimeout(50);
            assertThatThrownBy(collector::receives).isInstanceOf(SocketTimeoutException.class);
            assertThat(ladder.count(Count.HEP_QUEUED)).isZero();
        }
    }
}
