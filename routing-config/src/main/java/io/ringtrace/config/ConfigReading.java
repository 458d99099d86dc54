package io.ringtrace.config;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads all files of one configuration: the main file, the folders beside it, the folders that they include. Lives for one load, on the
 * loading thread.
 */
final class ConfigReading {
    private static final int MOST_MEGABYTES = 10;
    private static final int MOST_BYTES = MOST_MEGABYTES * 1024 * 1024;
    private static final int MOST_FILES = 1_000;
    private static final int MOST_TOGETHER_MEGABYTES = 64;

    private final ConfigStorage storage;
    private final ConfigSchema schema;
    private final Findings findings;

    private final Map<Path, byte[]> files = new LinkedHashMap<>();
    private final Set<Path> folders = new LinkedHashSet<>();
    private final List<StaticNumberRow> rows = new ArrayList<>();
    /** Folders that are read already, and where they were asked for. */
    private final Map<Path, Position> begun = new HashMap<>();

    /** False when something could not be read or used, so that names may seem to be missing. */
    private boolean complete = true;

    private final Set<Path> unfinished = new LinkedHashSet<>();
    private long bytesTogether;

    ConfigReading(ConfigStorage storage, ConfigSchema schema, Findings findings) {
        this.storage = storage;
        this.schema = schema;
        this.findings = findings;
    }

    /** The tree of all files together; null when the main file has none. */
    YamlNode.@Nullable Mapping read(Path main) {
        YamlNode.Mapping tree = yaml(main, FileKind.MAIN);
        Path folder = folderOf(main);
        Path identity = storage.identity(folder);
        begun.put(identity, new Position(main.toString(), 1, 1));
        unfinished.add(identity);
        TreeMerge merge = tree == null ? null : new TreeMerge(tree, schema, findings);
        for (FileKind kind : FileKind.FOLDERS) {
            Path beside = folder.resolve(kind.text());
            folders.add(beside);
            if (storage.kind(beside) == ConfigStorage.Kind.FOLDER) {
                begun.put(storage.identity(beside), new Position(main.toString(), 1, 1));
                folder(beside, kind, merge);
            }
        }
        if (tree != null && merge != null) {
            include(tree, folder, merge);
        }
        return tree;
    }

    /** False when further checks would find what follows from the mistakes that were found already. */
    boolean complete() {
        return complete;
    }

    /** Every file that was read, with its bytes, in the order in which they were read. */
    Map<Path, byte[]> files() {
        return files;
    }

    /** The folders that files were looked for in, besides the main file's own. */
    Set<Path> folders() {
        return folders;
    }

    /** What the tables of numbers say. */
    List<StaticNumberRow> rows() {
        return rows;
    }

    static Path folderOf(Path main) {
        Path parent = main.getParent();
        return parent == null ? Path.of("") : parent;
    }

    /** Files that editors and other programs leave beside, and what begins with a dot, are nobody's mistake. */
    static boolean counts(String name) {
        return !name.startsWith(".") && (name.endsWith(".yaml") || name.endsWith(".yml") || name.endsWith(".csv"));
    }

    private void folder(Path folder, FileKind kind, @Nullable TreeMerge merge) {
        folders.add(folder);
        List<String> names;
        try {
            names = storage.names(folder);
        } catch (AccessDeniedException _) {
            complete = false;
            findings.add(
                    Position.outside(folder.toString()), "", null, "a readable folder", "this user may not read it");
            return;
        } catch (IOException e) {
            complete = false;
            findings.add(Position.outside(folder.toString()), "", null, "a readable folder", message(e));
            return;
        }
        for (String name : names) {
            if (counts(name)) {
                file(folder.resolve(name), name, kind, merge);
            }
        }
    }

    private void file(Path file, String name, FileKind kind, @Nullable TreeMerge merge) {
        if (files.size() >= MOST_FILES) {
            if (files.size() == MOST_FILES) {
                findings.add(
                        Position.outside(file.toString()),
                        "",
                        null,
                        "at most " + MOST_FILES + " files together",
                        "this is one more; put several trunks, gateways or routes into one file");
                files.put(file, new byte[0]);
            }
            return;
        }
        if (name.endsWith(".csv")) {
            String text = kind.takesTables() ? text(file) : null;
            if (text != null) {
                new NumberTable(file.toString(), findings).read(text, rows);
            } else if (!kind.takesTables()) {
                String home = FileKind.NUMBERS.text() + "/";
                findings.add(
                        Position.outside(file.toString()),
                        "",
                        null,
                        "a file in " + home,
                        "tables of numbers lie there");
            }
            return;
        }
        if (name.endsWith(".yml")) {
            complete = false;
            findings.add(
                    Position.outside(file.toString()),
                    "",
                    null,
                    "a name that ends in .yaml",
                    "rename it, or put a dot before its name if it is not meant to be read");
            return;
        }
        YamlNode.Mapping part = yaml(file, kind);
        if (part != null && merge != null) {
            complete &= merge.add(part, kind);
            if (kind == FileKind.PART) {
                include(part, folderOf(file), merge);
            }
        }
    }

