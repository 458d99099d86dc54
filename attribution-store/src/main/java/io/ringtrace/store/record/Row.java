package io.ringtrace.store.record;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** A row of call_record that takes its values one after the other; text is cut to its column, so that a peer cannot make a row fail. */
interface Row {
    /** Leaves columns empty. */
    void skip(int columns) throws SQLException;

    void put(byte[] bytes) throws SQLException;

    /** @param longest most characters */
    void put(@Nullable String text, int longest) throws SQLException;

    void put(@Nullable Long number) throws SQLException;

    void put(@Nullable Double number) throws SQLException;

    void put(boolean flag) throws SQLException;

    static String cut(String text, int longest) {
        return text.length() <= longest || text.codePointCount(0, text.length()) <= longest
                ? text
                : text.substring(0, text.offsetByCodePoints(0, longest));
    }
}
