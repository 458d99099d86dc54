package io.ringtrace.store.directory;

import io.ringtrace.attribution.Lease;
import io.ringtrace.call.PhoneNumber;
import org.jspecify.annotations.Nullable;

/**
 * What the directory knows of one number; immutable, so a look-up hands its lease out without a copy.
 *
 * @param destination where its last lease sent calls; null when it was never leased
 * @param lease its latest lease; null when it was never presented
 */
record NumberEntry(
        NumberState state,
        long version,
        long poolId,
        long campaignId,
        @Nullable PhoneNumber destination,
        @Nullable Lease lease) {

    static NumberEntry of(NumberRow row) {
        PhoneNumber destination = row.destination() == 0 ? null : new PhoneNumber(row.destination());
        Lease lease = row.neverPresented() || destination == null
                ? null
                : new Lease(
                        new PhoneNumber(row.number()),
                        row.leaseVersion(),
                        row.poolId(),
                        row.campaignId(),
                        row.visitorId(),
                        destination,
                        row.leasedAt(),
                        row.presentedAt(),
                        row.guaranteedUntil(),
                        row.heldUntil());
        return new NumberEntry(row.state(), row.version(), row.poolId(), row.campaignId(), destination, lease);
    }
}
