package io.ringtrace.routing;

import java.time.Duration;
import java.util.Set;

/**
 * How a gateway is asked by OPTIONS whether it lives.
 *
 * @param interval from one question to the next
 * @param always true to ask it all the time; false to ask only while it is suspect or down
 * @param failingStatuses answers that count as none; every other answer, whatever its status, is a sign of life
 */
public record Probing(Duration interval, boolean always, Set<Integer> failingStatuses) {
    public static final Probing DEFAULT = new Probing(Duration.ofSeconds(5), false, Set.of(503));

    public Probing {
        failingStatuses = Set.copyOf(failingStatuses);
    }
}
