package io.ringtrace.config;

import io.ringtrace.call.PhoneNumber;
import io.ringtrace.routing.Gateway;
import io.ringtrace.routing.IpNetwork;
import io.ringtrace.routing.NumberNormalisation;
import io.ringtrace.routing.Route;
import io.ringtrace.routing.RoutingPlan;
import io.ringtrace.routing.StaticNumber;
import io.ringtrace.routing.Transport;
import io.ringtrace.routing.Trunk;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Makes the records of a tree that has its defaults and was found free of mistakes. */
final class ConfigBinder {
    private static final long MEGABYTE = 1024L * 1024L;

    private final YamlNode.Mapping tree;
    private final Path folder;

    /**
     * @param folder where relative paths of the file start
     */
    ConfigBinder(YamlNode.Mapping tree, Path folder) {
        this.tree = tree;
        this.folder = folder;
    }

    Configuration bind(String version) {
        return new Configuration(sip(), store(), http(), log(), plan(version));
    }

    private SipConfig sip() {
        YamlNode.Mapping sip = tree.mapping("sip");
        List<SipConfig.Listener> listeners = sip.items("listeners").stream()
                .map(YamlNode.Mapping.class::cast)
                .map(l -> new SipConfig.Listener(transport(l), address(l), integer(l, "port")))
                .toList();
        String shards = text(sip, "shards");
        return new SipConfig(
                listeners,
                texts(sip.items("advertised-hosts")),
                shards.equals("auto") ? Runtime.getRuntime().availableProcessors() : Integer.parseInt(shards),
                duration(sip, "maximum-call-duration"),
                sip.get("tls") == null ? null : tls(sip.mapping("tls")));
    }

    private SipConfig.Tls tls(YamlNode.Mapping tls) {
        YamlNode.Scalar trusted = tls.scalar("trusted-certificates");
        return new SipConfig.Tls(
                path(required(tls, "certificate")),
                path(required(tls, "private-key")),
                trusted == null ? null : path(trusted),
                SipConfig.ClientCertificates.valueOf(
                        text(tls, "client-certificates").toUpperCase(Locale.ROOT)));
    }

    private StoreConfig store() {
        YamlNode.Mapping store = tree.mapping("store");
        YamlNode.Mapping journal = store.mapping("journal");
        YamlNode.Scalar url = store.scalar("url");
        StoreConfig.External external = url == null
                ? null
                : new StoreConfig.External(
                        url.text(),
                        text(store, "user"),
                        Objects.requireNonNull(SecretReference.parseOrNull(text(store, "password"))));
        return new StoreConfig(
                external,
                path(required(store, "data-directory")),
                new StoreConfig.Journal(bytes(journal, "size-limit-mb"), bytes(journal, "segment-mb")),
                new StoreConfig.Embedded(bytes(store.mapping("embedded"), "buffer-pool-mb")));
    }

    private Path path(YamlNode.Scalar written) {
        String source = written.position().file();
        boolean outside = source.equals(Overrides.OPTION) || source.equals(Overrides.ENVIRONMENT);
        Path start = outside ? Path.of("") : folder;
        return start.resolve(written.text()).toAbsolutePath().normalize();
    }

    private HttpConfig http() {
        YamlNode.Mapping http = tree.mapping("http");
        return new HttpConfig(address(http), integer(http, "port"));
    }

    private LogConfig log() {
        YamlNode.Mapping log = tree.mapping("log");
        return new LogConfig(
                LogConfig.Format.valueOf(text(log, "format").toUpperCase(Locale.ROOT)),
                LogConfig.Level.valueOf(text(log, "level").toUpperCase(Locale.ROOT)));
    }

    private RoutingPlan plan(String version) {
        Map<String, Gateway> gateways = new LinkedHashMap<>();
        tree.mapping("gateways").entries().forEach((name, entry) -> gateways.put(name, gateway(name, entry.value())));
        List<Trunk> trunks = new ArrayList<>();
        tree.mapping("trunks").entries().forEach((name, entry) -> trunks.add(trunk(name, entry.value())));
        List<Route> routes =
                tree.items("routes").stream().map(r -> route(r, gateways)).toList();
        List<StaticNumber> staticNumbers =
                tree.items("static-numbers").stream().map(this::staticNumber).toList();
        return new RoutingPlan(version, trunks, List.copyOf(gateways.values()), routes, staticNumbers);
    }

