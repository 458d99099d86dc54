package io.ringtrace.store.directory;

import io.ringtrace.attribution.LeaseClock;
import java.util.List;

/** A directory full of leases, for benchmarks. */
public final class DirectoryBenchmarkFixture {
    private DirectoryBenchmarkFixture() {}

    public static NumberDirectory leased(LeaseClock clock, long first, int count, long now) {
        NumberDirectory directory = new NumberDirectory(clock);
        directory.beginSnapshot();
        for (int i = 0; i < count; i++) {
            directory.numbersChanged(List.of(new NumberRow(
                    first + i,
                    1,
                    NumberState.POOLED,
                    5,
                    6,
                    "visitor-" + i,
                    13_125_550_199L,
                    3,
                    now,
                    now,
                    now + 300_000,
                    now + 259_200_000,
                    0,
                    3)));
        }
        directory.completeSnapshot(0);
        return directory;
    }
}
