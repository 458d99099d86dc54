package io.ringtrace.config;

import io.ringtrace.routing.IpNetwork;
import io.ringtrace.routing.Transport;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Makes the records of a tree that has its defaults; of a section that was found free of mistakes. */
final class ConfigBinder {
    private static final int KILOBYTE = 1024;
    private static final long MEGABYTE = 1024L * 1024L;
    private static final int LONGEST_DATAGRAM = 65_535;

    private final YamlNode.Mapping tree;
    private final List<StaticNumberRow> rows;
    private final Path folder;
    private final Map<String, String> environment;

    /**
     * @param folder where relative paths of the file start
     * @param environment where secrets of the form {@code env:NAME} stand
     */
    ConfigBinder(YamlNode.Mapping tree, List<StaticNumberRow> rows, Path folder, Map<String, String> environment) {
        this.tree = tree;
        this.rows = rows;
        this.environment = environment;
        this.folder = folder;
    }

    Configuration bind(String version) {
        return new Configuration(
                sip(),
                store(),
                http(),
                retention(),
                webhooks(),
                log(),
                new PlanBinder(tree, rows, environment).bind(version));
    }

    SipConfig sip() {
        YamlNode.Mapping sip = tree.mapping("sip");
        List<SipConfig.Listener> listeners = sip.items("listeners").stream()
                .map(YamlNode.Mapping.class::cast)
                .map(ConfigBinder::listener)
                .toList();
        String shards = text(sip, "shards");
        List<Integer> processors =
                texts(sip.items("processors")).stream().map(Integer::valueOf).toList();
        return new SipConfig(
                listeners,
                texts(sip.items("advertised-hosts")),
                shards.equals("auto")
                        ? SipConfig.shardsFor(Runtime.getRuntime().availableProcessors(), processors)
                        : Integer.parseInt(shards),
                processors,
                SipConfig.UdpEngine.valueOf(text(sip, "udp-engine").toUpperCase(Locale.ROOT)),
                duration(sip, "maximum-call-duration"),
                duration(sip, "stop-grace"),
                sip.get("tls") == null ? null : tls(sip.mapping("tls")),
                floodGuard(sip.mapping("flood-guard")),
                duration(sip, "trying-after"),
                duration(sip, "no-answer-limit"),
                dns(sip.mapping("dns")),
                connections(sip.mapping("connections")),
                sip.get("hep") == null ? null : hep(sip.mapping("hep")));
    }

    private static SipConfig.Listener listener(YamlNode.Mapping listener) {
        YamlNode.Scalar advertised = listener.scalar("advertised-host");
        return new SipConfig.Listener(
                transport(listener),
                address(listener),
                integer(listener, "port"),
                advertised == null ? null : advertised.text());
    }

    private static SipConfig.Hep hep(YamlNode.Mapping hep) {
        YamlNode.Scalar password = hep.scalar("password");
        return new SipConfig.Hep(
                text(hep, "host"),
                integer(hep, "port"),
                integer(hep, "capture-id"),
                password == null ? null : SecretReference.parseOrNull(password.text()));
    }

    private static SipConfig.Dns dns(YamlNode.Mapping dns) {
        return new SipConfig.Dns(
                texts(dns.items("servers")).stream()
                        .map(server -> Objects.requireNonNull(Formats.dnsServerOrNull(server)))
                        .toList(),
                duration(dns, "timeout"));
    }

    private static SipConfig.Connections connections(YamlNode.Mapping connections) {
        return new SipConfig.Connections(
                integer(connections, "most"),
                integer(connections, "most-per-source"),
                duration(connections, "first-message"),
                duration(connections, "idle"),
                duration(connections, "connect"),
                integer(connections, "longest-header-kb") * KILOBYTE,
                Math.min(integer(connections, "longest-message-kb") * KILOBYTE, LONGEST_DATAGRAM));
    }

