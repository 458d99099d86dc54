package io.ringtrace.server.fault;

import io.ringtrace.server.command.CommandException;
import io.ringtrace.server.command.OperatorClient;
import io.ringtrace.server.demo.SampleHouse;
import io.ringtrace.store.db.DatabaseAddress;
import io.ringtrace.store.db.EmbeddedMariaDb;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A server as a process of its own with two gateways, a pool whose numbers are leased, and both parties of every call. The store is the
 * server's own, or one at the other end of a {@link StoreCable}. Used by one thread.
 */
final class FaultHouse implements AutoCloseable {
    static final String SECOND_GATEWAY = "second";
    static final String UNKNOWN_NUMBER = "+13035550142";
    private static final String POOL = "the-pool";
    private static final String DESTINATION = "+12125550190";
    private static final int[] TOLL_FREE = {800, 833, 844, 855, 866, 877, 888};
    private static final Duration LONGEST_START = Duration.ofSeconds(90);

    /**
     * What differs from the plainest house.
     *
     * @param farStore whether the store stands at the other end of a cable
     * @param shards 0 for the default
     * @param journal lines of {@code store.journal}; empty for the defaults
     */
    record Plan(boolean farStore, int shards, Map<String, String> journal) {
        static final Plan OWN_STORE = new Plan(false, 0, Map.of());
        static final Plan FAR_STORE = new Plan(true, 0, Map.of());
    }

    final SampleHouse house;
    final Ledger ledger = new Ledger();
    final LedgerCaller caller;
    final LedgerCaller stranger;
    private final LedgerGateway first;
    private final LedgerGateway second;
    private final Map<String, Ledger.Lent> lent = new TreeMap<>();
    private final @Nullable EmbeddedMariaDb farStore;
    private final @Nullable StoreCable cable;
    private int placed;

    /** Houses are made one after the other, for each picks free ports and takes the last of them in the end. */
    FaultHouse(Path folder, int numbers, Plan plan) throws Exception {
        synchronized (FaultHouse.class) {
            house = new SampleHouse(Files.createDirectories(folder));
            first = new LedgerGateway("dental-office", house.gateway(), ledger, true);
            second = new LedgerGateway(SECOND_GATEWAY, "127.0.0.1:0", ledger, false);
            String store = "";
            if (plan.farStore()) {
                farStore = EmbeddedMariaDb.start(folder.resolve("far-store"), 64);
                cable = new StoreCable(farStore.address().port());
                store = farStoreLines(folder, farStore.address(), cable.port());
            } else {
                farStore = null;
                cable = null;
            }
            Files.writeString(house.config(), config(Files.readString(house.config()), second.address(), store, plan));
            if (plan.farStore()) {
                SampleHouse.run("migrate", "--config", house.config().toString());
            }
            house.start();
            house.awaitReady(LONGEST_START);
            lease(folder, numbers);
            caller = new LedgerCaller("127.0.0.1:0", house.sip(), ledger);
            stranger = new LedgerCaller("127.0.0.2:0", house.sip(), ledger);
        }
    }

    private static String farStoreLines(Path folder, DatabaseAddress address, int port) throws IOException {
        Path password = Files.writeString(folder.resolve("far-store-password"), address.password());
        return """
                  url: jdbc:mysql://127.0.0.1:%d/%s
                  user: %s
                  password: file:%s
                """.formatted(port, address.database(), address.user(), password);
    }

    /** The sample house's configuration with a second gateway, a blocked caller, and what the plan asks for. */
    private static String config(String sample, String secondAddress, String store, Plan plan) {
        StringBuilder journal = new StringBuilder();
        if (!plan.journal().isEmpty()) {
            journal.append("  journal:\n");
            new TreeMap<>(plan.journal()).forEach((key, value) -> journal.append("    %s: %s\n".formatted(key, value)));
        }
        String shards = plan.shards() == 0 ? "" : "  shards: " + plan.shards() + "\n";
        return sample.replace("sip:\n", "sip:\n" + shards)
                .replace("routes:\n", """
                          %s:
                            host: 127.0.0.1
                            port: %s
                        blocked-callers:
                          numbers: ["%s"]
                        routes:
                        """.formatted(
                                SECOND_GATEWAY,
                                secondAddress.substring(secondAddress.indexOf(':') + 1),
                                LedgerCaller.BLOCKED_CALLER))
                .replace("gateways: [dental-office]", "gateways: [dental-office, " + SECOND_GATEWAY + "]")
                .replace("store:\n", "store:\n" + store + journal);
    }

    private void lease(Path folder, int numbers) throws Exception {
        StringBuilder csv = new StringBuilder("number,rate_center,state\n");
        for (int i = 0; i < numbers + 1; i++) {
            csv.append("+1%d55501%02d,,%n".formatted(TOLL_FREE[i / 100], i % 100));
        }
        house.importAccount(Files.writeString(folder.resolve("numbers.csv"), csv));
        // One number of the pool is its overflow number.
        house.makePool(POOL, "toll_free", DESTINATION, numbers + 1);
        List<SampleHouse.Visit> visits = new ArrayList<>();
        for (int i = 0; i < numbers; i++) {
            visits.add(new SampleHouse.Visit("visitor-" + i, POOL, DESTINATION, Map.of("utm_source", "s" + i)));
        }
        house.lease(visits)
                .forEach(visitor -> lent.put(
                        visitor.promoNumber(),
                        new Ledger.Lent(
                                visitor.id(),
                                visitor.leaseId(),
                                POOL,
                                SampleHouse.CAMPAIGN,
                                visitor.destination(),
                                visitor.marketing())));
    }