    private static Gateway gateway(String name, YamlNode node) {
        YamlNode.Mapping gateway = (YamlNode.Mapping) node;
        return new Gateway(
                name,
                text(gateway, "host"),
                integer(gateway, "port"),
                transport(gateway),
                duration(gateway, "silence"),
                texts(gateway.items("failover-statuses")).stream()
                        .map(Integer::valueOf)
                        .collect(Collectors.toUnmodifiableSet()),
                networks(gateway));
    }

    private static Trunk trunk(String name, YamlNode node) {
        YamlNode.Mapping trunk = (YamlNode.Mapping) node;
        YamlNode.Scalar destination = trunk.scalar("default-destination");
        return new Trunk(
                name,
                networks(trunk),
                normalisation(trunk.mapping("numbers")),
                destination == null ? null : PhoneNumber.parse(destination.text()));
    }

    private static NumberNormalisation normalisation(YamlNode.Mapping numbers) {
        return switch (text(numbers, "format")) {
            case "e164" -> NumberNormalisation.E164;
            case "nanp" -> NumberNormalisation.NANP;
            default ->
                new NumberNormalisation(
                        textOr(numbers, "country-code", ""),
                        textOr(numbers, "national-prefix", ""),
                        textOr(numbers, "international-prefix", ""),
                        Integer.parseInt(textOr(numbers, "national-digits", "0")));
        };
    }

    private static Route route(YamlNode node, Map<String, Gateway> gateways) {
        YamlNode.Mapping route = (YamlNode.Mapping) node;
        YamlNode.Scalar trunk = route.scalar("trunk");
        return new Route(
                prefix(text(route, "prefix")),
                trunk == null ? null : trunk.text(),
                texts(route.items("gateways")).stream()
                        .map(name -> Objects.requireNonNull(gateways.get(name)))
                        .toList(),
                duration(route, "ring-timeout"),
                route.position().toString());
    }

    /** The digits of a prefix as it is written; empty for every number. */
    static String prefix(String written) {
        return written.equals("*") ? "" : written.startsWith("+") ? written.substring(1) : written;
    }

    private StaticNumber staticNumber(YamlNode node) {
        YamlNode.Mapping entry = (YamlNode.Mapping) node;
        return new StaticNumber(
                PhoneNumber.parse(text(entry, "number")),
                PhoneNumber.parse(text(entry, "destination")),
                text(entry, "campaign"),
                entry.position().toString());
    }

    private static List<IpNetwork> networks(YamlNode.Mapping mapping) {
        return texts(mapping.items("source-networks")).stream()
                .map(IpNetwork::parse)
                .toList();
    }

    private static Transport transport(YamlNode.Mapping mapping) {
        return Transport.valueOf(text(mapping, "transport").toUpperCase(Locale.ROOT));
    }

    private static InetAddress address(YamlNode.Mapping mapping) {
        return IpNetwork.parse(text(mapping, "address")).address();
    }

    private static Duration duration(YamlNode.Mapping mapping, String key) {
        return Objects.requireNonNull(DurationText.parseOrNull(text(mapping, key)));
    }

    private static int integer(YamlNode.Mapping mapping, String key) {
        return Integer.parseInt(text(mapping, key));
    }

    private static long bytes(YamlNode.Mapping mapping, String key) {
        return Long.parseLong(text(mapping, key)) * MEGABYTE;
    }

    private static List<String> texts(List<YamlNode> items) {
        return items.stream().map(item -> ((YamlNode.Scalar) item).text()).toList();
    }

    private static String text(YamlNode.Mapping mapping, String key) {
        return required(mapping, key).text();
    }

    private static String textOr(YamlNode.Mapping mapping, String key, String otherwise) {
        YamlNode.@Nullable Scalar found = mapping.scalar(key);
        return found == null ? otherwise : found.text();
    }

    private static YamlNode.Scalar required(YamlNode.Mapping mapping, String key) {
        YamlNode.Scalar found = mapping.scalar(key);
        if (found == null) {
            throw new IllegalStateException("the schema lets " + key + " at " + mapping.position() + " be absent");
        }
        return found;
    }
}