    private static SipConfig.FloodGuard floodGuard(YamlNode.Mapping guard) {
        return new SipConfig.FloodGuard(integer(guard, "refusals"), duration(guard, "within"), duration(guard, "ban"));
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

    StoreConfig store() {
        YamlNode.Mapping store = tree.mapping("store");
        YamlNode.Mapping journal = store.mapping("journal");
        YamlNode.Scalar url = store.scalar("url");
        YamlNode.Mapping embedded = store.mapping("embedded");
        StoreConfig.External external = url == null
                ? null
                : new StoreConfig.External(
                        url.text(),
                        text(store, "user"),
                        Objects.requireNonNull(SecretReference.parseOrNull(text(store, "password"))));
        return new StoreConfig(
                external,
                path(required(store, "data-directory")),
                new StoreConfig.Journal(
                        bytes(journal, "size-limit-mb"),
                        bytes(journal, "segment-mb"),
                        text(journal, "force").equals("before-send")),
                new StoreConfig.Embedded(
                        embedded.scalar("buffer-pool-mb") == null
                                ? OptionalLong.empty()
                                : OptionalLong.of(bytes(embedded, "buffer-pool-mb"))),
                duration(store, "number-rest"));
    }

    private Path path(YamlNode.Scalar written) {
        String source = written.position().file();
        boolean outside = source.equals(Overrides.OPTION) || source.equals(Overrides.ENVIRONMENT);
        Path start = outside ? Path.of("") : folder;
        return start.resolve(written.text()).toAbsolutePath().normalize();
    }

    private HttpConfig http() {
        YamlNode.Mapping http = tree.mapping("http");
        YamlNode.Mapping tag = http.mapping("tag");
        return new HttpConfig(
                address(http),
                integer(http, "port"),
                texts(http.items("trusted-proxies")).stream()
                        .map(IpNetwork::parse)
                        .toList(),
                integer(tag, "new-numbers-per-minute-per-source-network"),
                integer(tag, "new-numbers-per-minute-per-pool"));
    }

    private RetentionConfig retention() {
        YamlNode.Mapping retention = tree.mapping("retention");
        return new RetentionConfig(duration(retention, "call-records"), duration(retention, "lease-history"));
    }

    private WebhookConfig webhooks() {
        return new WebhookConfig(texts(tree.mapping("webhooks").items("allow-networks")).stream()
                .map(IpNetwork::parse)
                .toList());
    }

    private LogConfig log() {
        YamlNode.Mapping log = tree.mapping("log");
        return new LogConfig(
                LogConfig.Format.valueOf(text(log, "format").toUpperCase(Locale.ROOT)),
                LogConfig.Level.valueOf(text(log, "level").toUpperCase(Locale.ROOT)),
                log.get("file") == null ? null : logFile(log.mapping("file")));
    }

    private LogConfig.LogFile logFile(YamlNode.Mapping file) {
        return new LogConfig.LogFile(
                path(required(file, "path")),
                bytes(file, "size-mb"),
                integer(file, "keep-days"),
                bytes(file, "total-mb"));
    }

    private static Transport transport(YamlNode.Mapping mapping) {
        return Transport.valueOf(text(mapping, "transport").toUpperCase(Locale.ROOT));
    }

    private static InetAddress address(YamlNode.Mapping mapping) {
        return IpNetwork.parse(text(mapping, "address")).address();
    }

    static Duration duration(YamlNode.Mapping mapping, String key) {
        return Objects.requireNonNull(DurationText.parseOrNull(text(mapping, key)));
    }

    static int integer(YamlNode.Mapping mapping, String key) {
        return Integer.parseInt(text(mapping, key));
    }

    private static long bytes(YamlNode.Mapping mapping, String key) {
        return Long.parseLong(text(mapping, key)) * MEGABYTE;
    }

    static List<String> texts(List<YamlNode> items) {
        return items.stream().map(item -> ((YamlNode.Scalar) item).text()).toList();
    }

    static String text(YamlNode.Mapping mapping, String key) {
        return required(mapping, key).text();
    }

    static String textOr(YamlNode.Mapping mapping, String key, String otherwise) {
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
