package io.ringtrace.sip.transport;

import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** The one thread of a shard: its sockets are read here, its timers tick here, other threads' events are handed over here. */
public interface ShardLoop extends Executor {
    /** The shard's number, from 0. */
    int shard();

    /** True on this loop's own thread. */
    boolean inLoop();

    /** Runs the task on the loop's thread, soon; callable from any thread. What it sends is flushed after it. */
    @Override
    void execute(Runnable task);

    /**
     * Runs the task again and again on the loop's thread, for the timer wheel; what it sends is flushed after each run. It ends with the
     * loop, or by closing the answer.
     */
    Tick every(long period, TimeUnit unit, Runnable task);

    /** A repeated task that can be ended, from any thread. */
    interface Tick extends AutoCloseable {
        @Override
        void close();
    }
}
