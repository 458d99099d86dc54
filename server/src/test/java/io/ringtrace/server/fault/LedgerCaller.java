package io.ringtrace.server.fault;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The carrier's side: places calls, ends them as their ending says, and writes into the ledger what it sent and heard. */
final class LedgerCaller extends LedgerParty {
    static final String BLOCKED_CALLER = "+13125550166";
    private static final String CALLER = "+13125550123";
    /** RFC 3261 timers B and F. */
    private static final long LONGEST_MILLIS = 32_000;

    private static final long PATIENCE_MILLIS = 12_000;
    /** With a call that its gateway does not answer: what the gateway says to such a one, a new server does not pass on. */
    private static final long PATIENCE_WITH_REFUSED_MILLIS = 5_000;

    /** What a caller waits who cancels before it rings. */
    static final long UNTIL_CANCELLED_MILLIS = 300;

    /** A hold that only {@link #hangUp} ends. */
    static final long UNTIL_TOLD = -1;

    private final long patienceMillis;
    private final InetSocketAddress server;
    private final String serverText;
    private final Ledger ledger;
    private final Map<String, Placed> placed = new ConcurrentHashMap<>();

    /** Where the requests of a dialog go. */
    private record Leg(String target, List<String> routes) {}

    private static final class Placed {
        final LedgerCall call;
        final long holdMillis;
        final String invite;
        /** By the To tags of the 2xx that were acknowledged, in their order. */
        final Map<String, Leg> legs = new LinkedHashMap<>();

        /** Numbers of requests that got their final response. */
        final Set<Integer> settled = new HashSet<>();

        int sequence = 1;
        boolean cancelled;
        boolean cancelAnswered;
        boolean ending;

        Placed(LedgerCall call, long holdMillis, String invite) {
            this.call = call;
            this.holdMillis = holdMillis;
            this.invite = invite;
        }
    }

    LedgerCaller(String address, String server, Ledger ledger) throws IOException {
        this(address, server, ledger, new RealTime(), PATIENCE_MILLIS);
    }

    /** @param patienceMillis how long it waits for an answer once something was heard */
    LedgerCaller(String address, String server, Ledger ledger, PartyTime time, long patienceMillis) throws IOException {
        super(at(address), time);
        this.patienceMillis = patienceMillis;
        this.serverText = server;
        this.server = at(server);
        this.ledger = ledger;
    }

    /**
     * Places a call.
     *
     * @param ringMillis how long the destination rings
     * @param holdMillis how long it talks; {@link #UNTIL_TOLD} for until {@link #hangUp}
     */
    LedgerCall place(String sipCallId, String dialed, Ending ending, long ringMillis, long holdMillis) {
        String from = ending == Ending.BLOCKED ? BLOCKED_CALLER : CALLER;
        LedgerCall call = ledger.open(sipCallId, from, dialed, ending);
        String invite = """
                INVITE sip:%1$s@%2$s SIP/2.0
                Via: SIP/2.0/UDP %3$s;branch=z9hG4bK1-%4$s
                Max-Forwards: 70
                From: <sip:%5$s@%3$s>;tag=caller
                To: <sip:%1$s@%2$s>
                Call-ID: %4$s
                CSeq: 1 INVITE
                Contact: <sip:caller@%3$s>
                X-Ending: %6$s
                X-Ring: %7$d
                X-Hold: %8$d
                Content-Length: 0

                """.formatted(dialed, serverText, address(), sipCallId, from, ending, ringMillis, holdMillis)
                .replace("\n", "\r\n");
        Placed now = new Placed(call, holdMillis, invite);
        placed.put(sipCallId, now);
        synchronized (call) {
            call.invitedAt = nanos();
            call.invitedMillis = nowMillis();
        }
        sendUntil(() -> heardAnything(call), invite, server, LONGEST_MILLIS);
        switch (ending) {
            case CANCELLED_AT_ONCE -> after(0, () -> cancel(now));
            case CANCELLED_BEFORE_RINGING -> after(UNTIL_CANCELLED_MILLIS, () -> cancel(now));
            case CANCELLED_WHILE_FAILING_OVER -> after(ringMillis, () -> cancel(now));
            default -> {}
        }
        after(LONGEST_MILLIS, () -> {
            if (!heardAnything(call)) {
                giveUp(now);
            }
        });
        return call;
    }

