package io.ringtrace.store.bank;

import io.ringtrace.attribution.LeaseClock;
import io.ringtrace.attribution.NumberBank;
import io.ringtrace.attribution.NumberType;
import io.ringtrace.call.PhoneNumber;
import io.ringtrace.call.StoreUnavailableException;
import io.ringtrace.store.bank.ImportCheck.Checked;
import io.ringtrace.store.db.StoreDatabase;
import io.ringtrace.store.directory.NumberFeed;
import io.ringtrace.store.directory.NumberRow;
import io.ringtrace.store.directory.NumberState;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** {@link NumberBank} on the database. Thread-safe; each call waits for it. */
public final class DatabaseNumberBank implements NumberBank {
    /** Most rows of one import. */
    public static final int MOST_ROWS = 100_000;

    public static final int MOST_LISTED = 1_000;
    private static final int ROWS_IN_TRANSACTION = 500;

    private final StoreDatabase database;
    private final LeaseClock clock;
    private final NumberFeed feed;
    private final Predicate<PhoneNumber> staticNumbers;

    /** Where no number is a file's. */
    public DatabaseNumberBank(StoreDatabase database, LeaseClock clock, NumberFeed feed) {
        this(database, clock, feed, _ -> false);
    }

    /** @param staticNumbers whether the operator's files own a number, as they are now */
    public DatabaseNumberBank(
            StoreDatabase database, LeaseClock clock, NumberFeed feed, Predicate<PhoneNumber> staticNumbers) {
        this.staticNumbers = staticNumbers;
        this.database = database;
        this.clock = clock;
        this.feed = feed;
    }

    @Override
    public ImportResult importNumbers(String network, List<Row> rows) throws StoreUnavailableException {
        if (rows.size() > MOST_ROWS) {
            return new ImportResult(
                    0,
                    0,
                    List.of(new RowError(
                            rows.get(MOST_ROWS).line(),
                            rows.get(MOST_ROWS).number(),
                            "is beyond the " + MOST_ROWS
                                    + " rows of one import; nothing was imported, import in parts")));
        }
        long networkId = database.transact(connection -> networkId(connection, network));
        List<RowError> errors = new ArrayList<>();
        List<Checked.Good> good = new ArrayList<>();
        Map<PhoneNumber, Integer> lines = new HashMap<>();
        for (Row row : rows) {
            switch (ImportCheck.check(row)) {
                case Checked.Wrong(var error) -> errors.add(error);
                case Checked.Good one
                when staticNumbers.test(one.number()) ->
                    errors.add(new RowError(
                            row.line(),
                            row.number(),
                            "is a static number of the configuration: take it out of the files first"));
                case Checked.Good one -> {
                    Integer before = lines.putIfAbsent(one.number(), one.line());
                    if (before == null) {
                        good.add(one);
                    } else {
                        errors.add(new RowError(row.line(), row.number(), "stands in line " + before + " already"));
                    }
                }
            }
        }
        int added = 0;
        int unchanged = 0;
        for (int from = 0; from < good.size(); from += ROWS_IN_TRANSACTION) {
            List<Checked.Good> part = good.subList(from, Math.min(good.size(), from + ROWS_IN_TRANSACTION));
            long now = clock.nowMillis();
            Part done = database.transact(connection -> importPart(connection, networkId, part, now));
            feed.numbersChanged(done.added());
            added += done.added().size();
            unchanged += done.unchanged();
            errors.addAll(done.errors());
        }
        errors.sort(Comparator.comparingInt(RowError::line));
        return new ImportResult(added, unchanged, errors);
    }

    private record Part(List<NumberRow> added, int unchanged, List<RowError> errors) {}

