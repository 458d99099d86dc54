package io.ringtrace.http.webhook;

import io.ringtrace.routing.IpNetwork;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where webhooks may go: to public addresses, and to the networks that the operator allows. Else whoever has a network's token could have this
 * machine's neighbours asked. Immutable, thread-safe; waits for DNS.
 */
public final class WebhookTargets {
    private static final int LONGEST_URL = 2048;
    /** Networks that are nobody's on the internet (RFC 6890 and its like), beyond what the JDK knows by name. */
    private static final List<IpNetwork> PRIVATE = Stream.of(
                    "0.0.0.0/8",
                    "10.0.0.0/8",
                    "100.64.0.0/10",
                    "127.0.0.0/8",
                    "169.254.0.0/16",
                    "172.16.0.0/12",
                    "192.0.0.0/24",
                    "192.168.0.0/16",
                    "198.18.0.0/15",
                    "224.0.0.0/3",
                    "::/127",
                    "64:ff9b::/32",
                    "fc00::/7",
                    "fe80::/9",
                    "ff00::/8")
            .map(IpNetwork::parse)
            .toList();

    private final List<IpNetwork> allowed;

    /** @param allowed beyond public addresses */
    public WebhookTargets(List<IpNetwork> allowed) {
        this.allowed = List.copyOf(allowed);
    }

    /** What became of a URL. */
    public sealed interface Target {
        /** @param address to connect to: looking the name up again might give another one */
        record Allowed(URI url, InetAddress address) implements Target {}

        /** The sentence says why. */
        record Refused(String why) implements Target {}
    }

    /** Reads a URL and looks its host up; all its addresses must be allowed. */
    public Target of(String text) {
        if (text.length() > LONGEST_URL) {
            return new Target.Refused("url must have at most " + LONGEST_URL + " characters.");
        }
        URI url;
        try {
            url = new URI(text);
        } catch (URISyntaxException _) {
            return new Target.Refused("url must be a URL such as https://www.example.org/calls.");
        }
        String scheme = String.valueOf(url.getScheme()).toLowerCase(Locale.ROOT);
        if (!(scheme.equals("https") || scheme.equals("http")) || url.getHost() == null) {
            return new Target.Refused("url must begin with https:// or http:// and name a host.");
        }
        if (url.getRawUserInfo() != null || url.getRawFragment() != null) {
            return new Target.Refused("url must hold neither a user nor a fragment.");
        }
        return of(url);
    }

    private Target of(URI url) {
        String host = url.getHost().replace("[", "").replace("]", "");
        InetAddress[] addresses;
        try {
            addresses = InetAddress.getAllByName(host);
        } catch (UnknownHostException _) {
            return new Target.Refused("the host " + url.getHost() + " has no address.");
        }
        Optional<InetAddress> refused =
                Stream.of(addresses).filter(address -> !allowed(address)).findFirst();
        return refused.<Target>map(address -> new Target.Refused("the host " + url.getHost() + " has the address "
                        + address.getHostAddress()
                        + ", which is not public; the operator may allow its network in webhooks.allow-networks."))
                .orElseGet(() -> new Target.Allowed(url, addresses[0]));
    }

    private boolean allowed(InetAddress address) {
        return allowed.stream().anyMatch(network -> network.contains(address))
                || PRIVATE.stream().noneMatch(network -> network.contains(address));
    }
}
