package io.ringtrace.store.directory;

import java.util.Locale;

/** What a promo number is in; {@link #code} stands in the state column of promo_number. */
public enum NumberState {
    /** Owned, in no pool. */
    BANK(0),
    /** In a pool, lent to visitors. */
    POOLED(1),
    /** The number of its pool that is kept back for overflow. */
    OVERFLOW(2),
    /** Leaving its pool: no new visitor gets it, its holder may renew. */
    DRAINING(3),
    /** Out of its pool, not yet lent again. */
    RESTING(4),
    RETIRED(5);

    private static final NumberState[] ALL = values();

    private final int code;

    NumberState(int code) {
        this.code = code;
    }

    public int code() {
        return code;
    }

    /** Throws IllegalArgumentException for a code that no state has. */
    public static NumberState ofCode(int code) {
        for (NumberState state : ALL) {
            if (state.code == code) {
                return state;
            }
        }
        throw new IllegalArgumentException("no number state has the code " + code);
    }

    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
