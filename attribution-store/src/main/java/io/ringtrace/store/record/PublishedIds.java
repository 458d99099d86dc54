package io.ringtrace.store.record;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * A network's transaction ids, and when they were published: both rise together, up to the difference of the publishers' clocks, so that an
 * id is found by its time in the order of the ids, without an index.
 *
 * @param network 0 when there is none of that name; it has calls of no network, which are nobody's to read
 * @param newest 0 without any
 */
record PublishedIds(long network, long newest, long newestAt) {
    static PublishedIds of(Connection connection, String network) throws SQLException {
        try (PreparedStatement select =
                connection.prepareStatement("SELECT t.network_id, t.id, t.published_at FROM call_transaction t"
                        + " WHERE t.network_id = (SELECT id FROM network WHERE id_from_network = ?)"
                        + " ORDER BY t.id DESC LIMIT 1")) {
            select.setString(1, network);
            try (ResultSet row = select.executeQuery()) {
                return row.next()
                        ? new PublishedIds(row.getLong(1), row.getLong(2), row.getLong(3))
                        : new PublishedIds(0, 0, 0);
            }
        }
    }

    /**
     * The last id such that no transaction after {@code afterId} up to it was published at that time or later. Reads about as many rows as
     * the ids have bits.
     */
    long lastBefore(Connection connection, long afterId, long atMillis) throws SQLException {
        if (newest <= afterId) {
            return afterId;
        }
        if (newestAt < atMillis) {
            return newest;
        }
        long low = afterId;
        long high = newest;
        try (PreparedStatement select = connection.prepareStatement(
                "SELECT id, published_at FROM call_transaction WHERE network_id = ? AND id > ? ORDER BY id LIMIT 1")) {
            // A reader who goes on stands past that time already.
            for (long at = low; low < high; at = low + (high - low - 1) / 2) {
                select.setLong(1, network);
                select.setLong(2, at);
                try (ResultSet row = select.executeQuery()) {
                    if (row.next() && row.getLong(2) < atMillis) {
                        low = row.getLong(1);
                    } else {
                        high = at;
                    }
                }
            }
        }
        return low;
    }
}
