package io.ringtrace.sip;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.ringtrace.sip.transaction.SipTimers;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class GarbagePerCallTest {
    private static final int TRAINING = 1_500;
    private static final int MEASURED = 500;
    /** Transactions are forgotten after 64 T1, so that the measured calls use again what former ones have given back. */
    private static final SipTimers FAST = new SipTimers(
            Duration.ofMillis(10),
            Duration.ofMillis(40),
            Duration.ofMillis(50),
            Duration.ZERO,
            Duration.ofSeconds(185));

    private static final Duration TIME_PER_CALL = Duration.ofMillis(100);
    private static final long MOST_BYTES_PER_CALL = 16 * 1024;

    @Test
    void staysWithinItsBound() throws Exception {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (Ladder ladder = new Ladder(settings -> settings.withTimers(FAST), 1)) {
            calls(ladder, TRAINING);
            long before = allocatedByOthers(threads);
            calls(ladder, MEASURED);
            long perCall = (allocatedByOthers(threads) - before) / MEASURED;
            System.out.println("garbage per call on the shard's thread: " + perCall + " bytes");
            assertThat(perCall).isLessThan(MOST_BYTES_PER_CALL);
        }
    }

    private static void calls(Ladder ladder, int count) throws InterruptedException {
        for (int i = 0; i < count; i++) {
            ladder.connects(Ladder.PROMO);
            ladder.caller.hangsUp();
            ladder.gateway.receives("BYE");
            ladder.gateway.answers(200);
            ladder.caller.receives("200");
            ladder.passes(TIME_PER_CALL);
        }
    }

    /** All threads but the one that plays both parties. */
    private static long allocatedByOthers(ThreadMXBean threads) {
        long self = Thread.currentThread().threadId();
        return Arrays.stream(threads.getAllThreadIds())
                .filter(id -> id != self)
                .map(threads::getThreadAllocatedBytes)
                .filter(bytes -> bytes > 0)
                .sum();
    }
}
