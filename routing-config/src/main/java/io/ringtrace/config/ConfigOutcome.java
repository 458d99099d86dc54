package io.ringtrace.config;

import java.util.List;

/** What became of a configuration: all of it can be used, or nothing of it is. */
public sealed interface ConfigOutcome {
    /** All that was found. */
    List<Finding> findings();

    /**
     * @param warnings in the order of their places
     */
    record Loaded(Configuration configuration, List<Finding> warnings) implements ConfigOutcome {
        public Loaded {
            warnings = List.copyOf(warnings);
        }

        @Override
        public List<Finding> findings() {
            return warnings;
        }
    }

    /**
     * @param findings at least one error, and every warning; in the order of their places
     */
    record Wrong(List<Finding> findings) implements ConfigOutcome {
        public Wrong {
            findings = List.copyOf(findings);
        }
    }
}
