package io.ringtrace.store.record;

/**
 * Finds the log-normal distribution of the delays between presentations and their calls from what was seen, and the prior. Most visitors never
 * call: so a presentation is one of a caller with some share, and one that ended without a call is either of somebody who never calls, or of
 * a caller whose delay is longer than it lasted (censored there). Share and distribution are estimated together, by expectation
 * maximisation over classes of delay; the prior counts like some calls. Without state; cheap.
 */
final class DelayFit {
    /** Classes of delay: from 1 s on, sixteen for each factor of e. */
    static final int BINS = 16 * 16;

    private static final double BINS_PER_E = 16;
    /** The prior counts like so many calls. */
    static final double PRIOR_CALLS = 100;
    /** Before anything is seen, one of ten calls; it counts like twenty presentations. */
    private static final double PRIOR_CALLERS = 2;

    private static final double PRIOR_OTHERS = 18;
    private static final int MOST_ROUNDS = 5_000;
    private static final double CLOSE = 1e-7;
    private static final double SMALLEST_SIGMA = 0.1;

    private DelayFit() {}

    /** The class of a delay; shorter ones are in the first, longer ones in the last. */
    static int bin(long delayMillis) {
        double log = Math.log(Math.max(delayMillis, 1000) / 1000.0);
        return Math.min(BINS - 1, (int) (log * BINS_PER_E));
    }

    /** The middle of a class: the natural logarithm of seconds. */
    private static double middle(int bin) {
        return (bin + 0.5) / BINS_PER_E;
    }

    /**
     * @param calls how many calls came so long after their presentation, by class
     * @param without how many presentations ended after so long without a call, by class
     */
    static DelayDistribution of(double[] calls, double[] without) {
        DelayDistribution prior = DelayDistribution.PRIOR;
        double seen = 0;
        double seenSum = 0;
        double seenSquares = 0;
        double presentations = PRIOR_CALLERS + PRIOR_OTHERS;
        for (int bin = 0; bin < BINS; bin++) {
            double log = middle(bin);
            seen += calls[bin];
            seenSum += calls[bin] * log;
            seenSquares += calls[bin] * log * log;
            presentations += calls[bin] + without[bin];
        }
        double mean = prior.logMean();
        double sigma = prior.logSigma();
        double share = PRIOR_CALLERS / (PRIOR_CALLERS + PRIOR_OTHERS);
        for (int round = 0; round < MOST_ROUNDS; round++) {
            double callers = seen;
            double sum = seenSum;
            double squares = seenSquares;
            for (int bin = 0; bin < BINS; bin++) {
                if (without[bin] == 0) {
                    continue;
                }
                double z = (middle(bin) - mean) / sigma;
                double later = Normal.above(z);
                // Of those who had not called by then, so many would have.
                double weight = without[bin] * share * later / (1 - share + share * later);
                double beyond = Normal.meanAbove(z);
                double first = mean + sigma * beyond;
                callers += weight;
                sum += weight * first;
                squares += weight * (mean * mean + 2 * mean * sigma * beyond + sigma * sigma * (1 + z * beyond));
            }
            double weights = callers + PRIOR_CALLS;
            double nextMean = (sum + PRIOR_CALLS * prior.logMean()) / weights;
            double priorSquares = prior.logSigma() * prior.logSigma() + prior.logMean() * prior.logMean();
            double variance = (squares + PRIOR_CALLS * priorSquares) / weights - nextMean * nextMean;
            double nextSigma = Math.sqrt(Math.max(variance, SMALLEST_SIGMA * SMALLEST_SIGMA));
            double nextShare = Math.clamp((callers + PRIOR_CALLERS) / presentations, 0, 1);
            boolean still = Math.abs(nextMean - mean) < CLOSE && Math.abs(nextSigma - sigma) < CLOSE;
            mean = nextMean;
            sigma = nextSigma;
            share = nextShare;
            if (still) {
                break;
            }
        }
        return new DelayDistribution(mean, sigma, seen);
    }

    /** The standard normal distribution. */
    private static final class Normal {
        private static final double FAR = 6;

        private Normal() {}

        private static double density(double z) {
            return Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI);
        }

        /** The probability of more than z, to 1e-7 (Abramowitz and Stegun, 26.2.17). */
        static double above(double z) {
            if (z < 0) {
                return 1 - above(-z);
            }
            double t = 1 / (1 + 0.2316419 * z);
            double polynomial =
                    t * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
            return density(z) * polynomial;
        }

        /** The mean of what is more than z. */
        static double meanAbove(double z) {
            // Far out the quotient of two small numbers is not to be had; there its first terms are exact enough.
            return z > FAR ? z + 1 / z : density(z) / above(z);
        }
    }
}
