package io.ringtrace.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.call.PhoneNumber;
import io.ringtrace.routing.CallLimits;
import io.ringtrace.routing.DigestAlgorithm;
import io.ringtrace.routing.DigestUser;
import io.ringtrace.routing.Gateway;
import io.ringtrace.routing.HeaderRules;
import io.ringtrace.routing.HeaderRules.CallerId;
import io.ringtrace.routing.HeaderRules.PromoNumberHeader;
import io.ringtrace.routing.IpNetwork;
import io.ringtrace.routing.NumberNormalisation;
import io.ringtrace.routing.NumberReading;
import io.ringtrace.routing.NumberReading.DialedSource;
import io.ringtrace.routing.OverloadControl;
import io.ringtrace.routing.Probing;
import io.ringtrace.routing.Route;
import io.ringtrace.routing.RouteConditions;
import io.ringtrace.routing.StaticNumber;
import io.ringtrace.routing.Supervision;
import io.ringtrace.routing.TimeWindow;
import io.ringtrace.routing.Transport;
import io.ringtrace.routing.Trunk;
import io.ringtrace.routing.TrunkAccess;
import io.ringtrace.routing.TrunkLimits;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each record of the configuration twice: what it is when nothing is said, and with every key given. */
class ConfigurationTest {
    private static final long MEGABYTE = 1024L * 1024L;

    @TempDir
    Path folder;

    private Configuration loaded(String text) {
        return Written.in(folder, text).loaded();
    }

    private Configuration defaults() {
        return loaded("{}");
    }

    @Nested
    class Sip {
        @Test
        void defaults() {
            assertThat(ConfigurationTest.this.defaults().sip())
                    .isEqualTo(new SipConfig(
                            List.of(new SipConfig.Listener(Transport.UDP, InetAddress.ofLiteral("0.0.0.0"), 5060)),
                            List.of(),
                            Math.max(1, Runtime.getRuntime().availableProcessors() / 2),
                            List.of(),
                            SipConfig.UdpEngine.AUTO,
                            Duration.ofHours(3),
                            Duration.ofSeconds(10),
                            null,
                            new SipConfig.FloodGuard(100, Duration.ofSeconds(10), Duration.ofMinutes(5)),
                            Duration.ofMillis(100),
                            Duration.ofSeconds(10),
                            SipConfig.Dns.DEFAULT,
                            SipConfig.Connections.DEFAULT,
                            null));
        }

        @Test
        void makesOneShardForEachProcessorThatIsNamed() {
            SipConfig sip = loaded("sip: {processors: [5, 3, 4]}").sip();

            assertThat(sip.shards()).isEqualTo(3);
            assertThat(sip.processors()).containsExactly(5, 3, 4);
        }

