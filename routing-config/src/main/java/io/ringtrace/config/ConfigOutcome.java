package io.ringtrace.config;

import java.util.List;

/** What became of a configuration: all of it is good, or nothing of it is used. */
public sealed interface ConfigOutcome {
    record Loaded(Configuration configuration) implements ConfigOutcome {}

    /**
     * @param findings at least one; in the order of their places
     */
    record Wrong(List<Finding> findings) implements ConfigOutcome {
        public Wrong {
            findings = List.copyOf(findings);
        }
    }
}