    private static Part importPart(Connection connection, long networkId, List<Checked.Good> part, long now)
            throws SQLException {
        Map<Long, Long> owners = owners(connection, part);
        Set<Long> destinations = poolDestinations(connection, part);
        List<RowError> errors = new ArrayList<>();
        List<Checked.Good> fresh = new ArrayList<>();
        List<Checked.Good> kept = new ArrayList<>();
        for (Checked.Good one : part) {
            Long owner = owners.get(one.number().digits());
            if (owner != null && owner != networkId) {
                // Whose it is stays unsaid: one network must not see another.
                errors.add(new RowError(one.line(), one.number().toString(), "belongs to another network"));
            } else if (destinations.contains(one.number().digits())) {
                errors.add(new RowError(
                        one.line(), one.number().toString(), "is the destination of a RingPool, so it cannot be lent"));
            } else if (owner != null) {
                kept.add(one);
            } else {
                fresh.add(one);
            }
        }
        RateCenters rateCenters = new RateCenters(connection);
        writeBank(
                connection,
                networkId,
                kept.stream().filter(Checked.Good::placeTold).toList(),
                Map.of(),
                now);
        writeBank(connection, networkId, fresh, rateCenters.ofExchanges(exchanges(fresh)), now);
        return new Part(insertNumbers(connection, networkId, fresh), kept.size(), errors);
    }

