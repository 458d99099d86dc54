package io.ringtrace.store.bank;

import io.ringtrace.attribution.LocalNumberPreferences;
import io.ringtrace.attribution.LocalNumberPreferences.Fallback;
import io.ringtrace.attribution.NumberType;
import io.ringtrace.call.PhoneNumber;
import io.ringtrace.store.lease.PoolTerms;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Locale;

/** What a pool wants from the bank. */
record Wish(NumberType type, PhoneNumber destination, LocalNumberPreferences preferences) {
    static Wish of(Connection connection, PoolTerms pool) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(
                "SELECT search_radius, within_state, fallback FROM ring_pool WHERE id = ?")) {
            select.setLong(1, pool.id());
            try (ResultSet rows = select.executeQuery()) {
                rows.next();
                return new Wish(
                        pool.numberType(),
                        new PhoneNumber(pool.destination()),
                        new LocalNumberPreferences(
                                rows.getInt(1),
                                rows.getBoolean(2),
                                Fallback.valueOf(rows.getString(3).toUpperCase(Locale.ROOT))));
            }
        }
    }
}
