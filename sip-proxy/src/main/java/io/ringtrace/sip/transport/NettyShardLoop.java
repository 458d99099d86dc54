package io.ringtrace.sip.transport;

import io.netty.channel.IoEventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** A shard's thread as a Netty event loop, and the ports that are flushed with it. The list of ports is its thread's own. */
final class NettyShardLoop implements ShardLoop {
    private final int shard;
    private final IoEventLoop loop;
    private final List<MessagePort> ports = new ArrayList<>();
    private final SendGate gate = new SendGate(this);

    NettyShardLoop(int shard, IoEventLoop loop) {
        this.shard = shard;
        this.loop = loop;
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
    public Tick every(long period, TimeUnit unit, Runnable task) {
        Future<?> ticks = loop.scheduleAtFixedRate(() -> run(task), period, period, unit);
        return () -> ticks.cancel(false);
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
        gate.batchDone();
        for (int i = 0; i < ports.size(); i++) {
            ports.get(i).flush();
        }
    }

    @Override
    public String toString() {
        return "shard " + shard;
    }
}
