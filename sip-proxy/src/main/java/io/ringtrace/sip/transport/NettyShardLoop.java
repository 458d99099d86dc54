package io.ringtrace.sip.transport;

import io.netty.channel.IoEventLoop;
import io.netty.channel.SingleThreadIoEventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A shard's thread as a Netty event loop, and the ports that are flushed with it. The lists of ports and ticks are its thread's own. */
final class NettyShardLoop implements ShardLoop {
    private static final Logger LOG = LoggerFactory.getLogger(NettyShardLoop.class);
    private static final long NANOS_BETWEEN_FAULT_LOGS = TimeUnit.SECONDS.toNanos(1);

    private final int shard;
    private final SingleThreadIoEventLoop loop;
    private final boolean alone;
    private final List<MessagePort> ports = new ArrayList<>();
    private final List<RepeatedTask> ticks = new ArrayList<>();
    private final SendGate gate = new SendGate(this);
    private final Departures departures = new Departures(System.nanoTime());
    private int served;

    /** @param alone true when there is no other shard */
    NettyShardLoop(int shard, SingleThreadIoEventLoop loop, boolean alone) {
        this.shard = shard;
        this.loop = loop;
        this.alone = alone;
    }

    IoEventLoop eventLoop() {
        return loop;
    }

    SendGate gate() {
        return gate;
    }

    /** On the loop's thread. */
    void add(MessagePort port) {
        ports.add(port);
    }

    @Override
    public int shard() {
        return shard;
    }

    @Override
    public boolean inLoop() {
        return loop.inEventLoop();
    }

    @Override
    public void execute(Runnable task) {
        loop.execute(() -> run(task));
    }

    @Override
    public void serves(int call) {
        served = call;
    }

    /** Whose messages are sent now, as {@link #serves} has it. */
    int served() {
        return served;
    }

    @Override
    public Tick every(Duration period, Duration latest, Runnable task) {
        RepeatedTask tick = new RepeatedTask(period.toNanos(), latest.toNanos(), task);
        execute(() -> ticks.add(tick));
        return tick;
    }

    private void run(Runnable task) {
        try {
            task.run();
        } finally {
            flush();
        }
    }

    /** A batch, task or tick may send by any of the shard's ports; those with nothing waiting cost a comparison. */
    void flush() {
        long now = System.nanoTime();
        for (int i = 0; i < ticks.size(); i++) {
            ticks.get(i).runIfDue(now);
        }
        gate.batchDone();
        boolean gatheredToo = departures.due(now);
        for (int i = 0; i < ports.size(); i++) {
            ports.get(i).flush(gatheredToo);
        }
    }

    /** Whether a message that nobody waits for may stay until {@link #flush} lets such ones go. Only a tick's alarm wakes a thread for them. */
    boolean gathers() {
        return departures.gathers() && !ticks.isEmpty();
    }

    /**
     * Whether the thread may wait at its socket instead of in the loop, which saves a system call for each batch. What else would wake the loop
     * waits meanwhile: so it is for a shard that is alone and is handed nothing by others, has one socket, many messages, and no task now.
     */
    boolean mayStayAtSocket() {
        return alone && ports.size() == 1 && !ticks.isEmpty() && departures.hasMany() && loop.pendingTasks() == 0;
    }

    private void alarmed() {
        departures.nothingElseCame(System.nanoTime());
        flush();
    }

    /** Run by {@link #flush}; the alarm wakes a thread that nothing else has woken. */
    private final class RepeatedTask implements Tick {
        private final long periodNanos;
        private final long latestNanos;
        private final Runnable task;
        private long dueAt;
        private long mayLogAt;
        private Future<?> alarm;
        private volatile boolean closed;

        RepeatedTask(long periodNanos, long latestNanos, Runnable task) {
            this.periodNanos = periodNanos;
            this.latestNanos = latestNanos;
            this.task = task;
            this.mayLogAt = System.nanoTime();
            this.dueAt = mayLogAt + periodNanos;
            this.alarm = alarm();
        }

        private Future<?> alarm() {
            return loop.schedule(NettyShardLoop.this::alarmed, latestNanos, TimeUnit.NANOSECONDS);
        }

        void runIfDue(long now) {
            if (closed || now - dueAt < 0) {
                return;
            }
            alarm.cancel(false);
            alarm = alarm();
            dueAt = now + periodNanos;
            try {
                task.run();
            } catch (RuntimeException e) {
                fault(now, e);
            }
        }

        private void fault(long now, RuntimeException e) {
            if (now - mayLogAt >= 0) {
                mayLogAt = now + NANOS_BETWEEN_FAULT_LOGS;
                LOG.error(
                        "{}: what is done at each tick failed, and is done again at the next", NettyShardLoop.this, e);
            }
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    @Override
    public String toString() {
        return "shard " + shard;
    }
}
