package io.ringtrace.store.db;

import java.sql.SQLException;
import java.util.Arrays;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What MariaDB's and MySQL's error codes mean for whoever runs a transaction. */
public final class SqlErrors {
    private static final int DEADLOCK = 1213;
    private static final int LOCK_WAIT_TIMEOUT = 1205;
    private static final int CHANGED_SINCE_READ = 1020;
    /** Somebody else inserted the key between our reading and our writing. */
    private static final int DUPLICATE_KEY = 1062;

    private static final Set<Integer> RUN_AGAIN =
            Set.of(DEADLOCK, LOCK_WAIT_TIMEOUT, CHANGED_SINCE_READ, DUPLICATE_KEY);

    private SqlErrors() {}

    /**
     * The connection broke: what it was used for may or may not have happened. That is SQLSTATE class 08, or any error after which the
     * transaction could not be rolled back or the statement closed: a driver that finds its statement closed names no class.
     */
    public static boolean connectionLost(@Nullable Throwable e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql && (ofAConnection(sql) || failedAfterwards(sql))) {
                return true;
            }
        }
        return false;
    }

    private static boolean ofAConnection(SQLException e) {
        return e.getSQLState() != null && e.getSQLState().startsWith("08");
    }

    private static boolean failedAfterwards(SQLException e) {
        return Arrays.stream(e.getSuppressed()).anyMatch(SQLException.class::isInstance);
    }

    /** The transaction was rolled back because of another one; the same transaction may succeed now. */
    public static boolean runAgain(SQLException e) {
        return RUN_AGAIN.contains(e.getErrorCode());
    }
}
