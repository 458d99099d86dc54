package io.ringtrace.store.bank;

import io.ringtrace.attribution.OwnedNumbers;
import io.ringtrace.call.PhoneNumber;
import io.ringtrace.call.StoreUnavailableException;
import io.ringtrace.store.db.StoreDatabase;
import io.ringtrace.store.directory.NumberState;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The store's numbers as its database has them, for who has no directory of them. Thread-safe; waits for the database. */
public final class DatabaseOwnedNumbers implements OwnedNumbers {
    private static final int AT_ONCE = 1_000;

    private final StoreDatabase database;

    public DatabaseOwnedNumbers(StoreDatabase database) {
        this.database = database;
    }

    @Override
    public Map<PhoneNumber, String> among(Collection<PhoneNumber> numbers) throws StoreUnavailableException {
        List<PhoneNumber> all = List.copyOf(numbers);
        return database.transact(connection -> {
            Map<PhoneNumber, String> owned = new HashMap<>();
            for (int from = 0; from < all.size(); from += AT_ONCE) {
                add(owned, connection, all.subList(from, Math.min(all.size(), from + AT_ONCE)));
            }
            return owned;
        });
    }

    private static void add(Map<PhoneNumber, String> owned, Connection connection, List<PhoneNumber> numbers)
            throws SQLException {
        String places = String.join(", ", Collections.nCopies(numbers.size(), "?"));
        try (PreparedStatement select = connection.prepareStatement(
                "SELECT number, state FROM promo_number WHERE state <> ? AND number IN (" + places + ")")) {
            select.setInt(1, NumberState.RETIRED.code());
            for (int i = 0; i < numbers.size(); i++) {
                select.setLong(i + 2, numbers.get(i).digits());
            }
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    owned.put(
                            new PhoneNumber(rows.getLong(1)),
                            NumberState.ofCode(rows.getInt(2)).text());
                }
            }
        }
    }

    @Override
    public boolean available() {
        return true;
    }
}
