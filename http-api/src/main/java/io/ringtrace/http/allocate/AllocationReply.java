package io.ringtrace.http.allocate;

import io.ringtrace.attribution.LeaseAnswer;
import io.ringtrace.call.PhoneNumber;
import io.ringtrace.http.endpoint.Problem;
import java.util.Locale;

/** A lease's answer as Invoca's clients understand it: a number, perhaps the overflow number, or a problem. */
sealed interface AllocationReply {
    record Given(PhoneNumber number, boolean overflow) implements AllocationReply {}

    record None(Problem problem) implements AllocationReply {}

    static AllocationReply of(LeaseAnswer answer, String poolId) {
        return switch (answer) {
            case LeaseAnswer.Granted granted -> new Given(granted.lease().number(), false);
            case LeaseAnswer.Overflowed overflowed -> new Given(overflowed.number(), true);
            case LeaseAnswer.NoNumber noNumber ->
                new None(Problem.later(
                        409,
                        "no_number_available",
                        "No promo number of RingPool '" + poolId + "' is free; the page keeps its destination number.",
                        noNumber.renewAfterMillis()));
            case LeaseAnswer.Refused refused ->
                new None(Problem.of(400, refused.reason().name().toLowerCase(Locale.ROOT), refused.message()));
            case LeaseAnswer.Unavailable unavailable ->
                new None(Problem.unavailable(unavailable.message(), unavailable.retryAfterMillis()));
        };
    }
}
