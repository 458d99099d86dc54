package io.ringtrace.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

@DisplayName("After kill -9 and a restart")
class RestartIT {
    @Test
    void aRetransmittedInviteJoinsItsRecord(@TempDir Path folder) throws Exception {
        try (LeasedHouse leased = new LeasedHouse(folder, 2);
                DatagramSocket caller = socket("127.0.0.1:0");
                DatagramSocket gateway = socket(leased.house.gateway())) {
            String invite = invite(leased, caller);
            send(caller, leased.house.sip(), invite);
            assertThat(receive(gateway, "INVITE")).contains("Call-ID: again@caller");
            leased.house.server().kill();
            drain(gateway);
            drain(caller);
            leased.restart();

            send(caller, leased.house.sip(), invite);
            String again = receive(gateway, "INVITE");
            send(gateway, leased.house.sip(), answer(again, "486 Busy Here"));
            assertThat(receive(caller, "SIP/2.0 486")).contains("Call-ID: again@caller");

            List<JsonNode> calls = leased.recordsOnce(all -> all.size() == 1
                    && all.getFirst().path("end_reason").asString("").equals("destination_busy"));
            assertThat(calls).hasSize(1);
            assertThat(calls.getFirst().path("end_reason").asString()).isEqualTo("destination_busy");
            assertThat(calls.getFirst().path("visitor_id").asString()).isEqualTo("visitor-0");
        }
    }

    private static String invite(LeasedHouse leased, DatagramSocket caller) {
        String own = "127.0.0.1:" + caller.getLocalPort();
        return """
                INVITE sip:%1$s@%2$s SIP/2.0
                Via: SIP/2.0/UDP %3$s;branch=z9hG4bKagain
                From: <sip:+13125550123@%3$s>;tag=caller
                To: <sip:%1$s@%2$s>
                Call-ID: again@caller
                CSeq: 1 INVITE
                Contact: <sip:%3$s>
                Max-Forwards: 70
                Content-Length: 0

                """.formatted(leased.leasedNumbers().getFirst(), leased.house.sip(), own)
                .replace("\n", "\r\n");
    }

    private static String answer(String request, String status) {
        StringBuilder answer = new StringBuilder("SIP/2.0 " + status + "\r\n");
        request.lines()
                .filter(line -> line.matches("(Via|From|Call-ID|CSeq): .*"))
                .forEach(line -> answer.append(line).append("\r\n"));
        request.lines()
                .filter(line -> line.startsWith("To: "))
                .forEach(line -> answer.append(line).append(";tag=gateway\r\n"));
        return answer.append("Content-Length: 0\r\n\r\n").toString();
    }

    private static DatagramSocket socket(String address) throws IOException {
        DatagramSocket socket = new DatagramSocket(address(address));
        socket.setSoTimeout(5_000);
        return socket;
    }

    private static InetSocketAddress address(String text) {
        int colon = text.lastIndexOf(':');
        return new InetSocketAddress(
                InetAddress.ofLiteral(text.substring(0, colon)), Integer.parseInt(text.substring(colon + 1)));
    }

    private static void send(DatagramSocket from, String to, String text) throws IOException {
        byte[] bytes = text.getBytes(US_ASCII);
        from.send(new DatagramPacket(bytes, bytes.length, address(to)));
    }

    /** The next message that begins so; others are passed over. */
    private static String receive(DatagramSocket socket, String beginning) throws IOException {
        while (true) {
            DatagramPacket packet = new DatagramPacket(new byte[65_535], 65_535);
            socket.receive(packet);
            String text = new String(packet.getData(), 0, packet.getLength(), US_ASCII);
            if (text.startsWith(beginning)) {
                return text;
            }
        }
    }

    private static void drain(DatagramSocket socket) throws IOException {
        socket.setSoTimeout(200);
        try {
            receive(socket, "nothing that is ever sent");
        } catch (java.net.SocketTimeoutException _) {
            socket.setSoTimeout(5_000);
        }
    }
}
