package io.ringtrace.server;

import io.ringtrace.attribution.LeaseClock;
import io.ringtrace.http.Health;
import io.ringtrace.sip.SipProxy;
import io.ringtrace.store.directory.NumberDirectory;
import io.ringtrace.store.journal.Journal;
import io.ringtrace.store.record.JournalDrain;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** What a load balancer and an operator ask: does this node take calls, and does it lend numbers? Answers from memory; thread-safe. */
final class ServerHealth implements Health {
    private static final long STALE_MILLIS = 10_000;

    /** A shard's thread comes by every 10 ms; a collection of garbage takes less than a second. */
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

    private static final String DRAIN = "journal-drain";

    private final SipProxy sip;
    private final NumberDirectory directory;
    private final LeaseClock clock;
    private final Journal journal;
    private final JournalDrain drain;
    private volatile boolean stopping;

    ServerHealth(SipProxy sip, NumberDirectory directory, LeaseClock clock, Journal journal, JournalDrain drain) {
        this.sip = sip;
        this.directory = directory;
        this.clock = clock;
        this.journal = journal;
        this.drain = drain;
    }

    @Override
    public List<Check> live() {
        Duration pause = sip.longestPause();
        return List.of(
                pause.compareTo(LONGEST_PAUSE) < 0
                        ? new Check("shards", State.OK, "Every thread that owns calls answers.")
                        : new Check(
                                "shards",
                                State.DOWN,
                                "A thread that owns calls has not answered for " + pause.toSeconds()
                                        + " s; only a restart helps."));
    }

    @Override
    public List<Check> ready() {
        List<Check> checks = List.of(directoryCheck(), clockCheck(), journalCheck(), drainCheck(drain.state()));
        return stopping
                ? Stream.concat(
                                Stream.of(new Check(
                                        "stopping",
                                        State.DOWN,
                                        "The server stops: new calls hear 503, running ones may end.")),
                                checks.stream())
                        .toList()
                : checks;
    }

    /** From now on it is alive, and not ready. */
    void stopping() {
        stopping = true;
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

    /** Calls go on in each case: their records wait in the journal. */
    static Check drainCheck(JournalDrain.State state) {
        return switch (state) {
            case FLOWING -> new Check(DRAIN, State.OK, "Call records reach the store.");
            case STORE_AWAY ->
                new Check(
                        DRAIN,
                        State.DEGRADED,
                        "The store is away, or takes no call records; they wait in the journal.");
            case LETTERS_UNWRITABLE ->
                new Check(
                        DRAIN,
                        State.DEGRADED,
                        "All call records wait in the journal: one was refused, and the journal's dead-letters.jsonl is full"
                                + " or cannot be written.");
            case SEGMENT_UNREADABLE ->
                new Check(DRAIN, State.DEGRADED, "A segment of the journal cannot be read; its call records wait.");
            case FAILING ->
                new Check(
                        DRAIN,
                        State.DEGRADED,
                        "The journal's drain fails at whatever it tries; the log says why. Call records wait in the journal.");
        };
    }
}