        @Test
        void everyKey() {
            SipConfig sip = loaded("""
                            sip:
                              listeners:
                                - transport: udp
                                  address: 192.0.2.1
                                  port: 5070
                                - address: "::1"
                                  port: 0
                                - transport: tcp
                                  advertised-host: edge.example.net
                              advertised-hosts: [sip.example.net, 198.51.100.7, "2001:db8::1"]
                              shards: 7
                              processors: [0, 1, 2, 3, 8, 9, 1023]
                              udp-engine: netty
                              maximum-call-duration: 90m
                              stop-grace: 2m
                              flood-guard: {refusals: 7, within: 1m, ban: 1h}
                              tls:
                                certificate: tls/server.pem
                                private-key: /etc/ringtrace/server.key
                                trusted-certificates: partners.pem
                                client-certificates: optional
                              trying-after: 200ms
                              no-answer-limit: 20s
                              dns:
                                servers: [192.0.2.53, "192.0.2.54:5353", "[2001:db8::53]:5354", "2001:db8::54"]
                                timeout: 2s
                              connections:
                                most: 100
                                most-per-source: 10
                                first-message: 5s
                                idle: 1h
                                connect: 1s
                                longest-header-kb: 16
                                longest-message-kb: 48
                              hep: {host: homer.example.net, port: 9061, capture-id: 7}
                            """).sip();

            assertThat(sip)
                    .isEqualTo(new SipConfig(
                            List.of(
                                    new SipConfig.Listener(Transport.UDP, InetAddress.ofLiteral("192.0.2.1"), 5070),
                                    new SipConfig.Listener(Transport.UDP, InetAddress.ofLiteral("::1"), 0),
                                    new SipConfig.Listener(
                                            Transport.TCP, InetAddress.ofLiteral("0.0.0.0"), 5060, "edge.example.net")),
                            List.of("sip.example.net", "198.51.100.7", "2001:db8::1"),
                            7,
                            List.of(0, 1, 2, 3, 8, 9, 1023),
                            SipConfig.UdpEngine.NETTY,
                            Duration.ofMinutes(90),
                            Duration.ofMinutes(2),
                            new SipConfig.Tls(
                                    folder.resolve("tls/server.pem"),
                                    Path.of("/etc/ringtrace/server.key"),
                                    folder.resolve("partners.pem"),
                                    SipConfig.ClientCertificates.OPTIONAL),
                            new SipConfig.FloodGuard(7, Duration.ofMinutes(1), Duration.ofHours(1)),
                            Duration.ofMillis(200),
                            Duration.ofSeconds(20),
                            new SipConfig.Dns(
                                    List.of(
                                            new InetSocketAddress("192.0.2.53", 53),
                                            new InetSocketAddress("192.0.2.54", 5353),
                                            new InetSocketAddress("2001:db8::53", 5354),
                                            new InetSocketAddress("2001:db8::54", 53)),
                                    Duration.ofSeconds(2)),
                            new SipConfig.Connections(
                                    100,
                                    10,
                                    Duration.ofSeconds(5),
                                    Duration.ofHours(1),
                                    Duration.ofSeconds(1),
                                    16 * 1024,
                                    48 * 1024),
                            new SipConfig.Hep("homer.example.net", 9061, 7, null)));
            assertThat(sip.listeners().getFirst().socketAddress()).hasToString("/192.0.2.1:5070");
        }
    }

    @Nested
    class Store {
        @Test
        void defaults() {
            assertThat(ConfigurationTest.this.defaults().store())
                    .isEqualTo(new StoreConfig(
                            null,
                            folder.resolve("data"),
                            new StoreConfig.Journal(2048 * MEGABYTE, 16 * MEGABYTE, false),
                            new StoreConfig.Embedded(OptionalLong.empty()),
                            Duration.ofDays(45)));
        }

        @Test
        void everyKey() {
            StoreConfig store = Written.in(folder, """
                            store:
                              url: jdbc:mysql://db.example.net:3306/ringtrace?sslMode=REQUIRED
                              user: ringtrace
                              password: env:DATABASE_PASSWORD
                              data-directory: /var/lib/ringtrace
                              journal:
                                size-limit-mb: 100
                                segment-mb: 25
                                force: before-send
                              embedded:
                                buffer-pool-mb: 1024
                              number-rest: 90d
                            """)
                    .withEnvironment(Map.of("DATABASE_PASSWORD", "hunter2"))
                    .loaded()
                    .store();

            assertThat(store)
                    .isEqualTo(new StoreConfig(
                            new StoreConfig.External(
                                    "jdbc:mysql://db.example.net:3306/ringtrace?sslMode=REQUIRED",
                                    "ringtrace",
                                    new SecretReference.FromEnvironment("DATABASE_PASSWORD")),
                            Path.of("/var/lib/ringtrace"),
                            new StoreConfig.Journal(100 * MEGABYTE, 25 * MEGABYTE, true),
                            new StoreConfig.Embedded(OptionalLong.of(1024 * MEGABYTE)),
                            Duration.ofDays(90)));
        }

