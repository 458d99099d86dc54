package io.ringtrace.store.record;

/**
 * How long after a number's last presentation its visitor calls: log-normal. Immutable.
 *
 * @param logMean mean of the natural logarithm of the delay in seconds; the median's logarithm
 * @param logSigma standard deviation of that logarithm
 * @param calls that it was learned from; 0 for the prior alone
 */
record DelayDistribution(double logMean, double logSigma, double calls) {
    /** From before the first call: a median of 120 s, and a standard deviation of the logarithm of 1.5. */
    static final DelayDistribution PRIOR = new DelayDistribution(Math.log(120), 1.5, 0);

    /** Shorter delays count as this: nobody reads a number and dials it faster, and the density is 0 at 0. */
    private static final double SHORTEST_SECONDS = 1;

    DelayDistribution {
        if (!(logSigma > 0) || !Double.isFinite(logMean) || !Double.isFinite(logSigma)) {
            throw new IllegalArgumentException("no log-normal distribution: " + logMean + ", " + logSigma);
        }
    }

    double medianSeconds() {
        return Math.exp(logMean);
    }

    /** Without the factor that all delays share. */
    double density(long delayMillis) {
        double log = Math.log(Math.max(delayMillis / 1000.0, SHORTEST_SECONDS));
        double deviation = (log - logMean) / logSigma;
        return Math.exp(-deviation * deviation / 2 - log);
    }
}
