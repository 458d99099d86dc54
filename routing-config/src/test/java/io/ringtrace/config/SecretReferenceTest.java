package io.ringtrace.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SecretReferenceTest {
    private static final String SECRET = "hunter2";

    @TempDir
    Path folder;

    private SecretReference file(String content) throws IOException {
        Path file = Files.writeString(folder.resolve("secret"), content);
        return Objects.requireNonNull(SecretReference.parseOrNull("file:" + file));
    }

    @Nested
    class Reading {
        @ParameterizedTest
        @ValueSource(strings = {"hunter2", "hunter2\n", "hunter2\r\n"})
        void oneLineBreakAtTheEndOfAFileIsNoPartOfTheSecret(String content) throws IOException {
            assertThat(file(content).read(Map.of())).isEqualTo(SECRET);
        }

        @Test
        void otherWhiteSpaceIs() throws IOException {
            assertThat(file(" hunter2 \n\n").read(Map.of())).isEqualTo(" hunter2 \n");
        }

        @Test
        void aVariableIsReadAsItIs() throws IOException {
            SecretReference reference = Objects.requireNonNull(SecretReference.parseOrNull("env:PASSWORD"));

            assertThat(reference.read(Map.of("PASSWORD", SECRET))).isEqualTo(SECRET);
        }

        @Test
        void whatIsMissingEmptyOrTooLargeIsNamed() throws IOException {
            SecretReference variable = Objects.requireNonNull(SecretReference.parseOrNull("env:PASSWORD"));

            assertThatIOException().isThrownBy(() -> variable.read(Map.of())).withMessageContaining("PASSWORD");
            assertThatIOException().isThrownBy(() -> variable.read(Map.of("PASSWORD", "")));
            assertThatIOException().isThrownBy(() -> file("\n").read(Map.of())).withMessageContaining("is empty");
            assertThatIOException()
                    .isThrownBy(() -> file("x".repeat(65_537)).read(Map.of()))
                    .withMessageContaining("larger than 65536");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "hunter2", "env:", "env:1A", "env:A B", "env:A=B", "file:", "file:relative", "FILE:/x"})
    void whatIsNoReferenceIsRefused(String text) {
        assertThat(SecretReference.parseOrNull(text)).isNull();
    }

    @Nested
    class NeverShown {
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "store: {url: 'jdbc:mysql://db/r', user: u, password: hunter2}",
                    "store: {url: 'jdbc:mysql://db/r', user: u, password: [hunter2]}",
                    "store: {url: 'jdbc:mysql://db/r', user: u, password: {hunter: hunter2}}",
                    "store: {url: 'jdbc:mysql://db/r', user: u, passwort: hunter2}",
                    "store: {url: 'jdbc:mysql://root:hunter2@db/r', user: u}",
                    "store: {url: 'jdbc:mysql://db/r?password=hunter2', user: u}",
                    "store: {url: 'hunter2'}",
                    "password: hunter2",
                    "store: {password: 'hunter2}",
                    "store: {password: @hunter2}",
                    "store: {password: %hunter2}",
                    "store:\n  password: hunter2: x\n",
                    "store:\n  password: hunter2\n  x\n   y: z\n",
                    "store: {password: !hunt 'hunter2'}",
                    "store: {password: &a hunter2}",
                })
        void inNoFinding(String text) {
            List<String> lines = Written.in(folder, text).wrong();

            assertThat(lines).isNotEmpty().noneMatch(line -> line.contains(SECRET));
        }

        @Test
        void inNoRecord() {
            Configuration configuration = Written.in(
                            folder, "store: {url: 'jdbc:mysql://db/r', user: u, password: 'env:PASSWORD'}")
                    .withEnvironment(Map.of("PASSWORD", SECRET))
                    .loaded();

            assertThat(configuration.toString()).contains("PASSWORD").doesNotContain(SECRET);
        }
    }
}
