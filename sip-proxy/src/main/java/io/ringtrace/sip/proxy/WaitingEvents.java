package io.ringtrace.sip.proxy;

import io.ringtrace.call.CallEvent;
import io.ringtrace.call.CallRecorder;
import io.ringtrace.sip.counters.Count;
import io.ringtrace.sip.counters.SipCounters;
import java.util.ArrayDeque;
import java.util.Deque;

/** A shard's way into the journal for what has happened already: where there is no room, events wait for it in their order. On its thread. */
final class WaitingEvents {
    /** Ends of running calls beyond what the journal keeps ready for them, some 30,000; what comes after that is lost, and counted. */
    private static final int MOST = 16_384;

    private final CallRecorder recorder;
    private final SipCounters counters;
    private final Deque<CallEvent> waiting = new ArrayDeque<>();

    WaitingEvents(CallRecorder recorder, SipCounters counters) {
        this.recorder = recorder;
        this.counters = counters;
    }

    void append(CallEvent event) {
        if (recordAll() && recorder.record(event)) {
            return;
        }
        if (waiting.size() < MOST) {
            waiting.add(event);
        } else {
            counters.add(Count.EVENTS_LOST);
        }
    }

    /** Records what waits, as far as there is room by now. True when nothing waits any more. */
    boolean recordAll() {
        for (CallEvent next = waiting.peek(); next != null && recorder.record(next); next = waiting.peek()) {
            waiting.remove();
        }
        return waiting.isEmpty();
    }
}
