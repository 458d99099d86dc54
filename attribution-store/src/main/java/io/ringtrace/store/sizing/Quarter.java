package io.ringtrace.store.sizing;

/**
 * What a pool met in one quarter of an hour.
 *
 * @param number quarters since 1970, by the lease clock
 * @param visitors new ones, the unserved included
 * @param unserved got the overflow number, or none
 * @param guaranteedMillis guarantees given, renewals by what they added
 * @param reassigned numbers that went to another visitor within ten minutes of their last presentation
 * @param numbers most that the pool had for visitors
 */
public record Quarter(long number, long visitors, long unserved, long guaranteedMillis, long reassigned, int numbers) {
    public static final long MILLIS = 900_000;

    public static long at(long millis) {
        return Math.floorDiv(millis, MILLIS);
    }

    double visitorsPerHour() {
        return visitors * 3_600_000.0 / MILLIS;
    }

    /** How long a served visitor's number was guaranteed on the average; the pool's lifetime where nobody was served. */
    double meanGuaranteedMillis(long lifetimeMillis) {
        long served = visitors - unserved;
        return served > 0 ? (double) guaranteedMillis / served : lifetimeMillis;
    }

    /** Numbers guaranteed at once on the average (Little's law), those included that the unserved would have had. */
    double load(long lifetimeMillis) {
        return (guaranteedMillis + unserved * meanGuaranteedMillis(lifetimeMillis)) / MILLIS;
    }
}
