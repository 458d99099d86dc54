package io.ringtrace.store.record;

import com.mysql.cj.conf.PropertyKey;
import com.mysql.cj.jdbc.JdbcConnection;
import com.mysql.cj.jdbc.JdbcStatement;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rows for LOAD DATA LOCAL INFILE, as the text that MariaDB reads there: it costs the server and us a third of what an INSERT does, whose
 * text is parsed value by value. A row whose key is there already is left out by the server, and a value that does not fit is bent into its
 * column with a warning; {@link #load} tells when either was the case. Used by one thread; its bytes are kept for the next batch.
 */
final class LoadedRows implements Row {
    /** Fewer rows are written sooner by one statement. */
    static final int FEWEST = 16;

    /** Of a long. */
    private static final int MOST_DIGITS = 19;

    private static final int FIRST_BYTES = 64 * 1024;
    /** More is given back after a batch. */
    private static final int MOST_KEPT_BYTES = 4 * 1024 * 1024;

    private final String statement;
    private byte[] bytes = new byte[FIRST_BYTES];
    private int length;
    private int rows;
    private boolean first = true;

    LoadedRows(String table, List<String> columns) {
        statement = "LOAD DATA LOCAL INFILE 'batch' INTO TABLE " + table + " CHARACTER SET binary ("
                + String.join(", ", columns) + ")";
    }

    /** Only the embedded store's connections may: another server could ask for any file instead of the one it is to read. */
    static boolean possible(Connection connection) throws SQLException {
        return connection.isWrapperFor(JdbcConnection.class)
                && connection
                        .unwrap(JdbcConnection.class)
                        .getPropertySet()
                        .getBooleanProperty(PropertyKey.allowLoadLocalInfile)
                        .getValue();
    }

    void begin() {
        if (bytes.length > MOST_KEPT_BYTES) {
            bytes = new byte[FIRST_BYTES];
        }
        length = 0;
        rows = 0;
    }

    void endRow() {
        add('\n');
        rows++;
        first = true;
    }

    int rows() {
        return rows;
    }

    /** True when every row was inserted as it is; else the rows must be written in another way, with or without those that are there now. */
    boolean load(Connection connection) throws SQLException {
        try (Statement load = connection.createStatement()) {
            load.unwrap(JdbcStatement.class).setLocalInfileInputStream(new ByteArrayInputStream(bytes, 0, length));
            return load.executeUpdate(statement) == rows && load.getWarnings() == null;
        }
    }

    @Override
    public void skip(int columns) {
        for (int i = 0; i < columns; i++) {
            nothing();
        }
    }

    @Override
    public void put(byte[] value) {
        column();
        escaped(value);
    }

    @Override
    public void put(@Nullable String text, int longest) {
        if (text == null) {
            nothing();
            return;
        }
        column();
        escaped(Row.cut(text, longest));
    }

    @Override
    public void put(@Nullable Long number) {
        if (number == null) {
            nothing();
        } else {
            column();
            digits(number);
        }
    }

    @Override
    public void put(@Nullable Double number) {
        if (number == null) {
            nothing();
        } else {
            column();
            plain(Double.toString(number));
        }
    }

    @Override
    public void put(boolean flag) {
        column();
        add(flag ? '1' : '0');
    }

    private void nothing() {
        column();
        add('\\');
        add('N');
    }

    private void column() {
        if (!first) {
            add('\t');
        }
        first = false;
    }

    private void digits(long number) {
        if (number < 0) {
            plain(Long.toString(number));
            return;
        }
        int digits = 1;
        for (long power = 10; digits < MOST_DIGITS && number >= power; power *= 10) {
            digits++;
        }
        room(digits);
        int at = length + digits;
        length = at;
        long rest = number;
        while (rest >= 10) {
            // Two with each division, which is what takes the time.
            int two = (int) (rest % 100);
            rest /= 100;
            bytes[--at] = (byte) ('0' + two % 10);
            bytes[--at] = (byte) ('0' + two / 10);
        }
        if (at > length - digits) {
            bytes[--at] = (byte) ('0' + rest);
        }
    }

    private void plain(String text) {
        for (int i = 0; i < text.length(); i++) {
            add(text.charAt(i));
        }
    }

    private void escaped(byte[] value) {
        room(2 * value.length);
        for (byte b : value) {
            put(b);
        }
    }

    /** Nearly every text is ASCII, and needs no bytes of its own. */
    private void escaped(String text) {
        int from = length;
        room(2 * text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= 0x80) {
                length = from;
                escaped(text.getBytes(StandardCharsets.UTF_8));
                return;
            }
            put((byte) c);
        }
    }

    /** There is room. */
    private void put(byte value) {
        char escape = switch (value) {
            case 0 -> '0';
            case '\t' -> 't';
            case '\n' -> 'n';
            case '\\' -> '\\';
            default -> 0;
        };
        if (escape == 0) {
            bytes[length++] = value;
        } else {
            bytes[length++] = '\\';
            bytes[length++] = (byte) escape;
        }
    }

    private void add(int value) {
        room(1);
        bytes[length++] = (byte) value;
    }

    private void room(int more) {
        if (length + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
        }
    }
}
