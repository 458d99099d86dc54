package io.ringtrace.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.util.ContextInitializer;
import io.ringtrace.config.LogConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

@DisplayName("The log's file")
class LoggingTest {
    @TempDir
    Path folder;

    @AfterEach
    void asItWas() throws Exception {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        new ContextInitializer(context).autoConfig();
    }

    private Path file() {
        return folder.resolve("logs/ringtrace.log");
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> all = Files.list(file().getParent())) {
            return all.sorted().toList();
        }
    }

    @Test
    void beginsAnewWhenItIsFullAndPacksTheFormerOne() throws Exception {
        Logging.configure(new LogConfig(
                LogConfig.Format.TEXT, LogConfig.Level.INFO, new LogConfig.LogFile(file(), 1 << 20, 14, 100L << 20)));
        Logger log = LoggerFactory.getLogger("io.ringtrace.test");
        String line = "x".repeat(10_000);
        long deadline = System.nanoTime() + 30_000_000_000L;
        // Logback looks at the size every so often, and packs on a thread of its own.
        while (files().stream().noneMatch(f -> f.toString().endsWith(".0.gz")) && System.nanoTime() < deadline) {
            for (int i = 0; i < 30; i++) {
                log.info(line);
            }
            Thread.sleep(20);
        }
        assertThat(files())
                .anySatisfy(f -> assertThat(f.getFileName().toString())
                        .matches("ringtrace\\.log\\.\\d{4}-\\d{2}-\\d{2}\\.0\\.gz"));
        assertThat(files()).contains(file());
    }

    @Test
    @DisplayName("a line tells its call's ids as keys of its own, in both formats")
    void isStructured() throws Exception {
        String text = logged(LogConfig.Format.TEXT);
        assertThat(text).contains("INFO", "call_id=01J", "sip_call_id=abc@example.com", "answered");
        String json = logged(LogConfig.Format.JSON);
        assertThat(JsonMapper.shared().readTree(json).path("level").asString()).isEqualTo("INFO");
        assertThat(json).contains("\"call_id\":\"01J\"", "\"sip_call_id\":\"abc@example.com\"", "\"answered\"");
    }

    private String logged(LogConfig.Format format) throws Exception {
        Path file = folder.resolve(format + ".log");
        Logging.configure(
                new LogConfig(format, LogConfig.Level.INFO, new LogConfig.LogFile(file, 1 << 20, 14, 100L << 20)));
        LoggerFactory.getLogger("io.ringtrace.test")
                .atInfo()
                .addKeyValue("call_id", "01J")
                .addKeyValue("sip_call_id", "abc@example.com")
                .log("answered");
        return Files.readString(file);
    }

    @Test
    void oneThatCannotBeWrittenStopsTheStart() throws Exception {
        Files.writeString(folder.resolve("logs"), "no folder");
        assertThatThrownBy(() -> Logging.configure(new LogConfig(
                        LogConfig.Format.TEXT,
                        LogConfig.Level.INFO,
                        new LogConfig.LogFile(file(), 1 << 20, 1, 1 << 20))))
                .isInstanceOf(StartException.class)
                .hasMessageContaining("log.file.path " + file());
    }
}
