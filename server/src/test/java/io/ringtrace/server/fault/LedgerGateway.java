package io.ringtrace.server.fault;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** The destination's side: plays each call's ending, and writes into the ledger what it sent and heard. */
final class LedgerGateway extends LedgerParty {
    private static final long LONGEST_MILLIS = 32_000;
    /** How long a 2xx is sent again before its call is given up with a BYE (RFC 3261 §13.3.1.4 says 64·T1; a bench has less time). */
    private static final long LONGEST_WITHOUT_ACK_MILLIS = 15_000;

    private final String name;
    private final Ledger ledger;
    private final boolean refusesFailedOver;
    private final Map<String, Taken> takenByBranch = new HashMap<>();
    private final Map<String, Taken> takenByCall = new HashMap<>();

    /** To tags of its own: both gateways may answer one call. */
    private final String tag;

    private final String forkedTag;

    private static final class Taken {
        final LedgerCall call;
        final WireMessage invite;
        final InetSocketAddress from;
        final LedgerCall.Tried tried;
        final Set<String> acknowledged = new HashSet<>();
        boolean finalAcknowledged;
        boolean cancelled;
        boolean answered;
        boolean over;
        boolean byeAnswered;
        String last = "";

        Taken(LedgerCall call, WireMessage invite, InetSocketAddress from, LedgerCall.Tried tried) {
            this.tried = tried;
            this.call = call;
            this.invite = invite;
            this.from = from;
        }
    }

    /**
     * @param name as the server's configuration has it
     * @param refusesFailedOver whether this is the gateway that says 503 to calls which are to fail over
     */
    LedgerGateway(String name, String address, Ledger ledger, boolean refusesFailedOver) throws IOException {
        this(name, address, ledger, refusesFailedOver, new RealTime());
    }

    LedgerGateway(String name, String address, Ledger ledger, boolean refusesFailedOver, PartyTime time)
            throws IOException {
        super(at(address), time);
        this.name = name;
        this.ledger = ledger;
        this.refusesFailedOver = refusesFailedOver;
        String own = refusesFailedOver ? "first" : "second";
        this.tag = own;
        this.forkedTag = own + "-forked";
    }

    @Override
    void heard(WireMessage message, InetSocketAddress from) {
        if (message.isResponse()) {
            byeAnswered(message);
            return;
        }
        Taken known = takenByCall.get(message.callId());
        if (known != null && known.answered && known.call.ending.silent(message.method())) {
            return;
        }
        switch (message.method()) {
            case "INVITE" -> {
                if (message.toTag().isEmpty()) {
                    invited(message, from);
                } else {
                    send(message.answer("200 OK", "", contact()), from);
                }
            }
            case "ACK" -> acknowledged(message);
            case "CANCEL" -> cancelled(message, from);
            case "BYE" -> {
                send(message.answer("200 OK", "", ""), from);
                Taken taken = takenByCall.get(message.callId());
                if (taken != null) {
                    taken.over = true;
                }
            }
            default -> send(message.answer("200 OK", "gateway", ""), from);
        }
    }

    private void invited(WireMessage invite, InetSocketAddress from) {
        Taken again = takenByBranch.get(invite.topBranch());
        if (again != null) {
            if (!again.last.isEmpty()) {
                send(again.last, from);
            }
            return;
        }
        LedgerCall call = ledger.find(invite.callId());
        if (call == null) {
            return;
        }
        Taken taken = new Taken(call, invite, from, new LedgerCall.Tried(name, nanos()));
        takenByBranch.put(invite.topBranch(), taken);
        takenByCall.put(invite.callId(), taken);
        synchronized (call) {
            call.tried.add(taken.tried);
        }
        long ring = Long.parseLong(invite.header("X-Ring"));
        if (refusesFailedOver && call.ending.failsOver()) {
            refuse(taken, 503);
            return;
        }
        switch (call.ending) {
            case NEVER_RINGS -> proceed(taken);
            // Half of them before the CANCEL leaves.
            case CANCELLED_BEFORE_RINGING ->
                after(4 * ring % (2 * LedgerCaller.UNTIL_CANCELLED_MILLIS), () -> proceed(taken));
            case CANCELLED_WHILE_FAILING_OVER -> {
                proceed(taken);
                // Some milliseconds around the moment when the CANCEL leaves.
                after(ring - ring % 8, () -> ring(taken));
            }
            default -> {
                ring(taken);
                after(ring, () -> decide(taken));
            }
        }
    }

    /** Says that it has the INVITE, and no more. */
    private void proceed(Taken taken) {
        taken.last = taken.invite.answer("100 Trying", "", "");
        send(taken.last, taken.from);
    }

    private void ring(Taken taken) {
        if (taken.cancelled) {
            return;
        }
        synchronized (taken.call) {
            taken.tried.ringingAt = nanos();
        }
        taken.last = taken.invite.answer("180 Ringing", tag, contact());
        send(taken.last, taken.from);
    }

