package io.ringtrace.attribution;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How far a pool of local numbers may go from its destination when it takes numbers from the bank.
 *
 * @param searchRadiusMiles farthest rate center, in statute miles
 * @param restrictSearchToState numbers of other states do not serve
 * @param centre where it looks; null for around its destination
 * @param areaCodes the only area codes it takes local numbers of; empty for all
 */
public record LocalNumberPreferences(
        int searchRadiusMiles,
        boolean restrictSearchToState,
        Fallback fallback,
        @Nullable LocalCentre centre,
        List<Integer> areaCodes) {
    public static final LocalNumberPreferences DEFAULT = new LocalNumberPreferences(240, true, Fallback.USE_TOLL_FREE);

    /** What is done when no local number serves. */
    public enum Fallback {
        USE_TOLL_FREE,
        WAIT;

        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public LocalNumberPreferences {
        areaCodes = areaCodes.stream().distinct().sorted().toList();
    }

    public LocalNumberPreferences(int searchRadiusMiles, boolean restrictSearchToState, Fallback fallback) {
        this(searchRadiusMiles, restrictSearchToState, fallback, null, List.of());
    }

    /** The same way with another centre and other area codes. */
    public LocalNumberPreferences within(@Nullable LocalCentre otherCentre, Collection<Integer> otherAreaCodes) {
        return new LocalNumberPreferences(
                searchRadiusMiles, restrictSearchToState, fallback, otherCentre, List.copyOf(otherAreaCodes));
    }
}
