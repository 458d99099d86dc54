package io.ringtrace.store.bank;

import io.ringtrace.attribution.LocalNumberPreferences;
import io.ringtrace.attribution.NumberType;
import io.ringtrace.call.PhoneNumber;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Locale;

/** What a pool wants from the bank. */
record Wish(NumberType type, PhoneNumber destination, LocalNumberPreferences preferences) {
    /** The pool is there. */
    static Wish of(Connection connection, long poolId) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(
                "SELECT p.number_type, p.destination, p.search_radius, p.within_state, p.fallback, "
                        + PoolSettingRows.COLUMNS
                        + " FROM ring_pool p LEFT JOIN ring_pool_setting s ON s.pool_id = p.id"
                        + " WHERE p.id = ?")) {
            select.setLong(1, poolId);
            try (ResultSet rows = select.executeQuery()) {
                rows.next();
                return new Wish(
                        NumberType.valueOf(rows.getString(1).toUpperCase(Locale.ROOT)),
                        new PhoneNumber(rows.getLong(2)),
                        PoolSettingRows.preferences(rows, 3, 6));
            }
        }
    }

    /** Whether local numbers of the area code are wanted. */
    boolean wants(int npa) {
        return preferences.areaCodes().isEmpty() || preferences.areaCodes().contains(npa);
    }

    /** The country whose numbers serve; a centre lies in North America. */
    int country() {
        return preferences.centre() == null ? ImportCheck.country(destination) : 1;
    }
}
