package io.ringtrace.server;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.encoder.EncoderBase;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeAndTimeBasedRollingPolicy;
import ch.qos.logback.core.util.FileSize;
import io.ringtrace.config.LogConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sets Logback up as the configuration says: lines of text for people, or one JSON object a line for programs; to standard output, or to
 * files within bounds. Called once, at start.
 */
public final class Logging {
    private Logging() {}

    /** Throws a {@link StartException} when the log's file can't be written. */
    public static void configure(LogConfig config) throws StartException {
        LogConfig.LogFile file = config.file();
        if (file != null) {
            mustBeWritable(file.path());
        }
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        OutputStreamAppender<ILoggingEvent> appender = file == null ? new ConsoleAppender<>() : rolling(file, context);
        appender.setContext(context);
        appender.setEncoder(encoder(config.format(), context));
        appender.start();
        ch.qos.logback.classic.Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        root.addAppender(appender);
        root.setLevel(Level.WARN);
        context.getLogger("io.ringtrace").setLevel(Level.toLevel(config.level().name()));
    }

    private static EncoderBase<ILoggingEvent> encoder(LogConfig.Format format, LoggerContext context) {
        EncoderBase<ILoggingEvent> encoder = switch (format) {
            case TEXT -> {
                PatternLayoutEncoder text = new PatternLayoutEncoder();
                text.setPattern(
                        "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX, UTC} %-5level %logger{0}: %replace(%kvp{NONE} ){'^ $', ''}%msg%n%ex{5}");
                yield text;
            }
            case JSON -> new JsonEncoder();
        };
        encoder.setContext(context);
        encoder.start();
        return encoder;
    }

    private static RollingFileAppender<ILoggingEvent> rolling(LogConfig.LogFile file, LoggerContext context) {
        RollingFileAppender<ILoggingEvent> appender = new RollingFileAppender<>();
        appender.setContext(context);
        appender.setFile(file.path().toString());
        SizeAndTimeBasedRollingPolicy<ILoggingEvent> policy = new SizeAndTimeBasedRollingPolicy<>();
        policy.setContext(context);
        policy.setParent(appender);
        policy.setFileNamePattern(file.path() + ".%d{yyyy-MM-dd, UTC}.%i.gz");
        policy.setMaxFileSize(new FileSize(file.sizeBytes()));
        policy.setMaxHistory(file.keepDays());
        policy.setTotalSizeCap(new FileSize(file.totalBytes()));
        // What is too old goes at the start too, for a server that is stopped every night.
        policy.setCleanHistoryOnStart(true);
        policy.start();
        appender.setRollingPolicy(policy);
        return appender;
    }

    /** Logback would go on without a log; the operator should hear of it. */
    private static void mustBeWritable(Path file) throws StartException {
        try {
            Path folder = file.toAbsolutePath().getParent();
            if (folder != null) {
                Files.createDirectories(folder);
            }
            if (!Files.exists(file)) {
                Files.createFile(file);
            }
            if (!Files.isWritable(file)) {
                throw new IOException("this user may not write it");
            }
        } catch (IOException e) {
            throw new StartException("log.file.path " + file + " can't be written: " + e.getMessage(), e);
        }
    }
}
