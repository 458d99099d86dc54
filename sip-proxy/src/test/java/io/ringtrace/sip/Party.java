package io.ringtrace.sip;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One side of a call on a real UDP socket, independent of the product's message code: it says what it sends and what it expects next, and
 * keeps the dialog it is in.
 */
final class Party implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 3_000;
    private static final int QUIET_MILLIS = 60;
    private static final AtomicInteger NUMBERS = new AtomicInteger();

    private final String name;
    private final DatagramSocket socket;
    private @Nullable SocketAddress proxy;
    private String lastSent = "";
    private SipText lastRequest = new SipText("");
    private SipText lastInvite = new SipText("");

    private boolean isCaller;
    private String callId = "";
    private String localTag = "";
    private String remoteTag = "";
    private String localUri = "";
    private String remoteUri = "";
    private String remoteTarget = "";
    private List<String> routes = List.of();
    private int cseq;
    private String inviteBranch = "";

    Party(String name, String address) {
        this.name = name;
        try {
            this.socket = new DatagramSocket(new InetSocketAddress(InetAddress.ofLiteral(address), 0));
            socket.setSoTimeout(PATIENCE_MILLIS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void talksTo(InetSocketAddress address) {
        proxy = address;
    }

    int port() {
        return socket.getLocalPort();
    }

    String host() {
        return socket.getLocalAddress().getHostAddress();
    }

    String hostPort() {
        return host() + ":" + port();
    }

    static String newBranch() {
        return "z9hG4bK-test-" + NUMBERS.incrementAndGet();
    }

    /** The text of a first INVITE; a new call of this party. */
    String inviteText(String requestUri) {
        isCaller = true;
        callId = "call-" + NUMBERS.incrementAndGet() + "@" + host();
        localTag = "from" + NUMBERS.incrementAndGet();
        remoteTag = "";
        localUri = "<sip:+12025550199@" + hostPort() + ">";
        remoteUri = "<" + requestUri + ">";
        remoteTarget = requestUri;
        routes = List.of();
        cseq = 1;
        inviteBranch = newBranch();
        return request("INVITE", requestUri, inviteBranch, cseq, "");
    }

    void invites(String number) {
        sends(inviteText("sip:" + number + "@" + proxyHostPort()));
    }

    String proxyHostPort() {
        InetSocketAddress address = (InetSocketAddress) proxy;
        return address == null ? "" : address.getAddress().getHostAddress() + ":" + address.getPort();
    }

    /** A request of the present call, with this party's tags, routes and target. */
    String inDialog(String method) {
        return request(method, remoteTarget, newBranch(), method.equals("ACK") ? cseq : ++cseq, "");
    }

    String request(String method, String requestUri, String branch, int number, String more) {
        StringBuilder text = new StringBuilder()
                .append(method + " " + requestUri + " SIP/2.0\r\n")
                .append("Via: SIP/2.0/UDP " + hostPort() + ";branch=" + branch + "\r\n")
                .append("Max-Forwards: 70\r\n");
        routes.forEach(route -> text.append("Route: " + route + "\r\n"));
        return text.append("From: " + localUri + ";tag=" + localTag + "\r\n")
                .append("To: " + remoteUri + (remoteTag.isEmpty() ? "" : ";tag=" + remoteTag) + "\r\n")
                .append("Call-ID: " + callId + "\r\n")
                .append("CSeq: " + number + " " + method + "\r\n")
                .append("Contact: <sip:" + name + "@" + hostPort() + ">\r\n")
                .append(more)
                .append("Content-Length: 0\r\n\r\n")
                .toString();
    }

    void sends(String text) {
        lastSent = text;
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        try {
            socket.send(new DatagramPacket(bytes, bytes.length, proxy));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void repeats() {
        sends(lastSent);
    }

    String lastSent() {
        return lastSent;
    }

    void acks() {
        if (remoteTag.isEmpty()) {
            throw new AssertionError(name + " has nothing to acknowledge");
        }
        sends(inDialog("ACK"));
    }

    /** The ACK of a final response other than 2xx. */
    void acksFailure(SipText response) {
        sends(request("ACK", lastInviteUri(), inviteBranch, cseq, "")
                .replace(
                        "To: " + remoteUri + (remoteTag.isEmpty() ? "" : ";tag=" + remoteTag),
                        "To: " + response.header("To")));
    }

    private String lastInviteUri() {
        return isCaller ? SipText.uri(remoteUri) : lastInvite.requestUri();
    }

    void cancels() {
        sends(request("CANCEL", lastInviteUri(), inviteBranch, 1, ""));
    }

    void hangsUp() {
        sends(inDialog("BYE"));
    }

    /** The next datagram, which must be of this kind: a method or a status. */
    SipText receives(String kind) {
        SipText message = next();
        if (message == null) {
            throw new AssertionError(name + " expected " + kind + ", but nothing came");
        }
        assertThat(message.kind())
                .as(name + " expected " + kind + " and received " + message.text())
                .isEqualTo(kind);
        learn(message);
        return message;
    }

    /** Takes whatever repetitions of this kind have come, at most so many. */
    void skipsAll(String kind, int most) {
        try {
            socket.setSoTimeout(QUIET_MILLIS);
            for (int i = 0; i < most; i++) {
                SipText message = next();
                if (message == null) {
                    break;
                }
                assertThat(message.kind()).isEqualTo(kind);
            }
            socket.setSoTimeout(PATIENCE_MILLIS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void receivesNothing() {
        try {
            socket.setSoTimeout(QUIET_MILLIS);
            SipText message = next();
            socket.setSoTimeout(PATIENCE_MILLIS);
            assertThat(message).as(name + " expected nothing").isNull();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void answers(int status) {
        answers(lastRequest, status, "");
    }

    /** Answers the INVITE last received. */
    void answersInvite(int status) {
        answers(lastInvite, status, "");
    }

    void answers(int status, String more) {
        answers(lastRequest, status, more);
    }

    void answers(SipText request, int status, String more) {
        answers(request, status, localTag, more);
    }

    void answers(SipText request, int status, String toTag, String more) {
        StringBuilder text = new StringBuilder("SIP/2.0 " + status + " Answer\r\n");
        request.all("Via").forEach(via -> text.append("Via: " + via + "\r\n"));
        request.all("Record-Route").forEach(route -> text.append("Record-Route: " + route + "\r\n"));
        String to = request.header("To");
        sends(text.append("From: " + request.header("From") + "\r\n")
                .append("To: " + to + (status == 100 || to.contains("tag=") ? "" : ";tag=" + toTag) + "\r\n")
                .append("Call-ID: " + request.header("Call-ID") + "\r\n")
                .append("CSeq: " + request.header("CSeq") + "\r\n")
                .append("Contact: <sip:" + name + "@" + hostPort() + ">\r\n")
                .append(more)
                .append("Content-Length: 0\r\n\r\n")
                .toString());
    }

    private void learn(SipText message) {
        if (message.isResponse()) {
            if (isCaller && message.method().equals("INVITE") && message.status() / 100 == 2 && remoteTag.isEmpty()) {
                remoteTag = SipText.tag(message.header("To"));
                remoteTarget = SipText.uri(message.header("Contact"));
                routes = new ArrayList<>(message.all("Record-Route")).reversed();
            }
            return;
        }
        lastRequest = message;
        if (message.kind().equals("INVITE") && !message.header("To").contains("tag=")) {
            lastInvite = message;
            isCaller = false;
            callId = message.header("Call-ID");
            localTag = "to" + NUMBERS.incrementAndGet();
            remoteTag = SipText.tag(message.header("From"));
            remoteUri = message.header("From").replaceFirst(";tag=.*", "");
            localUri = message.header("To");
            remoteTarget = SipText.uri(message.header("Contact"));
            routes = message.all("Record-Route");
            cseq = 1000;
        }
    }

    private @Nullable SipText next() {
        byte[] bytes = new byte[65_535];
        DatagramPacket packet = new DatagramPacket(bytes, bytes.length);
        try {
            socket.receive(packet);
            return new SipText(new String(bytes, 0, packet.getLength(), StandardCharsets.UTF_8));
        } catch (SocketTimeoutException _) {
            return null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        socket.close();
    }
}
