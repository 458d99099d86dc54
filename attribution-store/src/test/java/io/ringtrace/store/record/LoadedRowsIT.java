package io.ringtrace.store.record;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.call.StoreUnavailableException;
import io.ringtrace.store.TestStore;
import io.ringtrace.store.db.StoreDatabase;
import io.ringtrace.store.db.StoreStartException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@DisplayName("Rows that are loaded")
class LoadedRowsIT {
    @RegisterExtension
    static final TestStore store = new TestStore();

    private StoreDatabase database;

    @BeforeEach
    void open() throws StoreStartException {
        database = store.openToLoad();
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void areInTheTableAsTheyWerePut_NumbersOfEveryLength() throws StoreUnavailableException {
        List<Long> numbers = new ArrayList<>(List.of(0L, 7L, Long.MAX_VALUE, Long.MIN_VALUE, -1L, 1_795_954_625_266L));
        for (long power = 10; power > 0 && power <= 1_000_000_000_000_000_000L; power *= 10) {
            numbers.addAll(List.of(power - 1, power, power + 1, power + power / 2, 2 * power + 5));
        }
        assertThat(read("BIGINT", numbers, Row::put, rows -> rows.getLong(1))).isEqualTo(numbers);
    }

    @Test
    void areInTheTableAsTheyWerePut_TextsWhateverTheyHold() throws StoreUnavailableException {
        List<String> texts = List.of(
                "",
                "plain",
                "tab\tnew line\nback\\slash",
                "nothing\0between",
                "\\N",
                "caf\u00e9",
                "\\first ASCII, then \u00e9\t\\",
                "\ud83d\ude00 beyond the plane",
                "{\"gclid\":\"a\\\"b\"}",
                "x".repeat(200_000));
        assertThat(read(
                        "LONGTEXT CHARACTER SET utf8mb4",
                        texts,
                        (row, text) -> row.put(text, Integer.MAX_VALUE),
                        rows -> rows.getString(1)))
                .isEqualTo(texts);
    }

    @Test
    void areInTheTableAsTheyWerePut_BytesOfEveryValue() throws StoreUnavailableException {
        byte[] all = new byte[256];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) i;
        }
        assertThat(read("VARBINARY(256)", List.of(all, new byte[0]), Row::put, rows -> rows.getBytes(1)))
                .containsExactly(all, new byte[0]);
    }

    @Test
    void areCutToTheirColumnInCharactersNotBytes() throws StoreUnavailableException {
        assertThat(read(
                        "VARCHAR(3) CHARACTER SET utf8mb4",
                        List.of("abcd", "\u00e9\u00e9\u00e9\u00e9"),
                        (row, text) -> row.put(text, 3),
                        rows -> rows.getString(1)))
                .containsExactly("abc", "\u00e9\u00e9\u00e9");
    }

    @FunctionalInterface
    private interface Put<T> {
        void put(Row row, T value) throws SQLException;
    }

    @FunctionalInterface
    private interface Get<T> {
        T get(ResultSet rows) throws SQLException;
    }

    /** The values as the table has them, and each followed by a column that is empty. */
    private <T> List<T> read(String type, List<T> values, Put<T> put, Get<T> get) throws StoreUnavailableException {
        return database.transact(connection -> {
            try (Statement statement = connection.createStatement()) {
                statement.execute("CREATE OR REPLACE TEMPORARY TABLE loaded (value " + type
                        + ", empty BIGINT, position INT AUTO_INCREMENT PRIMARY KEY)");
            }
            load(connection, values, put);
            List<T> read = new ArrayList<>();
            try (Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery("SELECT value, empty FROM loaded ORDER BY position")) {
                while (rows.next()) {
                    read.add(get.get(rows));
                    @Nullable String empty = rows.getString(2);
                    assertThat(empty).isNull();
                }
            }
            return read;
        });
    }

    private static <T> void load(Connection connection, List<T> values, Put<T> put) throws SQLException {
        LoadedRows rows = new LoadedRows("loaded", List.of("value", "empty"));
        rows.begin();
        for (T value : values) {
            put.put(rows, value);
            rows.skip(1);
            rows.endRow();
        }
        assertThat(rows.load(connection)).isTrue();
    }
}
