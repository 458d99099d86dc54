package io.ringtrace.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("What Java learns in advance")
class TrainIT {
    @TempDir
    Path folder;

    private static Path cache;

    @BeforeAll
    static void train() throws Exception {
        cache = TrainedProgram.cache();
    }

    @Test
    void isReadByALaterServer() throws Exception {
        // With this mode Java refuses to start by a cache that it cannot read.
        TrainedProgram.Ended ended =
                TrainedProgram.run(List.of("-XX:AOTMode=on", "-XX:AOTCache=" + cache), TrainedProgram.JAR, "--version");
        assertThat(ended.code()).as(ended.said()).isZero();
        assertThat(ended.said()).startsWith("Ringtrace");
    }

    @Test
    void isOfNoUseToAnotherProgram() throws Exception {
        Path other = folder.resolve("other.jar");
        Files.copy(TrainedProgram.JAR, other);
        TrainedProgram.Ended ended =
                TrainedProgram.run(List.of("-XX:AOTMode=on", "-XX:AOTCache=" + cache), other, "--version");
        assertThat(ended.code()).as(ended.said()).isNotZero();
    }

    @Test
    void saysWhatWentWrongWhenItCannotBeWritten() throws Exception {
        Path nowhere = folder.resolve("none/ringtrace.aot");
        TrainedProgram.Ended ended =
                TrainedProgram.run(List.of(), TrainedProgram.JAR, "train", "--calls", "1", nowhere.toString());
        assertThat(ended.code()).isEqualTo(1);
        assertThat(ended.said()).contains("no training", "there is no folder");
    }
}
