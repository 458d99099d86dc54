package io.ringtrace.attribution;

import io.ringtrace.call.PhoneNumber;
import org.jspecify.annotations.Nullable;

/**
 * A promo number lent to a visitor, as its latest presentation left it. Times are Unix milliseconds by the lease clock.
 *
 * @param version the number's version when this lease began; number and version name the lease
 * @param visitorId null when the hold is over or the visitor was erased
 * @param leasedAt when this lease began
 * @param presentedAt when the number was last shown to, or renewed for, its visitor
 */
public record Lease(
        PhoneNumber number,
        long version,
        long poolId,
        long campaignId,
        @Nullable String visitorId,
        PhoneNumber destination,
        long leasedAt,
        long presentedAt,
        long guaranteedUntil,
        long heldUntil) {

    public boolean guaranteedAt(long atMillis) {
        return atMillis < guaranteedUntil;
    }

    public boolean heldAt(long atMillis) {
        return atMillis < heldUntil;
    }

    /** {@code 18005550123.7}. */
    public String id() {
        return number.digits() + "." + version;
    }
}
