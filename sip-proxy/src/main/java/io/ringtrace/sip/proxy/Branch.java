package io.ringtrace.sip.proxy;

import io.netty.buffer.ByteBuf;
import io.ringtrace.call.GatewayAttempt;
import io.ringtrace.call.PhoneNumber;
import io.ringtrace.routing.Gateway;
import io.ringtrace.routing.Transport;
import io.ringtrace.sip.admission.CallCapacity;
import io.ringtrace.sip.counters.CallTally;
import io.ringtrace.sip.counters.Count;
import io.ringtrace.sip.message.SipMessage;
import io.ringtrace.sip.target.LongMessages;
import io.ringtrace.sip.target.Target;
import io.ringtrace.sip.transaction.ClientTransactionUser;
import io.ringtrace.sip.transaction.InviteClientTransaction;
import io.ringtrace.sip.transaction.TimerWheel;
import io.ringtrace.sip.transaction.TransactionLayer;
import io.ringtrace.sip.transport.Hop;
import io.ringtrace.sip.transport.Listener;
import org.jspecify.annotations.Nullable;

/** One gateway that a new call was sent to, and what came of it. Belongs to a {@link ResponseContext}. */
final class Branch implements ClientTransactionUser {
    /** A gateway that lives has sent its 100 by then (RFC 3261 §17.2.1); who has not is asked whether its port is closed. */
    private static final int REFUSAL_MILLIS = 200;

    /**
     * So much sooner than the gateway's silence is over the next one is tried: timers and the wheel's time each come up to a longest tick late,
     * and one more is for a machine whose processors are slow to wake.
     */
    private static final long EARLY_MILLIS = 3 * TimerWheel.LONGEST_TICK_MILLIS;

    private final ResponseContext context;
    private final ProxyParts parts;
    final Gateway gateway;
    final PhoneNumber number;
    /** Its share of Max-Breadth (RFC 5393 §5.3.3), which others may have when it has ended. */
    final int breadth;

    @Nullable
    ResponseRules responseRules;

    private final Silence silence = new Silence();
    /** By the wheel's clock. */
    private long silentUntil;

    private @Nullable Target target;
    private @Nullable Hop hop;
    /** Where the INVITE goes by UDP when it was too long for that, and TCP fails. */
    private @Nullable Hop insteadOfStream;

    private Stage stage = Stage.SILENCE;
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

    /** How long nothing was heard: what comes when the timer fires. */
    private enum Stage {
        /** Time to ask whether the port is closed at all. */
        REFUSAL,
        /** The gateway's silence is over. */
        SILENCE,
        /** There was no other gateway to try, and this one had its longer time too. */
        END
    }

