package io.ringtrace.server.command;

import io.ringtrace.config.ConfigLoader;
import io.ringtrace.config.ConfigOutcome;
import io.ringtrace.config.ConfigSource;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/** Names the configuration that a command reads. */
final class ConfigOptions {
    @Option(
            names = "--config",
            paramLabel = "FILE",
            defaultValue = "${env:RINGTRACE_CONFIG:-ringtrace.yaml}",
            description =
                    "the configuration: a file, or the folder that ringtrace.yaml lies in (default: ${DEFAULT-VALUE})")
    Path file = Path.of("ringtrace.yaml");

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "a value over the file's, such as http.port=8081; also as environment RINGTRACE_HTTP_PORT")
    Map<String, String> settings = new LinkedHashMap<>();

    ConfigSource source() {
        return new ConfigSource(new ConfigLoader(settings, System.getenv()), file);
    }

    ConfigOutcome load() {
        return source().load();
    }
}