        @Test
        void aRelativeDataDirectoryStartsAtTheFilesFolder() {
            assertThat(loaded("store: {data-directory: ../data}").store().dataDirectory())
                    .isEqualTo(folder.resolveSibling("data"));
        }
    }

    @Nested
    class Http {
        @Test
        void defaults() {
            assertThat(ConfigurationTest.this.defaults().http())
                    .isEqualTo(new HttpConfig(InetAddress.ofLiteral("127.0.0.1"), 8080, List.of(), 120, 1200));
        }

        @Test
        void everyKey() {
            HttpConfig http = loaded(
                            "http: {address: '::', port: 0, trusted-proxies: [10.0.0.0/8, '::1'],"
                                    + " tag: {new-numbers-per-minute-per-source-network: 7, new-numbers-per-minute-per-pool: 70}}")
                    .http();

            assertThat(http)
                    .isEqualTo(new HttpConfig(
                            InetAddress.ofLiteral("::"),
                            0,
                            List.of(IpNetwork.parse("10.0.0.0/8"), IpNetwork.parse("::1")),
                            7,
                            70));
            assertThat(http.socketAddress().getPort()).isZero();
        }
    }

    @Nested
    class Retention {
        @Test
        void defaults() {
            assertThat(ConfigurationTest.this.defaults().retention())
                    .isEqualTo(new RetentionConfig(Duration.ofDays(730), Duration.ofDays(90)));
        }

        @Test
        void everyKey() {
            assertThat(loaded("retention: {call-records: 30d, lease-history: 48h}")
                            .retention())
                    .isEqualTo(new RetentionConfig(Duration.ofDays(30), Duration.ofDays(2)));
        }
    }

    @Nested
    class Webhooks {
        @Test
        void defaults() {
            assertThat(ConfigurationTest.this.defaults().webhooks()).isEqualTo(new WebhookConfig(List.of()));
        }

        @Test
        void everyKey() {
            assertThat(loaded("webhooks: {allow-networks: [127.0.0.0/8, '::1']}")
                            .webhooks())
                    .isEqualTo(new WebhookConfig(List.of(IpNetwork.parse("127.0.0.0/8"), IpNetwork.parse("::1"))));
        }
    }

    @Nested
    class Log {
        @Test
        void defaults() {
            assertThat(ConfigurationTest.this.defaults().log())
                    .isEqualTo(new LogConfig(LogConfig.Format.TEXT, LogConfig.Level.INFO, null));
        }

        @Test
        void everyKey() {
            assertThat(loaded("log: {format: json, level: debug}").log())
                    .isEqualTo(new LogConfig(LogConfig.Format.JSON, LogConfig.Level.DEBUG, null));
        }

        @Test
        void aFileWithItsDefaultsAndWithEveryKey() {
            assertThat(loaded("log: {file: {path: /var/log/a.log}}").log().file())
                    .isEqualTo(new LogConfig.LogFile(Path.of("/var/log/a.log"), 100L << 20, 14, 2000L << 20));
            assertThat(loaded("log: {file: {path: /a, size-mb: 5, keep-days: 3, total-mb: 20}}")
                            .log()
                            .file())
                    .isEqualTo(new LogConfig.LogFile(Path.of("/a"), 5L << 20, 3, 20L << 20));
        }
    }

    @Nested
    class Trunks {
        @Test
        void defaults() {
            assertThat(loaded("trunks: {acme: {source-networks: [203.0.113.0/24]}}")
                            .plan()
                            .trunks())
                    .containsExactly(new Trunk(
                            "acme", List.of(IpNetwork.parse("203.0.113.0/24")), NumberNormalisation.E164, null));
        }