    /** Runs until the first response. */
    private final class Silence extends TimerWheel.Entry {
        @Override
        protected void fired() {
            stillSilent();
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
    void send(Target to, Listener preferred) {
        target = to;
        place = parts.capacity().ofGateway(gateway.name(), gateway.limits());
        if (place == null) {
            limited = true;
            parts.counters().add(Count.GATEWAY_LIMITED);
            gone("has as many calls as it may", ResponseContext.UNREACHABLE);
            return;
        }
        if (context.secure() && to.transport() != Transport.TLS) {
            gone("is not reached by TLS, as a sips URI wants it", ResponseContext.NOT_SECURE);
            return;
        }
        send(to, parts.hops().to(to, preferred), true);
    }

    /** @param mayBeStream whether a long INVITE may go by TCP instead of UDP (§18.1.1) */
    private void send(Target to, @Nullable Hop by, boolean mayBeStream) {
        InviteClientTransaction transaction =
                by == null ? null : parts.transactions().newInviteClient(by, this);
        if (by == null || transaction == null) {
            gone("could not be sent to", ResponseContext.UNREACHABLE);
            return;
        }
        ByteBuf invite = invite(transaction, by);
        if (TransactionLayer.tooLong(invite.readableBytes())) {
            // The caller's fault, not the gateway's: it stays as well as it was.
            invite.release();
            transaction.abandon();
            gone("too long to be sent on", ResponseContext.TOO_LONG);
            return;
        }
        boolean isLong = mayBeStream
                && gateway.transport() == null
                && !by.reliable()
                && invite.readableBytes() > LongMessages.LONGEST_BY_UDP;
        Hop stream = isLong ? parts.longMessages().streamTo(to, by.listener()) : null;
        if (stream != null) {
            invite.release();
            transaction.abandon();
            insteadOfStream = by;
            send(to, stream, false);
        } else {
            client = transaction;
            hop = by;
            if (sentAtMillis == 0) {
                sentAtMillis = context.nowMillis();
                if (context.call().logged()) {
                    context.call().say("INVITE to gateway " + gateway.name() + " at " + by);
                }
                awaitAnswer();
            }
            transaction.begin(invite);
        }
    }

    /** The gateway's name has no address. */
    void hasNoTarget() {
        gone("its name has no address", ResponseContext.UNREACHABLE);
    }

    private ByteBuf invite(InviteClientTransaction transaction, Hop to) {
        try {
            return context.inviteFor(this, transaction, to);
        } catch (RuntimeException e) {
            givePlaceBack();
            transaction.abandon();
            throw e;
        }
    }

    /** Starts the gateway's silence: when its host name is looked up, and anew when the INVITE leaves. */
    void awaitAnswer() {
        TimerWheel wheel = parts.transactions().wheel();
        long longest = Math.max(gateway.silence().toMillis() - EARLY_MILLIS, 1);
        silentUntil = wheel.nowMillis() + longest;
        Hop to = hop;
        boolean mayBeRefused = to != null && !to.reliable() && longest > REFUSAL_MILLIS;
        stage = mayBeRefused ? Stage.REFUSAL : Stage.SILENCE;
        wheel.start(silence, mayBeRefused ? REFUSAL_MILLIS : longest);
    }

    /** Nothing else is left to try: this gateway gets more time than its silence. */
    void awaitLonger(long millis) {
        stage = Stage.END;
        parts.transactions().wheel().start(silence, millis);
    }

    private void stillSilent() {
        switch (stage) {
            case REFUSAL -> {
                Hop to = hop;
                if (to != null) {
                    parts.transactions().whenRefused(to, this::refused);
                }
                stage = Stage.SILENCE;
                TimerWheel wheel = parts.transactions().wheel();
                wheel.start(silence, silentUntil - wheel.nowMillis());
            }
            case SILENCE -> {
                unwell(ResponseContext.noAnswerWithin(gateway.silence()));
                context.silent(this);
            }
            case END -> context.silentToTheEnd(this);
        }
    }

    /** ICMP says that nobody listens there. */
    private void refused() {
        if (!heard && !finished) {
            unwell("its port is closed");
            gone("could not be reached: its port is closed", ResponseContext.UNREACHABLE);
        }
    }

    private void unwell(String why) {
        Target at = target;
        if (at != null) {
            parts.health().failed(at, why);
        }
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
            sayGivenUp(why);
        }
    }

    private void sayGivenUp(String why) {
        if (context.call().logged()) {
            context.call().say("gateway " + gateway.name() + " is given up: " + why);
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
        int code = response.status();
        if (code < 200) {
            provisional(response, code);
            return;
        }
        finished = true;
        status = code;
        tallied(code);
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
    public ClientTransactionUser afterSuccess() {
        return context.afterSuccess(this);
    }

    @Override
    public void timedOut() {
        if (abandoned == null) {
            unwell("no answer within timer B");
        }
        gone("no answer within timer B", ResponseContext.TIMED_OUT);
    }

    @Override
    public void transportFailed() {
        Hop datagrams = insteadOfStream;
        Target to = target;
        if (datagrams != null && to != null && !heard && !cancelWanted && abandoned == null) {
            // Back to UDP; the silence runs on from the first attempt.
            insteadOfStream = null;
            parts.longMessages().refused(datagrams.remote());
            send(to, datagrams, false);
            return;
        }
        unwell("could not be reached");
        gone("could not be reached", ResponseContext.UNREACHABLE);
    }

    /** @param code 0 when the gateway gave no final response */
    private void tallied(int code) {
        CallTally tally = parts.tallies().ofGateway(gateway.name());
        tally.ended(code);
        if (code != 0) {
            long took = context.nowMillis() - sentAtMillis;
            tally.took(CallTally.Delay.FINAL, took);
            if (first18xAtMillis == 0) {
                tally.took(CallTally.Delay.POST_DIAL, took);
            }
        }
    }

    private void provisional(SipMessage response, int code) {
        if (code / 10 == 18 && first18xAtMillis == 0) {
            first18xAtMillis = context.nowMillis();
            parts.tallies().ofGateway(gateway.name()).took(CallTally.Delay.POST_DIAL, first18xAtMillis - sentAtMillis);
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
        tallied(0);
        givePlaceBack();
        silence.stop();
        timerC.stop();
        InviteClientTransaction transaction = client;
        if (transaction != null) {
            transaction.giveUp();
        }
        if (abandoned == null && !heard) {
            abandoned = why;
            sayGivenUp(why);
        }
        context.gone(this, asStatus);
    }
}
