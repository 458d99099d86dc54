package io.ringtrace.attribution;

import org.jspecify.annotations.Nullable;

/**
 * How large a RingPool is, and how large it should be by what it met in the last seven days.
 *
 * @param size numbers it has now, the overflow number included
 * @param recommendedSize the smallest size that keeps both goals, the overflow number included; its size when nobody came yet
 * @param busiest the quarter of an hour in which most numbers were guaranteed at once; null when nobody came yet
 * @param week all of the seven days
 */
public record PoolSizing(
        String pool,
        int size,
        int recommendedSize,
        Autoscaling autoscaling,
        @Nullable Busiest busiest,
        Comparison week) {
    /**
     * @param from its beginning, Unix milliseconds by the lease clock
     * @param visitorsPerHour new visitors, those without a number included
     * @param meanGuaranteedMillis how long a visitor's number was guaranteed, his renewals included
     * @param load numbers that would have been guaranteed at once on the average, had there been enough of them
     * @param numbers the pool had for visitors then
     */
    public record Busiest(
            long from,
            double visitorsPerHour,
            double meanGuaranteedMillis,
            double load,
            int numbers,
            Comparison comparison) {}

    /**
     * Shares from 0 to 1; observed ones are 0 when nobody came.
     *
     * @param visitors who came new, those without a number included
     * @param unserved of them, who got the overflow number or none
     * @param reassigned numbers that went to another visitor within ten minutes of their last presentation
     * @param predictedOverflow Erlang B
     * @param observedOverflow unserved visitors of all
     * @param predictedMisattribution of a call ten minutes after the presentation
     * @param observedMisattribution reassigned numbers of all lent ones
     */
    public record Comparison(
            long visitors,
            long unserved,
            long reassigned,
            double predictedOverflow,
            double observedOverflow,
            double predictedMisattribution,
            double observedMisattribution) {}
}
