package io.ringtrace.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.Callable;

/** Waits for what other threads, processes and the database do in their own time. */
public final class Eventually {
    private static final Duration LONGEST = Duration.ofSeconds(60);

    private Eventually() {}

    public static void eventually(String what, Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + LONGEST.toNanos();
        while (!condition.call()) {
            assertThat(System.nanoTime()).as("waited %s for: %s", LONGEST, what).isLessThan(deadline);
            Thread.sleep(2);
        }
    }
}
