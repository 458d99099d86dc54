package io.ringtrace.sip.transport;

import java.time.Duration;
import java.util.concurrent.Executor;

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
     * On this loop's thread: what is sent from here on, until it is said otherwise, belongs to that call. Over UDP, messages of one call leave in the
     * order in which they are sent, and those of others may leave before them.
     *
     * @param call a hash of what names it; 0 for no call that is known, whose messages keep their place among all
     */
    void serves(int call);

    /**
     * Runs the task again and again on the loop's thread, for the timer wheel; what it sends is flushed after each run. It ends with the
     * loop, or by closing the answer.
     *
     * <p>A thread that is woken for a message costs little more when it looks at its timers too, and one that is woken for its timers alone
     * costs as much as for a message: so the task runs after the first batch of messages, or the first task, that ends when the period is over.
     *
     * @param period between two runs at the least
     * @param latest when nothing else has woken the thread since the run before
     */
    Tick every(Duration period, Duration latest, Runnable task);

    /** A repeated task that can be ended, from any thread. */
    interface Tick extends AutoCloseable {
        @Override
        void close();
    }
}
