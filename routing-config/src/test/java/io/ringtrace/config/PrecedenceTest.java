package io.ringtrace.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("option > environment > file > default")
class PrecedenceTest {
    @TempDir
    Path folder;

    private Written file(String text) {
        return Written.in(folder, text);
    }

    @Test
    void eachSourceWinsOverTheNext() {
        Map<String, String> environment = Map.of("RINGTRACE_HTTP_PORT", "3");
        Map<String, String> options = Map.of("http.port", "4");

        assertThat(file("{}").loaded().http().port()).isEqualTo(8080);
        Written written = file("http: {port: 2}");
        assertThat(written.loaded().http().port()).isEqualTo(2);
        assertThat(written.withEnvironment(environment).loaded().http().port()).isEqualTo(3);
        assertThat(written.withEnvironment(environment)
                        .withOptions(options)
                        .loaded()
                        .http()
                        .port())
                .isEqualTo(4);
    }

    @Test
    void aDeepKeyOfASectionThatTheFileDoesNotHaveIsSet() {
        Configuration configuration = file("{}")
                .withEnvironment(Map.of("RINGTRACE_STORE_JOURNAL_SEGMENT_MB", "8"))
                .withOptions(Map.of("sip.maximum-call-duration", "1h", "store.journal.size-limit-mb", "64"))
                .loaded();

        assertThat(configuration.sip().maximumCallDuration()).isEqualTo(Duration.ofHours(1));
        assertThat(configuration.store().journal().segmentBytes()).isEqualTo(8L << 20);
        assertThat(configuration.store().journal().sizeLimitBytes()).isEqualTo(64L << 20);
    }

    @Test
    void entriesOfListsAndNamedEntriesAreReachedByAnOption() {
        Configuration configuration = file("gateways: {east: {host: 192.0.2.10}}")
                .withOptions(Map.of(
                        "sip.listeners[0].port",
                        "0",
                        "sip.listeners[0].address",
                        "::1",
                        "gateways.east.port",
                        "5070",
                        "gateways.east.failover-statuses[0]",
                        "500",
                        "gateways.east.failover-statuses[1]",
                        "501",
                        "gateways.west.host",
                        "192.0.2.20"))
                .loaded();

        assertThat(configuration.sip().listeners().getFirst().socketAddress()).hasToString("/[0:0:0:0:0:0:0:1]:0");
        assertThat(configuration.plan().gateways().values())
                .anySatisfy(g -> {
                    assertThat(g.port()).isEqualTo(5070);
                    assertThat(g.failoverStatuses()).containsExactlyInAnyOrder(500, 501, 408);
                })
                .anySatisfy(g -> assertThat(g.host()).isEqualTo("192.0.2.20"));
    }

    @Test
    void aListOfPlainValuesIsWrittenWithCommas() {
        Written written = file("sip: {advertised-hosts: [a.example.net]}");

        assertThat(written.withEnvironment(Map.of("RINGTRACE_SIP_ADVERTISED_HOSTS", "b.example.net, 192.0.2.1"))
                        .loaded()
                        .sip()
                        .advertisedHosts())
                .containsExactly("b.example.net", "192.0.2.1");
        assertThat(written.withOptions(Map.of("sip.advertised-hosts", ""))
                        .loaded()
                        .sip()
                        .advertisedHosts())
                .isEmpty();
    }

    @Test
    void aRelativePathOfAnOptionStartsAtTheWorkingDirectory() {
        assertThat(file("{}")
                        .withOptions(Map.of("store.data-directory", "elsewhere"))
                        .loaded()
                        .store()
                        .dataDirectory())
                .isEqualTo(Path.of("elsewhere").toAbsolutePath());
    }

    @Nested
    class Mistakes {
        @Test
        void areNamedByTheirSource() {
            assertThat(file("http: {port: high}")
                            .withEnvironment(Map.of("RINGTRACE_LOG_LEVEL", "loud"))
                            .withOptions(Map.of("sip.shards", "none"))
                            .wrong())
                    .containsExactlyInAnyOrder(
                            "ringtrace.yaml:1:14: http.port: 'high': expected a port of 0 to 65535",
                            "environment: log.level: 'loud': expected one of error, warn, info, debug, trace",
                            "option: sip.shards: 'none': expected auto, or a number of 1 to 256");
        }

        @Test
        void anUnknownKeyOfAnOptionIsRefused() {
            assertThat(file("{}")
                            .withOptions(Map.of("http.prot", "1", "htpp.port", "1"))
                            .wrong())
                    .containsExactly(
                            "option: htpp: expected one of the keys include, sip, trunks, gateways, gateway-groups, number-steps, routes,"
                                    + " time-windows, calendars, blocked-callers, tests, static-numbers, store, http, retention, webhooks and 1 more (did you mean 'http'?)",
                            "option: http.prot: expected one of the keys address, port, trusted-proxies, tag (did you mean 'port'?)");
        }

        @Test
        void aKeyThatIsNoneOrLeadsNowhereIsRefused() {
            assertThat(file("{}")
                            .withOptions(Map.of(
                                    "http..port", "1",
                                    "", "1",
                                    "sip.listeners[7].port", "1",
                                    "http.port.x", "1",
                                    "http[0]", "1"))
                            .wrong())
                    .containsExactly(
                            "option: expected a key such as http.port or sip.listeners[0].port",
                            "option: http..port: expected a key such as http.port or sip.listeners[0].port",
                            "option: http.port.x: expected the key of something that exists (http.port is no mapping)",
                            "option: http[0]: expected the key of something that exists (http has no entry 0)",
                            "option: sip.listeners[7].port: expected the key of something that exists (sip.listeners has"
                                    + " no entry 7)");
        }

        @Test
        void aMisspeltVariableIsRefusedAndAStrangersIsNot() {
            assertThat(file("{}")
                            .withEnvironment(Map.of("RINGTRACE_HTTP_PROT", "1", "RINGTRACE_JAVA_HOME", "/jdk"))
                            .wrong())
                    .containsExactly("environment: RINGTRACE_HTTP_PROT: expected a variable that is named after a key"
                            + " (did you mean 'RINGTRACE_HTTP_PORT'?)");
        }

        @Test
        void aGatewayThatAnOptionBeginsMustBeWhole() {
            assertThat(file("{}")
                            .withOptions(Map.of("gateways.west.port", "5070"))
                            .wrong())
                    .containsExactly("option: gateways.west.host: expected a host name or IP address such as"
                            + " gateway.example.net or 192.0.2.10 (the key is missing)");
        }

        @Test
        void anEmptyValueIsNone() {
            assertThat(file("{}").withOptions(Map.of("http.port", "")).wrong())
                    .containsExactly(
                            "option: http.port: expected a port of 0 to 65535 (nothing stands here; give a value"
                                    + " or remove the key)");
        }
    }
}
