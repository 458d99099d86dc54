package io.ringtrace.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.config.ConfigLoader;
import io.ringtrace.config.ConfigOutcome;
import io.ringtrace.config.ConfigSource;
import io.ringtrace.server.demo.SampleHouse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Background threads of a server that starts")
class BackgroundThreadsIT {
    @TempDir
    Path folder;

    @Test
    @EnabledOnOs(OS.LINUX)
    void giveWayBeforeTheFirstCallCanCome() throws Exception {
        List<Integer> niceness = new ArrayList<>();
        int ours = BackgroundThreads.ourNiceness();
        try (SampleHouse house = new SampleHouse(folder)) {
            ConfigSource source = new ConfigSource(new ConfigLoader(Map.of(), Map.of()), house.config());
            ConfigOutcome.Loaded loaded = (ConfigOutcome.Loaded) source.load();
            try (Ringtrace _ = Ringtrace.start(
                    source, loaded.configuration(), Map.of(), () -> niceness.addAll(nicenessOf("directory-feed")))) {
                assertThat(niceness)
                        .isNotEmpty()
                        .allSatisfy(found -> assertThat(found).isGreaterThan(ours));
            }
        }
    }

    private static List<Integer> nicenessOf(String name) {
        List<Integer> found = new ArrayList<>();
        try (DirectoryStream<Path> tasks = Files.newDirectoryStream(BackgroundThreads.TASKS)) {
            for (Path task : tasks) {
                if (BackgroundThreads.nameOf(task).equals(name)) {
                    found.add(BackgroundThreads.niceness(task));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }
}