    /** Reads the folders that a file includes. */
    private void include(YamlNode.Mapping tree, Path start, TreeMerge merge) {
        List<YamlNode> items = tree.items("include");
        for (int i = 0; i < items.size(); i++) {
            String key = YamlNode.item("include", i);
            if (items.get(i) instanceof YamlNode.Scalar scalar
                    && scalar.kind() != YamlNode.Kind.NULL
                    && !scalar.text().isEmpty()
                    && scalar.text().indexOf('\0') < 0) {
                include(scalar, key, start, merge);
            } else {
                findings.addAt(items.get(i), key, null, "a path", SchemaSentence.shape(items.get(i)));
            }
        }
    }

    private void include(YamlNode.Scalar written, String key, Path start, TreeMerge merge) {
        Path folder = start.resolve(written.text()).normalize();
        switch (storage.kind(folder)) {
            case FOLDER -> {}
            case FILE, NOTHING -> {
                boolean file = storage.kind(folder) == ConfigStorage.Kind.FILE;
                folders.add(folder);
                complete = false;
                findings.addAt(
                        written,
                        key,
                        written.text(),
                        "a folder",
                        file ? "it is a file; name the folder that it lies in" : "there is none of this name");
                return;
            }
        }
        Path identity = storage.identity(folder);
        Position earlier = begun.putIfAbsent(identity, written.position());
        if (earlier != null) {
            boolean circle = unfinished.contains(identity);
            findings.addAt(
                    written,
                    key,
                    written.text(),
                    "a folder that is not read already",
                    circle
                            ? "it leads back to where it is asked for, a circle: the reading of it began at " + earlier
                            : "it is read for " + earlier + " already; remove one of the two");
            return;
        }
        unfinished.add(identity);
        folder(folder, FileKind.PART, merge);
        unfinished.remove(identity);
    }

    private YamlNode.@Nullable Mapping yaml(Path file, FileKind kind) {
        int before = findings.size();
        String text = text(file);
        if (text != null && text.isEmpty() && kind != FileKind.MAIN) {
            // most likely one that is being written at this moment
            findings.add(
                    new Position(file.toString(), 1, 1),
                    "",
                    null,
                    ConfigSchema.title(schema.root(kind)),
                    "the file is empty; remove it, or leave a line of comment in it");
            complete = false;
            return null;
        }
        YamlNode.Mapping mapping = text == null
                ? null
                : YamlReader.read(
                        file.toString(), text, ConfigSchema.title(schema.root(kind)), kind != FileKind.MAIN, findings);
        if (findings.size() > before) {
            complete = false;
        }
        return mapping;
    }

    private @Nullable String text(Path file) {
        byte[] bytes = bytes(file);
        if (bytes == null) {
            complete = false;
            return null;
        }
        files.put(file, bytes);
        return decode(file, bytes);
    }

    private byte @Nullable [] bytes(Path file) {
        Position place = Position.outside(file.toString());
        try {
            if (storage.kind(file) == ConfigStorage.Kind.FOLDER) {
                findings.add(place, "", null, "a file", "it is a folder");
                return null;
            }
            byte[] bytes = storage.read(file, MOST_BYTES);
            if (bytes.length > MOST_BYTES) {
                findings.add(place, "", null, "a file of at most " + MOST_MEGABYTES + " MB", "it is larger");
                return null;
            }
            bytesTogether += bytes.length;
            if (bytesTogether > MOST_TOGETHER_MEGABYTES * 1024L * 1024L) {
                findings.add(
                        place,
                        "",
                        null,
                        "at most " + MOST_TOGETHER_MEGABYTES + " MB of files together",
                        "they have more with this one");
                return null;
            }
            return bytes;
        } catch (NoSuchFileException _) {
            findings.add(place, "", null, "a readable file", "there is none of this name");
        } catch (AccessDeniedException _) {
            findings.add(place, "", null, "a readable file", "this user may not read it");
        } catch (IOException e) {
            findings.add(place, "", null, "a readable file", message(e));
        }
        return null;
    }

    private static String message(IOException e) {
        return Finding.printable(String.valueOf(e.getMessage()));
    }

    private @Nullable String decode(Path file, byte[] bytes) {
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
}
