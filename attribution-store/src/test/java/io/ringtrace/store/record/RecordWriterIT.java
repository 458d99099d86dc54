package io.ringtrace.store.record;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.call.CallEvent;
import io.ringtrace.call.CallId;
import io.ringtrace.call.EndReason;
import io.ringtrace.store.Scale;
import io.ringtrace.store.TestStore;
import io.ringtrace.store.journal.SampleEvents;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@Tag("proof")
@Tag("journal")
@DisplayName("The events of a call merge into one record")
class RecordWriterIT {
    private static final int SEEDS = Scale.pick(30, 500);

    @RegisterExtension
    static final TestStore store = new TestStore();

    private final RecordWriter writer = new RecordWriter("node-a");
    private final RecordWriter otherNode = new RecordWriter("node-b");

    @BeforeEach
    void noRecords() throws Exception {
        clear();
    }

    @Test
    void inAnyOrderAndHoweverOftenTheyAreWritten() throws Exception {
        for (int seed = 0; seed < SEEDS; seed++) {
            Random random = new Random(seed);
            List<CallEvent> events = calls(new SampleEvents(seed), random);
            clear();
            write(events);
            List<String> inOrder = rows();
            assertThat(inOrder).hasSize(12);

            clear();
            List<CallEvent> shuffled = new ArrayList<>(events);
            for (CallEvent event : events) {
                if (random.nextInt(3) == 0) {
                    shuffled.add(event);
                }
            }
            Collections.shuffle(shuffled, random);
            for (int from = 0; from < shuffled.size(); ) {
                int to = Math.min(shuffled.size(), from + 1 + random.nextInt(8));
                write(shuffled.subList(from, to));
                from = to;
            }
            assertThat(rows()).as("seed %d", seed).isEqualTo(inOrder);
        }
        Scale.prove(
                "journal-merge.md",
                List.of(
                        "# The events of a call in any order, and partly repeated",
                        "",
                        "Written by `./dev prove journal` (`RecordWriterIT`).",
                        "",
                        "| draws | calls a draw | draws with other records than in order |",
                        "| --- | --- | --- |",
                        "| " + SEEDS + " | 12 | 0 |"));
    }

    @Test
    @DisplayName(
            "from two nodes, in any order: a call begins on one, and whichever its later messages reach tells of them")
    void fromTwoNodes() throws Exception {
        for (int seed = 0; seed < SEEDS; seed++) {
            Random random = new Random(seed);
            List<CallEvent> events = calls(new SampleEvents(seed), random);
            clear();
            write(events);
            List<String> ofOneNode = rows();

            clear();
            Collections.shuffle(events, random);
            for (CallEvent event : events) {
                RecordWriter node = event instanceof CallEvent.Began || random.nextBoolean() ? writer : otherNode;
                store.database().transact(connection -> {
                    node.write(connection, List.of(event));
                    return 1;
                });
            }
            assertThat(rows()).as("seed %d", seed).isEqualTo(ofOneNode);
        }
    }

    @Test
    void anEndThatWasSeenGoesBeforeMaximumDurationThenLostThenInterrupted() throws Exception {
        SampleEvents sample = new SampleEvents(1);
        CallId call = sample.callId();
        for (EndReason reason :
                List.of(EndReason.INTERRUPTED, EndReason.LOST, EndReason.MAX_DURATION, EndReason.CALLER_HANGUP)) {
            write(List.of(sample.ended(call, reason)));
            assertThat(rows().getFirst()).contains("end_reason=" + reason.text() + ",");
            write(List.of(sample.ended(call, EndReason.INTERRUPTED)));
            assertThat(rows().getFirst()).contains("ended_by=");
        }
        write(List.of(sample.ended(call, EndReason.MAX_DURATION)));
        assertThat(rows()).hasSize(1);
        assertThat(rows().getFirst()).contains("end_reason=caller_hangup,");
    }

