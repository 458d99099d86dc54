package io.ringtrace.config;

import java.nio.file.Path;

/** Where a configuration comes from: the file, and what goes over it. Loads it as often as it is asked to. Thread-safe. */
public record ConfigSource(ConfigLoader loader, Path file) {
    public ConfigOutcome load() {
        return loader.load(file);
    }
}
