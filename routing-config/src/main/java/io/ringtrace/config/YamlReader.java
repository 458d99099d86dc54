package io.ringtrace.config;

import java.util.Iterator;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ParserException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Makes a tree of one YAML document from the parser's events. Events rather than a binding, because they give the exact place of every
 * key and value, and show anchors, aliases and tags, which are refused: they hide what a file says.
 */
final class YamlReader {
    private static final int DEEPEST = 32;
    private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{Cc}\\p{Cs}]");

    private final String file;
    private final Findings findings;
    private final Iterator<Event> events;
    private Position at;

    private YamlReader(String file, String text, Findings findings) {
        this.file = file;
        this.findings = findings;
        this.at = new Position(file, 1, 1);
        LoadSettings settings = LoadSettings.builder()
                .setCodePointLimit(Integer.MAX_VALUE) // the loader has bounded the file
                .build();
        this.events = new Parse(settings).parseString(text).iterator();
    }

    /**
     * The document's mapping; null when there is none, which is then among the findings.
     *
     * @param expected what the document should be
     * @param mayBeEmpty an empty document counts as an empty mapping
     */
    static YamlNode.@Nullable Mapping read(
            String file, String text, String expected, boolean mayBeEmpty, Findings findings) {
        YamlReader reader = new YamlReader(file, text, findings);
        try {
            return reader.document(expected, mayBeEmpty);
        } catch (MarkedYamlEngineException e) {
            Position place = e.getProblemMark().map(reader::position).orElse(reader.at);
            findings.add(place, "", null, "YAML", sentence(e.getProblem()));
        } catch (ReaderException e) {
            Position place = reader.positionOf(text, e.getPosition());
            findings.add(
                    place,
                    "",
                    null,
                    "printable characters",
                    String.format("U+%04X may not stand in YAML", e.getCodePoint()));
        } catch (YamlEngineException _) {
            findings.add(reader.at, "", null, "YAML 1.2", "the %YAML line names another version");
        }
        return null;
    }

    private YamlNode.@Nullable Mapping document(String expected, boolean mayBeEmpty) {
        YamlNode root = null;
        while (events.hasNext()) {
            Event event = next();
            switch (event.getEventId()) {
                case DocumentStart -> {
                    if (root != null) {
                        findings.add(at, "", null, "one YAML document", "remove the --- and what follows, or merge it");
                        return null;
                    }
                    root = node(next(), "", 0);
                }
                case StreamStart, StreamEnd, DocumentEnd, Comment -> {}
                case Alias, MappingStart, MappingEnd, Scalar, SequenceStart, SequenceEnd ->
                    throw new IllegalStateException("the parser gave " + event + " outside a document");
            }
        }
        if (root instanceof YamlNode.Mapping mapping) {
            return mapping;
        }
        boolean empty = root == null || (root instanceof YamlNode.Scalar s && s.kind() == YamlNode.Kind.NULL);
        if (empty && mayBeEmpty) {
            return YamlNode.Mapping.empty(new Position(file, 1, 1));
        }
        findings.add(
                root == null ? new Position(file, 1, 1) : root.position(),
                "",
                null,
                expected,
                empty ? "the file is empty" : null);
        return null;
    }

    private YamlNode node(Event event, String path, int depth) {
        Position position = at;
        if (depth > DEEPEST) {
            throw new ParserException("more than " + DEEPEST + " levels deep", event.getStartMark());
        }
        if (event instanceof AliasEvent) {
            findings.add(position, path, null, "the value itself", "aliases are not allowed; write it out");
            return new YamlNode.Scalar(position, "", true);
        }
        if (event instanceof NodeEvent node && node.getAnchor().isPresent()) {
            findings.add(position, path, null, "no anchor", "anchors and aliases are not allowed; remove the &name");
        }
        if (event instanceof ScalarEvent scalar) {
            refuseTag(scalar.getTag(), path);
            return new YamlNode.Scalar(position, scalar.getValue(), !scalar.isPlain());
        }
        if (!(event instanceof CollectionStartEvent start)) {
            throw new IllegalStateException("the parser gave " + event + " for a node");
        }
        refuseTag(start.getTag(), path);
        return event.getEventId() == Event.ID.MappingStart
                ? mapping(position, path, depth)
                : sequence(position, path, depth);
    }

    private YamlNode.Mapping mapping(Position position, String path, int depth) {
        YamlNode.Mapping mapping = YamlNode.Mapping.empty(position);
        for (Event event = next(); event.getEventId() != Event.ID.MappingEnd; event = next()) {
            Position keyPosition = at;
            if (!(event instanceof ScalarEvent scalar)) {
                findings.add(keyPosition, path, null, "a plain key", "lists and mappings cannot be keys");
                node(event, path, depth + 1);
                node(next(), path, depth + 1);
                continue;
            }
            String key = scalar.getValue();
            String keyPath = YamlNode.child(path, key);
            refuseTag(scalar.getTag(), keyPath);
            if (scalar.getAnchor().isPresent()) {
                findings.add(keyPosition, keyPath, null, "no anchor", "anchors and aliases are not allowed");
            }
            YamlNode value = node(next(), keyPath, depth + 1);
            YamlNode.Entry earlier = mapping.entries().putIfAbsent(key, new YamlNode.Entry(keyPosition, value));
            if (earlier != null) {
                findings.add(
                        keyPosition,
                        keyPath,
                        null,
                        "each key once",
                        "it stands at line " + earlier.keyPosition().line() + " already; remove one of the two");
            }
        }
        return mapping;
    }

    private YamlNode.Sequence sequence(Position position, String path, int depth) {
        YamlNode.Sequence sequence = YamlNode.Sequence.empty(position);
        for (Event event = next(); event.getEventId() != Event.ID.SequenceEnd; event = next()) {
            sequence.items()
                    .add(node(event, YamlNode.item(path, sequence.items().size()), depth + 1));
        }
        return sequence;
    }

    private void refuseTag(Optional<String> tag, String path) {
        tag.ifPresent(name -> findings.add(at, path, null, "no tag", "tags are not allowed; remove " + shortTag(name)));
    }

    private static String shortTag(String tag) {
        String shown = tag.startsWith("tag:yaml.org,2002:") ? "!!" + tag.substring("tag:yaml.org,2002:".length()) : tag;
        return Finding.printable(shown);
    }

    private Event next() {
        Event event = events.next();
        at = event.getStartMark().map(this::position).orElse(at);
        return event;
    }

    private Position position(Mark mark) {
        return new Position(file, mark.getLine() + 1, mark.getColumn() + 1);
    }

    /** @param index in code points */
    private Position positionOf(String text, int index) {
        int line = 1;
        int column = 1;
        int chars = text.offsetByCodePoints(0, Math.clamp(index, 0, text.codePointCount(0, text.length())));
        for (int i = 0; i < chars; i = text.offsetByCodePoints(i, 1)) {
            boolean newLine = text.charAt(i) == '\n';
            line += newLine ? 1 : 0;
            column = newLine ? 1 : column + 1;
        }
        return new Position(file, line, column);
    }

    /** The parser's own words never quote more than a character or two of the file, so no secret is in them. */
    private static String sentence(String problem) {
        if (problem.contains("\\t(TAB)")) {
            return "indent with spaces, not with tabs";
        }
        if (problem.startsWith("mapping values are not allowed here")) {
            return "a second ': ' on one line, or wrong indentation; put quotes around a value that contains ': '";
        }
        String first = UNPRINTABLE.matcher(problem).replaceAll("\uFFFD");
        int hint = first.indexOf(". (Do not use");
        return hint < 0 ? first : first.substring(0, hint);
    }
}
