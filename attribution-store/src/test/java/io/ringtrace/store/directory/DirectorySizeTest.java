package io.ringtrace.store.directory;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.attribution.AttributionResult;
import io.ringtrace.call.PhoneNumber;
import io.ringtrace.store.HandClock;
import io.ringtrace.store.Scale;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("proof")
@Tag("leases")
@Tag("lease-size")
@Tag("directory")
@DisplayName("What a million leased numbers take in memory")
class DirectorySizeTest {
    private static final int NUMBERS = Scale.pick(20_000, 1_000_000);
    private static final int LOOK_UPS = Scale.pick(100_000, 20_000_000);
    private static final long FIRST = 18_000_000_000L;
    private static final long NOW = 1_800_000_000_000L;
    /** A visitor's id, two records and their place in the table; twice that would be a mistake. */
    private static final long MOST_BYTES = 600;

    private static long usedBytes() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            System.gc();
            least = Math.min(
                    least,
                    ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        }
        return least;
    }

    @Test
    void everyNumberIsFoundInItAndTakesSomeHundredBytes() {
        long before = usedBytes();
        NumberDirectory directory = DirectoryBenchmarkFixture.leased(new HandClock(NOW), FIRST, NUMBERS, NOW);
        long bytes = (usedBytes() - before) / NUMBERS;
        assertThat(directory.size()).isEqualTo(NUMBERS);
        for (int i = 0; i < NUMBERS; i++) {
            assertThat(directory.lookUp(new PhoneNumber(FIRST + i), NOW)).isInstanceOf(AttributionResult.Leased.class);
        }
        long at = 0;
        long found = 0;
        long begun = System.nanoTime();
        for (int i = 0; i < LOOK_UPS; i++) {
            at = (at + 7_919) % NUMBERS;
            if (directory.lookUp(new PhoneNumber(FIRST + at), NOW) instanceof AttributionResult.Leased) {
                found++;
            }
        }
        long nanos = (System.nanoTime() - begun) / LOOK_UPS;
        assertThat(found).isEqualTo(LOOK_UPS);
        assertThat(bytes).isBetween(1L, MOST_BYTES);
        Scale.prove(
                "directory-size.md",
                List.of(
                        "# The directory in memory",
                        "",
                        "Written by `./dev prove lease-size` (`DirectorySizeTest`).",
                        "",
                        "| leased numbers | heap for each | a look-up |",
                        "| ---: | ---: | ---: |",
                        String.format(Locale.ROOT, "| %d | %d bytes | %d ns |", NUMBERS, bytes, nanos)));
    }
}
