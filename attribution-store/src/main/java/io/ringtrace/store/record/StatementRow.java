package io.ringtrace.store.record;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import org.jspecify.annotations.Nullable;

/** Sets a statement's parameters one after the other. */
final class StatementRow implements Row {
    private final PreparedStatement statement;
    private int parameter;

    StatementRow(PreparedStatement statement) {
        this.statement = statement;
    }

    @Override
    public void skip(int columns) throws SQLException {
        for (int i = 0; i < columns; i++) {
            statement.setNull(++parameter, Types.NULL);
        }
    }

    @Override
    public void put(byte[] bytes) throws SQLException {
        statement.setBytes(++parameter, bytes);
    }

    @Override
    public void put(@Nullable String text, int longest) throws SQLException {
        if (text == null) {
            statement.setNull(++parameter, Types.VARCHAR);
        } else {
            statement.setString(++parameter, Row.cut(text, longest));
        }
    }

    @Override
    public void put(@Nullable Long number) throws SQLException {
        if (number == null) {
            statement.setNull(++parameter, Types.BIGINT);
        } else {
            statement.setLong(++parameter, number);
        }
    }

    @Override
    public void put(@Nullable Double number) throws SQLException {
        if (number == null) {
            statement.setNull(++parameter, Types.DOUBLE);
        } else {
            statement.setDouble(++parameter, number);
        }
    }

    @Override
    public void put(boolean flag) throws SQLException {
        statement.setBoolean(++parameter, flag);
    }
}