    @Test
    @DisplayName("a 2xx that follows a 408 or an interruption: the call runs, and ends as it is seen to, in any order")
    void anAnswerAfterAnEndWithoutOne() throws Exception {
        StoreCallRecords records = new StoreCallRecords(store.database());
        for (EndReason wrong : List.of(EndReason.DESTINATION_NO_ANSWER, EndReason.INTERRUPTED)) {
            SampleEvents sample = new SampleEvents(6);
            CallId call = sample.callId();
            List<CallEvent> running = new ArrayList<>(List.of(
                    sample.began(call, sample.attribution()), sample.ended(call, wrong), sample.answered(call)));
            for (int seed = 0; seed < 6; seed++) {
                Collections.shuffle(running, new Random(seed));
                clear();
                for (CallEvent event : running) {
                    write(List.of(event));
                }
                assertThat(records.get(call, null)).isNotNull().satisfies(r -> {
                    assertThat(r.complete()).isFalse();
                    assertThat(r.endReason()).isNull();
                    assertThat(r.endMillis()).isNull();
                    assertThat(r.sipCodeSent()).isEqualTo(200);
                });
                String oneByOne = rows().getFirst();
                clear();
                write(running);
                assertThat(rows()).containsExactly(oneByOne);
                for (EndReason seen : List.of(EndReason.LOST, EndReason.MAX_DURATION, EndReason.CALLER_HANGUP)) {
                    write(List.of(sample.ended(call, seen)));
                    write(running);
                    assertThat(records.get(call, null)).isNotNull().satisfies(r -> {
                        assertThat(r.complete()).isTrue();
                        assertThat(r.endReason()).isEqualTo(seen.text());
                    });
                }
            }
        }
    }

    @Test
    void aCorrectionGoesBeforeTheEndThatWasInferredWhicheverComesFirst() throws Exception {
        for (boolean correctedFirst : List.of(true, false)) {
            SampleEvents sample = new SampleEvents(5);
            CallId call = sample.callId();
            List<CallEvent> events = List.of(sample.ended(call, EndReason.LOST), sample.corrected(call));
            clear();
            for (CallEvent event : correctedFirst ? events.reversed() : events) {
                write(List.of(event));
            }
            assertThat(rows()).hasSize(1);
            assertThat(rows().getFirst())
                    .contains("end_reason="
                            + ((CallEvent.Corrected) events.get(1)).reason().text());
        }
    }

    @Test
    void anEndWithoutABeginningMakesAnIncompleteRowThatTheBeginningCompletes() throws Exception {
        SampleEvents sample = new SampleEvents(2);
        CallId call = sample.callId();
        StoreCallRecords records = new StoreCallRecords(store.database());
        write(List.of(sample.ended(call, EndReason.CALLER_HANGUP)));
        assertThat(records.get(call, null)).isNotNull().satisfies(r -> {
            assertThat(r.complete()).isFalse();
            assertThat(r.startMillis()).isEqualTo(call.madeAtMillis());
        });
        CallEvent.Began began = sample.began(call, sample.attribution());
        write(List.of(began));
        assertThat(records.get(call, null)).isNotNull().satisfies(r -> {
            assertThat(r.complete()).isTrue();
            assertThat(r.startMillis()).isEqualTo(began.atMillis());
            assertThat(r.sipCallId()).isEqualTo(began.sipCallId());
        });
    }

    @Test
    void aRecordTellsHowOldTheDirectoryWasThatItsCallWasAttributedBy() throws Exception {
        SampleEvents sample = new SampleEvents(8);
        CallId call = sample.callId();
        CallEvent.Began began = sample.began(call, sample.attribution());
        write(List.of(SampleEvents.at(began, began.atMillis(), 87_654)));
        assertThat(new StoreCallRecords(store.database()).get(call, null))
                .isNotNull()
                .satisfies(r -> assertThat(r.attributionStaleMillis()).isEqualTo(87_654));
    }

