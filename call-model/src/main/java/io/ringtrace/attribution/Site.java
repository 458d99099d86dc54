package io.ringtrace.attribution;

import java.util.List;

/**
 * A customer's web site that carries the tag.
 *
 * @param id stands on the pages for everybody to see; it allows leases for the network's destinations from its origins, nothing else
 * @param network id_from_network of the network that owns it
 * @param origins scheme, host and port as browsers send them, such as {@code https://www.example.org}
 */
public record Site(String id, String network, List<String> origins) {
    public Site {
        origins = List.copyOf(origins);
    }
}
