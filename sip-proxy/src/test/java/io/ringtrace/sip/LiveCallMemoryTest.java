package io.ringtrace.sip;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.sip.counters.Count;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("proof")
@Tag("memory")
@DisplayName("Memory of answered calls")
class LiveCallMemoryTest {
    private static final int CALLS = Scale.pick(500, 10_000);
    private static final int WAVES_BEFORE = Scale.pick(3, 1);
    private static final int WAVES = WAVES_BEFORE + 1;
    private static final long MOST_BYTES_A_CALL = 8 * 1024;
    private static final double SHARE_THAT_MAY_STAY = 0.05;
    /** No transaction of a call lives longer. */
    private static final Duration TRANSACTIONS_END = Duration.ofSeconds(40);

    @Test
    void isBoundedWhileTheyRunAndGivenBackWhenBothSidesAbandonThem() throws Exception {
        try (Ladder ladder = new Ladder()) {
            ladder.journal.counts = true;
            for (int i = 0; i < WAVES_BEFORE; i++) {
                connect(ladder, CALLS);
                abandon(ladder);
                heap();
            }
            long before = heap();

            connect(ladder, CALLS);
            ladder.jumps(TRANSACTIONS_END);
            long running = heap();
            assertThat(ladder.count(Count.LIVE_CALLS)).isEqualTo(CALLS);
            assertThat(ladder.count(Count.SERVER_TRANSACTIONS) + ladder.count(Count.CLIENT_TRANSACTIONS))
                    .isZero();
            abandon(ladder);
            long after = heap();

            long perCall = (running - before) / CALLS;
            String row = "| " + CALLS + " | " + perCall + " | " + kilobytes(before) + " | " + kilobytes(running) + " | "
                    + kilobytes(after) + " | " + ladder.journal.counted("lost") + " of "
                    + ladder.journal.counted("Began")
                    + " |";
            System.out.println(row);
            assertThat(perCall).isLessThanOrEqualTo(MOST_BYTES_A_CALL);
            assertThat((double) after).isLessThanOrEqualTo(before * (1 + SHARE_THAT_MAY_STAY));
            assertThat(ladder.journal.counted("Answered")).isEqualTo(WAVES * CALLS);
            assertThat(ladder.journal.counted("lost")).isEqualTo(WAVES * CALLS);
            Scale.prove(
                    "live-call-memory.md",
                    List.of(
                            "# Memory of answered calls that both sides abandon",
                            "",
                            "Written by `./dev prove memory` (`LiveCallMemoryTest`): a proxy with one shard, real sockets, clocks moved by"
                                    + " hand; heap after forced collections. The same number of calls had run and ended before.",
                            "",
                            "| live calls | heap bytes a call | KB before | KB while they run | KB after | records closed |",
                            "| --- | --- | --- | --- | --- | --- |",
                            row));
        }
    }

    private static void connect(Ladder ladder, int calls) throws InterruptedException {
        for (int i = 0; i < calls; i++) {
            ladder.connects(Ladder.PROMO);
            if (i % 100 == 99) {
                ladder.jumps(Duration.ofMillis(10));
            }
        }
    }

    /** The calls' longest time passes; nobody answers when we ask whether they live, and nobody hangs up. */
    private static void abandon(Ladder ladder) throws InterruptedException {
        ladder.jumps(Duration.ofHours(3).plusMinutes(1));
        ladder.jumps(TRANSACTIONS_END);
        ladder.jumps(TRANSACTIONS_END);
        assertThat(ladder.count(Count.LIVE_CALLS)).isZero();
        ladder.caller.skipsAll("OPTIONS", Integer.MAX_VALUE);
        ladder.gateway.skipsAll("OPTIONS", Integer.MAX_VALUE);
    }

    private static long heap() throws InterruptedException {
        for (int i = 0; i < 4; i++) {
            System.gc();
            Thread.sleep(20);
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private static long kilobytes(long bytes) {
        return bytes / 1024;
    }
}
