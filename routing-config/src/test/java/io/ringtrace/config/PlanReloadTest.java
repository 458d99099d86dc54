package io.ringtrace.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A reload puts all of a good set in force, and nothing of a bad one")
class PlanReloadTest {
    private static final String GOOD = "http: {port: 0}\ngateways:\n  east: {host: 192.0.2.10}\n";
    private static final String BETTER = GOOD + "routes: [{prefix: 1, gateways: [east]}]\n";
    private static final String BAD = GOOD + "routes: [{prefix: 1, gateways: [west]}]\n";

    @TempDir
    Path folder;

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);

    private record Running(Path file, PlanHolder holder, PlanReload reload) {
        int routes() {
            return holder.plan().routes().size();
        }

        void awaitRoutes(int count) throws InterruptedException {
            await(() -> routes() == count);
        }
    }

    private Running started(Path file) {
        Configuration first = new Written(file, Map.of(), Map.of()).loaded();
        PlanHolder holder = new PlanHolder(first.plan());
        return new Running(
                file, holder, new PlanReload(new ConfigLoader(Map.of(), Map.of()), file, first, holder, now::get));
    }

    private Path write(String text) throws IOException {
        return Files.writeString(folder.resolve("ringtrace.yaml"), text);
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited in vain").isLessThan(deadline);
            Thread.sleep(10);
        }
    }

    @Test
    void aGoodSetIsInForceAtOnceAndItsTimeIsKnown() throws IOException {
        Running running = started(write(GOOD));
        String before = running.holder().plan().version();
        now.set(Instant.ofEpochSecond(60));
        write(BETTER);

        PlanReload.Result result = running.reload().reload("test");

        String after = running.holder().plan().version();
        assertThat(result).isEqualTo(new PlanReload.Result.Applied(after, before, List.of(), List.of()));
        assertThat(running.routes()).isEqualTo(1);
        assertThat(running.reload().state())
                .isEqualTo(new PlanReload.State(
                        after,
                        Instant.ofEpochSecond(60),
                        null,
                        false,
                        List.of(),
                        1,
                        0,
                        0,
                        null,
                        List.of("+ route for +1"),
                        List.of()));
    }

    @Test
    void aBadSetChangesNothingAndItsFindingsAreKept() throws IOException {
        Running running = started(write(GOOD));
        String before = running.holder().plan().version();
        now.set(Instant.ofEpochSecond(60));
        write(BAD);

        PlanReload.Result result = running.reload().reload("test");

        assertThat(result).isInstanceOf(PlanReload.Result.Refused.class);
        PlanReload.State state = running.reload().state();
        assertThat(state.version()).isEqualTo(before);
        assertThat(running.holder().plan().version()).isEqualTo(before);
        assertThat(state.bad()).isTrue();
        assertThat(state.refused()).isEqualTo(1);
        PlanReload.Failure failure = Objects.requireNonNull(state.lastFailure());
        assertThat(failure.at()).isEqualTo(Instant.ofEpochSecond(60));
        assertThat(failure.findings().getFirst().text()).contains("routes[0].gateways[0]", "'west'");
    }

    @Test
    void aMendedSetIsGoodAgainAndTheFailureIsStillTold() throws IOException {
        Running running = started(write(GOOD));
        write(BAD);
        running.reload().reload("test");
        write(BETTER);
        running.reload().reload("test");

        assertThat(running.reload().state().bad()).isFalse();
        assertThat(running.reload().state().lastFailure()).isNotNull();
        assertThat(running.routes()).isEqualTo(1);
    }

    @Test
    void theSameFilesAgainKeepPlanAndTime() throws IOException {
        Running running = started(write(GOOD));
        now.set(Instant.ofEpochSecond(60));

        PlanReload.Result result = running.reload().reload("test");

        assertThat(result)
                .isEqualTo(
                        new PlanReload.Result.Unchanged(running.holder().plan().version(), List.of(), List.of()));
        assertThat(running.reload().state().loadedAt()).isEqualTo(Instant.EPOCH);
    }

    @Test
    void whatAReloadCannotChangeIsTold() throws IOException {
        Running running = started(write(GOOD));
        write(BETTER.replace("port: 0", "port: 8081")
                + "sip: {shards: 2, maximum-call-duration: 1h}\nlog: {level: debug}\n"
                + "store: {data-directory: elsewhere}\n");

        assertThat(running.reload().reload("test"))
                .isInstanceOfSatisfying(
                        PlanReload.Result.Applied.class,
                        applied -> assertThat(applied.afterRestart()).containsExactly("sip", "store", "http", "log"));
        assertThat(running.reload().state().afterRestart()).containsExactly("sip", "store", "http", "log");
        assertThat(running.routes()).isEqualTo(1);
    }

    @Nested
    @DisplayName("The watch on the files")
    class Watch {
        @Test
        void seesAFileWrittenInPlace() throws Exception {
            Running running = started(write(GOOD));
            try (ConfigWatch _ = ConfigWatch.start(running.reload())) {
                write(BETTER);
                running.awaitRoutes(1);
            }
        }

        @Test
        void seesAnEditorThatRenames() throws Exception {
            Running running = started(write(GOOD));
            try (ConfigWatch _ = ConfigWatch.start(running.reload())) {
                Path draft = Files.writeString(folder.resolve(".ringtrace.yaml.swp"), BETTER);
                Files.move(running.file(), folder.resolve("ringtrace.yaml~"));
                Files.move(draft, running.file());
                running.awaitRoutes(1);
            }
        }

        @Test
        void seesKubernetesMoveItsSymbolicLink() throws Exception {
            Path first = Files.createDirectory(folder.resolve("..first"));
            Files.writeString(first.resolve("ringtrace.yaml"), GOOD);
            Path second = Files.createDirectory(folder.resolve("..second"));
            Files.writeString(second.resolve("ringtrace.yaml"), BETTER);
            Files.createSymbolicLink(folder.resolve("..data"), Path.of("..first"));
            Path file = Files.createSymbolicLink(folder.resolve("ringtrace.yaml"), Path.of("..data/ringtrace.yaml"));
            Running running = started(file);
            try (ConfigWatch _ = ConfigWatch.start(running.reload())) {
                Path swapped = Files.createSymbolicLink(folder.resolve("..data_tmp"), Path.of("..second"));
                Files.move(
                        swapped,
                        folder.resolve("..data"),
                        StandardCopyOption.ATOMIC_MOVE,
                        StandardCopyOption.REPLACE_EXISTING);
                running.awaitRoutes(1);
            }
        }

        @Test
        void tellsAMissingFileAndFindsItAgain() throws Exception {
            Running running = started(write(GOOD));
            try (ConfigWatch _ = ConfigWatch.start(running.reload())) {
                Files.delete(running.file());
                await(() -> running.reload().state().bad());
                assertThat(running.holder().plan().gateways()).hasSize(1);
                write(BETTER);
                running.awaitRoutes(1);
                assertThat(running.reload().state().bad()).isFalse();
            }
        }

        @Test
        void readsAFileOnceItRests() throws Exception {
            Running running = started(write(GOOD));
            try (ConfigWatch _ = ConfigWatch.start(running.reload())) {
                for (int i = 0; i < 40; i++) {
                    write(BETTER.substring(0, BETTER.length() - 1 - i % 20));
                }
                write(BETTER);
                running.awaitRoutes(1);
                assertThat(running.reload().state().refused()).isLessThanOrEqualTo(1);
            }
        }
    }
}
