package io.ringtrace.store.bank;

import io.ringtrace.store.directory.NumberRow;
import io.ringtrace.store.directory.NumberState;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;

/** Keeps bank_number's view of what is unused true, in the transaction that moves numbers into pools and out of them. Stateless. */
public final class BankShelf {
    private BankShelf() {}

    /** Numbers that are in a pool from now on. */
    static void takeOut(Connection connection, List<NumberRow> rows) throws SQLException {
        try (PreparedStatement update =
                connection.prepareStatement("UPDATE bank_number SET unused_since = NULL WHERE number = ?")) {
            for (NumberRow row : rows) {
                update.setLong(1, row.number());
                update.addBatch();
            }
            update.executeBatch();
        }
    }

    /** Numbers that are in use again, resting or not. */
    static void takeBack(Connection connection, List<NumberRow> rows) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement(
                "UPDATE bank_number SET unused_since = ?, free_from = ? WHERE number = ?")) {
            for (NumberRow row : rows) {
                update.setLong(1, row.presentedAt());
                update.setLong(2, row.restUntil());
                update.setLong(3, row.number());
                update.addBatch();
            }
            update.executeBatch();
        }
    }

    /** Those of the numbers that are resting now. */
    public static void putBack(Connection connection, List<NumberRow> rows) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement(
                "UPDATE bank_number SET unused_since = ?, free_from = ? WHERE number = ?")) {
            for (NumberRow row : rows) {
                if (row.state() == NumberState.RESTING) {
                    update.setLong(1, row.presentedAt());
                    update.setLong(2, row.restUntil());
                    update.setLong(3, row.number());
                    update.addBatch();
                }
            }
            update.executeBatch();
        }
    }
}
