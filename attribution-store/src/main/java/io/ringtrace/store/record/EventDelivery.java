package io.ringtrace.store.record;

import io.ringtrace.attribution.AttributionResult;
import io.ringtrace.call.CallEvent;
import io.ringtrace.call.CallId;
import io.ringtrace.call.EndReason;
import io.ringtrace.call.EndedBy;
import io.ringtrace.call.StoreUnavailableException;
import io.ringtrace.store.db.SqlErrors;
import io.ringtrace.store.db.StoreDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings events into the store, and tells those that it does not take from a store that takes none. Used by one thread at a time. */
final class EventDelivery {
    private static final Logger LOG = LoggerFactory.getLogger(EventDelivery.class);
    /** SQLSTATE classes: data exception, integrity constraint violation, raised by a trigger. */
    private static final Set<String> DATA_ERRORS = Set.of("22", "23", "45");

    /** What {@link RecordWriter} does: writes events in the caller's transaction, and tells the networks of their calls. */
    @FunctionalInterface
    interface Writer {
        Map<CallId, Long> write(Connection connection, List<CallEvent> events) throws SQLException;
    }

    /** What is written in the same transaction. */
    @FunctionalInterface
    interface Beside {
        void write(Connection connection) throws SQLException;
    }

    sealed interface Outcome {
        /** @param networks of the events' calls, 0 for none */
        record Written(Map<CallId, Long> networks) implements Outcome {}

        /** Some of the events cannot be written though others can; nothing is written. */
        record Refused(String why) implements Outcome {}
    }

    private final StoreDatabase database;
    private final Writer writer;
    private final long nodeId;

    EventDelivery(StoreDatabase database, Writer writer, long nodeId) {
        this.database = database;
        this.writer = writer;
        this.nodeId = nodeId;
    }

    /**
     * Writes events in one transaction. Throws StoreUnavailableException, or what else was thrown, when that lies with the store or with us
     * and not with these events.
     */
    Outcome deliver(List<CallEvent> events, Beside beside) throws StoreUnavailableException {
        try {
            return new Outcome.Written(database.transactUnlogged(connection -> {
                Map<CallId, Long> networks = writer.write(connection, events);
                beside.write(connection);
                return networks;
            }));
        } catch (StoreUnavailableException e) {
            if (isDataError(e) || (mayBeTheRows(e) && storeTakesOthers())) {
                return new Outcome.Refused(String.valueOf(e.getCause() == null ? e : e.getCause()));
            }
            throw e;
        } catch (RuntimeException e) {
            if (storeTakesOthers()) {
                return new Outcome.Refused(String.valueOf(e));
            }
            throw e;
        }
    }

    /**
     * Whether a call like any other could be written now; nothing of it stays. What the database says of an error is not enough to tell a
     * row that it does not take from a store that takes none.
     */
    private boolean storeTakesOthers() {
        long now = System.currentTimeMillis();
        CallId call = new CallId(now << 16 | (nodeId & 0xFFFF), nodeId);
        List<CallEvent> likeAnyOther = List.of(
                new CallEvent.Began(
                        call, now, "", "", null, true, "", null, AttributionResult.UNKNOWN, null, "", 0, null),
                new CallEvent.Ended(
                        call, now, EndReason.REFUSED, EndedBy.RINGTRACE, 404, 0, null, -1, true, List.of()));
        try {
            database.transactUnlogged(connection -> {
                Savepoint before = connection.setSavepoint();
                writer.write(connection, likeAnyOther);
                connection.rollback(before);
                return call;
            });
            return true;
        } catch (StoreUnavailableException | RuntimeException e) {
            LOG.debug("call records: the store takes no other call either", e);
            return false;
        }
    }

    /** The connection held, and it was not only in another transaction's way. */
    private static boolean mayBeTheRows(StoreUnavailableException e) {
        return !SqlErrors.connectionLost(e)
                && !(e.getCause() instanceof SQLException cause && SqlErrors.runAgain(cause));
    }

    private static boolean isDataError(StoreUnavailableException e) {
        return e.getCause() instanceof SQLException cause
                && cause.getSQLState() != null
                && cause.getSQLState().length() == 5
                && DATA_ERRORS.contains(cause.getSQLState().substring(0, 2));
    }
}
