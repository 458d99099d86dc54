package io.ringtrace.config;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Collects what is wrong during one load, and remembers which nodes are, so that later checks leave them alone. */
final class Findings {
    private final List<Finding> all = new ArrayList<>();
    private final Set<YamlNode> wrongNodes = Collections.newSetFromMap(new IdentityHashMap<>());

    void add(Position position, String key, @Nullable String value, String expected, @Nullable String mend) {
        all.add(Finding.at(position, key, value, expected, mend));
    }

    /** The first finding about a node is kept: what follows from it is no news. */
    void addAt(YamlNode node, String key, @Nullable String value, String expected, @Nullable String mend) {
        if (wrongNodes.add(node)) {
            add(node.position(), key, value, expected, mend);
        }
    }

    boolean isWrong(YamlNode node) {
        return wrongNodes.contains(node);
    }

    boolean isEmpty() {
        return all.isEmpty();
    }

    List<Finding> sorted() {
        return all.stream().sorted().toList();
    }
}
