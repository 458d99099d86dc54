package io.ringtrace.store.record;

import io.ringtrace.attribution.LeaseClock;
import io.ringtrace.call.CallEvent;
import io.ringtrace.call.CallId;
import io.ringtrace.call.EndReason;
import io.ringtrace.call.StoreUnavailableException;
import io.ringtrace.store.db.PeriodicLook;
import io.ringtrace.store.db.StoreDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes the records that nobody closes any more, because the node of their call did not start again: those that are still open in the
 * database when no call can run so long. An answered one is lost at the last proof of life that its node told of, another one interrupted at
 * the last moment known of it; an end that still comes out of some journal goes before both. A thread of its own looks every quarter of an
 * hour, a quarter of an hour after the start for the first time: the first calls need the processor more. Several nodes may do so at once. The
 * server starts and closes it.
 */
public final class RecordReaper implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RecordReaper.class);
    private static final Duration EVERY = Duration.ofMinutes(15);
    /** Beyond the longest call: its cookie's hour, ringing, and a slow drain. */
    private static final Duration MARGIN = Duration.ofHours(2);
    /** At the first look, and once a day: a record may come late out of some journal. Else only what has grown old since the last look. */
    static final Duration LOOKED_BACK = Duration.ofDays(30);

    private static final Duration LOOKED_BACK_EVERY = Duration.ofDays(1);
    /** What one statement looks at: with the most calls that a node takes, it answers in time. */
    private static final Duration LOOKED_AT_ONCE = Duration.ofHours(1);

    private static final int ROWS_IN_TRANSACTION = 500;

    private final StoreDatabase database;
    private final LeaseClock clock;
    private final RecordWriter writer;
    private final long oldMillis;
    private final PeriodicLook looks;
    private long lookedUntil;
    private long lookedBackUntil;

    /** @param longestCall the longest that a call may last on any node */
    public RecordReaper(StoreDatabase database, LeaseClock clock, String node, Duration longestCall) {
        this.database = database;
        this.clock = clock;
        this.writer = new RecordWriter(node);
        this.oldMillis = longestCall.plus(MARGIN).toMillis();
        this.looks = new PeriodicLook("record-reaper", PeriodicLook.First.AFTER_THE_FIRST_PAUSE, EVERY, this::look);
    }

    public void start() {
        looks.start();
    }

    private void look() throws StoreUnavailableException {
        int reaped = reap();
        if (reaped > 0) {
            LOG.warn("{} call records were still open long after their calls; they are closed now", reaped);
        }
    }

    /** Closes what is old enough by now; returns how many records that were. */
    public int reap() throws StoreUnavailableException {
        long until = clock.nowMillis() - oldMillis;
        boolean back = lookedUntil == 0 || until - lookedBackUntil >= LOOKED_BACK_EVERY.toMillis();
        int reaped = 0;
        long from = back ? until - LOOKED_BACK.toMillis() : lookedUntil;
        while (from < until && !looks.isClosed()) {
            long to = Math.min(until, from + LOOKED_AT_ONCE.toMillis());
            reaped += reap(from, to);
            from = to;
        }
        if (from >= until) {
            lookedUntil = until;
            lookedBackUntil = back ? until : lookedBackUntil;
        }
        return reaped;
    }

    private int reap(long from, long until) throws StoreUnavailableException {
        int reaped = 0;
        List<CallEvent> ends;
        do {
            ends = database.transact(connection -> {
                List<CallEvent> found = open(connection, from, until);
                writer.write(connection, found);
                return found;
            });
            reaped += ends.size();
        } while (ends.size() == ROWS_IN_TRANSACTION);
        return reaped;
    }

    private static List<CallEvent> open(Connection connection, long from, long until) throws SQLException {
        List<CallEvent> ends = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement(
                "SELECT call_id, start_at, progress_at, answer_at, alive_at FROM call_record"
                        + " WHERE call_id >= ? AND call_id < ? AND end_at IS NULL ORDER BY call_id LIMIT ?")) {
            select.setBytes(1, CallId.firstMadeAt(from).toBytes());
            select.setBytes(2, CallId.firstMadeAt(until).toBytes());
            select.setInt(3, ROWS_IN_TRANSACTION);
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    ends.add(end(rows));
                }
            }
        }
        return ends;
    }

    private static CallEvent.Ended end(ResultSet row) throws SQLException {
        // A column that is NULL gives 0.
        long livedUntil = Math.max(row.getLong("answer_at"), row.getLong("alive_at"));
        boolean answered = livedUntil > 0;
        long at = answered ? livedUntil : Math.max(row.getLong("start_at"), row.getLong("progress_at"));
        return CallEvent.Ended.byRingtrace(
                CallId.fromBytes(row.getBytes("call_id")),
                at,
                answered ? EndReason.LOST : EndReason.INTERRUPTED,
                -1,
                false);
    }

    @Override
    public void close() {
        looks.close();
    }
}
