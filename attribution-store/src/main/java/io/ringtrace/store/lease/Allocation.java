package io.ringtrace.store.lease;

import io.ringtrace.store.directory.NumberRow;
import java.util.List;

/**
 * What the rule decided for one pool and one batch.
 *
 * @param decisions one for each request, in their order
 * @param changed numbers as they are to be written; each once
 * @param leases leases that begin
 * @param unserved visitors for whom there was no number
 * @param traffic for the pool's sizing
 */
record Allocation(
        List<Decision> decisions, List<NumberRow> changed, List<LeaseRow> leases, int unserved, PoolTraffic traffic) {
    sealed interface Decision {
        /**
         * @param renewed he had this number before the batch
         * @param changed he had another number before, which went to somebody else
         */
        record Lent(NumberRow row, boolean renewed, boolean changed) implements Decision {}

        record Overflow(long number) implements Decision {}

        record None() implements Decision {}
    }

    static final Decision NONE = new Decision.None();
}
