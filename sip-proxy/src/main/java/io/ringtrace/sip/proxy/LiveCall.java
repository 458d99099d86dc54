package io.ringtrace.sip.proxy;

import io.ringtrace.call.CallEvent;
import io.ringtrace.call.CallId;
import io.ringtrace.call.PhoneNumber;
import io.ringtrace.sip.admission.CallCapacity;
import io.ringtrace.sip.counters.CallTally;
import io.ringtrace.sip.transaction.TimerWheel;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What a shard remembers of a call, from its INVITE to its end: enough for a record with exactly one end. */
final class LiveCall extends TimerWheel.Entry {
    /** Most answered branches that are told apart; BYEs of further ones end nothing. */
    private static final int MOST_LEGS = CallEvent.Continued.MOST_DIALOGS;

    private final LiveCalls calls;
    final CallId callId;

    @Nullable
    LiveCall nextInBucket;

    /** Of its Call-ID, once its dialog is known. */
    long sipCallIdHash;

    @Nullable
    LiveCall nextBySipCallId;

    /** Of its trunk; null for a call that has ended, or that this process did not see begin. */
    @Nullable
    CallTally tally;

    /** Null when nobody wants to read of it. */
    @Nullable
    CallLog log;

    String trunk = "";
    String gateway = "";

    @Nullable
    PhoneNumber caller;

    @Nullable
    PhoneNumber dialed;

    /** Its INVITE's arrival by the monotonic clock; of a call of an earlier run, its answer. */
    long beganAt;

    /** The same by the lease clock, as it was then. All further times of the call are counted from it. */
    long beganAtMillis;

    long firstRingAt;
    long answeredAt;
    /** The same by the lease clock, as it was then. */
    long answeredAtMillis;
    /** The last 2xx within the call, by the monotonic clock and by the lease clock. */
    long aliveAt;

    long aliveAtMillis;
    /** How long its session may last without a refresh (RFC 4028); 0 without a session timer. */
    long sessionMillis;

    /** Of its first leg, by which the call is asked whether it lives; those of further legs follow it. Null when none is known. */
    @Nullable
    LiveDialog dialog;

    /** How often both sides are asked whether they live; 0 for never. */
    long askMillis;

    long askedAt;
    /** When its dialog was journaled last. */
    long journaledAt;

    /** Sides that answered the last question: 1 the caller, 2 the destination. */
    int proved;

    /** It is ended by our BYE at its longest time. */
    boolean hangUp;
    /** Its longest time is over, and only a sign of life is awaited. */
    boolean lastQuestion;
    /** It was answered before this process began. */
    boolean resumed;
    /** It was resumed, and nothing has proved its life since. */
    boolean unproven;

    /** From its shard's table. */
    boolean removed;

    boolean progressed;
    boolean answered;
    boolean ended;
    /** Its end was recorded, and then it was answered all the same. */
    boolean endedBefore;
    /** What it counts for, until it ends. */
    private CallCapacity.@Nullable Place places;

    private long[] legs = new long[1];
    private int legCount;

    LiveCall(LiveCalls calls, CallId callId) {
        this.calls = calls;
        this.callId = callId;
    }

    /**
     * A moment as the call's record has it, Unix milliseconds. A wall clock that is set in mid-call moves none of the call's times against the
     * others: what lies between two of them is as long as it was.
     */
    long millisAt(long monotonic) {
        return beganAtMillis + (monotonic - beganAt);
    }

    /** Holds the place until the call ends; gives it back at once when it has. */
    void hold(CallCapacity.Place place) {
        if (ended) {
            place.release();
        } else {
            places = place.before(places);
        }
    }

    /** Gives back what the call counts for. */
    void givePlacesBack() {
        for (CallCapacity.Place place = places; place != null; place = place.next()) {
            place.release();
        }
        places = null;
    }

    /** A 2xx with this To tag was forwarded; false when that is no news, or one too many. */
    boolean addLeg(long tagHash) {
        if (legCount == MOST_LEGS || indexOf(tagHash) >= 0) {
            return false;
        }
        if (legCount == legs.length) {
            legs = Arrays.copyOf(legs, legCount * 2);
        }
        legs[legCount++] = tagHash;
        return true;
    }

    /** The dialog with this To tag is over; true when it was the last one. */
    boolean endLeg(long tagHash) {
        int index = indexOf(tagHash);
        if (index < 0) {
            return false;
        }
        legs[index] = legs[--legCount];
        return legCount == 0;
    }

    /** The dialog of a further leg; the first one is known. */
    void addDialog(LiveDialog further) {
        for (LiveDialog last = dialog; last != null; last = last.next) {
            if (last.next == null) {
                last.next = further;
                return;
            }
        }
    }

    /** Null when it is not known. */
    @Nullable
    LiveDialog dialogOf(long tagHash) {
        LiveDialog at = dialog;
        while (at != null && at.leg() != tagHash) {
            at = at.next;
        }
        return at;
    }

    /** The dialog with this To tag is over while others of the call go on; false when it was not known. */
    boolean dialogOver(long tagHash) {
        LiveDialog before = null;
        for (LiveDialog at = dialog; at != null; at = at.next) {
            if (at.leg() == tagHash) {
                if (before == null) {
                    dialog = at.next;
                } else {
                    before.next = at.next;
                }
                return true;
            }
            before = at;
        }
        return false;
    }

    /** True when {@link #say} is heard. */
    boolean logged() {
        return log != null;
    }

    /** Writes into the log what happens to the call, when somebody wants to read it. */
    void say(String sentence) {
        CallLog wanted = log;
        if (wanted != null) {
            wanted.say(sentence);
        }
    }

    private int indexOf(long tagHash) {
        for (int i = 0; i < legCount; i++) {
            if (legs[i] == tagHash) {
                return i;
            }
        }
        return -1;
    }

    LiveCallView view() {
        LiveCallView.State state = lastQuestion
                ? LiveCallView.State.ASKED
                : answered
                        ? LiveCallView.State.ANSWERED
                        : progressed ? LiveCallView.State.RINGING : LiveCallView.State.TRYING;
        return new LiveCallView(
                callId, state, trunk, gateway, caller, dialed, callId.madeAtMillis(), answeredAtMillis, aliveAtMillis);
    }

    /** It talks, as far as we know. */
    boolean watched() {
        return answered && !removed;
    }

    @Override
    protected void fired() {
        calls.expired(this);
    }
}
