package io.ringtrace.call;

import java.util.Arrays;

/**
 * What the SIP side has to know of an answered call's dialog to go on watching it after a restart: its tags, targets, route sets, last CSeqs,
 * trunk and gateway. The bytes are the SIP side's own; a journal carries them unread. Immutable, as long as nobody writes to the bytes.
 */
public final class DialogFacts {
    /** No call's facts are longer; what does not fit is left out, and the call is watched with less. */
    public static final int MOST_BYTES = 2048;

    private final byte[] bytes;

    /** @param bytes taken over, not copied */
    public DialogFacts(byte[] bytes) {
        if (bytes.length > MOST_BYTES) {
            throw new IllegalArgumentException(
                    "the facts of a dialog have at most " + MOST_BYTES + " bytes, not " + bytes.length);
        }
        this.bytes = bytes;
    }

    /** Not to be changed. */
    public byte[] bytes() {
        return bytes;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof DialogFacts facts && Arrays.equals(bytes, facts.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return "facts of a dialog, " + bytes.length + " bytes";
    }
}
