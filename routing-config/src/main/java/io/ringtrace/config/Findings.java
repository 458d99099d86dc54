package io.ringtrace.config;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Collects what is found during one load, and remembers which nodes are wrong, so that later checks leave them alone. */
final class Findings {
    private final List<Finding> all = new ArrayList<>();
    /** Where the items of a file begin in a list that several files make together, by file and list. */
    private final Map<String, Map<String, Integer>> offsets = new HashMap<>();

    private final Set<YamlNode> wrongNodes = Collections.newSetFromMap(new IdentityHashMap<>());

    void add(Position position, String key, @Nullable String value, String expected, @Nullable String mend) {
        add(Finding.Severity.ERROR, position, key, value, expected, mend);
    }

    /** Something that a person should look at, though the configuration can be used. */
    void warn(Position position, String key, @Nullable String value, String expected, @Nullable String mend) {
        add(Finding.Severity.WARNING, position, key, value, expected, mend);
    }

    void add(
            Finding.Severity severity,
            Position position,
            String key,
            @Nullable String value,
            String expected,
            @Nullable String mend) {
        all.add(Finding.at(severity, position, asWritten(position, key), value, expected, mend));
    }

    /** Items of that file come after so many others of the list: findings count them as the file does. */
    void listBegins(String file, String list, int offset) {
        offsets.computeIfAbsent(file, _ -> new HashMap<>()).put(list, offset);
    }

    private String asWritten(Position position, String key) {
        int open = key.indexOf('[');
        Map<String, Integer> lists = open < 0 ? null : offsets.get(position.file());
        Integer offset = lists == null ? null : lists.get(key.substring(0, open));
        if (offset == null) {
            return key;
        }
        int close = key.indexOf(']', open);
        int index = Integer.parseInt(key.substring(open + 1, close)) - offset;
        return YamlNode.item(key.substring(0, open), index) + key.substring(close + 1);
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

    /** True when something at the key or below it is wrong. */
    boolean concern(String key) {
        return all.stream()
                .anyMatch(finding -> finding.isError() && finding.key().startsWith(key));
    }

    int size() {
        return all.size();
    }

    /** True when the configuration can't be used. */
    boolean haveErrors() {
        return all.stream().anyMatch(Finding::isError);
    }

    List<Finding> sorted() {
        return all.stream().sorted().toList();
    }
}
