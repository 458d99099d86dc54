package io.ringtrace.attribution;

import java.util.Locale;

/**
 * How far a pool of local numbers may go from its destination when it takes numbers from the bank.
 *
 * @param searchRadiusMiles farthest rate center, great circle, in statute miles
 * @param restrictSearchToState numbers of other states do not serve
 */
public record LocalNumberPreferences(int searchRadiusMiles, boolean restrictSearchToState, Fallback fallback) {
    public static final LocalNumberPreferences DEFAULT = new LocalNumberPreferences(240, true, Fallback.USE_TOLL_FREE);

    /** What is done when no local number serves. */
    public enum Fallback {
        USE_TOLL_FREE,
        WAIT;

        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
