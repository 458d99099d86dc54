package io.ringtrace.store.record;

/**
 * How sure it is that a call came from the visitor it is attributed to, when its number had been presented to others within the hold:
 * f(d0) / Σ f(di), where f is {@link DelayDistribution#density}, di is the time from the last presentation to visitor i until the INVITE, and d0 that of the attributed one. The
 * formula and its parameters are published in docs/reference/attribution-confidence.md.
 */
final class AttributionConfidence {
    private final DelayDistribution delays;
    private final double attributed;
    private double all;

    /** @param delayMillis from the last presentation to the attributed visitor until the INVITE */
    AttributionConfidence(DelayDistribution delays, long delayMillis) {
        this.delays = delays;
        attributed = delays.density(delayMillis);
        all = attributed;
    }

    /** Another visitor who may have called. */
    void candidate(long delayMillis) {
        all += delays.density(delayMillis);
    }

    /** More than 0, and 1 without other candidates. */
    double value() {
        return attributed / all;
    }
}