    private void decide(Taken taken) {
        if (taken.cancelled
                || taken.call.ending == Ending.CANCELLED_WHILE_RINGING
                || taken.call.ending == Ending.NEVER_ANSWERED) {
            return;
        }
        int status = taken.call.ending.gatewayStatus();
        if (status == 200) {
            answer(taken);
        } else {
            refuse(taken, status);
        }
    }

    private void answer(Taken taken) {
        taken.answered = true;
        saysFinally(taken, 200);
        synchronized (taken.call) {
            if (taken.call.gatewayAnsweredAt == 0) {
                taken.call.gatewayAnsweredAt = nanos();
            }
        }
        sendAnswer(taken, tag);
        if (taken.call.ending == Ending.FORKED) {
            sendAnswer(taken, forkedTag);
        }
        after(LONGEST_WITHOUT_ACK_MILLIS, () -> {
            if (!taken.acknowledged.contains(tag) && !taken.over) {
                bye(taken);
            }
        });
        long hold = Long.parseLong(taken.invite.header("X-Hold"));
        if (taken.call.ending == Ending.DESTINATION_HANGS_UP) {
            after(hold, () -> hangUpOnceAcknowledged(taken));
        }
    }

    private void hangUpOnceAcknowledged(Taken taken) {
        if (taken.acknowledged.contains(tag)) {
            bye(taken);
        } else if (!taken.over) {
            after(100, () -> hangUpOnceAcknowledged(taken));
        }
    }

    private void sendAnswer(Taken taken, String tag) {
        String answer = taken.invite.answer("200 OK", tag, contact());
        taken.last = answer;
        sendUntil(() -> taken.acknowledged.contains(tag) || taken.over, answer, taken.from, LONGEST_WITHOUT_ACK_MILLIS);
    }

    private void saysFinally(Taken taken, int status) {
        synchronized (taken.call) {
            taken.tried.status = status;
            taken.tried.finalAt = nanos();
        }
    }

    private void refuse(Taken taken, int status) {
        saysFinally(taken, status);
        taken.last = taken.invite.answer(status + " Because", tag, "");
        sendUntil(() -> taken.finalAcknowledged, taken.last, taken.from, LONGEST_MILLIS);
    }

    private void acknowledged(WireMessage ack) {
        Taken refused = takenByBranch.get(ack.topBranch());
        if (refused != null) {
            refused.finalAcknowledged = true;
            return;
        }
        Taken taken = takenByCall.get(ack.callId());
        if (taken != null) {
            taken.acknowledged.add(ack.toTag());
        }
    }

    private void cancelled(WireMessage cancel, InetSocketAddress from) {
        Taken taken = takenByBranch.get(cancel.topBranch());
        send(cancel.answer(taken == null ? "481 No Such Transaction" : "200 OK", tag, ""), from);
        if (taken != null && !taken.answered && !taken.cancelled) {
            taken.cancelled = true;
            refuse(taken, 487);
        }
    }

    private void bye(Taken taken) {
        if (taken.over) {
            return;
        }
        taken.over = true;
        StringBuilder bye = new StringBuilder("BYE " + taken.invite.contact() + " SIP/2.0\r\n");
        bye.append("Via: SIP/2.0/UDP ")
                .append(address())
                .append(";branch=z9hG4bKgb-")
                .append(taken.call.sipCallId)
                .append("\r\n");
        taken.invite
                .headers("Record-Route")
                .forEach(route -> bye.append("Route: ").append(route).append("\r\n"));
        bye.append("Max-Forwards: 70\r\nFrom: ")
                .append(taken.invite.header("To"))
                .append(";tag=" + tag + "\r\nTo: ")
                .append(taken.invite.header("From"))
                .append("\r\nCall-ID: ")
                .append(taken.call.sipCallId)
                .append("\r\nCSeq: 1 BYE\r\nContent-Length: 0\r\n\r\n");
        synchronized (taken.call) {
            // One call that came here twice, before a death and after it, is one dialog of ours: its first BYE ends it.
            if (taken.call.gatewayByeAt == 0) {
                taken.call.gatewayByeAt = nanos();
            }
        }
        sendUntil(() -> taken.byeAnswered, bye.toString(), taken.from, LONGEST_MILLIS);
    }

    private void byeAnswered(WireMessage response) {
        Taken taken = takenByCall.get(response.callId());
        if (taken != null && response.sequenceMethod().equals("BYE") && response.status() >= 200) {
            taken.byeAnswered = true;
            synchronized (taken.call) {
                if (taken.call.gatewayByeStatus == 0) {
                    taken.call.gatewayByeStatus = response.status();
                    taken.call.gatewayByeAnsweredAt = nanos();
                }
            }
        }
    }

    private String contact() {
        return "Contact: <sip:destination@" + address() + ">\r\n";
    }
}
