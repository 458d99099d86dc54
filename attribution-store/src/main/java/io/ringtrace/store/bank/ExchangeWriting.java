package io.ringtrace.store.bank;

import io.ringtrace.call.StoreUnavailableException;
import io.ringtrace.store.bank.ExchangeCheck.Checked.Good;
import io.ringtrace.store.bank.Place.Coordinates;
import io.ringtrace.store.bank.Place.Grid;
import io.ringtrace.store.db.StoreDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Writes checked exchanges and their rate centers, and tells the bank's numbers. In many small transactions; a repeated import heals a broken one. */
final class ExchangeWriting {
    private static final int ROWS_IN_TRANSACTION = 500;
    private static final long AREA = 10_000_000L;
    private static final long COUNTRY = 10_000_000_000L;

    private final StoreDatabase database;

    ExchangeWriting(StoreDatabase database) {
        this.database = database;
    }

    void write(List<Good> exchanges) throws StoreUnavailableException {
        for (int from = 0; from < exchanges.size(); from += ROWS_IN_TRANSACTION) {
            List<Good> part = exchanges.subList(from, Math.min(exchanges.size(), from + ROWS_IN_TRANSACTION));
            database.transact(connection -> {
                writeRateCenters(connection, part);
                return writeExchanges(connection, part);
            });
        }
        TreeSet<Integer> npas = new TreeSet<>();
        exchanges.forEach(one -> npas.add(one.npa()));
        for (int npa : npas) {
            database.transact(connection -> tellNumbers(connection, npa));
        }
    }

    /** What a file does not say stays as another one has said it. */
    private static void writeRateCenters(Connection connection, List<Good> part) throws SQLException {
        Map<RateCenters.Name, Good> centers = new LinkedHashMap<>();
        part.forEach(one -> centers.merge(name(one), one, (a, b) -> b.at() == null && b.grid() == null ? a : b));
        try (PreparedStatement insert = connection.prepareStatement(
                "INSERT INTO rate_center (region, name, lata, latitude, longitude, v, h) VALUES "
                        + String.join(",", Collections.nCopies(centers.size(), "(?,?,?,?,?,?,?)"))
                        + " ON DUPLICATE KEY UPDATE lata = COALESCE(VALUES(lata), lata), latitude ="
                        + " COALESCE(VALUES(latitude), latitude), longitude = COALESCE(VALUES(longitude), longitude),"
                        + " v = COALESCE(VALUES(v), v), h = COALESCE(VALUES(h), h)")) {
            int at = 1;
            for (Good one : centers.values()) {
                insert.setString(at++, one.region());
                insert.setString(at++, one.rateCenter());
                if (one.lata() == 0) {
                    insert.setNull(at++, Types.INTEGER);
                } else {
                    insert.setInt(at++, one.lata());
                }
                Coordinates where = one.at();
                insert.setObject(at++, where == null ? null : where.latitude());
                insert.setObject(at++, where == null ? null : where.longitude());
                Grid grid = one.grid();
                insert.setObject(at++, grid == null ? null : grid.v());
                insert.setObject(at++, grid == null ? null : grid.h());
            }
            insert.executeUpdate();
        }
    }

    private static int writeExchanges(Connection connection, List<Good> part) throws SQLException {
        Map<RateCenters.Name, Long> ids = ids(connection, part);
        try (PreparedStatement insert =
                connection.prepareStatement("INSERT INTO exchange (npa, nxx, rate_center_id) VALUES "
                        + String.join(",", Collections.nCopies(part.size(), "(?,?,?)"))
                        + " ON DUPLICATE KEY UPDATE rate_center_id = VALUES(rate_center_id)")) {
            int at = 1;
            for (Good one : part) {
                insert.setInt(at++, one.npa());
                insert.setInt(at++, one.nxx());
                insert.setObject(at++, ids.get(name(one)));
            }
            return insert.executeUpdate();
        }
    }

    private static Map<RateCenters.Name, Long> ids(Connection connection, List<Good> part) throws SQLException {
        Map<RateCenters.Name, Long> ids = new HashMap<>();
        part.forEach(one -> ids.put(name(one), 0L));
        try (PreparedStatement select =
                connection.prepareStatement("SELECT id, name, region FROM rate_center WHERE (region, name) IN ("
                        + String.join(",", Collections.nCopies(ids.size(), "(?,?)")) + ")")) {
            int at = 1;
            for (RateCenters.Name name : ids.keySet()) {
                select.setString(at++, name.region());
                select.setString(at++, name.rateCenter());
            }
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    ids.put(new RateCenters.Name(rows.getString(2), rows.getString(3)), rows.getLong(1));
                }
            }
        }
        return ids;
    }

    private static RateCenters.Name name(Good one) {
        return new RateCenters.Name(one.rateCenter(), one.region());
    }

    /** Numbers whose import said where they are at home keep that: they may have been ported. */
    private static int tellNumbers(Connection connection, int npa) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement(
                "UPDATE bank_number b JOIN exchange e ON e.npa = b.npa AND e.nxx = b.number DIV 10000 MOD 1000"
                        + " JOIN rate_center r ON r.id = e.rate_center_id SET b.rate_center = r.name, b.region = r.region"
                        + " WHERE b.number BETWEEN ? AND ? AND b.number_type = 'local' AND NOT b.place_told"
                        + " AND NOT (b.rate_center <=> r.name AND b.region <=> r.region)")) {
            update.setLong(1, COUNTRY + npa * AREA);
            update.setLong(2, COUNTRY + npa * AREA + AREA - 1);
            return update.executeUpdate();
        }
    }
}
