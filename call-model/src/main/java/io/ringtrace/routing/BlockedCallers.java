package io.ringtrace.routing;

import io.ringtrace.call.PhoneNumber;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Callers whose calls are answered with a refusal. Immutable, thread-safe; looking one up makes no garbage. */
public final class BlockedCallers {
    /** RFC 3261 §21.6.2, Decline. */
    public static final int DEFAULT_STATUS = 603;

    public static final BlockedCallers NONE = new BlockedCallers(DEFAULT_STATUS, List.of());

    private final int status;
    private final LongTable<Entry> entries;
    private final int size;
    /** Bit n is set when a prefix of n digits exists. */
    private final int lengths;

    /**
     * @param digits how the number begins, E.164 without the plus sign; a whole number when {@code whole}
     * @param source file and line where it stands
     */
    public record Entry(String digits, boolean whole, String source) {}

    /**
     * Throws IllegalArgumentException when one stands twice.
     *
     * @param status what they hear: 603, 403 or 608
     */
    public BlockedCallers(int status, List<Entry> entries) {
        this.status = status;
        Map<Long, Entry> byKey = new HashMap<>();
        int present = 0;
        for (Entry entry : entries) {
            long key = entry.whole() ? Long.parseLong(entry.digits()) : PrefixTable.key(entry.digits());
            Entry earlier = byKey.putIfAbsent(entry.whole() ? key : key + PREFIXES, entry);
            if (earlier != null) {
                throw new IllegalArgumentException("blocked twice: " + earlier.source() + " and " + entry.source());
            }
            present |= entry.whole() ? 0 : 1 << entry.digits().length();
        }
        this.entries = new LongTable<>(byKey);
        this.size = byKey.size();
        this.lengths = present;
    }

    /** Keys of prefixes lie above those of whole numbers, which have at most 15 digits. */
    private static final long PREFIXES = 1_000_000_000_000_000_000L;

    public int status() {
        return status;
    }

    public int size() {
        return size;
    }

    /** What blocks the caller; null for one who may call, and for one who is not known. */
    public @Nullable Entry blocking(@Nullable PhoneNumber caller) {
        if (caller == null || size == 0) {
            return null;
        }
        Entry whole = entries.get(caller.digits());
        if (whole != null) {
            return whole;
        }
        int length = PrefixTable.digitCount(caller.digits());
        long one = PrefixTable.powerOfTen(length);
        for (long digits = caller.digits(); length > 0; length--, digits /= 10, one /= 10) {
            if ((lengths & (1 << length)) != 0) {
                Entry prefix = entries.get(PREFIXES + one + digits);
                if (prefix != null) {
                    return prefix;
                }
            }
        }
        return null;
    }
}
