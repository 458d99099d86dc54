package io.ringtrace.server.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.call.CallId;
import io.ringtrace.call.CallRecord;
import io.ringtrace.call.CallRecords;
import io.ringtrace.config.ConfigLoader;
import io.ringtrace.config.ConfigOutcome;
import io.ringtrace.http.record.CallRecordText;
import io.ringtrace.routing.RoutingPlan;
import io.ringtrace.server.Scale;
import io.ringtrace.sip.SipProxy;
import io.ringtrace.sip.counters.Count;
import io.ringtrace.store.db.StoreDatabase;
import io.ringtrace.store.db.StoreSettings;
import io.ringtrace.store.record.RecordReaper;
import io.ringtrace.store.record.StoreCallRecords;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * Real proxies, journals, drain, reaper, database and sockets; only the time is simulated. Calls are placed for three hours, the node
 * restarts in the third, and time goes on until the longest call is over and the reaper has had its turn.
 */
@Tag("proof")
@Tag("faults")
@DisplayName("Three hours of calls in seconds")
class ThreeHoursIT {
    private static final int SEEDS = Scale.of(1, 3);
    private static final int CALLS = Scale.of(600, 20_000);
    private static final int CALLS_OF_THE_DEAD_NODE = 20;
    private static final long SECOND = 1_000;
    private static final long MINUTE = 60 * SECOND;
    private static final long HOUR = 60 * MINUTE;
    private static final long CALLS_UNTIL = 3 * HOUR;
    private static final long RESTART_AT = 150 * MINUTE;
    private static final long END = 6 * HOUR + 30 * MINUTE;
    private static final long BETWEEN_REAPS = 15 * MINUTE;
    private static final long PATIENCE = 5 * MINUTE;
    /** Calls end within it once both sides are asked, or told. */
    private static final long STEP_LATE = 5 * SECOND;

    private static final String PROMO = "+18005550123";
    private static final List<Ending> LONG = List.of(
            Ending.NEVER_ANSWERED,
            Ending.NEVER_RINGS,
            Ending.ABANDONED,
            Ending.TALKS_FOR_EVER,
            Ending.HANGS_UP_TOO_LATE);

    @TempDir
    Path folder;

    @Test
    void leaveTheRecordsThatBothPartiesWouldWrite() throws Exception {
        List<String> rows = new ArrayList<>();
        try (StoreDatabase database = StoreDatabase.open(new StoreSettings.Embedded(folder.resolve("store"), 64, 10))) {
            for (int seed = 1; seed <= SEEDS; seed++) {
                rows.add(simulate(seed, database));
            }
        }
        Scale.proof("faults-three-hours", """
                # Three hours of calls in simulated time: the ledger of both parties against the records

                Written by `./dev prove faults` (`ThreeHoursIT`). %d calls are placed over three hours, with every ending of the bench and
                with these: %s. The node restarts after two and a half; another one dies with %d running calls, which the reaper closes.
                Then time goes on to six hours and a half.

                %s
                """.formatted(
                        CALLS,
                        LONG.toString().toLowerCase(java.util.Locale.ROOT),
                        CALLS_OF_THE_DEAD_NODE,
                        Ledger.table(List.of("seed", "took", "closed by the reaper", "journal at the end"), rows)));
    }

