package io.ringtrace.store.record;

/**
 * How sure it is that a call came from the visitor it is attributed to, when its number had been presented to others within the hold:
 * f(d0) / Σ f(di), where di is the time from the last presentation to visitor i until the INVITE, and d0 that of the attributed one. The
 * formula and its parameters are published in docs/reference/attribution-confidence.md.
 */
final class AttributionConfidence {
    /** Half of the callers call within this time of the last presentation. */
    static final double MEDIAN_SECONDS = 120;
    /** Standard deviation of the delay's natural logarithm. */
    static final double SIGMA = 1.5;

    /** Shorter delays count as this: nobody reads a number and dials it faster, and the density is 0 at 0. */
    private static final double SHORTEST_SECONDS = 1;

    private final double attributed;
    private double all;

    /** @param delayMillis from the last presentation to the attributed visitor until the INVITE */
    AttributionConfidence(long delayMillis) {
        attributed = density(delayMillis);
        all = attributed;
    }

    /** Another visitor who may have called. */
    void candidate(long delayMillis) {
        all += density(delayMillis);
    }

    /** More than 0, and 1 without other candidates. */
    double value() {
        return attributed / all;
    }

    /** Of the log-normal distribution, without the factor that all candidates share. */
    private static double density(long delayMillis) {
        double seconds = Math.max(delayMillis / 1000.0, SHORTEST_SECONDS);
        double deviation = Math.log(seconds / MEDIAN_SECONDS) / SIGMA;
        return Math.exp(-deviation * deviation / 2) / seconds;
    }
}
