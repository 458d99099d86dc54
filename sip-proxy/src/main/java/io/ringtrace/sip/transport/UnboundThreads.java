package io.ringtrace.sip.transport;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Pools for what shards let others do. Their threads are there before the first task: a thread that a shard's thread had started would be bound
 * to the shard's processor ({@link ShardProcessor}).
 */
final class UnboundThreads {
    private UnboundThreads() {}

    /** @param name of the threads, with a number from 0 on behind it */
    static ExecutorService pool(int threads, String name) {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                threads,
                threads,
                0,
                TimeUnit.MILLISECONDS,
                new LinkedBlockingQueue<>(),
                Thread.ofPlatform().daemon().name(name + "-", 0).factory());
        pool.prestartAllCoreThreads();
        return pool;
    }
}
