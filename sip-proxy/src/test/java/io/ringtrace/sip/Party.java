package io.ringtrace.sip;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.routing.Transport;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * One side of a call on real sockets, independent of the product's message code: it says what it sends and what it expects next, and
 * keeps the dialog it is in.
 */
final class Party implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 3_000;
    private static final int QUIET_MILLIS = 60;
    private static final AtomicInteger NUMBERS = new AtomicInteger();

    private final String name;
    private final Transport transport;
    private final Wire wire;
    private @Nullable InetSocketAddress proxy;
    private String lastSent = "";
    private long sent;
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
        this(name, address, Transport.UDP, null);
    }

    Party(String name, String address, Transport transport, @Nullable SSLContext tls) {
        this(name, transport, transport == Transport.UDP ? new DatagramWire(address) : new StreamWire(address, tls));
    }

    /** The same party on TCP, at the same address and port. */
    Party onTcpToo() {
        Party other = new Party(name, Transport.TCP, ((DatagramWire) wire).onTcpToo());
        InetSocketAddress known = proxy;
        if (known != null) {
            other.talksTo(known);
        }
        return other;
    }

    /** Of one on UDP: TCP's port of the same number is free for others. */
    void leavesTcpPort() {
        ((DatagramWire) wire).leavesTcpPort();
    }

    private Party(String name, Transport transport, Wire wire) {
        this.name = name;
        this.transport = transport;
        this.wire = wire;
    }

    void talksTo(InetSocketAddress address) {
        proxy = address;
        wire.talksTo(address);
    }

    Transport transport() {
        return transport;
    }

    /** The connections of a party on TCP. */
    StreamWire stream() {
        return (StreamWire) wire;
    }

    int port() {
        return wire.address().getPort();
    }

    String host() {
        return wire.address().getAddress().getHostAddress();
    }

    String hostPort() {
        return hostPort(wire.address());
    }

    private static String hostPort(InetSocketAddress address) {
        String host = address.getAddress().getHostAddress();
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + address.getPort();
    }

    boolean onIpv6() {
        return wire.address().getAddress() instanceof Inet6Address;
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
        InetSocketAddress address = proxy;
        return address == null ? "" : hostPort(address);
    }

    /** A request of the present call, with this party's tags, routes and target. */
    String inDialog(String method) {
        return request(method, remoteTarget, newBranch(), method.equals("ACK") ? cseq : ++cseq, "");
    }

    String request(String method, String requestUri, String branch, int number, String more) {
        StringBuilder text = new StringBuilder()
                .append(method + " " + requestUri + " SIP/2.0\r\n")
                .append("Via: SIP/2.0/" + transport + " " + hostPort() + ";branch=" + branch + "\r\n")
                .append("Max-Forwards: 70\r\n");
        routes.forEach(route -> text.append("Route: " + route + "\r\n"));
        return text.append("From: " + localUri + ";tag=" + localTag + "\r\n")
                .append("To: " + remoteUri + (remoteTag.isEmpty() ? "" : ";tag=" + remoteTag) + "\r\n")
                .append("Call-ID: " + callId + "\r\n")
                .append("CSeq: " + number + " " + method + "\r\n")
                .append("Contact: " + contact() + "\r\n")
                .append(more)
                .append("Content-Length: 0\r\n\r\n")
                .toString();
    }

    private String contact() {
        String parameter = transport == Transport.UDP
                ? ""
                : ";transport=" + transport.name().toLowerCase(Locale.ROOT);
        return "<sip:" + name + "@" + hostPort() + parameter + ">";
    }

    /** How many messages this party has sent. */
    long sent() {
        return sent;
    }

    void sends(String text) {
        lastSent = text;
        sent++;
        wire.send(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Bytes that need be no message. */
    void sends(byte[] bytes) {
        sent++;
        wire.send(bytes);
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
        acksFailure(response, inviteBranch);
    }

    void acksFailure(SipText response, String branch) {
        sends(ackOfFailure(response, branch));
    }

    String ackOfFailure(SipText response, String branch) {
        return request("ACK", lastInviteUri(), branch, cseq, "")
                .replace(
                        "To: " + remoteUri + (remoteTag.isEmpty() ? "" : ";tag=" + remoteTag),
                        "To: " + response.header("To"));
    }

    /** A dialog begins with this provisional response (RFC 3261 §12.1.2). */
    void takesUpEarlyDialog(SipText response) {
        remoteTag = SipText.tag(response.header("To"));
        remoteTarget = SipText.uri(response.header("Contact"));
        routes = new ArrayList<>(response.all("Record-Route")).reversed();
    }

    private String lastInviteUri() {
        return isCaller ? SipText.uri(remoteUri) : lastInvite.requestUri();
    }

    void cancels() {
        sends(cancelText(""));
    }

    String cancelText(String more) {
        return request("CANCEL", lastInviteUri(), inviteBranch, 1, more);
    }

    void hangsUp() {
        sends(inDialog("BYE"));
    }

    /** The next datagram, which must be of this kind: a method or a status. */
    SipText receives(String kind) {
        return receives(kind, PATIENCE_MILLIS);
    }

    SipText receives(String kind, int patienceMillis) {
        SipText message = next(patienceMillis);
        if (message == null) {
            throw new AssertionError(name + " expected " + kind + ", but nothing came");
        }
        assertThat(message.kind())
                .as(name + " expected " + kind + " and received " + message.text())
                .isEqualTo(kind);
        learn(message);
        return message;
    }

    /** The status of the next final response, whichever it is. */
    int receivesFinal() {
        SipText message = next(PATIENCE_MILLIS);
        while (message != null && message.isResponse() && message.status() < 200) {
            message = next(PATIENCE_MILLIS);
        }
        return message == null || !message.isResponse() ? 0 : message.status();
    }

    /** Takes whatever has come, of which nothing matters. */
    void forgetsWhatCame() {
        while (next(QUIET_MILLIS) != null) {
            // on to the next
        }
    }

    /** Takes whatever repetitions of this kind have come, at most so many. */
    void skipsAll(String kind, int most) {
        for (int i = 0; i < most; i++) {
            SipText message = next(QUIET_MILLIS);
            if (message == null) {
                break;
            }
            assertThat(message.kind()).isEqualTo(kind);
        }
    }

    void receivesNothing() {
        assertThat(next(QUIET_MILLIS)).as(name + " expected nothing").isNull();
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

    /** Answers with these Contacts in place of its own. */
    void redirects(int status, String contacts) {
        redirects(lastRequest, status, contacts);
    }

    void redirectsInvite(int status, String contacts) {
        redirects(lastInvite, status, contacts);
    }

    private void redirects(SipText request, int status, String contacts) {
        sends(answerText(request, status, localTag, "").replaceFirst("Contact: [^\r]*", "Contact: " + contacts));
    }

    void answers(SipText request, int status, String toTag, String more) {
        sends(answerText(request, status, toTag, more));
    }

    String answerText(SipText request, int status) {
        return answerText(request, status, localTag, "");
    }

    private String answerText(SipText request, int status, String toTag, String more) {
        StringBuilder text = new StringBuilder("SIP/2.0 " + status + " Answer\r\n");
        request.all("Via").forEach(via -> text.append("Via: " + via + "\r\n"));
        request.all("Record-Route").forEach(route -> text.append("Record-Route: " + route + "\r\n"));
        String to = request.header("To");
        return text.append("From: " + request.header("From") + "\r\n")
                .append("To: " + to + (status == 100 || to.contains("tag=") ? "" : ";tag=" + toTag) + "\r\n")
                .append("Call-ID: " + request.header("Call-ID") + "\r\n")
                .append("CSeq: " + request.header("CSeq") + "\r\n")
                .append("Contact: " + contact() + "\r\n")
                .append(more)
                .append("Content-Length: 0\r\n\r\n")
                .toString();
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

    /** The next OPTIONS that asks whether it lives; null when none has come. INVITEs that come again meanwhile are ignored. */
    @Nullable
    SipText receivesProbe() {
        String message = wire.receive(QUIET_MILLIS);
        while (message != null && !isProbe(new SipText(message))) {
            message = wire.receive(QUIET_MILLIS);
        }
        return message == null ? null : new SipText(message);
    }

    /** A provisional response with a tag begins a dialog (RFC 3261 §12.1.2). */
    void entersEarlyDialog(SipText response) {
        remoteTag = SipText.tag(response.header("To"));
        remoteTarget = SipText.uri(response.header("Contact"));
        routes = new ArrayList<>(response.all("Record-Route")).reversed();
    }

    private @Nullable SipText next(int patienceMillis) {
        String message = wire.receive(patienceMillis);
        while (message != null && isProbe(new SipText(message))) {
            message = wire.receive(patienceMillis);
        }
        return message == null ? null : new SipText(message);
    }

    private static boolean isProbe(SipText text) {
        return text.kind().equals("OPTIONS") && text.header("Call-ID").startsWith("probe-");
    }

    @Override
    public void close() {
        wire.close();
    }
}
