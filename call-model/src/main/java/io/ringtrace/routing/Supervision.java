package io.ringtrace.routing;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a trunk's answered calls are watched.
 *
 * @param askEvery how often both sides are asked within the dialog whether they live (OPTIONS, RFC 3261 §11); null for never
 * @param hangUpAtMaximum whether we end a living call at its maximum duration with a BYE of our own to both sides
 */
public record Supervision(@Nullable Duration askEvery, boolean hangUpAtMaximum) {
    public static final Supervision DEFAULT = new Supervision(null, true);
}
