package io.ringtrace.attribution;

import io.ringtrace.call.PhoneNumber;
import org.jspecify.annotations.Nullable;

/** The answer to "whose call is this?" for a dialed number: one case per attribution status. */
public sealed interface AttributionResult {
    AttributionStatus status();

    /** Where the attribution sends the call; null where it says nothing. */
    @Nullable
    PhoneNumber destination();

    record Leased(Lease lease) implements AttributionResult {
        @Override
        public AttributionStatus status() {
            return AttributionStatus.LEASED;
        }

        @Override
        public PhoneNumber destination() {
            return lease.destination();
        }
    }

    record Held(Lease lease) implements AttributionResult {
        @Override
        public AttributionStatus status() {
            return AttributionStatus.HELD;
        }

        @Override
        public PhoneNumber destination() {
            return lease.destination();
        }
    }

    /** The hold is over: the last destination is known, the visitor is not told. */
    record Expired(Lease lease) implements AttributionResult {
        @Override
        public AttributionStatus status() {
            return AttributionStatus.EXPIRED;
        }

        @Override
        public PhoneNumber destination() {
            return lease.destination();
        }
    }

    record Overflow(long poolId, long campaignId, PhoneNumber destination) implements AttributionResult {
        @Override
        public AttributionStatus status() {
            return AttributionStatus.OVERFLOW;
        }
    }

    record NeverLeased(long poolId, long campaignId, PhoneNumber destination) implements AttributionResult {
        @Override
        public AttributionStatus status() {
            return AttributionStatus.NEVER_LEASED;
        }
    }

    /** Taken out of its last pool and not yet lent again. */
    record Resting(long poolId, long campaignId, PhoneNumber destination) implements AttributionResult {
        @Override
        public AttributionStatus status() {
            return AttributionStatus.RESTING;
        }
    }

    /** Assigned to a campaign by the operator's files. */
    record Static(String campaign, PhoneNumber destination) implements AttributionResult {
        @Override
        public AttributionStatus status() {
            return AttributionStatus.STATIC;
        }
    }

    /** Ours, in the bank or retired. */
    record Unassigned() implements AttributionResult {
        @Override
        public AttributionStatus status() {
            return AttributionStatus.UNASSIGNED;
        }

        @Override
        public @Nullable PhoneNumber destination() {
            return null;
        }
    }

    /** Absent from a complete directory. */
    record Unknown() implements AttributionResult {
        @Override
        public AttributionStatus status() {
            return AttributionStatus.UNKNOWN_NUMBER;
        }

        @Override
        public @Nullable PhoneNumber destination() {
            return null;
        }
    }

    /** There is no directory to look in. */
    record StoreUnavailable() implements AttributionResult {
        @Override
        public AttributionStatus status() {
            return AttributionStatus.STORE_UNAVAILABLE;
        }

        @Override
        public @Nullable PhoneNumber destination() {
            return null;
        }
    }

    AttributionResult UNASSIGNED = new Unassigned();
    AttributionResult UNKNOWN = new Unknown();
    AttributionResult STORE_UNAVAILABLE = new StoreUnavailable();
}
