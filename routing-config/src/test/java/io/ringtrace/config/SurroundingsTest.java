package io.ringtrace.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.attribution.OwnedNumbers;
import io.ringtrace.call.PhoneNumber;
import io.ringtrace.call.StoreUnavailableException;
import io.ringtrace.config.Surroundings.Purpose;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A configuration is held against the store, DNS and its certificate files")
class SurroundingsTest {
    private static final String STATIC =
            "static-numbers: [{number: +18005550111, destination: +12135550101, campaign: print}]\n";
    private static final Map<String, String> NONE = Map.of();

    @TempDir
    Path folder;

    private Written write(String text) {
        return Written.in(folder, text);
    }

    private String tls(String certificate, String key) throws IOException, URISyntaxException {
        for (String name : List.of(certificate, key)) {
            Path source = Path.of(Objects.requireNonNull(SurroundingsTest.class.getResource("/tls/" + name))
                    .toURI());
            Path copy = Files.write(folder.resolve(name), Files.readAllBytes(source));
            Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rw-------"));
        }
        return "sip:\n  listeners: [{transport: tls, address: 192.0.2.1, port: 5061}]\n  tls: {certificate: "
                + certificate + ", private-key: " + key + "}\n";
    }

    @Test
    void withoutSurroundingsNothingButTheFilesIsLookedAt() {
        assertThat(write(STATIC + "gateways: {east: {host: gone.invalid}}\n").wrong())
                .isEmpty();
    }

    @Test
    void otherMistakesDoNotHideWhatTheStoreSays() {
        Written written = write(STATIC + "http: {port: 70000}\n");
        assertThat(written.lines(written.outcome(new ToldSurroundings(ToldSurroundings.SOME), Purpose.CHECK)))
                .hasSize(2)
                .anyMatch(line -> line.contains("the store owns it too"))
                .anyMatch(line -> line.contains("70000"));
    }

    @Test
    void filesWithoutNumbersAskNoStore() {
        Written written = write("http: {port: 0}\n");
        assertThat(written.lines(written.outcome(new ToldSurroundings(null), Purpose.CHECK)))
                .isEmpty();
    }

    @Nested
    @DisplayName("A certificate that ran out")
    class RanOut {
        @Test
        void isAnErrorForWhoAsksAndKeepsNoServerFromItsOtherCalls() throws Exception {
            Written written = write(tls("old.pem", "old.key"));
            Surroundings around = new ToldSurroundings(NONE);
            assertThat(written.outcome(around, Purpose.CHECK)).isInstanceOf(ConfigOutcome.Wrong.class);
            for (Purpose purpose : List.of(Purpose.START, Purpose.RELOAD)) {
                ConfigOutcome outcome = written.outcome(around, purpose);
                assertThat(outcome).isInstanceOf(ConfigOutcome.Loaded.class);
                assertThat(written.lines(outcome))
                        .singleElement()
                        .asString()
                        .contains("warning: sip.tls.certificate", "ran out on 2026-01-01");
            }
        }
    }

    @Test
    void aMissingKeyKeepsAServerFromStartingButNoPlanFromComingInForce() throws Exception {
        Written written = write(tls("good.pem", "good.key"));
        Files.delete(folder.resolve("good.key"));
        Surroundings around = new ToldSurroundings(NONE);
        assertThat(written.outcome(around, Purpose.START)).isInstanceOf(ConfigOutcome.Wrong.class);
        assertThat(written.outcome(around, Purpose.RELOAD)).isInstanceOf(ConfigOutcome.Loaded.class);
    }

