package io.ringtrace.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The caller and the gateway of a rehearsal, on one socket: it answers every request and goes on by every response. It dials {@link #NUMBERS}
 * numbers in turn, from {@link #FIRST_NUMBER} on, and is busy at the last one. A call that is refused is over. In a few calls messages are
 * repeated, or lost: a Java that has met none of these throws away the whole way of a call at the first one. One thread.
 */
final class RehearsalPeers implements AutoCloseable {
    static final long FIRST_NUMBER = 18005550100L;
    static final int NUMBERS = 100;
    static final int CALLS_AT_ONCE = 16;
    /** In a call to this number each message is sent twice. */
    private static final int REPEATED = 1;
    /** In a call to this one the gateway hears a request only when it comes again. */
    private static final int LOST = 2;

    private static final int PATIENCE_MILLIS = 200;
    private static final Pattern CALL = Pattern.compile("\r\nCall-ID: (\\d+)");
    private static final Pattern SESSION =
            Pattern.compile("^(?:Via|Record-Route|From|To|Call-ID|CSeq): .*$", Pattern.MULTILINE);
    private static final Pattern ROUTE = Pattern.compile("^Record-Route:(.*)$", Pattern.MULTILINE);
    private static final Pattern PARTIES = Pattern.compile("^(?:From|To|Call-ID): .*$", Pattern.MULTILINE);
    private static final String SDP = """
        v=0
        o=- 1 1 IN IP4 127.0.0.1
        s=-
        c=IN IP4 127.0.0.1
        t=0 0
        m=audio 40000 RTP/AVP 8 0 101
        a=rtpmap:101 telephone-event/8000
        a=sendrecv
        """.replace("\n", "\r\n");

    private final DatagramChannel channel;
    private final Selector selector;
    private final String us;
    private final ByteBuffer in = ByteBuffer.allocateDirect(65_535);
    private int begun;
    private int done;
    private int given;
    /** The calls of the last flood: from this one on and before that one. */
    private int floodFrom;

    private int floodTo;
    /** Requests that were lost, by method and call. */
    private final Set<String> unheard = new HashSet<>();

    /** On a free port. */
    RehearsalPeers() throws IOException {
        this(0);
    }

    RehearsalPeers(int port) throws IOException {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        channel = DatagramChannel.open();
        channel.bind(new InetSocketAddress(loopback, port));
        channel.configureBlocking(false);
        selector = Selector.open();
        channel.register(selector, SelectionKey.OP_READ);
        us = loopback.getHostAddress() + ":" + port();
    }

    int port() throws IOException {
        return ((InetSocketAddress) channel.getLocalAddress()).getPort();
    }

    /**
     * Keeps some calls going until the next datagrams have come. A call of which one was lost is given up after a moment of silence. Those whose
     * messages are repeated or lost are had beside them, and do not count.
     *
     * @return how many calls are over
     */
    int play(InetSocketAddress proxy, int callsAtOnce) throws IOException {
        while (begun - done - given < callsAtOnce) {
            begun++;
            if (disturbed(begun)) {
                given++;
            }
            send(proxy, begun, invite(begun, proxy));
        }
        if (selector.select(PATIENCE_MILLIS) == 0) {
            given = begun - done;
        }
        selector.selectedKeys().clear();
        in.clear();
        while (channel.receive(in) != null) {
            in.flip();
            heard(proxy, StandardCharsets.ISO_8859_1.decode(in).toString());
            in.clear();
        }
        return done;
    }

    /**
     * Begins so many calls as fast as this thread can, which is faster than any server takes them; whatever comes back is answered by
     * {@link #play}. What becomes of these calls does not count.
     */
    void flood(InetSocketAddress proxy, int calls) throws IOException {
        floodFrom = begun + 1;
        for (int i = 0; i < calls; i++) {
            begun++;
            send(proxy, begun, invite(begun, proxy));
        }
        floodTo = begun + 1;
        given += calls;
    }

    private void over(int call) {
        if ((call < floodFrom || call >= floodTo) && !disturbed(call)) {
            done++;
        }
    }

    private static boolean disturbed(int call) {
        return call % NUMBERS == REPEATED || call % NUMBERS == LOST;
    }

    /** Whether the gateway does not hear it: a request of such a call that comes for the first time. */
    private boolean lost(int call, String message) {
        if (call % NUMBERS != LOST || message.startsWith("SIP/2.0 ")) {
            return false;
        }
        String request = message.substring(0, message.indexOf(' ')) + call;
        if (unheard.remove(request)) {
            return false;
        }
        unheard.add(request);
        return true;
    }

    private void heard(InetSocketAddress proxy, String message) throws IOException {
        int call = call(message);
        if (lost(call, message)) {
            return;
        }
        if (message.startsWith("INVITE ") && call % NUMBERS == NUMBERS - 1) {
            send(proxy, call, answer(message, "486 Busy Here", ""));
        } else if (message.startsWith("INVITE ")) {
            send(proxy, call, answer(message, "180 Ringing", ""));
            send(proxy, call, answer(message, "200 OK", SDP));
        } else if (message.startsWith("BYE ")) {
            send(proxy, call, answer(message, "200 OK", ""));
        } else if (message.startsWith("SIP/2.0 200 ")) {
            if (message.contains(" BYE\r\n")) {
                over(call);
            } else {
                send(proxy, call, within(call, message, "ACK", 1));
                send(proxy, call, within(call, message, "BYE", 2));
            }
        } else if (message.startsWith("SIP/2.0 4") || message.startsWith("SIP/2.0 5")) {
            send(proxy, call, acknowledged(call, message, proxy));
            over(call);
        }
    }

    private static int call(String message) {
        Matcher id = CALL.matcher(message);
        return id.find() ? Integer.parseInt(id.group(1)) : 0;
    }

    /** The ACK to a final response other than 2xx, which is of the INVITE's transaction (RFC 3261 §17.1.1.3). */
    private String acknowledged(int call, String response, InetSocketAddress proxy) {
        StringBuilder text = new StringBuilder("ACK " + uri(call, proxy) + " SIP/2.0\r\nVia: SIP/2.0/UDP " + us
                + ";branch=z9hG4bK" + call + "i\r\nMax-Forwards: 70\r\n");
        parties(response, text);
        return text.append("CSeq: 1 ACK\r\nContent-Length: 0\r\n\r\n").toString();
    }

    private static void parties(String message, StringBuilder text) {
        Matcher parties = PARTIES.matcher(message);
        while (parties.find()) {
            text.append(parties.group().strip()).append("\r\n");
        }
    }

    private static String uri(int call, InetSocketAddress proxy) {
        return "sip:" + (FIRST_NUMBER + call % NUMBERS) + "@"
                + proxy.getAddress().getHostAddress() + ":" + proxy.getPort();
    }

    private void send(InetSocketAddress to, int call, String message) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(message.getBytes(StandardCharsets.ISO_8859_1));
        channel.send(bytes, to);
        if (call % NUMBERS == REPEATED) {
            channel.send(bytes.flip(), to);
        }
    }

    private String invite(int call, InetSocketAddress proxy) {
        String number = uri(call, proxy);
        return "INVITE " + number + " SIP/2.0\r\nVia: SIP/2.0/UDP " + us + ";branch=z9hG4bK" + call
                + "i\r\nMax-Forwards: 70\r\n"
                + "From: <sip:14155550100@" + us + ">;tag=c" + call + "\r\nTo: <" + number + ">\r\nCall-ID: " + call
                + "@rehearsal\r\n"
                + "CSeq: 1 INVITE\r\nContact: <sip:14155550100@" + us
                + ">\r\nAllow: INVITE, ACK, CANCEL, BYE, OPTIONS\r\n"
                + "Content-Type: application/sdp\r\nContent-Length: " + SDP.length() + "\r\n\r\n" + SDP;
    }

    private String answer(String request, String status, String body) {
        StringBuilder text = new StringBuilder("SIP/2.0 ").append(status).append("\r\n");
        Matcher lines = SESSION.matcher(request);
        while (lines.find()) {
            String line = lines.group().strip();
            text.append(line).append(line.startsWith("To:") && !line.contains(";tag=") ? ";tag=g\r\n" : "\r\n");
        }
        return text.append("Contact: <sip:gateway@")
                .append(us)
                .append(">\r\nContent-Length: ")
                .append(body.length())
                .append("\r\n\r\n")
                .append(body)
                .toString();
    }

    private String within(int call, String response, String method, int cseq) {
        StringBuilder text = new StringBuilder(method + " sip:gateway@" + us + " SIP/2.0\r\nVia: SIP/2.0/UDP " + us
                + ";branch=z9hG4bK" + call + method + "\r\nMax-Forwards: 70\r\n");
        Matcher route = ROUTE.matcher(response);
        while (route.find()) {
            text.append("Route:").append(route.group(1).stripTrailing()).append("\r\n");
        }
        parties(response, text);
        return text.append("CSeq: ")
                .append(cseq)
                .append(' ')
                .append(method)
                .append("\r\nContent-Length: 0\r\n\r\n")
                .toString();
    }

    @Override
    public void close() throws IOException {
        selector.close();
        channel.close();
    }
}
