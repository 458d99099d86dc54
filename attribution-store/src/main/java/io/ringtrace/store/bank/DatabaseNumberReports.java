package io.ringtrace.store.bank;

import io.ringtrace.attribution.NumberReports;
import io.ringtrace.call.PhoneNumber;
import io.ringtrace.call.StoreUnavailableException;
import io.ringtrace.store.db.StoreDatabase;
import io.ringtrace.store.directory.NumberState;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;

/** {@link NumberReports} on the database. Thread-safe. */
public final class DatabaseNumberReports implements NumberReports {
    private static final long MILLIS_OF_DAY = Duration.ofDays(1).toMillis();

    private final StoreDatabase database;

    public DatabaseNumberReports(StoreDatabase database) {
        this.database = database;
    }

    @Override
    public List<DirtyDay> dirty(String network, LocalDate from, LocalDate to, int limit)
            throws StoreUnavailableException {
        return database.transact(connection -> {
            List<DirtyDay> days = new ArrayList<>();
            try (PreparedStatement select =
                    connection.prepareStatement("SELECT c.promo_number, c.start_at DIV " + MILLIS_OF_DAY + " AS day,"
                            + " SUM(c.attribution_status = 'never_leased'), SUM(c.attribution_status = 'expired'),"
                            + " SUM(c.attribution_status = 'resting'), SUM(c.attribution_status = 'unassigned')"
                            + " FROM call_record c JOIN network w ON w.id = c.network_id WHERE w.id_from_network = ?"
                            + " AND c.start_at >= ? AND c.start_at < ? AND c.promo_number IS NOT NULL"
                            + " AND c.attribution_status IN ('never_leased', 'expired', 'resting', 'unassigned')"
                            + " GROUP BY c.promo_number, day ORDER BY day DESC, c.promo_number LIMIT ?")) {
                select.setString(1, network);
                select.setLong(2, millis(from));
                select.setLong(3, millis(to.plusDays(1)));
                select.setInt(4, limit);
                try (ResultSet rows = select.executeQuery()) {
                    while (rows.next()) {
                        days.add(new DirtyDay(
                                new PhoneNumber(rows.getLong(1)),
                                LocalDate.ofEpochDay(rows.getLong(2)),
                                rows.getInt(3),
                                rows.getInt(4),
                                rows.getInt(5),
                                rows.getInt(6)));
                    }
                }
            }
            return days;
        });
    }

    private static long millis(LocalDate day) {
        return day.atStartOfDay(ZoneOffset.UTC).toInstant().toEpochMilli();
    }

    @Override
    public List<UsageDay> usage(String network, LocalDate from, LocalDate to) throws StoreUnavailableException {
        return database.transact(connection -> {
            List<UsageDay> days = new ArrayList<>();
            try (PreparedStatement select = connection.prepareStatement("SELECT u.day, u.in_use FROM number_usage u"
                    + " JOIN network w ON w.id = u.network_id WHERE w.id_from_network = ? AND u.day BETWEEN ? AND ?"
                    + " ORDER BY u.day")) {
                select.setString(1, network);
                select.setString(2, from.toString());
                select.setString(3, to.toString());
                try (ResultSet rows = select.executeQuery()) {
                    while (rows.next()) {
                        days.add(new UsageDay(LocalDate.parse(rows.getString(1)), rows.getInt(2)));
                    }
                }
            }
            return days;
        });
    }

    /** Counts what is in use now into the day of this moment. Several nodes may do so at once. */
    public static int countUsage(Connection connection, long now) throws SQLException {
        try (PreparedStatement insert =
                connection.prepareStatement("INSERT INTO number_usage (network_id, day, in_use) SELECT w.id, ?, CAST("
                        + "(SELECT COALESCE(SUM(p.size), 0) FROM ring_pool p WHERE p.network_id = w.id AND NOT p.deleted)"
                        + " + (SELECT COUNT(*) FROM promo_number n WHERE n.network_id = w.id AND n.state = "
                        + NumberState.DRAINING.code() + ") AS SIGNED) AS used FROM network w"
                        + " ON DUPLICATE KEY UPDATE in_use = GREATEST(in_use, VALUES(in_use))")) {
            insert.setString(
                    1, LocalDate.ofEpochDay(Math.floorDiv(now, MILLIS_OF_DAY)).toString());
            return insert.executeUpdate();
        }
    }
}
