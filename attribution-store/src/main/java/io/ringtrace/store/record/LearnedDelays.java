package io.ringtrace.store.record;

/** The distribution of delays in force on this node. Thread-safe: the drain reads it, {@link DelayLearning} replaces it. */
public final class LearnedDelays {
    private volatile DelayDistribution distribution = DelayDistribution.PRIOR;

    DelayDistribution distribution() {
        return distribution;
    }

    void replace(DelayDistribution learned) {
        distribution = learned;
    }

    /** Half of the callers call within this time of the last presentation; seconds. */
    public double medianSeconds() {
        return distribution.medianSeconds();
    }

    /** How many calls it was learned from; 0 for the prior alone. */
    public double calls() {
        return distribution.calls();
    }
}
