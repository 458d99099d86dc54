package io.ringtrace.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("An earlier plan is put in force again")
class RollBackTest {
    @TempDir
    Path folder;

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.ofEpochSecond(1_000));
    private PlanReload reload = new PlanReload(
            new ConfigLoader(Map.of(), Map.of()),
            Path.of("x"),
            nothing(),
            new PlanHolder(nothing().plan()),
            now::get);

    private static Configuration nothing() {
        try {
            Path empty = Files.writeString(Files.createTempFile("ringtrace", ".yaml"), "http: {port: 0}");
            try {
                return new Written(empty, Map.of(), Map.of()).loaded();
            } finally {
                Files.delete(empty);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @BeforeEach
    void start() throws IOException {
        Path main = Files.writeString(folder.resolve("ringtrace.yaml"), "http: {port: 0}\ninclude: [more]\n");
        Files.createDirectory(folder.resolve("more"));
        Files.createDirectory(folder.resolve("routes"));
        Files.writeString(folder.resolve("more/g.yaml"), "gateways: {east: {host: 192.0.2.10}}\n");
        routes(1);
        Configuration first = new Written(main, Map.of(), Map.of()).loaded();
        reload = new PlanReload(
                new ConfigLoader(Map.of(), Map.of()),
                main,
                first,
                new PlanHolder(first.plan()),
                now::get,
                new KeptSets(folder.resolve("data/plans")),
                null);
        assertThat(reload.begin()).isEmpty();
    }

    private void routes(int count) throws IOException {
        StringBuilder text = new StringBuilder("routes:\n");
        for (int i = 1; i <= count; i++) {
            text.append("  - {prefix: ").append(i).append(", gateways: [east]}\n");
        }
        Files.writeString(folder.resolve("routes/all.yaml"), text);
        now.updateAndGet(before -> before.plusSeconds(60));
    }

    private String version() {
        return reload.plan().version();
    }

    @Test
    void theOneBeforeOrAnyThatIsKeptWithItsVersionAndItsPlaces() throws IOException {
        String first = version();
        routes(2);
        reload.reload("test");
        String second = version();
        routes(3);
        reload.reload("test");
        String third = version();

        assertThat(reload.rollBack(null)).isEqualTo(new PlanReload.Result.Applied(second, third, List.of(), List.of()));
        assertThat(reload.plan().routes()).hasSize(2);
        assertThat(reload.plan().routes().getLast().source()).isEqualTo(folder + "/routes/all.yaml:3");
        assertThat(reload.rollBack(first))
                .isEqualTo(new PlanReload.Result.Applied(first, second, List.of(), List.of()));
        assertThat(reload.state().rolledBackFrom()).isEqualTo(third);
        assertThat(reload.state().changes()).containsExactly("- route for +2");
        assertThat(reload.kept()).extracting(KeptSets.Kept::version).containsExactly(third, second, first);
    }

    @Test
    void itDoesNotEndBecauseAWatchTellsLateOfTheFilesThatWereInForceBefore() throws IOException {
        String first = version();
        routes(2);
        reload.reload("test");
        String second = version();
        reload.rollBack(null);

        assertThat(reload.reloadChanged("file watch"))
                .isEqualTo(new PlanReload.Result.Unchanged(first, List.of(), List.of()));
        assertThat(version()).isEqualTo(first);
        assertThat(reload.state().rolledBackFrom()).isEqualTo(second);

        routes(3);
        reload.reloadChanged("file watch");
        assertThat(reload.plan().routes()).hasSize(3);
        assertThat(reload.state().rolledBackFrom()).isNull();
    }

    @Test
    void itEndsWhenTheFilesAreReadAgain() throws IOException {
        routes(2);
        reload.reload("test");
        String second = version();
        reload.rollBack(null);

        Files.writeString(folder.resolve("routes/all.yaml"), "routes: 5\n");
        reload.reload("file watch");
        assertThat(reload.state().rolledBackFrom())
                .as("a bad set changes nothing")
                .isEqualTo(second);

        routes(2);
        reload.reload("file watch");
        assertThat(version()).isEqualTo(second);
        assertThat(reload.state().rolledBackFrom()).isNull();
    }

    @Test
    void whatIsNotKeptIsRefusedAndChangesNothing() {
        String before = version();

        for (String version : List.of("0123456789ab", "../../etc/x")) {
            assertThat(reload.rollBack(version)).isInstanceOf(PlanReload.Result.Refused.class);
        }
        assertThat(reload.rollBack(null)).isInstanceOf(PlanReload.Result.Refused.class);
        assertThat(reload.rollBack(before)).isInstanceOf(PlanReload.Result.Unchanged.class);
        assertThat(version()).isEqualTo(before);
        assertThat(reload.state().rolledBackFrom()).isNull();
    }

    @Test
    void theLastTwentyAreKept() throws IOException {
        List<String> versions = new ArrayList<>(List.of(version()));
        for (int i = 2; i <= 25; i++) {
            routes(i);
            reload.reload("test");
            versions.add(version());
        }

        assertThat(reload.kept())
                .extracting(KeptSets.Kept::version)
                .containsExactlyElementsOf(versions.reversed().subList(0, 20));
        assertThat(Objects.requireNonNull(folder.resolve("data/plans").toFile().list()))
                .hasSize(20);
    }
}
