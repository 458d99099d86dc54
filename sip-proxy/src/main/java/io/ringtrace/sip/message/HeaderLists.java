package io.ringtrace.sip.message;

/** How header values divide: commas and semicolons count only outside quoted strings and angle brackets (§7.3.1, §25.1). */
final class HeaderLists {
    private HeaderLists() {}

    /** The position of the comma that ends the entry starting at {@code from}, or {@code to} when it is the last. */
    static int entryEnd(byte[] bytes, int from, int to) {
        return next(bytes, from, to, ',');
    }

    /** The first such separator outside quotes and angle brackets; {@code to} when there is none. */
    static int next(byte[] bytes, int from, int to, char separator) {
        boolean bracketed = false;
        for (int i = from; i < to; i++) {
            byte b = bytes[i];
            if (b == '"' && !bracketed) {
                i = closingQuote(bytes, i, to);
            } else if (b == '<') {
                bracketed = true;
            } else if (b == '>') {
                bracketed = false;
            } else if (b == separator && !bracketed) {
                return i;
            }
        }
        return to;
    }

    /** The position of the quote that closes the one at {@code open}; {@code to} when it is never closed. */
    static int closingQuote(byte[] bytes, int open, int to) {
        for (int i = open + 1; i < to; i++) {
            if (bytes[i] == '\\') {
                i++;
            } else if (bytes[i] == '"') {
                return i;
            }
        }
        return to;
    }
}
