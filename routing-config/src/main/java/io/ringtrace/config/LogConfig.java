package io.ringtrace.config;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What the server logs, and how.
 *
 * @param file null: to standard output
 */
public record LogConfig(
        Format format, Level level, @Nullable LogFile file) {
    public enum Format {
        TEXT,
        JSON
    }

    public enum Level {
        ERROR,
        WARN,
        INFO,
        DEBUG,
        TRACE
    }

    /**
     * A file that begins anew each day and when it is full.
     *
     * @param sizeBytes when it is full
     * @param keepDays how long older ones are kept
     * @param totalBytes most that older ones may take together
     */
    public record LogFile(Path path, long sizeBytes, int keepDays, long totalBytes) {}
}