    private static boolean heardAnything(LedgerCall call) {
        synchronized (call) {
            return call.provisional > 0 || call.finalStatus > 0;
        }
    }

    @Override
    void heard(WireMessage message, InetSocketAddress from) {
        Placed now = placed.get(message.callId());
        if (now == null) {
            return;
        }
        if (!message.isResponse()) {
            request(now, message, from);
        } else {
            switch (message.sequenceMethod()) {
                case "INVITE" -> inviteAnswered(now, message);
                case "CANCEL" -> now.cancelAnswered = true;
                case "BYE" -> byeAnswered(now, message);
                default -> {}
            }
        }
    }

    private void request(Placed now, WireMessage request, InetSocketAddress from) {
        if (request.method().equals("ACK") || now.call.ending.silent(request.method())) {
            return;
        }
        boolean ours = request.method().equals("BYE") && !now.legs.isEmpty();
        // A BYE of a dialog that we never heard the 2xx of.
        send(
                request.answer(ours || !request.method().equals("BYE") ? "200 OK" : "481 No Such Dialog", "caller", ""),
                from);
        if (request.method().equals("BYE")) {
            now.ending = true;
            over(now);
        }
    }

    private void inviteAnswered(Placed now, WireMessage response) {
        if (response.sequenceNumber() > 1) {
            if (response.status() >= 200 && response.status() < 300) {
                now.settled.add(response.sequenceNumber());
                send(inDialog(now, "ACK", response.sequenceNumber(), response.toTag()), server);
            }
            return;
        }
        int status = response.status();
        if (status < 200) {
            provisional(now, status);
        } else if (status < 300) {
            answered(now, response);
        } else {
            refused(now, response);
        }
    }

    private void provisional(Placed now, int status) {
        boolean first;
        synchronized (now.call) {
            first = now.call.provisional == 0;
            now.call.provisional = Math.max(now.call.provisional, status);
            if (status >= 180 && now.call.ringingHeardAt == 0) {
                now.call.ringingHeardAt = nanos();
            }
        }
        if (first) {
            long patience = now.call.ending.gatewayStatus() >= 300
                    ? Math.min(patienceMillis, PATIENCE_WITH_REFUSED_MILLIS)
                    : patienceMillis;
            after(patience, () -> {
                if (!hasFinal(now.call)) {
                    cancel(now);
                    after(2_000, () -> giveUp(now));
                }
            });
        }
        if (status >= 180 && now.call.ending == Ending.CANCELLED_WHILE_RINGING) {
            cancel(now);
        }
    }

    private static boolean hasFinal(LedgerCall call) {
        synchronized (call) {
            return call.finalStatus > 0;
        }
    }

    private void answered(Placed now, WireMessage response) {
        boolean first = now.legs.isEmpty();
        List<String> routes = new ArrayList<>(response.headers("Record-Route"));
        Collections.reverse(routes);
        boolean newLeg = now.legs.put(response.toTag(), new Leg(response.contact(), routes)) == null;
        send(inDialog(now, "ACK", 1, response.toTag()), server);
        if (!first) {
            if (newLeg) {
                bye(now, response.toTag(), false);
            }
            return;
        }
        synchronized (now.call) {
            if (now.call.finalStatus == 0) {
                now.call.finalStatus = response.status();
                now.call.finalAt = nanos();
            }
        }
        switch (now.call.ending) {
            case CANCELLED_TOO_LATE -> {
                cancel(now);
                hangUpAfter(now, response.toTag());
            }
            case REINVITED -> {
                after(now.holdMillis / 2, () -> reinvite(now, response.toTag()));
                hangUpAfter(now, response.toTag());
            }
            case DESTINATION_HANGS_UP, TALKS_FOR_EVER -> {}
            case ABANDONED -> over(now);
            default -> hangUpAfter(now, response.toTag());
        }
    }

