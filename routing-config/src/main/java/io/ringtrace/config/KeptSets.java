package io.ringtrace.config;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/**
 * The files of the plans that were in force last, one archive for each version, so that an earlier one can be put in force again. They hold
 * references to secrets, never a secret. Keeps a bounded number. Used by one thread at a time; waits for the disk.
 *
 * @param folder of the node's own data
 */
public record KeptSets(Path folder) {
    private static final int MOST = 20;
    private static final String ENDING = ".zip";
    private static final String VERSION = "[0-9a-f]{12}";

    /** The entry that names the main file. */
    private static final String MAIN = "main";

    /** @param inForceSince when the version was put in force, last */
    public record Kept(String version, Instant inForceSince) {}

    /** The last one first. */
    public List<Kept> list() throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        List<Kept> kept = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString();
                if (name.matches(VERSION + "\\" + ENDING)) {
                    kept.add(new Kept(
                            name.substring(0, name.length() - ENDING.length()),
                            Files.getLastModifiedTime(file).toInstant()));
                }
            }
        }
        kept.sort(Comparator.comparing(Kept::inForceSince).reversed().thenComparing(Kept::version));
        return kept;
    }

    /** What was kept of a version. Throws NoSuchFileException when it is not there (any more). */
    public ConfigOutcome load(ConfigLoader loader, String version) throws IOException {
        Path archive = archive(version);
        Map<Path, byte[]> files = new LinkedHashMap<>();
        Path main = null;
        try (InputStream in = Files.newInputStream(archive);
                ZipInputStream zip = new ZipInputStream(in)) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                byte[] bytes = zip.readAllBytes();
                if (entry.getName().equals(MAIN)) {
                    main = Path.of(new String(bytes, StandardCharsets.UTF_8));
                } else {
                    files.put(Path.of("/" + entry.getName()), bytes);
                }
            }
        }
        if (main == null) {
            throw new IOException(archive + " is damaged: it does not say which file is the main one");
        }
        return loader.read(main, new KeptStorage(files)).outcome();
    }

    /** Keeps the files of a version that is in force now; the oldest go when there are too many. */
    void keep(String version, Path main, Map<Path, byte[]> files, Instant now) throws IOException {
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        Path archive = archive(version);
        if (!Files.exists(archive)) {
            Path half = folder.resolve("." + version + ".new");
            try (OutputStream out = Files.newOutputStream(half);
                    ZipOutputStream zip = new ZipOutputStream(out)) {
                add(zip, MAIN, main.toAbsolutePath().normalize().toString().getBytes(StandardCharsets.UTF_8));
                for (Map.Entry<Path, byte[]> file : files.entrySet()) {
                    Path absolute = file.getKey().toAbsolutePath().normalize();
                    add(zip, absolute.toString().substring(1), file.getValue());
                }
            }
            Files.move(half, archive, StandardCopyOption.ATOMIC_MOVE);
        }
        Files.setLastModifiedTime(archive, FileTime.from(now));
        List<Kept> all = list();
        for (Kept old : all.subList(Math.min(MOST, all.size()), all.size())) {
            Files.deleteIfExists(archive(old.version()));
        }
    }

    private static void add(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(bytes);
        zip.closeEntry();
    }

    private Path archive(String version) throws IOException {
        if (!version.matches(VERSION)) {
            throw new NoSuchFileException(version);
        }
        return folder.resolve(version + ENDING);
    }

    /** Kept files under the names that they had. */
    private record KeptStorage(Map<Path, byte[]> files) implements ConfigStorage {
        @Override
        public Kind kind(Path path) {
            Path wanted = identity(path);
            if (files.containsKey(wanted)) {
                return Kind.FILE;
            }
            return files.keySet().stream().anyMatch(file -> file.startsWith(wanted)) ? Kind.FOLDER : Kind.NOTHING;
        }

        @Override
        public byte[] read(Path file, int most) throws IOException {
            byte[] bytes = files.get(identity(file));
            if (bytes == null) {
                throw new NoSuchFileException(file.toString());
            }
            return bytes;
        }

        @Override
        public List<String> names(Path folder) {
            Path wanted = identity(folder);
            return files.keySet().stream()
                    .filter(file -> wanted.equals(file.getParent()))
                    .map(file -> file.getFileName().toString())
                    .sorted()
                    .toList();
        }

        @Override
        public Path identity(Path path) {
            return path.toAbsolutePath().normalize();
        }
    }
}
