package io.ringtrace.store.bank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.ringtrace.attribution.LocalNumberPreferences;
import io.ringtrace.attribution.LocalNumberPreferences.Fallback;
import io.ringtrace.attribution.MatchingRung;
import io.ringtrace.attribution.NumberType;
import io.ringtrace.call.PhoneNumber;
import io.ringtrace.store.bank.Place.Coordinates;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("How well a number suits a destination")
class MatchTest {
    private static final Place PALO_ALTO = new Place(650, "PALO ALTO", "CA", new Coordinates(37.4419, -122.1430));
    private static final Place SAN_MATEO = new Place(650, "SAN MATEO", "CA", new Coordinates(37.5630, -122.3255));
    private static final Place SAN_JOSE = new Place(408, "SAN JOSE", "CA", new Coordinates(37.3382, -121.8863));
    private static final Place LOS_ANGELES = new Place(213, "LOS ANGELES", "CA", new Coordinates(34.0522, -118.2437));
    private static final Place RENO = new Place(775, "RENO", "NV", new Coordinates(39.5296, -119.8138));

    private static Wish local(int miles, boolean withinState, Fallback fallback) {
        return new Wish(
                NumberType.LOCAL,
                PhoneNumber.parse("+16505550100"),
                new LocalNumberPreferences(miles, withinState, fallback));
    }

    private static final Wish USUAL = local(240, true, Fallback.USE_TOLL_FREE);

    private static @Nullable Match match(Wish wish, Place number) {
        return Match.of(wish, PALO_ALTO, NumberType.LOCAL, number);
    }

    private static @Nullable MatchingRung rung(Wish wish, Place number) {
        Match match = match(wish, number);
        return match == null ? null : match.rung();
    }

    @Test
    void sameAreaCodeThenSameRateCenterThenNextRateCenterThenTollFree() {
        Place overlay = new Place(341, "PALO ALTO", "CA", PALO_ALTO.at());
        List<Match> inOrder = Stream.of(
                        match(USUAL, PALO_ALTO),
                        match(USUAL, SAN_MATEO),
                        match(USUAL, overlay),
                        match(USUAL, SAN_JOSE),
                        Match.of(USUAL, PALO_ALTO, NumberType.TOLL_FREE, new Place(800, null, null, null)))
                .map(Objects::requireNonNull)
                .toList();
        assertThat(inOrder).isSorted();
        assertThat(inOrder)
                .extracting(Match::rung)
                .containsExactly(
                        MatchingRung.SAME_AREA_CODE,
                        MatchingRung.SAME_AREA_CODE,
                        MatchingRung.SAME_RATE_CENTER,
                        MatchingRung.NEXT_RATE_CENTER,
                        MatchingRung.FALLBACK_TOLL_FREE);
    }

    @Test
    void theNextRateCenterIsWithinTheRadius() {
        assertThat(rung(USUAL, LOS_ANGELES)).isNull();
        assertThat(rung(local(325, true, Fallback.WAIT), LOS_ANGELES)).isEqualTo(MatchingRung.NEXT_RATE_CENTER);
        assertThat(rung(local(17, true, Fallback.WAIT), SAN_JOSE)).isEqualTo(MatchingRung.NEXT_RATE_CENTER);
        assertThat(rung(local(15, true, Fallback.WAIT), SAN_JOSE)).isNull();
    }

    @Test
    void theNextRateCenterIsInTheSameStateUnlessTheStateDoesNotMatter() {
        assertThat(rung(USUAL, RENO)).isNull();
        assertThat(rung(local(240, false, Fallback.WAIT), RENO)).isEqualTo(MatchingRung.NEXT_RATE_CENTER);
    }

    @Test
    void aPlaceNobodyKnowsServesLastWithinTheStateAndNotBeyond() {
        Match unknown = match(USUAL, new Place(415, null, "CA", null));
        assertThat(unknown).isNotNull().isGreaterThan(match(USUAL, SAN_JOSE));
        assertThat(rung(local(240, false, Fallback.WAIT), new Place(775, null, "NV", null)))
                .isNull();
    }

    @Test
    void whoWaitsGetsNoTollFreeNumberAndTollFreePoolsGetNothingElse() {
        Place tollFree = new Place(800, null, null, null);
        Wish waits = local(240, true, Fallback.WAIT);
        assertThat(Match.of(waits, PALO_ALTO, NumberType.TOLL_FREE, tollFree)).isNull();
        Wish wantsTollFree = new Wish(NumberType.TOLL_FREE, waits.destination(), LocalNumberPreferences.DEFAULT);
        assertThat(Match.of(wantsTollFree, PALO_ALTO, NumberType.TOLL_FREE, tollFree))
                .isNotNull();
        assertThat(match(wantsTollFree, PALO_ALTO)).isNull();
    }

    @Test
    void distanceIsTheGreatCircle() {
        assertThat(PALO_ALTO.milesTo(LOS_ANGELES)).isCloseTo(320.6, within(1.0));
        assertThat(PALO_ALTO.milesTo(PALO_ALTO)).isZero();
        assertThat(new Place(0, null, null, new Coordinates(0, 179))
                        .milesTo(new Place(0, null, null, new Coordinates(0, -179))))
                .isCloseTo(138.2, within(0.1));
        assertThat(PALO_ALTO.milesTo(new Place(650, null, "CA", null))).isInfinite();
    }
}
