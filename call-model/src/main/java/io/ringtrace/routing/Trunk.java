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
 * @param reading where its INVITEs have the dialed and the caller's number
 * @param headers what becomes of the headers of its calls
 * @param access how its requests are known
 * @param limits how many calls it may bring
 * @param traced the messages of its calls are logged
 */
public record Trunk(
        String name,
        List<IpNetwork> sourceNetworks,
        NumberNormalisation normalisation,
        @Nullable PhoneNumber defaultDestination,
        Supervision supervision,
        NumberReading reading,
        HeaderRules headers,
        TrunkAccess access,
        TrunkLimits limits,
        boolean traced) {
    public Trunk {
        sourceNetworks = List.copyOf(sourceNetworks);
    }

    /** A trunk with the defaults of everything else. */
    public Trunk(
            String name,
            List<IpNetwork> sourceNetworks,
            NumberNormalisation normalisation,
            @Nullable PhoneNumber defaultDestination) {
        this(
                name,
                sourceNetworks,
                normalisation,
                defaultDestination,
                Supervision.DEFAULT,
                NumberReading.DEFAULT,
                HeaderRules.NONE,
                TrunkAccess.BY_NETWORK,
                TrunkLimits.NONE,
                false);
    }

    /** The same trunk, whose calls are watched otherwise. */
    public Trunk with(Supervision otherSupervision) {
        return new Trunk(
                name,
                sourceNetworks,
                normalisation,
                defaultDestination,
                otherSupervision,
                reading,
                headers,
                access,
                limits,
                traced);
    }

    /** The same trunk, whose numbers stand elsewhere. */
    public Trunk with(NumberReading otherReading) {
        return new Trunk(
                name,
                sourceNetworks,
                normalisation,
                defaultDestination,
                supervision,
                otherReading,
                headers,
                access,
                limits,
                traced);
    }

    /** The same trunk with other rules for headers. */
    public Trunk with(HeaderRules otherHeaders) {
        return new Trunk(
                name,
                sourceNetworks,
                normalisation,
                defaultDestination,
                supervision,
                reading,
                otherHeaders,
                access,
                limits,
                traced);
    }

    /** The same trunk, known in another way. */
    public Trunk with(TrunkAccess otherAccess) {
        return new Trunk(
                name,
                sourceNetworks,
                normalisation,
                defaultDestination,
                supervision,
                reading,
                headers,
                otherAccess,
                limits,
                traced);
    }

    /** The same trunk with other limits. */
    public Trunk with(TrunkLimits otherLimits) {
        return new Trunk(
                name,
                sourceNetworks,
                normalisation,
                defaultDestination,
                supervision,
                reading,
                headers,
                access,
                otherLimits,
                traced);
    }

    /** The same trunk, the messages of whose calls are logged, or not. */
    public Trunk withTrace(boolean otherTraced) {
        return new Trunk(
                name,
                sourceNetworks,
                normalisation,
                defaultDestination,
                supervision,
                reading,
                headers,
                access,
                limits,
                otherTraced);
    }
}
