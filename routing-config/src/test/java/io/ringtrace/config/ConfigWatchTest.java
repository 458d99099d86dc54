package io.ringtrace.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The watch sees every change of a configuration in several files")
class ConfigWatchTest {
    private static final String MAIN = "http: {port: 0}\ngateways: {east: {host: 192.0.2.10}}\n";

    @TempDir
    Path folder;

    private void write(String file, String text) throws IOException {
        Path path = folder.resolve(file);
        Files.createDirectories(Objects.requireNonNull(path.getParent()));
        Files.writeString(path, text);
    }

    private static String route(int prefix) {
        return "routes: [{prefix: " + prefix + ", gateways: [east]}]\n";
    }

    private PlanReload reload() {
        Path file = folder.resolve("ringtrace.yaml");
        Configuration first = new Written(file, Map.of(), Map.of()).loaded();
        return new PlanReload(
                new ConfigLoader(Map.of(), Map.of()),
                file,
                first,
                new PlanHolder(first.plan()),
                InstantSource.system());
    }

    private static void awaitRoutes(PlanReload reload, int count) throws InterruptedException {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (reload.plan().routes().size() != count) {
            assertThat(System.nanoTime())
                    .as("waited in vain for %d routes", count)
                    .isLessThan(deadline);
            Thread.sleep(10);
        }
    }

    @Test
    void filesAndFoldersThatComeAndGo() throws Exception {
        write("ringtrace.yaml", MAIN);
        PlanReload reload = reload();
        try (ConfigWatch _ = ConfigWatch.start(reload)) {
            write("routes/a.yaml", route(1));
            awaitRoutes(reload, 1);
            write("routes/b.yaml", route(2));
            awaitRoutes(reload, 2);
            Files.move(folder.resolve("routes/b.yaml"), folder.resolve("routes/.b.yaml"));
            awaitRoutes(reload, 1);
            write("carriers/c.yaml", route(3));
            write("ringtrace.yaml", "include: [carriers]\n" + MAIN);
            awaitRoutes(reload, 2);
            write("carriers/d.yaml.new", route(4));
            Files.move(
                    folder.resolve("carriers/d.yaml.new"),
                    folder.resolve("carriers/d.yaml"),
                    StandardCopyOption.ATOMIC_MOVE);
            awaitRoutes(reload, 3);
        }
    }

    @Test
    void aFolderWhoseFilesAreKubernetesSymbolicLinks() throws Exception {
        write("ringtrace.yaml", MAIN);
        write("routes/..2026_1/a.yaml", route(1));
        Files.createSymbolicLink(folder.resolve("routes/..data"), Path.of("..2026_1"));
        Files.createSymbolicLink(folder.resolve("routes/a.yaml"), Path.of("..data/a.yaml"));
        PlanReload reload = reload();
        assertThat(reload.plan().routes()).hasSize(1);
        try (ConfigWatch _ = ConfigWatch.start(reload)) {
            write("routes/..2026_2/a.yaml", "routes: [{prefix: 1, gateways: [east]}, {prefix: 2, gateways: [east]}]\n");
            Files.createSymbolicLink(folder.resolve("routes/..data_tmp"), Path.of("..2026_2"));
            Files.move(
                    folder.resolve("routes/..data_tmp"),
                    folder.resolve("routes/..data"),
                    StandardCopyOption.ATOMIC_MOVE);
            awaitRoutes(reload, 2);
        }
    }
}
