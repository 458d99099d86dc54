package io.ringtrace.store.lease;

import io.ringtrace.store.directory.NumberRow;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** Where a pool that may grow takes numbers from: its own draining ones, then the number bank. Called inside the transaction that holds the pool's row. */
@FunctionalInterface
public interface PoolGrowth {
    /**
     * Moves numbers into the pool, as many of the wanted ones as there are and as the pool's maximum allows, and counts them in its row.
     *
     * @return what was moved: from the bank never presented, taken back with a guarantee that is over; the overflow number included if
     *     the pool lacked one; and, in state resting and not in the pool, those of the bank that were found to have been called
     */
    List<NumberRow> grow(Connection connection, PoolTerms pool, int wanted, long now) throws SQLException;
}
