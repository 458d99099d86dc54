package io.ringtrace.store.record;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.attribution.AttributionResult;
import io.ringtrace.call.CallEvent;
import io.ringtrace.call.CallId;
import io.ringtrace.call.EndReason;
import io.ringtrace.call.PhoneNumber;
import io.ringtrace.store.Scale;
import io.ringtrace.store.db.StoreDatabase;
import io.ringtrace.store.db.StoreSettings;
import io.ringtrace.store.journal.SampleEvents;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("proof")
@Tag("journal")
@DisplayName("What publishing costs the database")
class PublicationCostIT {
    private static final List<Integer> BATCHES = List.of(1, 10, 1_000);
    private static final int CALLS = Scale.pick(2_000, 60_000);
    private static final int MOST_SMALL_BATCHES = Scale.pick(100, 2_000);
    /** The lock, two looks at 500 calls each, two inserts, no correction, the last id. */
    private static final int STATEMENTS_FOR_A_THOUSAND = 7;

    @TempDir
    Path folder;

    /** What statements of one kind took: of the database's thread that serves the connection, and of the time that passed. */
    private static final class Cost {
        private long statements;
        private long databaseNanos;
        private long nanos;
    }

    /** Of one size of batch. */
    private static final class Costs {
        private final Cost publishing = new Cost();
        private final Cost others = new Cost();

        private Cost of(String sql) {
            boolean publishes = sql.contains("publication")
                    || sql.contains("call_transaction")
                    || sql.startsWith("SELECT call_id, began")
                    || sql.startsWith("UPDATE call_record SET transaction_id");
            return publishes ? publishing : others;
        }
    }

    @Test
    @DisplayName("is seven statements for a batch of a thousand calls, and four for one call")
    void isAFewStatementsForABatch() throws Exception {
        List<String> rows = new ArrayList<>();
        try (StoreDatabase database = StoreDatabase.open(new StoreSettings.Embedded(folder, 256, 2))) {
            SampleEvents sample = new SampleEvents(1);
            measure(database, sample, 100, 20);
            for (int size : BATCHES) {
                int batches = Math.min(CALLS / size, MOST_SMALL_BATCHES);
                long before = published(database);
                Costs costs = measure(database, sample, size, batches);
                assertThat(published(database) - before).isEqualTo((long) size * batches);
                long perBatch = costs.publishing.statements / batches;
                assertThat(perBatch).isLessThanOrEqualTo(size == 1_000 ? STATEMENTS_FOR_A_THOUSAND : 5);
                rows.add(row(size, batches, costs));
            }
        }
        List<String> lines = new ArrayList<>(List.of(
                "# What publishing costs the database",
                "",
                "Written by `./dev prove journal` (`PublicationCostIT`) on the embedded MariaDB. A batch is one transaction of the drain with",
                "whole calls: began, answered and ended. Publishing is the lock of `publication`, the looks at what the calls' rows were before,",
                "the rows of `call_transaction` and the last id. CPU is of the database's thread that serves the drain's connection; the commit,",
                "which both share, is in neither. Nothing else is drained or read meanwhile.",
                "",
                "| calls a batch | batches | statements that publish, a batch | CPU of these, a call | CPU of all others, a call | share | time"
                        + " of these, a call | of all others |",
                "| --- | --- | --- | --- | --- | --- | --- | --- |"));
        lines.addAll(rows);
        Scale.prove("publication-cost.md", lines);
    }

    private static String row(int size, int batches, Costs costs) {
        double calls = (double) size * batches;
        double publishing = costs.publishing.databaseNanos / calls / 1_000;
        double others = costs.others.databaseNanos / calls / 1_000;
        return String.format(
                Locale.ROOT,
                "| %d | %d | %d | %.1f µs | %.1f µs | %.0f %% | %.1f µs | %.1f µs |",
                size,
                batches,
                costs.publishing.statements / batches,
                publishing,
                others,
                100 * publishing / (publishing + others),
                costs.publishing.nanos / calls / 1_000,
                costs.others.nanos / calls / 1_000);
    }

    private static Costs measure(StoreDatabase database, SampleEvents sample, int size, int batches) throws Exception {
        RecordWriter writer = new RecordWriter("node-a");
        Costs costs = new Costs();
        for (int batch = 0; batch < batches; batch++) {
            List<CallEvent> events = new ArrayList<>();
            for (int i = 0; i < size; i++) {
                CallId call = sample.callId();
                events.add(began(call));
                events.add(sample.answered(call));
                events.add(sample.ended(call, EndReason.CALLER_HANGUP));
            }
            database.transactUnlogged(
                    connection -> writer.write(timed(connection, databaseThread(connection), costs), events));
        }
        return costs;
    }

    private static CallEvent.Began began(CallId call) {
        PhoneNumber number = new PhoneNumber(18_005_550_123L);
        return new CallEvent.Began(
                call,
                SampleEvents.NOON,
                "3848276298220188511@atlanta.example.com",
                "acme-east",
                new PhoneNumber(13_125_550_100L),
                false,
                "+18005550123",
                number,
                AttributionResult.UNASSIGNED,
                new PhoneNumber(13_125_550_199L),
                "v12",
                0,
                null);
    }

    private static long published(StoreDatabase database) throws Exception {
        return database.transact(connection -> {
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery("SELECT last_id FROM publication")) {
                row.next();
                return row.getLong(1);
            }
        });
    }

    /** Where Linux counts what the thread of this connection has used: nanoseconds, then others. */
    private static Path databaseThread(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT TID FROM information_schema.PROCESSLIST WHERE ID = CONNECTION_ID()")) {
            row.next();
            String thread = row.getString(1);
            return Path.of("/proc", thread, "schedstat");
        }
    }

    private static long used(Path schedstat) throws Exception {
        String text = Files.readString(schedstat);
        return Long.parseLong(text.substring(0, text.indexOf(' ')));
    }

    private static Connection timed(Connection connection, Path thread, Costs costs) {
        return (Connection) Proxy.newProxyInstance(
                Connection.class.getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                    Object result = call(connection, method, arguments);
                    return switch (result) {
                        case PreparedStatement prepared ->
                            timed(prepared, PreparedStatement.class, String.valueOf(arguments[0]), thread, costs);
                        case Statement statement -> timed(statement, Statement.class, "", thread, costs);
                        case null, default -> result;
                    };
                });
    }

    private static Object timed(Object statement, Class<?> type, String prepared, Path thread, Costs costs) {
        return Proxy.newProxyInstance(
                Connection.class.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    if (!method.getName().startsWith("execute")) {
                        return call(statement, method, arguments);
                    }
                    String sql = arguments == null || arguments.length == 0 ? prepared : String.valueOf(arguments[0]);
                    long usedBefore = used(thread);
                    long begin = System.nanoTime();
                    Object result = call(statement, method, arguments);
                    long nanos = System.nanoTime() - begin;
                    Cost cost = costs.of(sql);
                    cost.statements++;
                    cost.databaseNanos += used(thread) - usedBefore;
                    cost.nanos += nanos;
                    return result;
                });
    }

    private static @Nullable Object call(Object on, Method method, @Nullable Object[] arguments) throws Throwable {
        try {
            return method.invoke(on, arguments);
        } catch (InvocationTargetException e) {
            throw e.getTargetException();
        }
    }
}
