package io.ringtrace.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.routing.Gateway;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigLoaderTest {
    @TempDir
    Path folder;

    @Nested
    class TheFile {
        private List<String> wrong(Path file) {
            return new Written(file, Map.of(), Map.of()).wrong();
        }

        @Test
        void aMissingFileIsNamed() {
            assertThat(wrong(folder.resolve("ringtrace.yaml")))
                    .containsExactly("ringtrace.yaml: expected a readable file (there is none of this name)");
        }

        @Test
        void aFolderOfTheFilesNameIsNoFile() throws IOException {
            Path inItsPlace = Files.createDirectory(folder.resolve("ringtrace.yaml"));

            assertThat(wrong(inItsPlace)).containsExactly("ringtrace.yaml: expected a file (it is a folder)");
        }

        @Test
        void moreThanTenMegabytesAreNotRead() throws IOException {
            Path file = Files.write(folder.resolve("ringtrace.yaml"), new byte[10 * 1024 * 1024 + 1]);

            assertThat(wrong(file)).containsExactly("ringtrace.yaml: expected a file of at most 10 MB (it is larger)");
        }

        @Test
        void anEmptyFileIsNoConfiguration() throws IOException {
            assertThat(wrong(Files.createFile(folder.resolve("ringtrace.yaml"))))
                    .containsExactly(
                            "ringtrace.yaml:1:1: expected a mapping with keys such as sip, trunks, gateways and"
                                    + " routes (the file is empty)");
        }

        @Test
        void aByteOrderMarkDoesNoHarm() {
            assertThat(Written.in(folder, "\uFEFFhttp: {port: 1}")
                            .loaded()
                            .http()
                            .port())
                    .isEqualTo(1);
        }
    }

    @Test
    void theExampleLoadsWithoutFindings() {
        Path example = Path.of(System.getProperty("ringtrace.home", ".."), "examples/ringtrace.yaml");

        Configuration configuration = new Written(example, Map.of(), Map.of()).loaded();

        assertThat(configuration.plan().trunks()).hasSize(1);
        assertThat(configuration.plan().gateways().values())
                .extracting(Gateway::name)
                .containsExactlyInAnyOrder("east", "west");
        assertThat(configuration.plan().routes()).hasSize(2);
        assertThat(configuration.plan().staticNumbers()).hasSize(1);
        assertThat(configuration.sip().listeners().getFirst().socketAddress()).hasToString("/0.0.0.0:5060");
        assertThat(configuration.http().socketAddress()).hasToString("/127.0.0.1:8080");
    }

    @Test
    void whatAnOperatorWroteIsShownOnOneLineOfBearableLength() {
        List<String> lines = Written.in(
                        folder, "log: {level: \"a\\nb\\e[31mc\\u202Ed\", format: " + "x".repeat(1000) + "}")
                .wrong();

        assertThat(lines)
                .containsExactly(
                        "ringtrace.yaml:1:14: log.level: 'a\uFFFDb\uFFFD[31mc\uFFFDd': expected one of error, warn, info,"
                                + " debug, trace",
                        "ringtrace.yaml:1:44: log.format: '" + "x".repeat(80) + "…': expected one of text, json");
    }

    @Test
    void everyTruncationOfTheExampleGivesAnAnswer() throws IOException {
        Path example = Path.of(System.getProperty("ringtrace.home", ".."), "examples/ringtrace.yaml");
        String whole = Files.readString(example);
        for (int length = 0; length < whole.length(); length += 7) {
            ConfigOutcome outcome =
                    Written.in(folder, whole.substring(0, length)).outcome();

            if (outcome instanceof ConfigOutcome.Wrong(var findings)) {
                assertThat(findings)
                        .isNotEmpty()
                        .allSatisfy(f -> assertThat(f.text()).hasLineCount(1));
            }
        }
    }

    @Test
    void everyDamagedByteOfTheExampleGivesAnAnswer() throws IOException {
        Path example = Path.of(System.getProperty("ringtrace.home", ".."), "examples/ringtrace.yaml");
        byte[] whole = Files.readAllBytes(example);
        byte[] strange = {0, 9, 10, ' ', '-', ':', '{', '[', '&', '*', '!', '"', '%', '?', (byte) 0xC3};
        Random random = new Random(11);
        for (int round = 0; round < 600; round++) {
            byte[] damaged = whole.clone();
            for (int i = 0; i < 3; i++) {
                damaged[random.nextInt(damaged.length)] = strange[random.nextInt(strange.length)];
            }
            Path file = Files.write(folder.resolve("ringtrace.yaml"), damaged);

            if (new Written(file, Map.of(), Map.of()).outcome() instanceof ConfigOutcome.Wrong(var findings)) {
                assertThat(findings)
                        .isNotEmpty()
                        .allSatisfy(f -> assertThat(f.text()).hasLineCount(1));
            }
        }
    }
}
