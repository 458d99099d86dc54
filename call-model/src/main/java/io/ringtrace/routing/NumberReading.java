package io.ringtrace.routing;

import java.util.List;

/**
 * Where a trunk's INVITEs have the numbers that count.
 *
 * @param dialedFrom where the dialed number may stand; the first place that holds a phone number has it
 * @param ported of a number that was ported, which one counts as dialed
 * @param trusted the trunk is in our trust domain (RFC 3325 §2.3): its P-Asserted-Identity says who calls; otherwise From does, and
 *     P-Asserted-Identity is taken out
 */
public record NumberReading(List<DialedSource> dialedFrom, PortedNumber ported, boolean trusted) {
    /** The Request-URI, as it was dialed, from a carrier that we trust. */
    public static final NumberReading DEFAULT =
            new NumberReading(List.of(DialedSource.REQUEST_URI), PortedNumber.DIALED, true);

    public NumberReading {
        dialedFrom = List.copyOf(dialedFrom);
    }

    /** A place in an INVITE. */
    public enum DialedSource {
        REQUEST_URI,
        TO,
        /** The topmost entry, which names who diverted the call last (RFC 5806 §3.2). */
        DIVERSION,
        /** RFC 7315 §4.2: the number that the Request-URI had before it was changed. */
        P_CALLED_PARTY_ID
    }

    /** What counts where a URI has both ({@code ;npdi;rn=…}, RFC 4694). */
    public enum PortedNumber {
        /** The number itself. */
        DIALED,
        /** The routing number, {@code rn}. */
        ROUTING
    }
}
