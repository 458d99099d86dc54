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

    /** Of a long: 1 to 10^18. */
    private static final long[] POWERS_OF_TEN = new long[19];

    /** The digits of 0 to 99. */
    private static final byte[] TENS = new byte[100];

    private static final byte[] ONES = new byte[100];

    static {
        long power = 1;
        for (int i = 0; i < POWERS_OF_TEN.length; i++) {
            POWERS_OF_TEN[i] = power;
            power *= 10;
        }
        for (int i = 0; i < TENS.length; i++) {
            TENS[i] = (byte) ('0' + i / 10);
            ONES[i] = (byte) ('0' + i % 10);
        }
    }

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
            escaped(Double.toString(number));
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
            escaped(Long.toString(number));
            return;
        }
        int digits = digitsOf(number | 1);
        room(digits);
        byte[] into = bytes;
        int at = length + digits;
        length = at;
        long rest = number;
        while (rest >= 10) {
            int two = (int) (rest % 100);
            rest /= 100;
            into[--at] = ONES[two];
            into[--at] = TENS[two];
        }
        if (at > length - digits) {
            into[--at] = (byte) ('0' + rest);
        }
    }

    /** Of a number from 1 on. */
    private static int digitsOf(long number) {
        // By the binary logarithm, times that of 2 to the base of 10; it is one too few from a power of ten on.
        int fewer = ((Long.SIZE - Long.numberOfLeadingZeros(number)) * 1233) >>> 12;
        return number >= POWERS_OF_TEN[fewer] ? fewer + 1 : fewer;
    }

    private void escaped(byte[] value) {
        room(2 * value.length);
        int at = length;
        for (byte b : value) {
            at = put(b, bytes, at);
        }
        length = at;
    }

    /** Nearly every text is ASCII, and needs no bytes of its own. */
    private void escaped(String text) {
        room(2 * text.length());
        int at = length;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= 0x80) {
                escaped(text.getBytes(StandardCharsets.UTF_8));
                return;
            }
            at = put((byte) c, bytes, at);
        }
        length = at;
    }

    /** Where there is room. Returns where the next byte goes. */
    private static int put(byte value, byte[] into, int at) {
        boolean plain = value > '\\' || (value >= ' ' && value < '\\');
        int escape = plain
                ? 0
                : switch (value) {
                    case 0 -> '0';
                    case '\t' -> 't';
                    case '\n' -> 'n';
                    case '\\' -> '\\';
                    default -> 0;
                };
        if (escape == 0) {
            into[at] = value;
            return at + 1;
        }
        into[at] = '\\';
        into[at + 1] = (byte) escape;
        return at + 2;
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
