package io.ringtrace.store.sizing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.ringtrace.attribution.Autoscaling;
import io.ringtrace.attribution.PoolSizing.Busiest;
import io.ringtrace.attribution.PoolSizing.Comparison;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("How many numbers a pool needs")
class PoolTargetTest {
    private static final long LIFETIME = 300_000;
    private static final Autoscaling OVERFLOW_ALONE = new Autoscaling(true, 1_000, 0.01, 1);
    private static final Autoscaling USUAL = new Autoscaling(true, 1_000, 0.01, 0.01);

    private static Quarter met(long number, long visitors, long unserved, int numbers) {
        return new Quarter(number, visitors, unserved, (visitors - unserved) * LIFETIME, 0, numbers);
    }

    @ParameterizedTest
    @CsvSource({"100, 10, 0.137, 0.0005", "100, 15, 0.0121, 0.00005"})
    void erlangBSaysHowManyFindNoNumber(double perHour, int numbers, double share, double margin) {
        assertThat(ErlangB.blocked(perHour * LIFETIME / 3_600_000, numbers)).isCloseTo(share, within(margin));
    }

    @ParameterizedTest
    @CsvSource({"25, 16", "250, 100"})
    void theSmallestPoolKeepsTheOverflowGoalAndOneNumberLessDoesNot(long visitorsInQuarter, int numbers) {
        assertThat(PoolTarget.numbers(List.of(met(1, visitorsInQuarter, 0, 200)), LIFETIME, OVERFLOW_ALONE))
                .isEqualTo(numbers);
        double load = visitorsInQuarter * 4 * LIFETIME / 3_600_000.0;
        assertThat(ErlangB.blocked(load, numbers)).isLessThanOrEqualTo(0.01);
        assertThat(ErlangB.blocked(load, numbers - 1)).isGreaterThan(0.01);
    }

    @ParameterizedTest
    @CsvSource({
        "20, 10, 0.237",
        "20, 15, 0.866",
        "30, 10, 0.002",
        "30, 15, 0.182",
        "50, 20, 0.004",
        "50, 30, 0.519",
        "100, 30, 0",
        "100, 60, 0.513"
    })
    void aLaterCallIsMisattributedAsOftenAsThePublishedTableSays(int numbers, int minutes, double share) {
        double served = 100 * (1 - ErlangB.blocked(100 * LIFETIME / 3_600_000.0, numbers));
        assertThat(Misattribution.share(served, numbers, minutes * 60_000L, LIFETIME))
                .isCloseTo(share, within(0.001));
    }

    @Test
    void aCallWithinTheLifetimeIsNeverMisattributed() {
        assertThat(Misattribution.share(10_000, 5, LIFETIME, LIFETIME)).isZero();
        assertThat(Misattribution.share(10_000, 5, LIFETIME + 1, LIFETIME)).isCloseTo(1, within(1e-9));
    }

    @Test
    void theProbabilitiesOfManyArrivalsAreThoseOfPoissonFarOutToo() {
        // P(Poisson(2) >= 3) = 1 - 5 / e².
        assertThat(Misattribution.atLeast(3, 2)).isCloseTo(1 - 5 * Math.exp(-2), within(1e-12));
        assertThat(Misattribution.atLeast(50_000, 50_000)).isCloseTo(0.5, within(0.005));
        assertThat(Misattribution.atLeast(51_000, 50_000)).isBetween(0.0, 1e-4);
        assertThat(Misattribution.atLeast(49_000, 50_000)).isBetween(0.9999, 1.0);
        assertThat(Misattribution.atLeast(0, 5)).isEqualTo(1);
        assertThat(Misattribution.atLeast(1, 0)).isZero();
    }

    @Test
    void theMisattributionGoalAsksForMoreThanTheOverflowGoal() {
        int numbers = PoolTarget.numbers(List.of(met(1, 25, 0, 200)), LIFETIME, USUAL);
        assertThat(numbers).isGreaterThan(16);
        assertThat(Misattribution.share(100, numbers, Misattribution.CALL_AFTER_MILLIS, LIFETIME))
                .isLessThanOrEqualTo(0.01);
        assertThat(Misattribution.share(100, numbers - 1, Misattribution.CALL_AFTER_MILLIS, LIFETIME))
                .isGreaterThan(0.0099);
    }

    @Test
    void theBusiestQuarterDecidesAndRenewalsMakeTheGuaranteedTimeLonger() {
        List<Quarter> quarters = new ArrayList<>(List.of(met(1, 5, 0, 20), met(2, 25, 0, 20), met(3, 10, 0, 20)));
        assertThat(PoolTarget.numbers(quarters, LIFETIME, OVERFLOW_ALONE)).isEqualTo(16);
        // Fewer visitors, who stay three times as long.
        quarters.add(new Quarter(4, 20, 0, 20 * 3 * LIFETIME, 0, 20));
        assertThat(PoolTarget.numbers(quarters, LIFETIME, OVERFLOW_ALONE))
                .isEqualTo(ErlangB.numbers(20.0, 0.01, 1_000))
                .isGreaterThan(16);
        Busiest busiest = Objects.requireNonNull(PoolTarget.described(quarters, LIFETIME));
        assertThat(busiest.from()).isEqualTo(4 * Quarter.MILLIS);
        assertThat(busiest.load()).isCloseTo(20, within(1e-9));
        assertThat(busiest.meanGuaranteedMillis()).isEqualTo(3 * LIFETIME);
    }

    @Test
    void visitorsWhoWentWithoutCountAsIfTheyHadStayedAsLong() {
        assertThat(met(1, 25, 10, 5).load(LIFETIME)).isCloseTo(met(1, 25, 0, 5).load(LIFETIME), within(1e-9));
        // Nobody was served: the lifetime stands for how long they would have stayed.
        assertThat(met(1, 6, 6, 0).load(LIFETIME)).isCloseTo(2, within(1e-9));
    }

    @Test
    void whatWasObservedStandsBesideWhatWasPredictedWeighedByVisitors() {
        Comparison week =
                PoolTarget.comparison(List.of(new Quarter(1, 25, 3, 22 * LIFETIME, 4, 10), met(2, 0, 0, 10)), LIFETIME);
        assertThat(week.visitors()).isEqualTo(25);
        assertThat(week.observedOverflow()).isCloseTo(3 / 25.0, within(1e-9));
        assertThat(week.observedMisattribution()).isCloseTo(4 / 22.0, within(1e-9));
        assertThat(week.predictedOverflow()).isCloseTo(0.137, within(0.001));
        assertThat(week.predictedMisattribution()).isBetween(0.9, 1.0);
    }

    @Test
    void aPoolThatNobodyCameToAsksForNothing() {
        assertThat(PoolTarget.numbers(List.of(), LIFETIME, USUAL)).isZero();
        assertThat(PoolTarget.described(List.of(), LIFETIME)).isNull();
        assertThat(PoolTarget.comparison(List.of(), LIFETIME)).isEqualTo(new Comparison(0, 0, 0, 0, 0, 0, 0));
    }
}