        @Test
        void everyKey() {
            assertThat(Written.in(folder, """
                                    sip: {tls: {certificate: c, private-key: k, client-certificates: optional}}
                                    trunks:
                                      acme:
                                        source-networks: [203.0.113.0/24, "2001:db8::/32", 198.51.100.7]
                                        numbers:
                                          format: custom
                                          country-code: 44
                                          national-prefix: 0
                                          international-prefix: 00
                                          national-digits: 10
                                          dialed-number-from: [diversion, p-called-party-id, to, request-uri]
                                          ported-number: routing
                                        trusted: false
                                        transports: [tcp, tls]
                                        tls-subjects: [SIP.Carrier.Example, "CN=Carrier,O=Example"]
                                        digest: {username: acme, realm: r, password: "env:ACME", algorithms: [MD5, SHA-512-256]}
                                        in-dialog-from: any
                                        caller-id: {show: fixed, number: +442079460111, rewrite-from: true}
                                        promo-number-header: history-info
                                        call-data: {header: X-Call, maximum-bytes: 512, fields: [utm_source, gclid]}
                                        strip-headers: [X-Internal, Server]
                                        limits:
                                          calls-per-second: 50
                                          maximum-calls: 900
                                          calls-per-second-to-a-number: 2
                                          maximum-calls-to-a-number: 9
                                        overload-control: rate
                                        trace: true
                                        default-destination: +442079460123
                                        supervision: {ask-every: 5m, hang-up-at-maximum-duration: false}
                                      other:
                                        source-networks: [203.0.112.0/24]
                                        numbers: {format: nanp}
                                        caller-id: {show: promo}
                                        promo-number-header: diversion
                                        call-data: {header: User-to-User}
                                    """)
                            .withEnvironment(Map.of("ACME", "secret"))
                            .loaded()
                            .plan()
                            .trunks())
                    .containsExactly(
                            new Trunk(
                                    "acme",
                                    List.of(
                                            IpNetwork.parse("203.0.113.0/24"),
                                            IpNetwork.parse("2001:db8::/32"),
                                            IpNetwork.parse("198.51.100.7/32")),
                                    new NumberNormalisation("44", "0", "00", 10),
                                    PhoneNumber.parse("+442079460123"),
                                    new Supervision(Duration.ofMinutes(5), false),
                                    new NumberReading(
                                            List.of(
                                                    DialedSource.DIVERSION,
                                                    DialedSource.P_CALLED_PARTY_ID,
                                                    DialedSource.TO,
                                                    DialedSource.REQUEST_URI),
                                            NumberReading.PortedNumber.ROUTING,
                                            false),
                                    new HeaderRules(
                                            new CallerId.Fixed(PhoneNumber.parse("+442079460111")),
                                            true,
                                            PromoNumberHeader.HISTORY_INFO,
                                            new HeaderRules.CallDataHeader(
                                                    "X-Call", 512, List.of("utm_source", "gclid")),
                                            List.of("X-Internal", "Server")),
                                    new TrunkAccess(
                                            Set.of(Transport.TCP, Transport.TLS),
                                            Set.of("sip.carrier.example", "CN=Carrier,O=Example"),
                                            DigestUser.of(
                                                    "acme",
                                                    "r",
                                                    "secret",
                                                    List.of(DigestAlgorithm.MD5, DigestAlgorithm.SHA_512_256)),
                                            true),
                                    new TrunkLimits(
                                            new CallLimits(50, 900), new CallLimits(2, 9), OverloadControl.RATE),
                                    true),
                            new Trunk(
                                            "other",
                                            List.of(IpNetwork.parse("203.0.112.0/24")),
                                            NumberNormalisation.NANP,
                                            null)
                                    .with(new HeaderRules(
                                            new CallerId.Promo(),
                                            false,
                                            PromoNumberHeader.DIVERSION,
                                            new HeaderRules.CallDataHeader("User-to-User", 256),
                                            List.of())));
        }
    }

