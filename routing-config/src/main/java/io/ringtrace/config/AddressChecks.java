package io.ringtrace.config;

import io.ringtrace.routing.IpNetwork;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Checks that no two listeners want one socket and that no gateway is ourselves. Names are not resolved. */
final class AddressChecks {
    private final YamlNode.Mapping tree;
    private final Findings findings;

    AddressChecks(YamlNode.Mapping tree, Findings findings) {
        this.tree = tree;
        this.findings = findings;
    }

    private record Socket(InetAddress address, String port, boolean datagrams) {}

    void run() {
        Map<Socket, Position> listeners = listeners();
        tree.mapping("gateways").entries().forEach((name, entry) -> {
            if (entry.value() instanceof YamlNode.Mapping gateway) {
                notOurselves(gateway, "gateways." + name, listeners);
                listenerOfItsTransport(gateway, "gateways." + name);
            }
        });
    }

    private Map<Socket, Position> listeners() {
        Map<Socket, Position> seen = new HashMap<>();
        List<YamlNode> items = tree.mapping("sip").items("listeners");
        for (int i = 0; i < items.size(); i++) {
            if (!(items.get(i) instanceof YamlNode.Mapping listener)) {
                continue;
            }
            certificates(listener, YamlNode.item("sip.listeners", i));
            YamlNode.Scalar address = listener.scalar("address");
            YamlNode.Scalar port = listener.scalar("port");
            if (address == null || port == null || findings.isWrong(address) || findings.isWrong(port)) {
                continue;
            }
            if (port.text().equals("0")) {
                continue;
            }
            YamlNode.Scalar transport = listener.scalar("transport");
            boolean datagrams = transport == null || transport.text().equals("udp");
            Position earlier = seen.putIfAbsent(
                    new Socket(IpNetwork.parse(address.text()).address(), port.text(), datagrams), listener.position());
            if (earlier != null) {
                findings.addAt(
                        listener,
                        YamlNode.item("sip.listeners", i),
                        address.text() + " " + port.text(),
                        "each address and port once",
                        "they stand at " + earlier + " already");
            }
        }
        return seen;
    }

    private void certificates(YamlNode.Mapping listener, String key) {
        YamlNode.Scalar transport = listener.scalar("transport");
        if (transport != null
                && transport.text().equals("tls")
                && tree.mapping("sip").get("tls") == null) {
            findings.addAt(
                    transport,
                    key + ".transport",
                    transport.text(),
                    "sip.tls with certificate and private-key beside it",
                    "TLS needs them");
        }
    }

    private void notOurselves(YamlNode.Mapping gateway, String key, Map<Socket, Position> listeners) {
        YamlNode.Scalar host = gateway.scalar("host");
        YamlNode.Scalar port = gateway.scalar("port");
        if (host == null || findings.isWrong(host) || (port != null && findings.isWrong(port))) {
            return;
        }
        String reached = port == null ? usualPort(gateway) : port.text();
        for (Map.Entry<Socket, Position> listener : listeners.entrySet()) {
            if (listener.getKey().port().equals(reached)
                    && reaches(host.text(), listener.getKey().address())) {
                findings.addAt(
                        host,
                        key + ".host",
                        host.text(),
                        "an address that is not our own",
                        "port " + reached + " is our listener at " + listener.getValue()
                                + ", so calls would come back");
                return;
            }
        }
    }

    private static String usualPort(YamlNode.Mapping gateway) {
        YamlNode.Scalar transport = gateway.scalar("transport");
        return transport != null && transport.text().equals("tls") ? "5061" : "5060";
    }

    /** Via and Record-Route of what we send must name a socket of ours that the answers can come to. */
    private void listenerOfItsTransport(YamlNode.Mapping gateway, String key) {
        YamlNode.Scalar transport = gateway.scalar("transport");
        if (transport == null || findings.isWrong(transport) || transport.text().equals("auto")) {
            return;
        }
        boolean there = tree.mapping("sip").items("listeners").stream()
                .anyMatch(item -> item instanceof YamlNode.Mapping listener && sameTransport(listener, transport));
        if (!there) {
            findings.addAt(
                    transport,
                    key + ".transport",
                    transport.text(),
                    "the transport of one of our listeners",
                    "sip.listeners has none of it");
        }
    }

    /** True for a listener whose transport is wrong too: it has a finding of its own. */
    private boolean sameTransport(YamlNode.Mapping listener, YamlNode.Scalar transport) {
        YamlNode.Scalar ours = listener.scalar("transport");
        return ours != null && (findings.isWrong(ours) || ours.text().equals(transport.text()));
    }

    private boolean reaches(String host, InetAddress listener) {
        InetAddress address = address(host);
        if (advertised(host)) {
            return true;
        }
        return address != null && reaches(address, listener);
    }

    /** True when what is sent to the address arrives at a listener on the other one. */
    static boolean reaches(InetAddress address, InetAddress listener) {
        if (!listener.isAnyLocalAddress()) {
            return address.equals(listener);
        }
        boolean sameFamily = listener.getAddress().length == address.getAddress().length
                // a socket on :: hears IPv4 too
                || listener.getAddress().length == 16;
        return sameFamily && (address.isAnyLocalAddress() || address.isLoopbackAddress() || onThisMachine(address));
    }

    private boolean advertised(String host) {
        return tree.mapping("sip").items("advertised-hosts").stream()
                .anyMatch(ours -> ours instanceof YamlNode.Scalar s && s.text().equalsIgnoreCase(host));
    }

    private static @Nullable InetAddress address(String host) {
        if (host.toLowerCase(Locale.ROOT).equals("localhost")) {
            return InetAddress.ofLiteral("127.0.0.1");
        }
        return Formats.isAddress(host) ? IpNetwork.parse(host).address() : null;
    }

    private static boolean onThisMachine(InetAddress address) {
        try {
            return Objects.nonNull(NetworkInterface.getByInetAddress(address));
        } catch (SocketException _) {
            return false;
        }
    }
}
