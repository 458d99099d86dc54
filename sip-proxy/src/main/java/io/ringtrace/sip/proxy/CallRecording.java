package io.ringtrace.sip.proxy;

import io.ringtrace.attribution.LeaseClock;
import io.ringtrace.call.CallEvent;
import io.ringtrace.call.CallId;
import io.ringtrace.call.CallRecorder;
import io.ringtrace.call.EndReason;
import io.ringtrace.call.EndedBy;
import io.ringtrace.call.GatewayAttempt;
import io.ringtrace.sip.counters.Count;
import io.ringtrace.sip.counters.SipCounters;
import io.ringtrace.sip.message.SipMessage;
import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells the journal what happens to a shard's calls, each thing once, before the others hear of it: events are appended while a message is
 * handled, and datagrams leave after the batch.
 */
final class CallRecording {
    private final CallRecorder recorder;
    private final LeaseClock clock;
    private final LongSupplier monotonicMillis;
    private final LiveCalls calls;
    private final SipCounters counters;
    private final long longestMillis;
    private final long lingerMillis;

    /**
     * @param longest after this an answered call without a BYE is given up as lost
     * @param linger how long an ended call is remembered, so that a crossing or repeated BYE makes no second end; and how long after the
     *     end of a session its BYE is waited for
     */
    CallRecording(
            CallRecorder recorder,
            LeaseClock clock,
            LongSupplier monotonicMillis,
            LiveCalls calls,
            SipCounters counters,
            Duration longest,
            Duration linger) {
        this.recorder = recorder;
        this.clock = clock;
        this.monotonicMillis = monotonicMillis;
        this.calls = calls;
        this.counters = counters;
        this.longestMillis = longest.toMillis();
        this.lingerMillis = linger.toMillis();
        calls.whenLost(this::lost);
    }

    boolean acceptsNewCalls() {
        return !calls.full() && recorder.acceptsNewCalls();
    }

    /** False when the journal has no room: the call must be refused. */
    boolean began(CallEvent.Began began) {
        if (!recorder.record(began)) {
            return false;
        }
        counters.add(Count.CALLS_BEGUN);
        return true;
    }

    /** An 18x is about to be forwarded; the first one is recorded. */
    void progressed(LiveCall call, String gateway, int status, long sentToGatewayAtMillis) {
        if (!call.progressed) {
            call.progressed = true;
            call.firstRingAt = monotonicMillis.getAsLong();
            append(new CallEvent.Progressed(call.callId, clock.nowMillis(), gateway, status, sentToGatewayAtMillis));
        }
    }

    /**
     * A 2xx with that To tag is about to be forwarded; the first one is recorded.
     *
     * @param sessionMillis as it sets the session timer
     */
    void answered(
            LiveCall call,
            long tagHash,
            String gateway,
            int status,
            long sessionMillis,
            List<GatewayAttempt> attempts) {
        if (call.ended) {
            return;
        }
        call.addLeg(tagHash);
        if (call.answered) {
            return;
        }
        call.answered = true;
        call.answeredAt = monotonicMillis.getAsLong();
        counters.add(Count.CALLS_ANSWERED);
        long ringMillis = call.progressed ? call.answeredAt - call.firstRingAt : 0;
        call.sessionMillis = sessionMillis;
        alive(call);
        append(new CallEvent.Answered(call.callId, clock.nowMillis(), gateway, status, ringMillis, attempts));
    }

    /**
     * A 2xx passes within the call: both sides live.
     *
     * @param refreshes it answers an INVITE or UPDATE, and so sets the session timer, or by its silence ends it (RFC 4028 §7.2)
     */
    void alive(CallId callId, SipMessage response, boolean refreshes) {
        LiveCall call = calls.find(callId);
        if (call == null || call.ended || !call.answered) {
            return;
        }
        if (refreshes) {
            call.sessionMillis = SessionTimer.intervalMillis(response);
        }
        alive(call);
    }

    private void alive(LiveCall call) {
        call.aliveAt = monotonicMillis.getAsLong();
        call.aliveAtMillis = clock.nowMillis();
        long left = longestMillis - (call.aliveAt - call.answeredAt);
        long quiet = call.sessionMillis == 0 ? left : call.sessionMillis + lingerMillis;
        calls.keepFor(call, Math.max(Math.min(left, quiet), 0));
    }

    /** The call ends without having been answered. */
    void endedUnanswered(
            LiveCall call,
            EndReason reason,
            EndedBy by,
            int statusSent,
            int statusGateway,
            @Nullable String reasonHeader,
            List<GatewayAttempt> attempts) {
        if (!call.ended && !call.answered) {
            end(
                    call,
                    new CallEvent.Ended(
                            call.callId,
                            clock.nowMillis(),
                            reason,
                            by,
                            statusSent,
                            statusGateway,
                            reasonHeader,
                            0,
                            true,
                            attempts));
        }
    }

    /**
     * A BYE was accepted: the dialog with that To tag is over, and with the last one the call.
     *
     * @param arrivedAtMillis when the BYE arrived, by the lease clock
     * @param arrivedMonotonic the same by the monotonic clock
     */
    void hungUp(
            CallId callId,
            long tagHash,
            boolean byCaller,
            long arrivedAtMillis,
            long arrivedMonotonic,
            @Nullable String reasonHeader) {
        EndReason reason = byCaller ? EndReason.CALLER_HANGUP : EndReason.DESTINATION_HANGUP;
        EndedBy by = byCaller ? EndedBy.CALLER : EndedBy.DESTINATION;
        LiveCall call = calls.find(callId);
        long talkMillis;
        if (call == null) {
            // Answered before this process began: the store knows since when. Remembered, so that it ends once.
            call = calls.full() ? null : calls.add(callId);
            talkMillis = -1;
        } else if (call.ended || !call.answered || !call.endLeg(tagHash)) {
            return;
        } else {
            talkMillis = Math.max(arrivedMonotonic - call.answeredAt, 0);
        }
        end(
                call,
                new CallEvent.Ended(
                        callId, arrivedAtMillis, reason, by, 0, 0, reasonHeader, talkMillis, true, List.of()));
    }

    /** Forgets a call whose beginning could not be recorded. */
    void refused(LiveCall call) {
        calls.remove(call);
    }

    /** Its session was not refreshed, or its longest time is over: it ended when it last showed life. A BYE that still comes corrects that. */
    private void lost(LiveCall call) {
        long talkMillis = call.aliveAt - call.answeredAt;
        counters.add(Count.CALLS_ENDED);
        append(new CallEvent.Ended(
                call.callId,
                call.aliveAtMillis,
                EndReason.LOST,
                EndedBy.RINGTRACE,
                0,
                0,
                null,
                talkMillis,
                false,
                List.of()));
    }

    private void end(@Nullable LiveCall call, CallEvent.Ended event) {
        if (call != null) {
            calls.keepEnded(call, lingerMillis);
        }
        counters.add(Count.CALLS_ENDED);
        append(event);
    }

    private void append(CallEvent event) {
        if (!recorder.record(event)) {
            counters.add(Count.EVENTS_LOST);
        }
    }
}
