package io.ringtrace.sip.message;

import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Finds the header that a field's name names, long or compact, without case (RFC 3261 §7.3.1, §7.3.3), by one look into a table. */
final class HeaderNames {
    private static final int SLOTS = 256;
    private static final SipHeader[] COMPACT = new SipHeader[128];
    private static final @Nullable SipHeader[] LONG = new SipHeader[SLOTS];

    static {
        Arrays.fill(COMPACT, SipHeader.OTHER);
        for (SipHeader header : SipHeader.values()) {
            if (header == SipHeader.OTHER) {
                continue;
            }
            if (header.compact() != 0) {
                COMPACT[header.compact()] = header;
                COMPACT[Character.toUpperCase(header.compact())] = header;
            }
            byte[] name = Ascii.bytes(header.fieldName().toLowerCase(Locale.ROOT));
            int slot = slot(name, 0, name.length);
            while (LONG[slot] != null) {
                slot = (slot + 1) % SLOTS;
            }
            LONG[slot] = header;
        }
    }

    private HeaderNames() {}

    static SipHeader of(byte[] bytes, int from, int to) {
        if (to - from == 1) {
            return COMPACT[bytes[from] & 0x7F];
        }
        int slot = slot(bytes, from, to);
        SipHeader header = LONG[slot];
        while (header != null) {
            if (Ascii.sameIgnoringCase(header.fieldName(), bytes, from, to)) {
                return header;
            }
            slot = (slot + 1) % SLOTS;
            header = LONG[slot];
        }
        return SipHeader.OTHER;
    }

    /** Length, first, middle and last letter tell the listed names apart well enough; case folds away by the bit that letters differ in. */
    private static int slot(byte[] bytes, int from, int to) {
        int mixed = (to - from) * 7
                + (bytes[from] | 0x20) * 31
                + (bytes[(from + to) >>> 1] | 0x20) * 131
                + (bytes[to - 1] | 0x20) * 17;
        return (mixed ^ mixed >>> 8) & (SLOTS - 1);
    }
}
