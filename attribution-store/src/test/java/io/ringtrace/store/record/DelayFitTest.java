package io.ringtrace.store.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The distribution of delays")
class DelayFitTest {
    private static final double MEDIAN = 45;
    private static final double SIGMA = 0.9;
    /** Of all visitors so many call. */
    private static final double SHARE = 0.08;

    /** Draws presentations; each ends by a re-lease after an exponential time with this mean, or by its visitor's call before. */
    private static DelayDistribution learned(int presentations, double meanSeconds, long seed) {
        Random random = new Random(seed);
        double[] calls = new double[DelayFit.BINS];
        double[] without = new double[DelayFit.BINS];
        for (int i = 0; i < presentations; i++) {
            double ends = 300 - meanSeconds * Math.log(1 - random.nextDouble());
            double delay = random.nextDouble() < SHARE
                    ? Math.exp(Math.log(MEDIAN) + SIGMA * random.nextGaussian())
                    : Double.POSITIVE_INFINITY;
            if (delay < ends) {
                calls[DelayFit.bin(Math.round(delay * 1000))]++;
            } else {
                without[DelayFit.bin(Math.round(ends * 1000))]++;
            }
        }
        return DelayFit.of(calls, without);
    }

    @Test
    void isThePriorWithoutCalls() {
        DelayDistribution nothing = DelayFit.of(new double[DelayFit.BINS], new double[DelayFit.BINS]);
        assertThat(nothing.medianSeconds()).isCloseTo(120, within(0.01));
        assertThat(nothing.logSigma()).isCloseTo(1.5, within(0.001));
        assertThat(nothing.calls()).isZero();
    }

    @Test
    void isFoundWithinTenPercentThoughMostVisitorsNeverCall() {
        for (int seed = 1; seed <= 5; seed++) {
            DelayDistribution found = learned(200_000, 3600, seed);
            assertThat(found.medianSeconds()).as("seed %d", seed).isCloseTo(MEDIAN, within(MEDIAN * 0.1));
            assertThat(found.logSigma()).as("seed %d", seed).isCloseTo(SIGMA, within(0.1));
            assertThat(found.calls()).isBetween(15_000.0, 17_000.0);
        }
    }

    @Test
    @DisplayName(
            "is found within 15 % though a third of the calls would come after the re-lease, where the mere mean is far off")
    void censored() {
        for (int seed = 1; seed <= 5; seed++) {
            Random random = new Random(seed);
            double[] calls = new double[DelayFit.BINS];
            double[] without = new double[DelayFit.BINS];
            double median = 300;
            double sum = 0;
            int seen = 0;
            for (int i = 0; i < 400_000; i++) {
                double ends = 300 + 300 * random.nextDouble();
                boolean late = random.nextInt(10) == 0;
                if (late) {
                    ends = 7_200;
                }
                double delay = random.nextDouble() < SHARE
                        ? Math.exp(Math.log(median) + SIGMA * random.nextGaussian())
                        : Double.POSITIVE_INFINITY;
                if (delay < ends) {
                    calls[DelayFit.bin(Math.round(delay * 1000))]++;
                    sum += Math.log(delay);
                    seen++;
                } else {
                    without[DelayFit.bin(Math.round(ends * 1000))]++;
                }
            }
            DelayDistribution found = DelayFit.of(calls, without);
            assertThat(Math.exp(sum / seen)).as("of the calls alone").isLessThan(median * 0.75);
            assertThat(found.medianSeconds()).as("seed %d", seed).isCloseTo(median, within(median * 0.15));
            assertThat(found.logSigma()).as("seed %d", seed).isCloseTo(SIGMA, within(0.12));
        }
    }

    @Test
    void movesFromThePriorByTheWeightOfWhatWasSeen() {
        double[] calls = new double[DelayFit.BINS];
        calls[DelayFit.bin(20_000)] = DelayFit.PRIOR_CALLS;
        double between = DelayFit.of(calls, new double[DelayFit.BINS]).medianSeconds();
        assertThat(between).isCloseTo(Math.sqrt(20 * 120), within(2.0));
    }

    @Test
    void classesBeginAtASecondAndEndSomewhere() {
        assertThat(DelayFit.bin(-5)).isZero();
        assertThat(DelayFit.bin(1000)).isZero();
        assertThat(DelayFit.bin(2719)).isEqualTo(16);
        assertThat(DelayFit.bin(Long.MAX_VALUE)).isEqualTo(DelayFit.BINS - 1);
    }
}