    private void hangUpAfter(Placed now, String leg) {
        if (now.holdMillis != UNTIL_TOLD) {
            after(now.holdMillis, () -> bye(now, leg, true));
        }
    }

    /** Ends an answered call that was placed to be held. Any thread. */
    void hangUp(LedgerCall call) {
        after(0, () -> {
            Placed now = placed.get(call.sipCallId);
            if (now != null && !now.legs.isEmpty()) {
                bye(now, now.legs.keySet().iterator().next(), true);
            }
        });
    }

    private void refused(Placed now, WireMessage response) {
        String ack = now.invite
                .replace("CSeq: 1 INVITE", "CSeq: 1 ACK")
                .replaceFirst("^INVITE", "ACK")
                .replaceFirst("(?m)^To: .*$", "To: " + response.header("To").replace("$", "\\$"));
        send(ack, server);
        synchronized (now.call) {
            if (now.call.finalStatus == 0) {
                now.call.finalStatus = response.status();
                now.call.finalAt = nanos();
            }
        }
        over(now);
    }

    private void cancel(Placed now) {
        if (now.cancelled) {
            return;
        }
        now.cancelled = true;
        String cancel = now.invite.replace("CSeq: 1 INVITE", "CSeq: 1 CANCEL").replaceFirst("^INVITE", "CANCEL");
        sendUntil(() -> now.cancelAnswered, cancel, server, LONGEST_MILLIS);
    }

    private void reinvite(Placed now, String leg) {
        if (now.ending) {
            return;
        }
        int sequence = ++now.sequence;
        sendUntil(
                () -> now.ending || now.settled.contains(sequence),
                inDialog(now, "INVITE", sequence, leg),
                server,
                LONGEST_MILLIS);
    }

    private void bye(Placed now, String leg, boolean last) {
        if (last) {
            if (now.ending) {
                return;
            }
            now.ending = true;
        }
        int sequence = ++now.sequence;
        synchronized (now.call) {
            if (last) {
                now.call.callerByeAt = nanos();
            }
        }
        sendUntil(() -> now.settled.contains(sequence), inDialog(now, "BYE", sequence, leg), server, LONGEST_MILLIS);
        if (last) {
            after(LONGEST_MILLIS, () -> over(now));
        }
    }

    private void byeAnswered(Placed now, WireMessage response) {
        if (response.status() < 200 || !now.settled.add(response.sequenceNumber())) {
            return;
        }
        if (now.ending && response.sequenceNumber() == now.sequence) {
            synchronized (now.call) {
                now.call.callerByeStatus = response.status();
                now.call.callerByeAnsweredAt = nanos();
            }
            over(now);
        }
    }

    private String inDialog(Placed now, String method, int sequence, String leg) {
        Leg dialog = Objects.requireNonNull(now.legs.get(leg), "only in a leg that was answered");
        StringBuilder text = new StringBuilder("%s %s SIP/2.0\r\n".formatted(method, dialog.target()));
        text.append("Via: SIP/2.0/UDP %s;branch=z9hG4bK%d%s-%s\r\n"
                .formatted(address(), sequence, method.charAt(0) == 'A' ? "a" : "", now.call.sipCallId));
        dialog.routes().forEach(route -> text.append("Route: ").append(route).append("\r\n"));
        WireMessage invite = WireMessage.parse(now.invite);
        text.append("Max-Forwards: 70\r\n")
                .append("From: ")
                .append(invite.header("From"))
                .append("\r\nTo: ")
                .append(invite.header("To"))
                .append(";tag=")
                .append(leg)
                .append("\r\nCall-ID: ")
                .append(now.call.sipCallId)
                .append("\r\nCSeq: ")
                .append(sequence)
                .append(' ')
                .append(method)
                .append("\r\nContact: ")
                .append(invite.header("Contact"))
                .append("\r\nContent-Length: 0\r\n\r\n");
        return text.toString();
    }

    private void giveUp(Placed now) {
        synchronized (now.call) {
            if (now.call.finalStatus > 0) {
                return;
            }
            now.call.givenUp = true;
        }
        over(now);
    }

    private void over(Placed now) {
        synchronized (now.call) {
            now.call.over = true;
        }
    }
}
