package io.ringtrace.sip.counters;

import io.ringtrace.sip.message.SipMethod;
import java.util.concurrent.atomic.AtomicLongArray;

/** One shard's counters: its thread alone writes, with plain stores that other threads see soon; any thread reads. */
public final class SipCounters {
    private static final int CLASSES = 6;
    private static final int METHODS = SipMethod.values().length;
    private static final int RECEIVED_REQUESTS = Count.values().length;
    private static final int SENT_REQUESTS = RECEIVED_REQUESTS + METHODS;
    private static final int RECEIVED_RESPONSES = SENT_REQUESTS + METHODS;
    private static final int SENT_RESPONSES = RECEIVED_RESPONSES + CLASSES;
    private final AtomicLongArray values = new AtomicLongArray(SENT_RESPONSES + CLASSES);

    public void add(Count count) {
        increase(index(count));
    }

    /** Sets a gauge. */
    public void set(Count gauge, long value) {
        values.setOpaque(index(gauge), value);
    }

    public void requestReceived(SipMethod method) {
        increase(RECEIVED_REQUESTS + index(method));
    }

    public void requestSent(SipMethod method) {
        increase(SENT_REQUESTS + index(method));
    }

    public void responseReceived(int status) {
        increase(RECEIVED_RESPONSES + codeClass(status));
    }

    public void responseSent(int status) {
        increase(SENT_RESPONSES + codeClass(status));
    }

    public long read(Count count) {
        return values.getOpaque(index(count));
    }

    public long requestsReceived(SipMethod method) {
        return values.getOpaque(RECEIVED_REQUESTS + index(method));
    }

    public long requestsSent(SipMethod method) {
        return values.getOpaque(SENT_REQUESTS + index(method));
    }

    /** @param codeClass 1 for 1xx to 6 for 6xx */
    public long responsesReceived(int codeClass) {
        return values.getOpaque(RECEIVED_RESPONSES + codeClass - 1);
    }

    /** @param codeClass 1 for 1xx to 6 for 6xx */
    public long responsesSent(int codeClass) {
        return values.getOpaque(SENT_RESPONSES + codeClass - 1);
    }

    @SuppressWarnings("EnumOrdinal") // an index into this process's own array, never written down
    private static int index(Enum<?> value) {
        return value.ordinal();
    }

    private static int codeClass(int status) {
        return Math.clamp(status / 100 - 1, 0, CLASSES - 1);
    }

    private void increase(int index) {
        values.setOpaque(index, values.getPlain(index) + 1);
    }
}