    @Test
    void aKeyThatEverybodyCanReadIsTold() throws Exception {
        Written written = write(tls("good.pem", "good.key"));
        assertThat(written.outcome(new ToldSurroundings(NONE), Purpose.CHECK).findings())
                .isEmpty();
        Files.setPosixFilePermissions(folder.resolve("good.key"), PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(written.lines(written.outcome(new ToldSurroundings(NONE), Purpose.CHECK)))
                .singleElement()
                .asString()
                .contains("warning: sip.tls.private-key", "every user of this machine can");
    }

    @Nested
    @DisplayName("In a running server")
    class Running {
        /** What the store has; null while it is away. */
        private final AtomicReference<@Nullable Map<String, String>> store = new AtomicReference<>(NONE);

        private PlanReload started(Written written) {
            Configuration first = written.loaded();
            return new PlanReload(
                    new ConfigLoader(Map.of(), Map.of()),
                    written.file(),
                    first,
                    new PlanHolder(first.plan()),
                    () -> Instant.EPOCH,
                    null,
                    new Surroundings() {
                        @Override
                        public Instant now() {
                            return new ToldSurroundings(NONE).now();
                        }

                        @Override
                        public OwnedNumbers numbers(StoreConfig config) {
                            return new OwnedNumbers() {
                                @Override
                                public Map<PhoneNumber, String> among(Collection<PhoneNumber> numbers)
                                        throws StoreUnavailableException {
                                    return new ToldSurroundings(store.get()).among(numbers);
                                }

                                @Override
                                public boolean available() {
                                    return store.get() != null;
                                }
                            };
                        }

                        @Override
                        public GatewayAddresses gateways(SipConfig sip) {
                            return new ToldSurroundings(NONE);
                        }
                    });
        }

        @Test
        void warningsStopNoReloadAndAreKeptWithThePlan() {
            PlanReload reload = started(write("gateways: {east: {host: 192.0.2.10}}\n"));
            assertThat(reload.begin()).isEmpty();
            write("gateways: {east: {host: gone.invalid}}\n");

            assertThat(reload.reload("test"))
                    .isInstanceOfSatisfying(
                            PlanReload.Result.Applied.class,
                            applied -> assertThat(applied.warnings()).hasSize(1));
            assertThat(reload.state().warnings()).singleElement().satisfies(warning -> {
                assertThat(warning.severity()).isEqualTo(Finding.Severity.WARNING);
                assertThat(warning.key()).isEqualTo("gateways.east.host");
            });
            assertThat(reload.state().bad()).isFalse();

            write("gateways: {east: {host: 192.0.2.10}}\n");
            reload.reload("test");
            assertThat(reload.state().warnings()).isEmpty();
        }

        @Test
        void aNumberThatTheStoreOwnsKeepsAServerFromStartingAndAPlanFromComingInForce() {
            store.set(ToldSurroundings.SOME);
            assertThat(started(write(STATIC)).begin())
                    .singleElement()
                    .satisfies(finding -> assertThat(finding.text()).contains("the files alone own"));

            PlanReload reload = started(write("http: {port: 0}\n"));
            assertThat(reload.begin()).isEmpty();
            write(STATIC);
            assertThat(reload.reload("test")).isInstanceOf(PlanReload.Result.Refused.class);
        }

        @Test
        void aStoreThatWasAwayIsAskedWhenItIsBack() {
            store.set(null);
            PlanReload reload = started(write(STATIC));
            assertThat(reload.begin()).isEmpty();
            assertThat(reload.state().warnings())
                    .singleElement()
                    .satisfies(warning -> assertThat(warning.text())
                            .contains("a store that says which of the 2 numbers", "no server runs"));
            reload.askStoreAgain();
            assertThat(reload.state().warnings()).hasSize(1);

            store.set(NONE);
            reload.askStoreAgain();
            assertThat(reload.state().warnings()).isEmpty();
            long reloads = reload.state().unchanged();
            reload.askStoreAgain();
            assertThat(reload.state().unchanged()).isEqualTo(reloads);
        }

        @Test
        void whatItSaysThenShowsThoughThePlanStaysInForce() {
            store.set(null);
            PlanReload reload = started(write(STATIC));
            assertThat(reload.begin()).isEmpty();
            store.set(ToldSurroundings.SOME);
            reload.askStoreAgain();
            assertThat(reload.state().bad()).isTrue();
            assertThat(reload.plan().staticNumbers()).hasSize(1);
        }
    }
}