    @Test
    void aCallThatIsWholeInABatchIsWrittenOnce() throws Exception {
        SampleEvents sample = new SampleEvents(3);
        List<CallEvent> events = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            CallId call = sample.callId();
            events.add(sample.began(call, sample.attribution()));
            events.add(sample.progressed(call));
            events.add(sample.answered(call));
            events.add(sample.ended(call, EndReason.CALLER_HANGUP));
        }
        Collections.shuffle(events, new Random(3));
        long written = store.database().transact(connection -> {
            long before = rowsWritten(connection);
            writer.write(connection, events);
            return rowsWritten(connection) - before;
        });
        assertThat(written).as("20 records, 20 transactions, the last id").isEqualTo(41);
    }

    @Test
    @DisplayName(
            "by LOAD DATA, as a large batch is, they make the rows that they make one by one, whatever stands in their texts")
    void loadedRowsAreAsMergedOnes() throws Exception {
        SampleEvents sample = new SampleEvents(4);
        List<CallEvent> events = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            CallId call = sample.callId();
            CallEvent.Began began = sample.began(call, sample.attribution());
            events.add(new CallEvent.Began(
                    call,
                    began.atMillis(),
                    "\t\n\\N\0'\"\r,;\u260e\ud83d\ude00" + "x".repeat(2 * i),
                    began.trunk(),
                    began.caller(),
                    began.callerWithheld(),
                    i % 2 == 0 ? "\\N" : "",
                    began.dialed(),
                    began.attribution(),
                    began.destination(),
                    began.configVersion(),
                    began.attributionStaleMillis(),
                    began.inviteKey()));
            if (i % 3 > 0) {
                events.add(sample.progressed(call));
                events.add(sample.answered(call));
            }
            if (i % 3 > 1) {
                events.add(sample.ended(call, sample.endReason()));
            }
        }
        for (CallEvent event : events) {
            write(List.of(event));
        }
        List<String> oneByOne = rows();
        assertThat(oneByOne).hasSize(200);

        clear();
        write(events);
        assertThat(rows()).isEqualTo(oneByOne);
        write(events);
        assertThat(rows()).as("written again").isEqualTo(oneByOne);

        clear();
        write(events.subList(0, 7));
        write(events.subList(events.size() - 1, events.size()));
        write(events);
        assertThat(rows()).as("some of them were there already").isEqualTo(oneByOne);
    }

    private static long rowsWritten(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery("SELECT SUM(VARIABLE_VALUE) FROM information_schema.SESSION_STATUS"
                                + " WHERE VARIABLE_NAME IN ('HANDLER_WRITE', 'HANDLER_UPDATE')")) {
            row.next();
            return row.getLong(1);
        }
    }

    private static List<CallEvent> calls(SampleEvents sample, Random random) {
        List<CallEvent> events = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            CallId call = sample.callId();
            events.add(sample.began(call, sample.attribution()));
            if (random.nextBoolean()) {
                events.add(sample.progressed(call));
            }
            if (random.nextBoolean()) {
                events.add(sample.answered(call));
                events.add(sample.continued(call));
            }
            Set<Long> moments = new HashSet<>();
            for (int ends = random.nextInt(4); ends > 0; ends--) {
                CallEvent.Ended end = sample.ended(call, sample.endReason());
                if (moments.add(end.atMillis())) {
                    events.add(end);
                }
            }
            if (random.nextInt(4) == 0) {
                events.add(sample.corrected(call));
            }
        }
        return events;
    }

    private void write(List<CallEvent> events) throws Exception {
        store.database().transact(connection -> {
            writer.write(connection, events);
            return events.size();
        });
    }

    private static void clear() throws SQLException {
        try (Connection connection = store.database().dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("DELETE FROM call_record");
            statement.execute("DELETE FROM call_transaction");
        }
    }

    static List<String> rows() throws SQLException {
        List<String> found = new ArrayList<>();
        try (Connection connection = store.database().dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery("SELECT HEX(call_id) AS id, r.* FROM call_record r ORDER BY call_id")) {
            while (rows.next()) {
                StringBuilder row = new StringBuilder();
                for (int column = 1; column <= rows.getMetaData().getColumnCount(); column++) {
                    String name = rows.getMetaData().getColumnName(column);
                    // In which order calls are published is no matter of their events.
                    if (!name.equals("call_id") && !name.equals("transaction_id")) {
                        row.append(name)
                                .append('=')
                                .append(rows.getString(column))
                                .append(',');
                    }
                }
                found.add(row.toString());
            }
        }
        return found;
    }
}
