package io.ringtrace.server.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.call.CallEvent;
import io.ringtrace.server.Scale;
import io.ringtrace.store.journal.JournalFolder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** By {@code kill -9}, as if by a failure of power, after which the last that was written is not on the disk. */
@Tag("proof")
@Tag("faults")
@DisplayName("A server whose journal has lost its last bytes")
class TornJournalIT {
    private static final int SEEDS = Scale.of(1, 3);
    private static final int CUTS = Scale.of(1, 10);
    private static final int SHARDS = 2;
    private static final int LONGEST_CUT = 4096;
    private static final int PER_SECOND = 40;
    private static final Duration LOAD = Duration.ofMillis(Scale.of(800, 4_000));
    /** Calls that are answered last before each cut, and run on over it. */
    private static final int RUNNING = 12;

    private static final List<Ending> ENDINGS = List.of(
            Ending.CALLER_HANGS_UP,
            Ending.DESTINATION_HANGS_UP,
            Ending.REINVITED,
            Ending.FAILED_OVER,
            Ending.FORKED,
            Ending.CANCELLED_WHILE_RINGING,
            Ending.BUSY,
            Ending.UNKNOWN_NUMBER);

    @TempDir
    Path folder;

    /** What lies in the bytes that are cut off. */
    private enum Tail {
        /** The store has all of it, and stands beyond the end of what is left. */
        DRAINED,
        /** Calls come until the kill. */
        UNDER_LOAD
    }

    @Test
    void losesDoublesAndBendsNoRecordOfWhichNothingLayInThemAlone() throws Exception {
        List<String> rows = new ArrayList<>();
        for (int seed = 1; seed <= SEEDS; seed++) {
            rows.add(inOneHouse(seed));
        }
        Scale.proof("faults-torn-journal", """
                # The last 1 to %d bytes of a server's journal cut off: the ledger of both parties against the records

                Written by `./dev prove faults` (`TornJournalIT`). %d times the server is killed by `kill -9`, of the newest segment of each
                of its %d shards so much is cut off (the file is shortened, or left with zeros), and it starts again; %d calls run
                on over each cut and are hung up after it. Before half of the cuts the store had everything: no record may differ. Before
                the others calls came at %d/s until the kill: there calls with an event in the bytes that were cut off are counted as torn,
                their records may differ, and there may be one of each at most. What a cut does to single entries: `TornTailTest`.

                %s
                """.formatted(
                        LONGEST_CUT,
                        CUTS,
                        SHARDS,
                        RUNNING,
                        PER_SECOND,
                        Ledger.table(List.of("seed", "bytes cut off", "events in them", "torn calls"), rows)));
    }

    private String inOneHouse(int seed) throws Exception {
        Random random = new Random(seed);
        FaultHouse.Plan plan = new FaultHouse.Plan(false, SHARDS, Map.of());
        List<Integer> cuts = new ArrayList<>();
        int events = 0;
        Map<String, String> sipCallIds = new HashMap<>();
        try (FaultHouse house = new FaultHouse(folder.resolve("seed-" + seed), 100, plan)) {
            for (int cut = 0; cut < CUTS; cut++) {
                Tail tail = cut % 2 == 0 ? Tail.DRAINED : Tail.UNDER_LOAD;
                List<LedgerCall> running = untilItIsKilled(house, tail, random);
                for (JournalFolder.Found segment : newest(house)) {
                    int bytes = cut > 0 ? 1 + random.nextInt(LONGEST_CUT) : segment.shard() == 0 ? LONGEST_CUT : 1;
                    cuts.add(bytes);
                    events += cutOff(house, segment, bytes, random.nextBoolean(), tail, sipCallIds);
                }
                house.restartUntilACallIsAnswered();
                running.forEach(house.caller::hangUp);
            }
            house.load(random, ENDINGS, PER_SECOND, LOAD, 500);
            house.ledger.awaitAllOver(Duration.ofSeconds(90));
            Ledger.Reconciliation result = clean(house);
            assertThat(events).as("events that were cut off").isPositive();
            return "| %d | %s | %d | %d |%s"
                    .formatted(
                            seed,
                            cuts.stream()
                                    .map(String::valueOf)
                                    .reduce((a, b) -> a + " " + b)
                                    .orElse(""),
                            events,
                            house.ledger.tornCalls(),
                            result.row());
        }
    }

