package io.ringtrace.sip.proxy;

import io.ringtrace.attribution.LeaseClock;
import io.ringtrace.call.CallAttempt;
import io.ringtrace.call.CallEvent;
import io.ringtrace.call.CallId;
import io.ringtrace.call.CallRecorder;
import io.ringtrace.call.DialogFacts;
import io.ringtrace.call.EndReason;
import io.ringtrace.call.EndedBy;
import io.ringtrace.call.GatewayAttempt;
import io.ringtrace.call.RunningCall;
import io.ringtrace.routing.RouteDecision;
import io.ringtrace.routing.Supervision;
import io.ringtrace.sip.counters.CallTallies;
import io.ringtrace.sip.counters.CallTally;
import io.ringtrace.sip.counters.Count;
import io.ringtrace.sip.counters.SipCounters;
import io.ringtrace.sip.message.SipMessage;
import io.ringtrace.sip.message.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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
    private final CallTallies tallies;
    private final DialogReader dialogs;
    private final RejoiningInvites rejoining;
    private final WaitingEvents events;
    private final InferredEnds inferred = new InferredEnds();

    CallRecording(
            CallRecorder recorder,
            LeaseClock clock,
            LongSupplier monotonicMillis,
            LiveCalls calls,
            SipCounters counters,
            CallTallies tallies,
            DialogReader dialogs,
            RejoiningInvites rejoining) {
        this.recorder = recorder;
        this.clock = clock;
        this.monotonicMillis = monotonicMillis;
        this.calls = calls;
        this.counters = counters;
        this.tallies = tallies;
        this.dialogs = dialogs;
        this.rejoining = rejoining;
        this.events = new WaitingEvents(recorder, counters);
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

    /** Its INVITE has just arrived: what is counted and shown of the call. */
    void opened(LiveCall call, TargetSelection.Selected selected, SipMessage invite, boolean traced) {
        CallAttempt attempt = selected.attempt();
        call.trunk = attempt.trunk().name();
        call.tally = tallies.ofTrunk(call.trunk);
        call.caller = attempt.callerWithheld() ? null : attempt.caller();
        call.dialed = attempt.dialed();
        call.beganAt = monotonicMillis.getAsLong();
        call.beganAtMillis = clock.nowMillis();
        call.log = CallLog.of(call.callId, invite, call.trunk, traced);
        if (call.logged()) {
            call.say(attempt + ", " + selected.attribution().status().name().toLowerCase(Locale.ROOT) + ": "
                    + switch (selected.decision()) {
                        case RouteDecision.Forward forward -> "goes to " + forward.destination();
                        case RouteDecision.Reject reject -> "refused with " + reject.status() + ", " + reject.why();
                    });
        }
    }

    /** An 18x is about to be forwarded; the first one is recorded. */
    void progressed(LiveCall call, String gateway, int status, long sentToGatewayAtMillis) {
        if (!call.progressed) {
            call.progressed = true;
            call.gateway = gateway;
            call.firstRingAt = monotonicMillis.getAsLong();
            postDial(call, call.firstRingAt, sentToGatewayAtMillis);
            if (call.logged()) {
                call.say(status + " by gateway " + gateway);
            }
            events.append(new CallEvent.Progressed(
                    call.callId, call.millisAt(call.firstRingAt), gateway, status, sentToGatewayAtMillis));
        }
    }

    /**
     * A 2xx has come for a call that was ended without an answer, and is about to be forwarded all the same. The record takes the answer, and
     * of that end nothing stands any more. What the call counted for at its trunk and number was given back.
     */
    void goesOn(LiveCall call) {
        if (call.ended) {
            calls.endedNoMore(call);
        }
    }

    /**
     * The call's first 2xx is about to be forwarded: it is recorded, and its dialog watched from then on.
     *
     * @param invite as the caller sent it; null when it is not known any more
     * @param response the 2xx as the gateway sent it
     * @param cookie the call's at this gateway
     * @param callerListener index of the one that the INVITE came by
     * @param listener index of the one that the gateway's messages come by
     */
    void answered(
            LiveCall call,
            @Nullable SipMessage invite,
            SipMessage response,
            CallCookie cookie,
            String gateway,
            int callerListener,
            int listener,
            Supervision rules,
            List<GatewayAttempt> attempts) {
        goesOn(call);
        long leg = CookieSigner.tagHash(response, response.toTag());
        call.addLeg(leg);
        call.answered = true;
        call.answeredAt = monotonicMillis.getAsLong();
        call.answeredAtMillis = call.millisAt(call.answeredAt);
        counters.add(Count.CALLS_ANSWERED);
        call.gateway = gateway;
        finalSent(call, response.status(), attempts);
        int status = response.status();
        if (call.logged()) {
            call.say("answered with " + status + " by gateway " + gateway + " after " + (call.answeredAt - call.beganAt)
                    + " ms");
        }
        long ringMillis = call.progressed ? call.answeredAt - call.firstRingAt : 0;
        call.sessionMillis = SessionTimer.intervalMillis(response);
        LiveDialog dialog =
                invite == null ? null : dialogs.read(invite, response, cookie, leg, callerListener, listener);
        if (dialog != null) {
            calls.hasDialog(call, dialog);
        }
        call.journaledAt = call.answeredAt;
        CallSupervision.begin(call, rules);
        alive(call);
        events.append(new CallEvent.Answered(
                call.callId,
                call.answeredAtMillis,
                gateway,
                response.status(),
                ringMillis,
                attempts,
                dialog == null ? null : dialog.facts()));
    }

    /**
     * A further 2xx of an answered call is about to be forwarded: the same one again, or another branch's.
     *
     * @param gateway hash of the name of the one that it comes from
     * @param listener index of the one that the gateway's messages come by
     */
    void answeredAgain(CallId callId, SipMessage response, int gateway, int listener) {
        long leg = CookieSigner.tagHash(response, response.toTag());
        LiveCall call = calls.find(callId);
        LiveDialog first = call == null ? null : call.dialog;
        if (call != null && call.addLeg(leg) && first != null) {
            call.addDialog(dialogs.readFurther(first, response, gateway, leg, listener));
            continued(call);
        }
    }

    /** An answered call of an earlier run, watched again from where the journal left it. */
    void resume(RunningCall running, List<LiveDialog> legs, String trunk, Supervision rules) {
        if (calls.full() || calls.find(running.callId()) != null) {
            return;
        }
        LiveCall call = calls.add(running.callId());
        call.trunk = trunk;
        long now = monotonicMillis.getAsLong();
        long wallNow = clock.nowMillis();
        call.resumed = true;
        call.progressed = true;
        call.answered = true;
        call.answeredAtMillis = running.answeredAtMillis();
        // Between two runs there is the wall clock alone.
        call.answeredAt = now - Math.max(wallNow - running.answeredAtMillis(), 0);
        call.beganAt = call.answeredAt;
        call.beganAtMillis = call.answeredAtMillis;
        // What proved its life since the journal's last word of it went with the former run: it gets its time to do so
        // again.
        call.aliveAt = now;
        call.unproven = true;
        call.aliveAtMillis = running.aliveAtMillis();
        call.journaledAt = now - CallSupervision.JOURNAL_AGAIN_MILLIS;
        calls.hasDialog(call, legs.getFirst());
        legs.forEach(leg -> call.addLeg(leg.leg()));
        legs.subList(1, legs.size()).forEach(call::addDialog);
        CallSupervision.begin(call, rules);
        calls.watch(call);
    }

    /** A request passes within the call; its number must be known when we send one of our own. */
    void requested(Dialog dialog, SipMessage request) {
        LiveCall call = calls.find(dialog.cookie().callId());
        LiveDialog known = call == null ? null : call.dialogOf(dialog.leg());
        if (known != null) {
            known.requested(dialog.fromCaller(), request.cseqNumber());
        }
    }

    /**
     * A 2xx passes within the call: both sides live.
     *
     * @param refreshes it answers an INVITE or UPDATE, and so sets the targets (RFC 3261 §12.2.1.2) and the session timer, or by its
     *     silence ends that (RFC 4028 §7.2)
     */
    void alive(Dialog dialog, SipMessage request, SipMessage response, boolean refreshes) {
        LiveCall call = calls.find(dialog.cookie().callId());
        if (call == null || !call.watched()) {
            return;
        }
        if (refreshes) {
            call.sessionMillis = SessionTimer.intervalMillis(response);
            LiveDialog known = call.dialogOf(dialog.leg());
            if (known != null) {
                move(known, dialog.fromCaller() ? LiveDialog.Side.CALLER : LiveDialog.Side.DESTINATION, request);
                move(known, dialog.fromCaller() ? LiveDialog.Side.DESTINATION : LiveDialog.Side.CALLER, response);
            }
        }
        alive(call);
    }

    /** Both sides of a watched call live. */
    void alive(LiveCall call) {
        call.unproven = false;
        call.aliveAt = monotonicMillis.getAsLong();
        call.aliveAtMillis = call.millisAt(call.aliveAt);
        calls.watch(call);
    }

    /** The call still runs: a restart is to know that, and the dialogs of its legs. */
    void continued(LiveCall call) {
        List<DialogFacts> legs = new ArrayList<>(1);
        for (LiveDialog at = call.dialog; at != null; at = at.next) {
            legs.add(at.facts());
        }
        if (!legs.isEmpty()) {
            long now = monotonicMillis.getAsLong();
            call.journaledAt = now;
            events.append(new CallEvent.Continued(
                    call.callId, call.millisAt(now), call.answeredAtMillis, call.aliveAtMillis, legs));
        }
    }

    private void move(LiveDialog known, LiveDialog.Side side, SipMessage message) {
        int contact = dialogs.contact(message);
        if (Span.present(contact)) {
            int from = message.offset() + Span.start(contact);
            known.movedTo(side, message.bytes(), from, from + Span.length(contact));
        }
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
            finalSent(call, statusSent, attempts);
            end(
                    call,
                    new CallEvent.Ended(
                            call.callId,
                            // A fault of ours may have come before anything else of it.
                            call.beganAtMillis == 0 ? clock.nowMillis() : call.millisAt(monotonicMillis.getAsLong()),
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
     * A BYE was accepted: the dialog with that To tag is over, and with the last one the call. An end that we had inferred is corrected by it,
     * a BYE that crossed ours at the longest time among them: on another node it would go before that end too.
     *
     * @param accepted whether the other side had that dialog
     * @param arrivedAtMillis when the BYE arrived, by the lease clock; for a call that is not known here
     * @param arrivedMonotonic the same by the monotonic clock
     */
    void hungUp(
            CallId callId,
            long tagHash,
            boolean byCaller,
            boolean accepted,
            long arrivedAtMillis,
            long arrivedMonotonic,
            @Nullable String reasonHeader) {
        EndReason reason = byCaller ? EndReason.CALLER_HANGUP : EndReason.DESTINATION_HANGUP;
        EndedBy by = byCaller ? EndedBy.CALLER : EndedBy.DESTINATION;
        LiveCall call = calls.find(callId);
        long talkMillis;
        long atMillis = call == null ? arrivedAtMillis : call.millisAt(arrivedMonotonic);
        if (call == null) {
            CallEvent.Corrected correction = inferred.correctedBy(callId, reason, by, arrivedMonotonic, reasonHeader);
            if (correction != null) {
                calls.ended(callId);
                events.append(correction);
                return;
            }
            // A caller who hangs up, or knows the dialog, has heard a 2xx, whatever the journal has lost of it. Without
            // that its callee took up a call whose 2xx nobody could pass on any more: it was not answered.
            if (calls.hasEnded(callId) || (!byCaller && !accepted && rejoining.interrupted(callId))) {
                return;
            }
            // Answered before this process began: the store knows since when.
            talkMillis = -1;
        } else if (!call.answered) {
            return;
        } else if (call.endLeg(tagHash)) {
            talkMillis = call.resumed ? -1 : Math.max(arrivedMonotonic - call.answeredAt, 0);
        } else {
            boolean _ = legOver(call, tagHash);
            return;
        }
        end(call, new CallEvent.Ended(callId, atMillis, reason, by, 0, 0, reasonHeader, talkMillis, true, List.of()));
    }

    /** A side knows nothing of this dialog any more. The call is lost with its last one; true when it goes on in another. */
    boolean unknownThere(LiveCall call, LiveDialog dialog) {
        if (call.endLeg(dialog.leg())) {
            lost(call);
            return false;
        }
        return legOver(call, dialog.leg());
    }

    /** Others of the call go on, and a restart is to know which. False when this one was over before. */
    private boolean legOver(LiveCall call, long tagHash) {
        if (call.dialogOver(tagHash)) {
            continued(call);
            return true;
        }
        return false;
    }

    /** Forgets a call whose beginning could not be recorded. */
    void refused(LiveCall call) {
        calls.remove(call);
    }

    /** Nobody proved in time that the call still runs: it ended when it last showed life. A BYE that still comes corrects that. */
    void lost(LiveCall call) {
        long talkMillis = call.resumed ? -1 : call.aliveAt - call.answeredAt;
        calls.remove(call);
        inferred.add(call, EndReason.LOST);
        countEnd(call);
        counters.add(Count.CALLS_LOST);
        CallEvent.Ended event =
                CallEvent.Ended.byRingtrace(call.callId, call.aliveAtMillis, EndReason.LOST, talkMillis, false);
        if (call.logged()) {
            call.say(told(event));
        }
        events.append(event);
    }

    /** We are about to end the call at its longest time. */
    void reachedMaximum(LiveCall call) {
        long now = monotonicMillis.getAsLong();
        long talkMillis = call.resumed ? -1 : now - call.answeredAt;
        inferred.add(call, EndReason.MAX_DURATION);
        end(
                call,
                CallEvent.Ended.byRingtrace(call.callId, call.millisAt(now), EndReason.MAX_DURATION, talkMillis, true));
    }

    private void finalSent(LiveCall call, int status, List<GatewayAttempt> attempts) {
        CallTally tally = call.tally;
        if (tally == null) {
            return;
        }
        long now = monotonicMillis.getAsLong();
        tally.ended(status);
        tally.took(CallTally.Delay.FINAL, now - call.beganAt);
        if (!call.progressed) {
            postDial(call, now, attempts.isEmpty() ? 0 : attempts.getLast().sentAtMillis());
        }
    }

    /** @param sentToGatewayAtMillis 0 when no gateway was asked */
    private void postDial(LiveCall call, long now, long sentToGatewayAtMillis) {
        CallTally tally = call.tally;
        if (tally != null) {
            long total = now - call.beganAt;
            long theirs =
                    sentToGatewayAtMillis == 0 ? 0 : Math.clamp(call.millisAt(now) - sentToGatewayAtMillis, 0, total);
            tally.took(CallTally.Delay.POST_DIAL, total);
            tally.took(CallTally.Delay.POST_DIAL_THEIRS, theirs);
            tally.took(CallTally.Delay.POST_DIAL_OURS, total - theirs);
        }
    }

    private void end(@Nullable LiveCall call, CallEvent.Ended event) {
        if (call != null) {
            if (call.logged()) {
                call.say(told(event));
            }
            calls.end(call);
        } else {
            calls.ended(event.callId());
        }
        countEnd(call);
        events.append(event);
    }

    /** Each call is counted once, one that was answered after its end too. */
    private void countEnd(@Nullable LiveCall call) {
        if (call == null || !call.endedBefore) {
            counters.add(Count.CALLS_ENDED);
        }
    }

    private static String told(CallEvent.Ended event) {
        StringBuilder text = new StringBuilder("ended: ").append(event.reason().text());
        if (event.statusSent() > 0) {
            text.append(", ").append(event.statusSent()).append(" sent");
        }
        event.attempts().stream()
                .filter(attempt -> attempt.abandoned() != null)
                .forEach(attempt -> text.append(", gateway ")
                        .append(attempt.gateway())
                        .append(": ")
                        .append(attempt.abandoned()));
        if (event.talkMillis() > 0) {
            text.append(", after ").append(event.talkMillis()).append(" ms of talk");
        }
        return text.toString();
    }

    /** With each tick: what waits is recorded, as far as there is room by now. True when nothing waits any more. */
    boolean recordWaiting() {
        return events.recordAll();
    }
}