    private String simulate(int seed, StoreDatabase database) throws Exception {
        long began = System.nanoTime();
        Random random = new Random(seed);
        SimulatedTime time = new SimulatedTime();
        long start = time.getAsLong();
        Ledger ledger = new Ledger();
        Path home = Files.createDirectories(folder.resolve("seed-" + seed));
        RecordReaper reaper = new RecordReaper(database, time, "node-a", Duration.ofHours(3));
        try (LedgerGateway first = new LedgerGateway("first", "127.0.2.1:0", ledger, true, time);
                LedgerGateway second =
                        new LedgerGateway(FaultHouse.SECOND_GATEWAY, "127.0.2.1:0", ledger, false, time)) {
            RoutingPlan plan = plan(home, first, second);
            SimulatedNode node = new SimulatedNode(home.resolve("a"), "node-a", 0, database, plan, time);
            try (LedgerCaller caller = new LedgerCaller("127.0.1.1:0", text(node), ledger, time, PATIENCE);
                    LedgerCaller stranger = new LedgerCaller("127.0.9.1:0", text(node), ledger, time, PATIENCE)) {
                leaveCallsOfADeadNode(home.resolve("b"), seed, database, plan, time, ledger);
                time.proxyIsNew();
                plan(random, seed, time, caller, stranger);
                int reaped = 0;
                long nextReap = BETWEEN_REAPS;
                boolean restarted = false;
                for (long at = 0; at < END; at = time.getAsLong() - start) {
                    time.passes(at < CALLS_UNTIL + HOUR / 4 ? SECOND : STEP_LATE, List.of(node.proxy));
                    if (at >= nextReap) {
                        nextReap += BETWEEN_REAPS;
                        reaped += reaper.reap();
                    }
                    if (at >= RESTART_AT && !restarted) {
                        restarted = true;
                        int port = node.address().getPort();
                        node.close();
                        ledger.serverDied();
                        node = new SimulatedNode(home.resolve("a"), "node-a", port, database, plan, time);
                        time.proxyIsNew();
                    }
                }
                node.awaitDrained();
                assertThat(node.proxy.liveCalls()).as("calls still in memory").isZero();
                assertThat(node.proxy.counters().stream()
                                .mapToLong(counters -> counters.read(Count.EVENTS_LOST))
                                .sum())
                        .as("events that the journal had no room for")
                        .isZero();
                List<JsonNode> records = records(database, seed);
                Ledger.Reconciliation result = ledger.reconcile(records, Map.of());
                assertThat(result.lost()).isEmpty();
                assertThat(result.doubled()).isEmpty();
                assertThat(result.wrong()).isEmpty();
                assertThat(talks(records, Ending.TALKS_FOR_EVER))
                        .isNotEmpty()
                        .allSatisfy(talk -> assertThat(talk).isBetween(3 * HOUR, 3 * HOUR + MINUTE));
                assertThat(talks(records, Ending.ABANDONED)).isNotEmpty().containsOnly(0L);
                assertThat(reaped).isGreaterThanOrEqualTo(CALLS_OF_THE_DEAD_NODE);
                long bytes = journalLeft(node, time);
                assertThat(bytes)
                        .as("drained segments are deleted")
                        .isLessThanOrEqualTo(4 * SimulatedNode.JOURNAL.segmentBytes());
                return "| %d | %d s | %d | %d KB |%s"
                        .formatted(
                                seed, (System.nanoTime() - began) / 1_000_000_000, reaped, bytes / 1024, result.row());
            } finally {
                node.close();
            }
        }
    }

    /** Two hours on, a drained segment is old; the keeper looks every 250 ms of real time. */
    private static long journalLeft(SimulatedNode node, SimulatedTime time) throws InterruptedException {
        long bytes = node.journal.bytesOnDisk();
        for (int looks = 0; looks < 100 && bytes > 3 * SimulatedNode.JOURNAL.segmentBytes(); looks++) {
            time.passes(10 * MINUTE, List.of(node.proxy));
            Thread.sleep(50);
            bytes = node.journal.bytesOnDisk();
        }
        return bytes;
    }

    /** Both sides of its calls have vanished, and so does it. */
    private static void leaveCallsOfADeadNode(
            Path home, int seed, StoreDatabase database, RoutingPlan plan, SimulatedTime time, Ledger ledger)
            throws Exception {
        try (SimulatedNode dead = new SimulatedNode(home, "node-b", 0, database, plan, time)) {
            LedgerCaller caller = new LedgerCaller("127.0.1.1:0", text(dead), ledger, time, PATIENCE);
            List<SipProxy> alone = List.of(dead.proxy);
            for (int i = 0; i < CALLS_OF_THE_DEAD_NODE; i++) {
                caller.place(name(seed, "dead", i), PROMO, Ending.ABANDONED, 2_000, 0);
                time.passes(SECOND, alone);
            }
            for (int i = 0; i < 10; i++) {
                time.passes(SECOND, alone);
            }
            assertThat(dead.proxy.liveCalls()).isEqualTo(CALLS_OF_THE_DEAD_NODE);
            dead.awaitDrained();
        }
    }

