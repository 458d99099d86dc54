package io.ringtrace.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Where the files of a configuration are read from. */
interface ConfigStorage {
    /** What a path leads to. */
    enum Kind {
        FILE,
        FOLDER,
        NOTHING
    }

    Kind kind(Path path);

    /** At most so many bytes and one more, by which a file that is too large is known. */
    byte[] read(Path file, int most) throws IOException;

    /** The names in a folder, in their order. */
    List<String> names(Path folder) throws IOException;

    /** The same for two paths that lead to one place. */
    Path identity(Path path);

    /** The operator's disk, as it is at the moment. */
    ConfigStorage DISK = new ConfigStorage() {
        @Override
        public Kind kind(Path path) {
            return Files.isDirectory(path) ? Kind.FOLDER : Files.exists(path) ? Kind.FILE : Kind.NOTHING;
        }

        @Override
        public byte[] read(Path file, int most) throws IOException {
            try (InputStream in = Files.newInputStream(file)) {
                return in.readNBytes(most + 1);
            }
        }

        @Override
        public List<String> names(Path folder) throws IOException {
            try (Stream<Path> files = Files.list(folder)) {
                return files.map(f -> f.getFileName().toString()).sorted().toList();
            }
        }

        @Override
        public Path identity(Path path) {
            try {
                return path.toRealPath();
            } catch (IOException _) {
                return path.toAbsolutePath().normalize();
            }
        }
    };
}
