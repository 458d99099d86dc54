package io.ringtrace.routing;

import io.ringtrace.call.PhoneNumber;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What we agreed with a carrier.
 *
 * @param sourceNetworks where its requests come from; nothing else is let in
 * @param defaultDestination where calls go while no directory exists at all; null answers 503
 */
public record Trunk(
        String name,
        List<IpNetwork> sourceNetworks,
        NumberNormalisation normalisation,
        @Nullable PhoneNumber defaultDestination) {
    public Trunk {
        sourceNetworks = List.copyOf(sourceNetworks);
    }
}
