package io.ringtrace.store.bank;

import io.ringtrace.attribution.NumberBank.RowError;
import io.ringtrace.call.PhoneNumber;
import io.ringtrace.store.directory.NumberRow;
import io.ringtrace.store.directory.NumberRows;
import io.ringtrace.store.directory.NumberState;
import io.ringtrace.store.lease.LeaseTables;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Takes numbers out of use, or back into the bank, in one transaction. Used once. */
final class Retirement {
    private final Connection connection;
    private final long networkId;
    private final boolean retired;

    Retirement(Connection connection, long networkId, boolean retired) {
        this.connection = connection;
        this.networkId = networkId;
        this.retired = retired;
    }

    /**
     * @param changed as they are now
     * @param asAsked how many are as asked, changed or not
     */
    record Done(List<NumberRow> changed, int asAsked, List<RowError> errors) {}

    /** @param first the line of the first number, for errors */
    Done of(List<PhoneNumber> numbers, int first) throws SQLException {
        Map<Long, NumberRow> found = locked(numbers);
        List<NumberRow> changed = new ArrayList<>();
        List<RowError> errors = new ArrayList<>();
        int asAsked = 0;
        for (int i = 0; i < numbers.size(); i++) {
            PhoneNumber number = numbers.get(i);
            NumberRow row = found.get(number.digits());
            if (row == null) {
                errors.add(new RowError(first + i, number.toString(), "is no number of this network"));
                continue;
            }
            switch (row.state()) {
                case BANK, RESTING -> {
                    asAsked++;
                    if (retired) {
                        changed.add(row.inState(NumberState.RETIRED));
                    }
                }
                case RETIRED -> {
                    asAsked++;
                    if (!retired) {
                        changed.add(row.inState(row.restUntil() == 0 ? NumberState.BANK : NumberState.RESTING));
                    }
                }
                case POOLED, OVERFLOW, DRAINING ->
                    errors.add(new RowError(
                            first + i,
                            number.toString(),
                            "is " + row.state().text() + " in a pool: make the pool smaller or delete it first"));
            }
        }
        new LeaseTables(connection).writeNumbers(changed);
        if (retired) {
            BankShelf.takeOut(connection, changed);
        } else {
            BankShelf.takeBack(connection, changed);
        }
        return new Done(changed, asAsked, errors);
    }

    private Map<Long, NumberRow> locked(List<PhoneNumber> numbers) throws SQLException {
        Map<Long, NumberRow> found = new HashMap<>();
        List<Long> ordered =
                numbers.stream().map(PhoneNumber::digits).distinct().sorted().toList();
        if (ordered.isEmpty()) {
            return found;
        }
        try (PreparedStatement select =
                connection.prepareStatement("SELECT " + NumberRows.COLUMNS + " FROM promo_number WHERE number IN ("
                        + String.join(",", Collections.nCopies(ordered.size(), "?"))
                        + ") AND network_id = ? ORDER BY number FOR UPDATE")) {
            int at = 1;
            for (long number : ordered) {
                select.setLong(at++, number);
            }
            select.setLong(at, networkId);
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    NumberRow row = NumberRows.read(rows);
                    found.put(row.number(), row);
                }
            }
        }
        return found;
    }
}
