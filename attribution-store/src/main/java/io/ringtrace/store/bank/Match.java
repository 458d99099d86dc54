package io.ringtrace.store.bank;

import io.ringtrace.attribution.LocalNumberPreferences.Fallback;
import io.ringtrace.attribution.MatchingRung;
import io.ringtrace.attribution.NumberType;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * How well numbers of one place suit a destination; the better comes first. Numbers that match alike are told apart by how long they
 * are unused.
 *
 * @param miles infinite when unknown
 */
record Match(MatchingRung rung, boolean sameRateCenter, double miles) implements Comparable<Match> {
    private static final Comparator<Match> ORDER = Comparator.comparing(Match::rung)
            .thenComparing(Match::sameRateCenter, Comparator.reverseOrder())
            .thenComparingDouble(Match::miles);

    @Override
    public int compareTo(Match other) {
        return ORDER.compare(this, other);
    }

    /**
     * The rule; null when such a number does not serve. Both are of one country.
     *
     * @param destination has no area code when it is toll-free or outside the North American Numbering Plan
     */
    static @Nullable Match of(Wish wish, Place destination, NumberType type, Place number) {
        return switch (wish.type()) {
            case TOLL_FREE -> type == NumberType.TOLL_FREE ? anywhere(MatchingRung.TOLL_FREE) : null;
            case LOCAL ->
                switch (type) {
                    case LOCAL -> local(wish, destination, number);
                    case TOLL_FREE ->
                        wish.preferences().fallback() == Fallback.USE_TOLL_FREE
                                ? anywhere(MatchingRung.FALLBACK_TOLL_FREE)
                                : null;
                };
        };
    }

    private static @Nullable Match local(Wish wish, Place destination, Place number) {
        if (destination.npa() == 0) {
            return anywhere(MatchingRung.SAME_COUNTRY);
        }
        boolean sameRateCenter = destination.sameRateCenter(number);
        double miles = destination.milesTo(number);
        if (number.npa() == destination.npa()) {
            return new Match(MatchingRung.SAME_AREA_CODE, sameRateCenter, miles);
        }
        if (sameRateCenter) {
            return new Match(MatchingRung.SAME_RATE_CENTER, true, 0);
        }
        boolean sameState = destination.region() != null && destination.region().equals(number.region());
        if (!sameState && wish.preferences().restrictSearchToState()) {
            return null;
        }
        // Nobody knows how far: within the state it serves after all others, beyond it may be anywhere.
        boolean near = miles <= wish.preferences().searchRadiusMiles() || (sameState && Double.isInfinite(miles));
        return near ? new Match(MatchingRung.NEXT_RATE_CENTER, false, miles) : null;
    }

    private static Match anywhere(MatchingRung rung) {
        return new Match(rung, false, Double.POSITIVE_INFINITY);
    }
}