    private static Ledger.Reconciliation clean(FaultHouse house) throws Exception {
        Ledger.Reconciliation result = house.reconcile(Duration.ofSeconds(20));
        assertThat(result.lost()).isEmpty();
        assertThat(result.doubled()).isEmpty();
        assertThat(result.wrong()).isEmpty();
        return result;
    }

    /** Returns calls that were answered and are not hung up. */
    private static List<LedgerCall> untilItIsKilled(FaultHouse house, Tail tail, Random random) throws Exception {
        house.load(random, ENDINGS, PER_SECOND, LOAD, 500);
        List<LedgerCall> running = new ArrayList<>();
        for (int i = 0; i < RUNNING; i++) {
            running.add(house.place(Ending.CALLER_HANGS_UP, 0, LedgerCaller.UNTIL_TOLD));
        }
        switch (tail) {
            case DRAINED -> {
                house.ledger.awaitAllOverBut(Set.copyOf(running), Duration.ofSeconds(90));
                clean(house);
            }
            case UNDER_LOAD -> house.load(random, ENDINGS, PER_SECOND, Duration.ofMillis(500), 500);
        }
        house.killServer();
        assertThat(running).filteredOn(LedgerCall::wasAnswered).hasSizeGreaterThan(RUNNING / 2);
        return running;
    }

    /** What each shard wrote last. */
    private static Iterable<JournalFolder.Found> newest(FaultHouse house) throws IOException {
        Map<Integer, JournalFolder.Found> newest = new TreeMap<>();
        for (JournalFolder.Found segment : JournalFolder.at(house.house.data()).segments()) {
            if (segment.number() > 0 && segment.state() != JournalFolder.State.UNREADABLE) {
                newest.merge(segment.shard(), segment, (a, b) -> a.number() > b.number() ? a : b);
            }
        }
        assertThat(newest.values()).as("newest segments").isNotEmpty();
        return newest.values();
    }

    /**
     * Returns how many events are gone with the bytes, whole or in part.
     *
     * @param sipCallIds by the ids of all records that the journal told of before an earlier cut; those that it tells of now are added
     */
    private static int cutOff(
            FaultHouse house,
            JournalFolder.Found segment,
            int bytes,
            boolean shortened,
            Tail tail,
            Map<String, String> sipCallIds)
            throws IOException {
        long left = Math.max(0, segment.end() - bytes);
        List<JournalFolder.Place> its = new ArrayList<>();
        JournalFolder.at(house.house.data()).events(null, place -> {
            if (place.event() instanceof CallEvent.Began began) {
                sipCallIds.put(began.callId().toString(), began.sipCallId());
            }
            if (place.shard() == segment.shard() && place.position().segment() == segment.number()) {
                its.add(place);
            }
        });
        int gone = 0;
        Set<String> torn = new HashSet<>();
        for (int i = 0; i < its.size(); i++) {
            long end = i + 1 < its.size() ? its.get(i + 1).position().offset() : segment.end();
            if (end > left) {
                gone++;
                torn.add(its.get(i).event().callId().toString());
            }
        }
        if (tail == Tail.UNDER_LOAD) {
            torn.forEach(call -> house.ledger.torn(call, sipCallIds.getOrDefault(call, "")));
        }
        try (FileChannel file = FileChannel.open(segment.file(), StandardOpenOption.WRITE)) {
            if (shortened) {
                file.truncate(left);
            } else {
                ByteBuffer zeros = ByteBuffer.allocate((int) (segment.end() - left));
                while (zeros.hasRemaining()) {
                    file.write(zeros, left + zeros.position());
                }
            }
        }
        return gone;
    }
}
