package io.ringtrace.sip.transport;

import io.netty.buffer.ByteBuf;
import io.netty.util.ReferenceCountUtil;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Datagrams that wait for the end of a batch, or for room in the kernel's buffer: a ring that grows up to a bound. One shard's thread. */
final class SendQueue {
    /** At a kilobyte each about as much as Netty's queue held. */
    static final int MOST = 1 << 15;

    private static final int FIRST_ROOM = 1 << 8;
    private @Nullable ByteBuf[] buffers = new ByteBuf[FIRST_ROOM];
    private @Nullable Hop[] hops = new Hop[FIRST_ROOM];
    private int[] calls = new int[FIRST_ROOM];
    private int first;
    private int count;

    /**
     * False when there is no room; the buffer is then still the caller's.
     *
     * @param call as {@link ShardLoop#serves} has it
     */
    boolean offer(ByteBuf buffer, Hop to, int call) {
        if (count >= MOST) {
            return false;
        }
        add(buffer, to, call);
        return true;
    }

    private void add(ByteBuf buffer, Hop to, int call) {
        if (count == buffers.length) {
            grow();
        }
        int place = (first + count) & (buffers.length - 1);
        buffers[place] = buffer;
        hops[place] = to;
        calls[place] = call;
        count++;
    }

    /**
     * Puts those of that call behind what waits in the other queue, in their order and beyond its bound.
     *
     * @param call 0 for all
     */
    void moveTo(SendQueue other, int call) {
        int kept = 0;
        for (int i = 0; i < count; i++) {
            int from = (first + i) & (buffers.length - 1);
            if (call == 0 || calls[from] == call) {
                other.add(buffer(i), hop(i), calls[from]);
            } else {
                int to = (first + kept++) & (buffers.length - 1);
                buffers[to] = buffers[from];
                hops[to] = hops[from];
                calls[to] = calls[from];
            }
        }
        for (int i = kept; i < count; i++) {
            int place = (first + i) & (buffers.length - 1);
            buffers[place] = null;
            hops[place] = null;
        }
        count = kept;
    }

    boolean isEmpty() {
        return count == 0;
    }

    int size() {
        return count;
    }

    ByteBuf buffer(int i) {
        return present(buffers[(first + i) & (buffers.length - 1)]);
    }

    Hop hop(int i) {
        return present(hops[(first + i) & (hops.length - 1)]);
    }

    int call(int i) {
        return calls[(first + i) & (calls.length - 1)];
    }

    /** Puts another order into the first so many. */
    void reorder(int[] order, int many) {
        @Nullable ByteBuf[] oldBuffers = new ByteBuf[many];
        @Nullable Hop[] oldHops = new Hop[many];
        int[] oldCalls = new int[many];
        for (int i = 0; i < many; i++) {
            oldBuffers[i] = buffer(i);
            oldHops[i] = hop(i);
            oldCalls[i] = call(i);
        }
        for (int i = 0; i < many; i++) {
            int place = (first + i) & (buffers.length - 1);
            buffers[place] = oldBuffers[order[i]];
            hops[place] = oldHops[order[i]];
            calls[place] = oldCalls[order[i]];
        }
    }

    /** Takes away the first so many, and releases their buffers. */
    void remove(int many) {
        for (int i = 0; i < many; i++) {
            ReferenceCountUtil.safeRelease(buffers[first]);
            buffers[first] = null;
            hops[first] = null;
            first = (first + 1) & (buffers.length - 1);
        }
        count -= many;
    }

    private void grow() {
        @Nullable ByteBuf[] moreBuffers = Arrays.copyOf(buffers, 2 * count);
        @Nullable Hop[] moreHops = Arrays.copyOf(hops, 2 * count);
        int[] moreCalls = Arrays.copyOf(calls, 2 * count);
        // What stood before the first one follows the old end.
        System.arraycopy(buffers, 0, moreBuffers, count, first);
        System.arraycopy(hops, 0, moreHops, count, first);
        System.arraycopy(calls, 0, moreCalls, count, first);
        Arrays.fill(moreBuffers, 0, first, null);
        Arrays.fill(moreHops, 0, first, null);
        buffers = moreBuffers;
        hops = moreHops;
        calls = moreCalls;
    }

    private static <T> T present(@Nullable T waiting) {
        if (waiting == null) {
            throw new IllegalStateException("no datagram waits there");
        }
        return waiting;
    }
}