    @Nested
    class Gateways {
        @Test
        void defaults() {
            assertThat(loaded("gateways: {east: {host: gateway.example.net}}")
                            .plan()
                            .gateways())
                    .containsExactly(Map.entry(
                            "east",
                            new Gateway(
                                    "east",
                                    "gateway.example.net",
                                    0,
                                    null,
                                    Gateway.DEFAULT_SILENCE,
                                    Gateway.DEFAULT_FAILOVER_STATUSES,
                                    List.of())));
        }

        @ParameterizedTest
        @CsvSource({
            "'host: 192.0.2.1', 5060, UDP",
            "'host: 192.0.2.1, transport: auto', 5060,",
            "'host: 192.0.2.1, transport: tls', 5061, TLS",
            "'host: gw.example.net', 0,",
            "'host: gw.example.net, transport: udp', 0, UDP",
            "'host: gw.example.net, port: 5070', 5070,"
        })
        void anAddressMeansUdpAndANameWhatDnsSays(String written, int port, @Nullable Transport transport) {
            Gateway gateway = Objects.requireNonNull(loaded("sip: {tls: {certificate: a.pem, private-key: a.key},"
                            + " listeners: [{transport: udp, port: 5070}, {transport: tls, port: 5071}]}\n"
                            + "gateways: {east: {" + written + "}}\n")
                    .plan()
                    .gateways()
                    .get("east"));

            assertThat(gateway.port()).isEqualTo(port);
            assertThat(gateway.transport()).isEqualTo(transport);
        }

        @Test
        void everyKey() {
            assertThat(loaded("""
                                    sip: {listeners: [{transport: tcp}]}
                                    gateways:
                                      east:
                                        host: 192.0.2.10
                                        port: 5070
                                        transport: tcp
                                        silence: 1500ms
                                        failover-statuses: [503, 404]
                                        source-networks: [192.0.2.0/28]
                                        probe: {when: always, interval: 30s, failing-statuses: [404]}
                                        trusted: false
                                        calls-per-second: 20
                                        maximum-calls: 400
                                    """).plan().gateways())
                    .containsExactly(Map.entry(
                            "east",
                            new Gateway(
                                    "east",
                                    "192.0.2.10",
                                    5070,
                                    Transport.TCP,
                                    Duration.ofMillis(1500),
                                    Set.of(503, 404),
                                    List.of(IpNetwork.parse("192.0.2.0/28")),
                                    false,
                                    new CallLimits(20, 400),
                                    new Probing(Duration.ofSeconds(30), true, Set.of(404)))));
        }
    }

    @Nested
    class Routes {
        private static final String NAMES = """
                trunks: {acme: {source-networks: [203.0.113.0/24]}}
                gateways: {east: {host: 192.0.2.10}, west: {host: 192.0.2.20}}
                """;

        private Route onlyRoute(String text) {
            return loaded(NAMES + text).plan().routes().getFirst();
        }

        @Test
        void defaults() {
            Configuration configuration = loaded(NAMES + "routes: [{prefix: 1800, gateways: [east]}]\n");

            assertThat(configuration.plan().routes())
                    .containsExactly(new Route(
                            "1800",
                            null,
                            List.of(Objects.requireNonNull(
                                    configuration.plan().gateways().get("east"))),
                            Route.DEFAULT_RING_TIMEOUT,
                            folder.resolve("ringtrace.yaml") + ":3"));
        }

        @Test
        void everyKey() {
            Route route = onlyRoute("""
                    routes:
                      - prefix: +1800
                        trunk: acme
                        gateways: [west, east]
                        ring-timeout: 30s
                        redirects: follow
                    """);

            assertThat(route.prefix()).isEqualTo("1800");
            assertThat(route.trunk()).isEqualTo("acme");
            assertThat(route.shares().getFirst().gateways())
                    .extracting(Gateway::name)
                    .containsExactly("west", "east");
            assertThat(route.ringTimeout()).isEqualTo(Duration.ofSeconds(30));
            assertThat(route.followRedirects()).isTrue();
            assertThat(route.source()).endsWith("ringtrace.yaml:4");
        }

