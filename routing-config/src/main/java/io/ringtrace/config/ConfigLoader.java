package io.ringtrace.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Loads the operator's file: an option wins over the environment, that over the file, that over the default. Called by the commands and at
 * start; reads files, so never on a shard's thread. Thread-safe.
 */
public final class ConfigLoader {
    private static final int MOST_MEGABYTES = 10;
    private static final int MOST_BYTES = MOST_MEGABYTES * 1024 * 1024;
    private static final int VERSION_DIGITS = 12;

    private static final ConfigSchema SCHEMA = new ConfigSchema();

    private final Map<String, String> options;
    private final Map<String, String> environment;

    /**
     * @param options dotted keys and their values, such as {@code http.port} and {@code 0}
     * @param environment the process's environment: {@code RINGTRACE_HTTP_PORT} stands for {@code http.port}, and secrets refer to it
     */
    public ConfigLoader(Map<String, String> options, Map<String, String> environment) {
        this.options = Map.copyOf(options);
        this.environment = Map.copyOf(environment);
    }

    /** All of the configuration, or all that is wrong with it. */
    public ConfigOutcome load(Path file) {
        Findings findings = new Findings();
        byte[] bytes = read(file, findings);
        String text = bytes == null ? null : decode(file, bytes, findings);
        YamlNode.Mapping tree = text == null ? null : YamlReader.read(file.toString(), text, findings);
        if (bytes == null || tree == null || !findings.isEmpty()) {
            return new ConfigOutcome.Wrong(findings.sorted());
        }
        SCHEMA.fillDefaults(tree);
        Overrides overrides = new Overrides(SCHEMA.root(), findings);
        overrides.applyEnvironment(tree, environment);
        overrides.applyOptions(tree, options);
        SCHEMA.fillDefaults(tree); // an override may have begun a new gateway
        SCHEMA.check(tree, findings);
        new MeaningChecks(tree, findings).run(environment);
        if (!findings.isEmpty()) {
            return new ConfigOutcome.Wrong(findings.sorted());
        }
        Path folder = file.toAbsolutePath().getParent();
        return new ConfigOutcome.Loaded(
                new ConfigBinder(tree, folder == null ? Path.of("") : folder, environment).bind(version(bytes)));
    }

    private static byte @Nullable [] read(Path file, Findings findings) {
        Position place = Position.outside(file.toString());
        try {
            if (Files.isDirectory(file)) {
                findings.add(place, "", null, "a file", "it is a folder");
                return null;
            }
            byte[] bytes;
            try (InputStream in = Files.newInputStream(file)) {
                bytes = in.readNBytes(MOST_BYTES + 1);
            }
            if (bytes.length > MOST_BYTES) {
                findings.add(place, "", null, "a file of at most " + MOST_MEGABYTES + " MB", "it is larger");
                return null;
            }
            return bytes;
        } catch (NoSuchFileException _) {
            findings.add(place, "", null, "a readable file", "there is none of this name");
        } catch (AccessDeniedException _) {
            findings.add(place, "", null, "a readable file", "this user may not read it");
        } catch (IOException e) {
            findings.add(place, "", null, "a readable file", Finding.printable(String.valueOf(e.getMessage())));
        }
        return null;
    }

    private static @Nullable String decode(Path file, byte[] bytes, Findings findings) {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(bytes.length + 1);
        CoderResult result = decoder.decode(in, out, true);
        if (!result.isError()) {
            String text = out.flip().toString();
            return text.startsWith("\uFEFF") ? text.substring(1) : text;
        }
        String before = out.flip().toString();
        int line = (int) before.chars().filter(c -> c == '\n').count() + 1;
        int column = before.length() - before.lastIndexOf('\n');
        findings.add(
                new Position(file.toString(), line, column),
                "",
                null,
                "UTF-8",
                String.format("the byte 0x%02X is not", bytes[in.position()] & 0xFF));
        return null;
    }

    private static String version(byte[] bytes) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
            return HexFormat.of().formatHex(digest).substring(0, VERSION_DIGITS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