    /** Places one call to a leased number, or to nobody's where its ending says so. */
    LedgerCall place(Ending ending, long ringMillis, long holdMillis) {
        List<String> numbers = List.copyOf(lent.keySet());
        String dialed = ending == Ending.UNKNOWN_NUMBER ? UNKNOWN_NUMBER : numbers.get(placed % numbers.size());
        String id = "fault-" + placed++ + "@bench";
        // A CANCEL that is to be in time needs a destination that rings for a while.
        long rings = ending == Ending.CANCELLED_AT_ONCE ? ringMillis + 500 : ringMillis;
        return (ending == Ending.STRANGER ? stranger : caller).place(id, dialed, ending, rings, holdMillis);
    }

    /** Places calls at an even rate, with endings and times by the random source, and returns when the last one is placed. */
    void load(Random random, List<Ending> endings, int perSecond, Duration time, long longestHoldMillis)
            throws InterruptedException {
        long begin = System.nanoTime();
        long count = perSecond * time.toMillis() / 1000;
        for (long i = 0; i < count; i++) {
            long due = begin + i * 1_000_000_000L / perSecond;
            long wait = due - System.nanoTime();
            if (wait > 1_000_000) {
                Thread.sleep(wait / 1_000_000);
            }
            place(
                    endings.get(random.nextInt(endings.size())),
                    10 + random.nextInt(150),
                    longestHoldMillis / 4 + random.nextLong(longestHoldMillis * 3 / 4 + 1));
        }
    }

    StoreCable cable() {
        if (cable == null) {
            throw new IllegalStateException("the store is the server's own");
        }
        return cable;
    }

    /** As by {@code kill -9}; the far store's keeper starts it again within seconds. */
    void killFarStore() {
        String folder = house.data().resolveSibling("far-store").toString();
        ProcessHandle.current()
                .descendants()
                .filter(process -> process.info().commandLine().orElse("").contains(folder))
                .filter(process -> process.info().command().orElse("").contains("mariadbd"))
                .forEach(ProcessHandle::destroyForcibly);
    }

    /** A metric without labels, as the operator's Prometheus reads it. */
    double metric(String name) throws CommandException {
        try (OperatorClient client = OperatorClient.of(house.data())) {
            return client.text("/metrics")
                    .lines()
                    .filter(line -> line.startsWith(name + " "))
                    .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
                    .findFirst()
                    .orElseThrow(() -> new CommandException("there is no metric " + name));
        }
    }

    /** What the server's process has used so far. */
    Duration cpu() {
        return ProcessHandle.of(house.server().pid())
                .flatMap(process -> process.info().totalCpuDuration())
                .orElse(Duration.ZERO);
    }

    void killServer() {
        house.server().kill();
        ledger.serverDied();
    }

    /** Starts the killed server; returns how many milliseconds later it answers the first new call. */
    long restartUntilACallIsAnswered() throws Exception {
        long begin = System.nanoTime();
        house.start();
        while (true) {
            LedgerCall probe = place(Ending.CALLER_HANGS_UP, 0, 100);
            long placedAt = System.nanoTime();
            while (System.nanoTime() - placedAt < 300_000_000) {
                synchronized (probe) {
                    if (probe.wasAnswered()) {
                        long millis = (probe.finalAt - begin) / 1_000_000;
                        house.awaitReady(LONGEST_START);
                        return millis;
                    }
                }
                Thread.sleep(5);
            }
            if ((System.nanoTime() - begin) / 1_000_000_000L > LONGEST_START.toSeconds()) {
                throw new IOException("no call was answered after the restart: "
                        + house.server().lastLines());
            }
        }
    }

    /** The ledger against the records, once these agree or after so long. */
    Ledger.Reconciliation reconcile(Duration longest) throws Exception {
        long deadline = System.nanoTime() + longest.toNanos();
        while (true) {
            try {
                Ledger.Reconciliation now = ledger.reconcile(house.calls(), lent);
                if (now.clean() || System.nanoTime() > deadline) {
                    return now;
                }
            } catch (CommandException e) {
                // The store is just back, and the server has not met it again.
                if (System.nanoTime() > deadline) {
                    throw e;
                }
            }
            Thread.sleep(200);
        }
    }

    /**
     * Waits until the far store has the finished record of every call that must have one, and returns how many milliseconds later than the
     * given moment that was.
     *
     * @param since System.nanoTime
     */
    long awaitFinishedRecords(long since, long longestMillis) throws Exception {
        while (true) {
            long finished = finishedRecords();
            long millis = (System.nanoTime() - since) / 1_000_000;
            if (finished == ledger.recordsExpected()) {
                return millis;
            }
            if (millis > longestMillis) {
                throw new AssertionError("after " + millis + " ms the store has " + finished + " finished records of "
                        + ledger.recordsExpected());
            }
            Thread.sleep(50);
        }
    }

    /** As the far store itself has them, by a connection that no fault touches; -1 when it does not answer just now. */
    private long finishedRecords() {
        if (farStore == null) {
            throw new IllegalStateException("the store is the server's own");
        }
        DatabaseAddress address = farStore.address();
        try (Connection connection = DriverManager.getConnection(
                        "jdbc:mysql://127.0.0.1:%d/%s?allowPublicKeyRetrieval=true"
                                .formatted(address.port(), address.database()),
                        address.user(),
                        address.password());
                Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery("SELECT COUNT(*) FROM call_record WHERE began AND end_at IS NOT NULL")) {
            row.next();
            return row.getLong(1);
        } catch (SQLException _) {
            return -1;
        }
    }

    @Override
    public void close() throws IOException {
        caller.close();
        stranger.close();
        first.close();
        second.close();
        house.close();
        if (cable != null) {
            cable.close();
        }
        if (farStore != null) {
            farStore.close();
        }
    }
}