    private static Map<Long, Long> owners(Connection connection, List<Checked.Good> part) throws SQLException {
        Map<Long, Long> owners = new HashMap<>();
        try (PreparedStatement select = connection.prepareStatement(
                "SELECT number, network_id FROM bank_number WHERE number IN (" + places(part.size()) + ")")) {
            setNumbers(select, part);
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    owners.put(rows.getLong(1), rows.getLong(2));
                }
            }
        }
        return owners;
    }

    private static Set<Long> poolDestinations(Connection connection, List<Checked.Good> part) throws SQLException {
        Set<Long> destinations = new HashSet<>();
        try (PreparedStatement select = connection.prepareStatement(
                "SELECT DISTINCT destination FROM ring_pool WHERE NOT deleted AND destination IN ("
                        + places(part.size()) + ")")) {
            setNumbers(select, part);
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    destinations.add(rows.getLong(1));
                }
            }
        }
        return destinations;
    }

    private static Set<RateCenters.Exchange> exchanges(List<Checked.Good> fresh) {
        Set<RateCenters.Exchange> exchanges = new HashSet<>();
        for (Checked.Good one : fresh) {
            if (one.type() == NumberType.LOCAL && one.npa() != 0 && !one.placeTold()) {
                exchanges.add(new RateCenters.Exchange(one.npa(), one.number().nxx()));
            }
        }
        return exchanges;
    }

    /** A number that is there already takes over a rate center or state that is now told. */
    private static void writeBank(
            Connection connection,
            long networkId,
            List<Checked.Good> part,
            Map<RateCenters.Exchange, RateCenters.Name> known,
            long now)
            throws SQLException {
        if (part.isEmpty()) {
            return;
        }
        try (PreparedStatement insert = connection.prepareStatement(
                "INSERT INTO bank_number (number, network_id, number_type, country, npa, rate_center, region, place_told,"
                        + " imported_at) VALUES "
                        + String.join(",", Collections.nCopies(part.size(), "(?,?,?,?,?,?,?,?,?)"))
                        + " ON DUPLICATE KEY UPDATE rate_center = COALESCE(VALUES(rate_center), rate_center),"
                        + " region = COALESCE(VALUES(region), region), place_told = TRUE")) {
            int at = 1;
            for (Checked.Good one : part) {
                RateCenters.Name name = one.placeTold() || one.npa() == 0
                        ? null
                        : known.get(
                                new RateCenters.Exchange(one.npa(), one.number().nxx()));
                insert.setLong(at++, one.number().digits());
                insert.setLong(at++, networkId);
                insert.setString(at++, one.type().text());
                insert.setInt(at++, one.country());
                if (one.npa() == 0) {
                    insert.setNull(at++, Types.SMALLINT);
                } else {
                    insert.setInt(at++, one.npa());
                }
                insert.setString(at++, name == null ? one.rateCenter() : name.rateCenter());
                insert.setString(at++, name == null ? one.region() : name.region());
                insert.setBoolean(at++, one.placeTold());
                insert.setLong(at++, now);
            }
            insert.executeUpdate();
        }
    }

    private static List<NumberRow> insertNumbers(Connection connection, long networkId, List<Checked.Good> fresh)
            throws SQLException {
        List<NumberRow> rows = new ArrayList<>();
        if (fresh.isEmpty()) {
            return rows;
        }
        // A plain INSERT: two imports of one number at once make the second one run again, and find its owner.
        try (PreparedStatement insert =
                connection.prepareStatement("INSERT INTO promo_number (number, network_id) VALUES "
                        + String.join(",", Collections.nCopies(fresh.size(), "(?,?)")))) {
            int at = 1;
            for (Checked.Good one : fresh) {
                insert.setLong(at++, one.number().digits());
                insert.setLong(at++, networkId);
                rows.add(new NumberRow(
                        one.number().digits(), networkId, NumberState.BANK, 0, 0, null, 0, 0, 0, 0, 0, 0, 0, 1));
            }
            insert.executeUpdate();
        }
        return rows;
    }

    @Override
    public List<Entry> list(String network, long afterNumber, int limit) throws StoreUnavailableException {
        if (limit < 1 || limit > MOST_LISTED) {
            throw new IllegalArgumentException("limit must be 1 to " + MOST_LISTED + ", not " + limit);
        }
        return database.transact(connection -> {
            List<Entry> entries = new ArrayList<>();
            try (PreparedStatement select = connection.prepareStatement(
                    "SELECT n.number, b.number_type, n.state, p.id_from_network, n.visitor_id, n.destination, n.lease_version,"
                            + " b.rate_center, b.region, n.rest_until FROM network w JOIN bank_number b ON b.network_id = w.id"
                            + " JOIN promo_number n ON n.number = b.number LEFT JOIN ring_pool p ON p.id = n.pool_id"
                            + " WHERE w.id_from_network = ? AND n.number > ? ORDER BY n.number LIMIT ?")) {
                select.setString(1, network);
                select.setLong(2, afterNumber);
                select.setInt(3, limit);
                try (ResultSet rows = select.executeQuery()) {
                    while (rows.next()) {
                        entries.add(entry(rows));
                    }
                }
            }
            return entries;
        });
    }

    private static Entry entry(ResultSet rows) throws SQLException {
        long number = rows.getLong(1);
        long destination = rows.getLong(6);
        long leaseVersion = rows.getLong(7);
        NumberState state = NumberState.ofCode(rows.getInt(3));
        return new Entry(
                "+" + number,
                NumberType.valueOf(rows.getString(2).toUpperCase(Locale.ROOT)),
                state.text(),
                rows.getString(4),
                rows.getString(5),
                destination == 0 ? null : "+" + destination,
                leaseVersion == 0 ? null : number + "." + leaseVersion,
                rows.getString(8),
                rows.getString(9),
                state == NumberState.RESTING ? (Long) rows.getLong(10) : null);
    }

    @Override
    public RetireResult retire(String network, List<PhoneNumber> numbers, boolean retired)
            throws StoreUnavailableException {
        long networkId = database.transact(connection -> networkId(connection, network));
        List<RowError> errors = new ArrayList<>();
        int changed = 0;
        for (int from = 0; from < numbers.size(); from += ROWS_IN_TRANSACTION) {
            List<PhoneNumber> part = numbers.subList(from, Math.min(numbers.size(), from + ROWS_IN_TRANSACTION));
            int first = from + 1;
            Retirement.Done done =
                    database.transact(connection -> new Retirement(connection, networkId, retired).of(part, first));
            feed.numbersChanged(done.changed());
            changed += done.asAsked();
            errors.addAll(done.errors());
        }
        return new RetireResult(changed, errors);
    }

    private static long networkId(Connection connection, String network) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(
                "SELECT id FROM network WHERE id_from_network = ? AND removed_at IS NULL")) {
            select.setString(1, network);
            try (ResultSet rows = select.executeQuery()) {
                if (!rows.next()) {
                    throw new IllegalArgumentException("there is no network '" + network + "'");
                }
                return rows.getLong(1);
            }
        }
    }

    private static String places(int count) {
        return String.join(",", Collections.nCopies(count, "?"));
    }

    private static void setNumbers(PreparedStatement select, List<Checked.Good> part) throws SQLException {
        for (int i = 0; i < part.size(); i++) {
            select.setLong(i + 1, part.get(i).number().digits());
        }
    }
}
