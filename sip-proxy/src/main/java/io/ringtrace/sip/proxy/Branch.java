package io.ringtrace.sip.proxy;

import io.netty.buffer.ByteBuf;
import io.ringtrace.call.GatewayAttempt;
import io.ringtrace.call.PhoneNumber;
import io.ringtrace.routing.Gateway;
import io.ringtrace.sip.admission.CallCapacity;
import io.ringtrace.sip.counters.Count;
import io.ringtrace.sip.message.SipMessage;
import io.ringtrace.sip.transaction.ClientTransactionUser;
import io.ringtrace.sip.transaction.InviteClientTransaction;
import io.ringtrace.sip.transaction.TimerWheel;
import io.ringtrace.sip.transport.Hop;
import org.jspecify.annotations.Nullable;

/** One gateway that a new call was sent to, and what came of it. Belongs to a {@link ResponseContext}. */
final class Branch implements ClientTransactionUser {
    private final ResponseContext context;
    private final ProxyParts parts;
    final Gateway gateway;
    final PhoneNumber number;
    /** Its share of Max-Breadth (RFC 5393 §5.3.3), which others may have when it has ended. */
    final int breadth;

    @Nullable
    ResponseRules responseRules;

    private final Silence silence = new Silence();
    private final TimerC timerC;
    private @Nullable InviteClientTransaction client;
    private long sentAtMillis;
    private long first18xAtMillis;
    private boolean heard;
    private boolean finished;
    private boolean cancelWanted;
    private @Nullable String cancelReason;
    private boolean cancelSent;
    private boolean limited;
    private int status;
    private @Nullable String reason;
    private @Nullable String abandoned;
    /** What it counts for at its gateway. */
    private CallCapacity.@Nullable Place place;

    /** Runs until the first response. */
    private final class Silence extends TimerWheel.Entry {
        @Override
        protected void fired() {
            context.silent(Branch.this);
        }
    }

    Branch(ResponseContext context, ProxyParts parts, Gateway gateway, PhoneNumber number, int breadth) {
        this.context = context;
        this.parts = parts;
        this.gateway = gateway;
        this.number = number;
        this.breadth = breadth;
        this.timerC = new TimerC(parts.transactions(), this::timerCFired);
    }

    /** Sends the INVITE; what comes of it, a failure to send included, is told to the context. */
    void send(Hop to) {
        place = parts.capacity().ofGateway(gateway.name(), gateway.limits());
        if (place == null) {
            limited = true;
            parts.counters().add(Count.GATEWAY_LIMITED);
            gone("has as many calls as it may", ResponseContext.UNREACHABLE);
            return;
        }
        InviteClientTransaction transaction = parts.transactions().newInviteClient(to, this);
        if (transaction == null) {
            transportFailed();
            return;
        }
        ByteBuf invite;
        try {
            invite = context.inviteFor(this, transaction, to);
        } catch (RuntimeException e) {
            givePlaceBack();
            transaction.abandon();
            throw e;
        }
        client = transaction;
        sentAtMillis = parts.clock().nowMillis();
        awaitAnswer();
        transaction.begin(invite);
    }

    /** Starts the gateway's silence: when its host name is looked up, and anew when the INVITE leaves. */
    void awaitAnswer() {
        parts.transactions().wheel().start(silence, gateway.silence().toMillis());
    }

    /** Stops the branch: at once when it may, else as soon as a provisional response allows it (§9.1). */
    void cancel(@Nullable String reasonHeader) {
        if (!cancelWanted) {
            cancelWanted = true;
            cancelReason = reasonHeader;
        }
        silence.stop();
        InviteClientTransaction transaction = client;
        if (transaction != null && !finished && transaction.state() == InviteClientTransaction.State.PROCEEDING) {
            if (!cancelSent) {
                cancelSent = true;
                timerC.cancelSent();
                transaction.cancel(cancelReason);
            }
        }
    }

    /** Given up for the next gateway; it lives on for late answers until timer B. */
    void abandon(String why) {
        silence.stop();
        if (abandoned == null) {
            abandoned = why;
        }
    }

    private void givePlaceBack() {
        if (place != null) {
            place.release();
        }
    }

    /** True when its gateway was not asked, because it has as many calls as it may. */
    boolean limited() {
        return limited;
    }

    boolean abandoned() {
        return abandoned != null;
    }

    /** True when nothing may be sent to its gateway any more. */
    boolean cancelWanted() {
        return cancelWanted;
    }

    boolean finished() {
        return finished;
    }

    /** Where its INVITE was sent; null before that. */
    @Nullable
    Hop hop() {
        InviteClientTransaction transaction = client;
        return transaction == null ? null : transaction.peer();
    }

    long sentAtMillis() {
        return sentAtMillis;
    }

    GatewayAttempt attempt() {
        return new GatewayAttempt(gateway.name(), sentAtMillis, first18xAtMillis, status, reason, abandoned);
    }

    @Override
    public void responded(SipMessage response) {
        heard = true;
        silence.stop();
        parts.health().answered(gateway);
        int code = response.status();
        if (code < 200) {
            provisional(response, code);
            return;
        }
        finished = true;
        status = code;
        timerC.stop();
        if (code < 300) {
            if (place != null) {
                context.keep(place);
            }
            context.succeeded(this, response);
        } else {
            givePlaceBack();
            reason = ResponseContext.reasonOf(response);
            context.failed(this, response);
        }
    }

    @Override
    public void timedOut() {
        if (abandoned == null) {
            parts.health().failed(gateway, parts.monotonicMillis().getAsLong());
        }
        gone("no answer within timer B", ResponseContext.TIMED_OUT);
    }

    @Override
    public void transportFailed() {
        parts.health().failed(gateway, parts.monotonicMillis().getAsLong());
        gone("could not be reached", ResponseContext.UNREACHABLE);
    }

    private void provisional(SipMessage response, int code) {
        if (code / 10 == 18 && first18xAtMillis == 0) {
            first18xAtMillis = parts.clock().nowMillis();
        }
        if (cancelWanted || abandoned != null) {
            cancel(null);
            return;
        }
        if (code == 100) {
            timerC.startOnce();
        } else {
            timerC.restart();
            context.provisional(this, response);
        }
    }

    /** §16.8: a branch that rings for ever is cancelled; one that does not even end then, ends here. */
    private void timerCFired() {
        if (cancelWanted) {
            gone("no final answer after CANCEL", ResponseContext.TIMED_OUT);
        } else {
            context.rangTooLong();
        }
    }

    private void gone(String why, int asStatus) {
        if (finished) {
            return;
        }
        finished = true;
        givePlaceBack();
        silence.stop();
        timerC.stop();
        InviteClientTransaction transaction = client;
        if (transaction != null) {
            transaction.giveUp();
        }
        if (abandoned == null && !heard) {
            abandoned = why;
        }
        context.gone(this, asStatus);
    }
}
