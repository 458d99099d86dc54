package io.ringtrace.config;

/** What the server logs, and how. */
public record LogConfig(Format format, Level level) {
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
}
