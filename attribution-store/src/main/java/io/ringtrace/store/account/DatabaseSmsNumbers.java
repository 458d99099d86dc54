package io.ringtrace.store.account;

import io.ringtrace.attribution.LeaseClock;
import io.ringtrace.attribution.SmsNumbers;
import io.ringtrace.call.PhoneNumber;
import io.ringtrace.call.StoreUnavailableException;
import io.ringtrace.store.db.StoreDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** {@link SmsNumbers} on the database. Thread-safe. Made by {@link StoreAccounts}. */
final class DatabaseSmsNumbers implements SmsNumbers {
    private final StoreDatabase database;
    private final LeaseClock clock;
    private final AccountCache cache;

    DatabaseSmsNumbers(StoreDatabase database, LeaseClock clock, AccountCache cache) {
        this.database = database;
        this.clock = clock;
        this.cache = cache;
    }

    @Override
    public int mark(String network, Collection<PhoneNumber> numbers, boolean takesSms)
            throws StoreUnavailableException {
        List<Long> asked = numbers.stream().map(PhoneNumber::digits).distinct().toList();
        if (asked.isEmpty()) {
            return 0;
        }
        long now = clock.nowMillis();
        int owned = database.transact(connection -> {
            List<Long> own = ownedAmong(connection, network, asked);
            if (!own.isEmpty()) {
                change(connection, own, takesSms, now);
            }
            return own.size();
        });
        cache.refresh();
        return owned;
    }

    @Override
    public boolean takesSms(PhoneNumber number) {
        return cache.takesSms(number);
    }

    private static List<Long> ownedAmong(Connection connection, String network, List<Long> asked) throws SQLException {
        try (PreparedStatement select =
                connection.prepareStatement("SELECT b.number FROM bank_number b JOIN network w ON w.id = b.network_id"
                        + " WHERE w.id_from_network = ? AND b.number IN (" + listed("?", asked.size())
                        + ") ORDER BY b.number")) {
            select.setString(1, network);
            setAll(select, 2, asked);
            try (ResultSet rows = select.executeQuery()) {
                return List.copyOf(read(rows));
            }
        }
    }

    private static void change(Connection connection, List<Long> numbers, boolean takesSms, long now)
            throws SQLException {
        String sql = takesSms
                ? "INSERT INTO sms_number (number, marked_at) VALUES " + listed("(?, " + now + ")", numbers.size())
                        + " ON DUPLICATE KEY UPDATE marked_at = marked_at"
                : "DELETE FROM sms_number WHERE number IN (" + listed("?", numbers.size()) + ")";
        try (PreparedStatement change = connection.prepareStatement(sql)) {
            setAll(change, 1, numbers);
            change.executeUpdate();
        }
    }

    /** All marked numbers: those known before, unless some came or went since. */
    static Marked marked(Connection connection, Marked before) throws SQLException {
        try (PreparedStatement summary =
                        connection.prepareStatement("SELECT COUNT(*), COALESCE(MAX(marked_at), 0) FROM sms_number");
                ResultSet row = summary.executeQuery()) {
            row.next();
            int count = row.getInt(1);
            long newest = row.getLong(2);
            if (count == before.numbers().size() && newest == before.newest()) {
                return before;
            }
            try (PreparedStatement select = connection.prepareStatement("SELECT number FROM sms_number");
                    ResultSet rows = select.executeQuery()) {
                return new Marked(newest, read(rows));
            }
        }
    }

    /**
     * @param newest when the latest mark was made
     */
    record Marked(long newest, Set<Long> numbers) {
        static final Marked NONE = new Marked(0, Set.of());
    }

    private static Set<Long> read(ResultSet rows) throws SQLException {
        Set<Long> numbers = new HashSet<>();
        while (rows.next()) {
            numbers.add(rows.getLong(1));
        }
        return numbers;
    }

    private static String listed(String each, int count) {
        return String.join(",", Collections.nCopies(count, each));
    }

    private static void setAll(PreparedStatement statement, int from, List<Long> values) throws SQLException {
        for (int i = 0; i < values.size(); i++) {
            statement.setLong(from + i, values.get(i));
        }
    }
}
