package io.ringtrace.attribution;

import io.ringtrace.call.PhoneNumber;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A container of promo numbers with its rules.
 *
 * @param id the store's own id
 * @param idFromNetwork the RingPool ID, unique in its network
 * @param network id_from_network of the network that owns it
 * @param lifetime the guaranteed minimum time after a presentation
 * @param hold how long after a presentation the attribution stays; at least the lifetime
 * @param maxSize most numbers it may hold, the overflow number included
 * @param size numbers it holds now, the overflow number included
 * @param hours when its destination answers; null for always
 * @param captured the marketing fields it keeps; empty for all that its network has declared
 * @param byTag it came into being for an approved destination that the tag found
 */
public record RingPool(
        long id,
        String idFromNetwork,
        String name,
        String network,
        String advertiser,
        String campaign,
        NumberType numberType,
        Duration lifetime,
        Duration hold,
        int maxSize,
        boolean allowOverflow,
        boolean fillImmediately,
        boolean preferred,
        PhoneNumber destination,
        LocalNumberPreferences localNumbers,
        int size,
        @Nullable HoursOfOperation hours,
        List<CapturedField> captured,
        boolean byTag) {
    public RingPool {
        captured = List.copyOf(captured);
    }

    /** Whether somebody answers at its destination. */
    public boolean openAt(long atMillis) {
        return hours == null || hours.openAt(atMillis);
    }
}
