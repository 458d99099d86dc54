package io.ringtrace.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A configuration file as a test writes it, and what the loader says of it. */
record Written(Path file, Map<String, String> options, Map<String, String> environment) {
    static Written in(Path folder, String text) {
        try {
            return new Written(Files.writeString(folder.resolve("ringtrace.yaml"), text), Map.of(), Map.of());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Written withOptions(Map<String, String> given) {
        return new Written(file, given, environment);
    }

    Written withEnvironment(Map<String, String> given) {
        return new Written(file, options, given);
    }

    ConfigOutcome outcome() {
        return new ConfigLoader(options, environment).load(file);
    }

    Configuration loaded() {
        ConfigOutcome outcome = outcome();
        assertThat(outcome).isInstanceOf(ConfigOutcome.Loaded.class);
        return ((ConfigOutcome.Loaded) outcome).configuration();
    }

    /** As a person's question: the files and what is around them. */
    ConfigOutcome outcome(Surroundings around, Surroundings.Purpose purpose) {
        return new ConfigLoader(options, environment).within(around, purpose).load(file);
    }

    /** The findings' lines, with the files named as if they lay in the working directory. */
    List<String> wrong() {
        return lines(outcome());
    }

    List<String> lines(ConfigOutcome outcome) {
        return outcome.findings().stream()
                .map(f -> f.text().replace(file.toString(), "ringtrace.yaml").replace(file.getParent() + "/", ""))
                .toList();
    }
}
