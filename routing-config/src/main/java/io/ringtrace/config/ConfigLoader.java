package io.ringtrace.config;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Loads the operator's files: an option wins over the environment, that over the file, that over the default. Called by the commands and at
 * start; reads files, so never on a shard's thread. Thread-safe.
 */
public final class ConfigLoader {
    private static final String MAIN_FILE = "ringtrace.yaml";
    private static final int VERSION_DIGITS = 12;

    private static final ConfigSchema SCHEMA = new ConfigSchema();

    private final Map<String, String> options;
    private final Map<String, String> environment;
    private final @Nullable Surroundings surroundings;
    private final Surroundings.Purpose purpose;

    /**
     * A loader that looks at the files alone.
     *
     * @param options dotted keys and their values, such as {@code http.port} and {@code 0}
     * @param environment the process's environment: {@code RINGTRACE_HTTP_PORT} stands for {@code http.port}, and secrets refer to it
     */
    public ConfigLoader(Map<String, String> options, Map<String, String> environment) {
        this(Map.copyOf(options), Map.copyOf(environment), null, Surroundings.Purpose.CHECK);
    }

    private ConfigLoader(
            Map<String, String> options,
            Map<String, String> environment,
            @Nullable Surroundings surroundings,
            Surroundings.Purpose purpose) {
        this.options = options;
        this.environment = environment;
        this.surroundings = surroundings;
        this.purpose = purpose;
    }

    /** A loader that holds the files against their surroundings too; it may wait for the store and for DNS, each some seconds. */
    public ConfigLoader within(Surroundings around, Surroundings.Purpose readFor) {
        return new ConfigLoader(options, environment, around, readFor);
    }

    /**
     * A configuration as it was read.
     *
     * @param files every file of it that could be read, with its bytes
     * @param folders where files of it were looked for, besides the main file's folder
     * @param storeAsked false when the store should have been asked and could not be
     */
    record Read(ConfigOutcome outcome, Map<Path, byte[]> files, Set<Path> folders, boolean storeAsked) {}

    /**
     * All of the configuration, or all that is wrong with it.
     *
     * @param path its main file, or the folder that {@code ringtrace.yaml} lies in
     */
    public ConfigOutcome load(Path path) {
        return read(mainFile(path), ConfigStorage.DISK).outcome();
    }

    /** The file that a path names, which may be the folder that it lies in. */
    static Path mainFile(Path path) {
        return Files.isDirectory(path) && !path.toString().endsWith(".yaml")
                ? path.resolve(MAIN_FILE).normalize()
                : path;
    }

    Read read(Path main, ConfigStorage storage) {
        Findings findings = new Findings();
        ConfigReading reading = new ConfigReading(storage, SCHEMA, findings);
        YamlNode.Mapping tree = reading.read(main);
        if (tree == null || !reading.complete()) {
            return new Read(new ConfigOutcome.Wrong(findings.sorted()), reading.files(), reading.folders(), true);
        }
        SCHEMA.fillDefaults(tree);
        Overrides overrides = new Overrides(SCHEMA.root(), findings);
        overrides.applyEnvironment(tree, environment);
        overrides.applyOptions(tree, options);
        SCHEMA.fillDefaults(tree); // an override may have begun a new gateway
        SCHEMA.check(tree, findings);
        new MeaningChecks(tree, reading.rows(), findings).run(environment);
        Path folder = ConfigReading.folderOf(main.toAbsolutePath());
        ConfigBinder binder = new ConfigBinder(tree, reading.rows(), folder, environment);
        boolean asked = surroundings == null || around(surroundings, main, tree, reading, binder, findings);
        return new Read(outcome(main, tree, reading, binder, findings), reading.files(), reading.folders(), asked);
    }

    /** Looks around as far as the sections that say where are good. False when the store could not be asked. */
    private boolean around(
            Surroundings around,
            Path main,
            YamlNode.Mapping tree,
            ConfigReading reading,
            ConfigBinder binder,
            Findings findings) {
        if (!findings.concern("sip")) {
            SipConfig sip = binder.sip();
            if (sip.tls() != null) {
                new CertificateChecks(tree.mapping("sip").mapping("tls"), sip.tls(), purpose, around.now(), findings)
                        .run();
            }
            new ResolutionChecks(tree, sip, findings).run(around.gateways(sip));
        }
        return findings.concern("store")
                || new OwnershipChecks(tree, reading.rows(), findings)
                        .run(around.numbers(binder.store()), main.toString());
    }

    private ConfigOutcome outcome(
            Path main, YamlNode.Mapping tree, ConfigReading reading, ConfigBinder binder, Findings findings) {
        if (findings.haveErrors()) {
            return new ConfigOutcome.Wrong(findings.sorted());
        }
        Configuration configuration = binder.bind(version(main, reading.files()));
        new ExpectationChecks(tree, configuration.plan(), findings).run();
        return findings.haveErrors()
                ? new ConfigOutcome.Wrong(findings.sorted())
                : new ConfigOutcome.Loaded(configuration, findings.sorted());
    }

    /** A hash of all files; of the file's own bytes where there is one. */
    private static String version(Path main, Map<Path, byte[]> files) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            Path folder = ConfigReading.folderOf(main);
            files.forEach((file, bytes) -> {
                if (!file.equals(main)) {
                    digest.update(("\0" + folder.relativize(file) + "\0").getBytes(StandardCharsets.UTF_8));
                }
                digest.update(bytes);
            });
            return HexFormat.of().formatHex(digest.digest()).substring(0, VERSION_DIGITS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