        @Test
        void everyConditionAndShare() {
            Configuration configuration = loaded(NAMES + """
                    time-windows:
                      office:
                        time-zone: America/New_York
                        weekdays: [mon, fri]
                        from: "09:00"
                        until: "17:30"
                        holidays: [2026-12-25]
                    blocked-callers: {status: 608, numbers: [+13125550123], prefixes: [+1900]}
                    routes:
                      - prefix: 1
                        caller-prefix: +1312
                        when: office
                        failover-statuses: [486]
                        split: [{percent: 70, gateways: [east, west]}, {percent: 30, gateways: [west]}]
                    """);
            Route route = configuration.plan().routes().getFirst();

            assertThat(route.conditions())
                    .isEqualTo(new RouteConditions(
                            "1312",
                            new TimeWindow(
                                    "office",
                                    ZoneId.of("America/New_York"),
                                    Set.of(DayOfWeek.MONDAY, DayOfWeek.FRIDAY),
                                    540,
                                    1050,
                                    Set.of(LocalDate.parse("2026-12-25")),
                                    folder.resolve("ringtrace.yaml") + ":5")));
            assertThat(route.shares()).extracting(Route.Share::percent).containsExactly(70, 30);
            assertThat(route.shares().getFirst().gateways())
                    .extracting(Gateway::name)
                    .containsExactly("east", "west");
            assertThat(route.shares().getLast().gateways().getFirst().failoverStatuses())
                    .containsExactly(486);
            assertThat(configuration.plan().gateways().values())
                    .extracting(Gateway::failoverStatuses)
                    .containsOnly(Gateway.DEFAULT_FAILOVER_STATUSES);
            assertThat(configuration.plan().blockedCallers().status()).isEqualTo(608);
            assertThat(configuration.plan().blockedCallers().size()).isEqualTo(2);
            assertThat(configuration.plan().sources().trunks()).containsKey("acme");
        }

        @ParameterizedTest
        @CsvSource({"'\"*\"', ''", "'\"\"', ''", "+1, 1", "'\"+44\"', 44", "1800, 1800"})
        void aPrefixIsItsDigitsHoweverItIsWritten(String written, String expected) {
            assertThat(onlyRoute("routes: [{prefix: " + written + ", gateways: [east]}]")
                            .prefix())
                    .isEqualTo(expected);
        }
    }

    @Nested
    class StaticNumbers {
        @Test
        void defaults() {
            assertThat(ConfigurationTest.this.defaults().plan().staticNumbers()).isEmpty();
        }

        @Test
        void everyKey() {
            assertThat(loaded("""
                                    static-numbers:
                                      - number: +18005550123
                                        destination: "+12135550187"
                                        campaign: 2026
                                    """).plan().staticNumbers())
                    .containsExactly(Map.entry(
                            18_005_550_123L,
                            new StaticNumber(
                                    PhoneNumber.parse("+18005550123"),
                                    PhoneNumber.parse("+12135550187"),
                                    "2026",
                                    folder.resolve("ringtrace.yaml") + ":2")));
        }
    }

    @Nested
    class Plan {
        @Test
        void itsVersionIsAHashOfTheFile() {
            String first = loaded("http: {port: 1}").plan().version();

            assertThat(first).matches("[0-9a-f]{12}");
            assertThat(loaded("http: {port: 1}").plan().version()).isEqualTo(first);
            assertThat(loaded("http: {port: 2}").plan().version()).isNotEqualTo(first);
        }

        @Test
        void theHolderGivesTheLatest() {
            Configuration first = loaded("http: {port: 1}");
            Configuration second = loaded("http: {port: 2}");
            PlanHolder holder = new PlanHolder(first.plan());
            assertThat(holder.plan()).isSameAs(first.plan());

            holder.swap(second.plan());

            assertThat(holder.plan()).isSameAs(second.plan());
        }
    }
}
