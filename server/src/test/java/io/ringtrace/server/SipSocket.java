package io.ringtrace.server;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;

/** One side of a call by hand: a UDP socket, and messages as text. */
public final class SipSocket implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 5_000;
    private final DatagramSocket socket;

    public SipSocket(String address) throws IOException {
        socket = new DatagramSocket(address(address));
        socket.setSoTimeout(PATIENCE_MILLIS);
    }

    public String hostPort() {
        return socket.getLocalAddress().getHostAddress() + ":" + socket.getLocalPort();
    }

    /** The INVITE of a new call to that number. */
    public String invite(String number, String server, String callId) {
        return """
                INVITE sip:%1$s@%2$s SIP/2.0
                Via: SIP/2.0/UDP %3$s;branch=z9hG4bK%4$s
                From: <sip:+13125550123@%3$s>;tag=caller
                To: <sip:%1$s@%2$s>
                Call-ID: %4$s@caller
                CSeq: 1 INVITE
                Contact: <sip:%3$s>
                Max-Forwards: 70
                Content-Length: 0

                """.formatted(number, server, hostPort(), callId).replace("\n", "\r\n");
    }

    /** The caller's request in the call that this 2xx answered. */
    public String inDialog(String method, String answer, int cseq) {
        StringBuilder text = new StringBuilder(
                method + " " + answer.replaceFirst("(?s).*Contact: <([^>]*)>.*", "$1") + " SIP/2.0\r\n");
        text.append("Via: SIP/2.0/UDP " + hostPort() + ";branch=z9hG4bK" + method + cseq + "\r\n");
        answer.lines()
                .filter(line -> line.startsWith("Record-Route: "))
                .forEach(line -> text.append(line.replace("Record-", "")).append("\r\n"));
        answer.lines()
                .filter(line -> line.matches("(From|To|Call-ID): .*"))
                .forEach(line -> text.append(line).append("\r\n"));
        return text.append("CSeq: " + cseq + " " + method + "\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n")
                .toString();
    }

    public String answer(String request, String status) {
        StringBuilder answer = new StringBuilder("SIP/2.0 " + status + "\r\n");
        request.lines()
                .filter(line -> line.matches("(Via|Record-Route|From|Call-ID|CSeq): .*"))
                .forEach(line -> answer.append(line).append("\r\n"));
        request.lines()
                .filter(line -> line.startsWith("To: "))
                .forEach(line -> answer.append(line).append(line.contains("tag=") ? "\r\n" : ";tag=gateway\r\n"));
        return answer.append("Contact: <sip:" + hostPort() + ">\r\nContent-Length: 0\r\n\r\n")
                .toString();
    }

    public void send(String to, String text) throws IOException {
        byte[] bytes = text.getBytes(US_ASCII);
        socket.send(new DatagramPacket(bytes, bytes.length, address(to)));
    }

    /** The next message that begins so; others are passed over. */
    public String receive(String beginning) throws IOException {
        while (true) {
            DatagramPacket packet = new DatagramPacket(new byte[65_535], 65_535);
            socket.receive(packet);
            String text = new String(packet.getData(), 0, packet.getLength(), US_ASCII);
            if (text.startsWith(beginning)) {
                return text;
            }
        }
    }

    /** As {@link #receive}, with another patience than usual. */
    public String receiveWithin(int millis, String beginning) throws IOException {
        socket.setSoTimeout(millis);
        try {
            return receive(beginning);
        } finally {
            socket.setSoTimeout(PATIENCE_MILLIS);
        }
    }

    /** Takes what has come. */
    public void drain() throws IOException {
        socket.setSoTimeout(200);
        try {
            receive("nothing that is ever sent");
        } catch (SocketTimeoutException _) {
            socket.setSoTimeout(PATIENCE_MILLIS);
        }
    }

    private static InetSocketAddress address(String text) {
        int colon = text.lastIndexOf(':');
        return new InetSocketAddress(
                InetAddress.ofLiteral(text.substring(0, colon)), Integer.parseInt(text.substring(colon + 1)));
    }

    @Override
    public void close() {
        socket.close();
    }
}
