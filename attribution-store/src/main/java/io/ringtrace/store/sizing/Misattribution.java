package io.ringtrace.store.sizing;

import io.ringtrace.store.lease.PoolTraffic;

/**
 * How likely a call that comes some time after its number was presented finds the number lent to somebody else: at least as many others
 * were served meanwhile as the pool has numbers, since the one presented longest ago goes first. Stateless.
 */
public final class Misattribution {
    /** The delay that pools are sized for. */
    public static final long CALL_AFTER_MILLIS = PoolTraffic.SOON_MILLIS;

    private static final int STIRLING_FROM = 20;
    private static final double NEGLIGIBLE = 1e-15;

    private Misattribution() {}

    /**
     * @param served visitors who are lent a number in an hour
     * @param delayMillis from the presentation to the call
     * @param lifetimeMillis within it nobody else gets the number
     */
    public static double share(double served, int numbers, long delayMillis, long lifetimeMillis) {
        return delayMillis <= lifetimeMillis ? 0 : atLeast(numbers, served * delayMillis / 3_600_000);
    }

    /** The smallest number of them, not below {@code from}, with which at most this share is lost; at most {@code most}. */
    static int numbers(double served, long lifetimeMillis, double goal, int from, int most) {
        int low = from;
        int high = Math.max(from, most);
        while (low < high) {
            int middle = low + (high - low) / 2;
            if (share(served, middle, CALL_AFTER_MILLIS, lifetimeMillis) <= goal) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    /** P(Poisson(mean) ≥ n). */
    static double atLeast(int n, double mean) {
        if (n <= 0) {
            return 1;
        }
        if (mean <= 0) {
            return 0;
        }
        return n > mean ? upward(n, mean) : 1 - downward(n - 1, mean);
    }

    private static double upward(int n, double mean) {
        double term = Math.exp(n * Math.log(mean) - mean - logFactorial(n));
        double sum = 0;
        for (int k = n; term > NEGLIGIBLE * sum; k++) {
            sum += term;
            term *= mean / (k + 1);
        }
        return Math.min(1, sum);
    }

    private static double downward(int n, double mean) {
        double term = Math.exp(n * Math.log(mean) - mean - logFactorial(n));
        double sum = 0;
        for (int k = n; k >= 0 && term > NEGLIGIBLE * sum; k--) {
            sum += term;
            term *= k / mean;
        }
        return Math.min(1, sum);
    }

    /** Stirling's series, to better than 1e-9 from 20 on. */
    private static double logFactorial(int n) {
        if (n < STIRLING_FROM) {
            double sum = 0;
            for (int k = 2; k <= n; k++) {
                sum += Math.log(k);
            }
            return sum;
        }
        double x = n;
        return x * Math.log(x) - x + Math.log(2 * Math.PI * x) / 2 + 1 / (12 * x) - 1 / (360 * x * x * x);
    }
}
