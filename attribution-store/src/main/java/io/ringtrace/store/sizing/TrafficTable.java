package io.ringtrace.store.sizing;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** pool_traffic, read and written. Stateless. */
public final class TrafficTable {
    private static final int ROWS_IN_STATEMENT = 500;

    private TrafficTable() {}

    /** The last seven days of a pool, the running quarter included, the oldest first. */
    public static List<Quarter> week(Connection connection, long pool, long now) throws SQLException {
        List<Quarter> quarters = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement(
                "SELECT quarter, visitors, unserved, guaranteed_ms, reassigned, numbers FROM pool_traffic"
                        + " WHERE pool_id = ? AND quarter > ? ORDER BY quarter")) {
            select.setLong(1, pool);
            select.setLong(2, Quarter.at(now) - PoolTarget.QUARTERS);
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    quarters.add(new Quarter(
                            rows.getLong(1),
                            rows.getLong(2),
                            rows.getLong(3),
                            rows.getLong(4),
                            rows.getLong(5),
                            rows.getInt(6)));
                }
            }
        }
        return quarters;
    }

    /** Adds what was met since the last time, by pool. */
    static void add(Connection connection, List<Map.Entry<Long, Quarter>> met) throws SQLException {
        for (int from = 0; from < met.size(); from += ROWS_IN_STATEMENT) {
            List<Map.Entry<Long, Quarter>> part = met.subList(from, Math.min(met.size(), from + ROWS_IN_STATEMENT));
            try (PreparedStatement insert = connection.prepareStatement(
                    "INSERT INTO pool_traffic (pool_id, quarter, visitors, unserved, guaranteed_ms, reassigned, numbers) VALUES "
                            + String.join(",", Collections.nCopies(part.size(), "(?,?,?,?,?,?,?)"))
                            + " ON DUPLICATE KEY UPDATE visitors = visitors + VALUES(visitors),"
                            + " unserved = unserved + VALUES(unserved), guaranteed_ms = guaranteed_ms + VALUES(guaranteed_ms),"
                            + " reassigned = reassigned + VALUES(reassigned), numbers = GREATEST(numbers, VALUES(numbers))")) {
                int at = 1;
                for (Map.Entry<Long, Quarter> one : part) {
                    Quarter quarter = one.getValue();
                    insert.setLong(at++, one.getKey());
                    insert.setLong(at++, quarter.number());
                    insert.setLong(at++, quarter.visitors());
                    insert.setLong(at++, quarter.unserved());
                    insert.setLong(at++, quarter.guaranteedMillis());
                    insert.setLong(at++, quarter.reassigned());
                    insert.setInt(at++, quarter.numbers());
                }
                insert.executeUpdate();
            }
        }
    }

    /** Forgets what is older than seven days, a part of it at a time; returns how many rows that were. */
    static int forget(Connection connection, long now, int most) throws SQLException {
        try (PreparedStatement delete =
                connection.prepareStatement("DELETE FROM pool_traffic WHERE quarter <= ? LIMIT ?")) {
            delete.setLong(1, Quarter.at(now) - PoolTarget.QUARTERS);
            delete.setInt(2, most);
            return delete.executeUpdate();
        }
    }
}