    private static void plan(Random random, int seed, SimulatedTime time, LedgerCaller caller, LedgerCaller stranger) {
        for (int i = 0; i < CALLS; i++) {
            Ending ending = random.nextInt(4) == 0
                    ? LONG.get(random.nextInt(LONG.size()))
                    : Ending.QUICK.get(random.nextInt(Ending.QUICK.size()));
            String id = name(seed, "call", i);
            String dialed = ending == Ending.UNKNOWN_NUMBER ? FaultHouse.UNKNOWN_NUMBER : PROMO;
            long ring = random.nextLong(20 * SECOND);
            long hold = ending == Ending.HANGS_UP_TOO_LATE
                    ? 40 * MINUTE + random.nextLong(90 * MINUTE)
                    : random.nextInt(10) == 0 ? random.nextLong(170 * MINUTE) : SECOND + random.nextLong(5 * MINUTE);
            time.after(
                    random.nextLong(CALLS_UNTIL),
                    () -> (ending == Ending.STRANGER ? stranger : caller).place(id, dialed, ending, ring, hold));
        }
    }

    private static String name(int seed, String kind, int number) {
        return kind + "-" + number + "@seed" + seed;
    }

    private static String text(SimulatedNode node) {
        return "127.0.0.1:" + node.address().getPort();
    }

    private static RoutingPlan plan(Path home, LedgerGateway first, LedgerGateway second) throws Exception {
        Path file = Files.writeString(home.resolve("ringtrace.yaml"), """
                trunks:
                  carrier:
                    source-networks: [127.0.1.1/32]
                    numbers: {format: nanp}
                    supervision: {ask-every: 15m}
                gateways:
                  first: {host: 127.0.2.1, port: %s}
                  %s: {host: 127.0.2.1, port: %s}
                blocked-callers: {numbers: ["%s"]}
                static-numbers: [{number: "%s", destination: "+12125550190", campaign: %s}]
                routes:
                  - {prefix: "1", gateways: [first, %s]}
                """.formatted(
                        port(first),
                        FaultHouse.SECOND_GATEWAY,
                        port(second),
                        LedgerCaller.BLOCKED_CALLER,
                        PROMO,
                        Ledger.STATIC_CAMPAIGN,
                        FaultHouse.SECOND_GATEWAY));
        ConfigOutcome outcome = new ConfigLoader(Map.of(), Map.of()).load(file);
        if (outcome instanceof ConfigOutcome.Loaded loaded) {
            return loaded.configuration().plan();
        }
        throw new AssertionError(outcome);
    }

    private static String port(LedgerGateway gateway) {
        String address = gateway.address();
        return address.substring(address.indexOf(':') + 1);
    }

    /** The seed's, as the operator reads them, with what the ledger asks for. */
    private static List<JsonNode> records(StoreDatabase database, int seed) throws Exception {
        List<JsonNode> all = new ArrayList<>();
        @Nullable CallId before = null;
        while (true) {
            List<CallRecord> page = new StoreCallRecords(database)
                    .find(new CallRecords.Query(null, 0, Long.MAX_VALUE, null, null, null, null, before, 1000));
            for (CallRecord record : page) {
                if (record.sipCallId().endsWith("@seed" + seed)) {
                    all.add(CallRecordText.json(record));
                }
            }
            if (page.size() < 1000) {
                return all;
            }
            before = page.getLast().callId();
        }
    }

    private static List<Long> talks(List<JsonNode> records, Ending ending) {
        return records.stream()
                .filter(record -> record.path("end_reason").asString("").equals(ending.endReason()))
                .map(record -> record.path("talk_ms").asLong(-1))
                .toList();
    }
}
