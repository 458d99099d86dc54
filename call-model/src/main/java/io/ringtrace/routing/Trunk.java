package io.ringtrace.routing;

import io.ringtrace.call.PhoneNumber;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What we agreed with a carrier.
 *
 * @param sourceNetworks where its requests come from; nothing else is let in
 * @param defaultDestination where calls go while no directory exists at all; null answers 503
 * @param supervision how its answered calls are watched
 */
public record Trunk(
        String name,
        List<IpNetwork> sourceNetworks,
        NumberNormalisation normalisation,
        @Nullable PhoneNumber defaultDestination,
        Supervision supervision) {
    public Trunk {
        sourceNetworks = List.copyOf(sourceNetworks);
    }

    /** With the defaults for the rest. */
    public Trunk(
            String name,
            List<IpNetwork> sourceNetworks,
            NumberNormalisation normalisation,
            @Nullable PhoneNumber defaultDestination) {
        this(name, sourceNetworks, normalisation, defaultDestination, Supervision.DEFAULT);
    }
}
