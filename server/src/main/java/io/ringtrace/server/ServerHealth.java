package io.ringtrace.server;

import io.ringtrace.attribution.LeaseClock;
import io.ringtrace.http.Health;
import io.ringtrace.store.directory.NumberDirectory;
import io.ringtrace.store.journal.Journal;
import java.util.List;

/** What a load balancer and an operator ask: does this node take calls, and does it lend numbers? Answers from memory; thread-safe. */
final class ServerHealth implements Health {
    private static final long STALE_MILLIS = 10_000;

    private final NumberDirectory directory;
    private final LeaseClock clock;
    private final Journal journal;

    ServerHealth(NumberDirectory directory, LeaseClock clock, Journal journal) {
        this.directory = directory;
        this.clock = clock;
        this.journal = journal;
    }

    @Override
    public List<Check> live() {
        return List.of(new Check("process", State.OK, "The process answers."));
    }

    @Override
    public List<Check> ready() {
        return List.of(directoryCheck(), clockCheck(), journalCheck());
    }

    private Check directoryCheck() {
        if (!directory.available()) {
            return new Check(
                    "directory",
                    State.DOWN,
                    "There is no directory of numbers yet; calls go to default destinations or hear 503.");
        }
        long stale = directory.staleMillis();
        return stale < STALE_MILLIS
                ? new Check("directory", State.OK, "The directory follows the store.")
                : new Check("directory", State.DEGRADED, "The directory is " + stale / 1000 + " s behind the store.");
    }

    private Check clockCheck() {
        return clock.mayAllocate()
                ? new Check("lease-clock", State.OK, "Numbers are lent.")
                : new Check(
                        "lease-clock",
                        State.DEGRADED,
                        "No numbers are lent: the store's time is not known, or too far from this node's.");
    }

    private Check journalCheck() {
        return journal.hasRoom()
                ? new Check("journal", State.OK, "The journal has room.")
                : new Check("journal", State.DOWN, "The journal has no room: new calls are refused with 503.");
    }
}
