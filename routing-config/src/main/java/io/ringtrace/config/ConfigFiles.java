package io.ringtrace.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Which files and folders a configuration is made of. Looks at the disk; for the loading and the watching thread. */
final class ConfigFiles {
    private ConfigFiles() {}

    /** The files that are there, in the order in which they are read. */
    static List<Path> present(Path configuration) {
        return Files.exists(configuration) ? List.of(configuration) : List.of();
    }

    /** The folders in which a change of the configuration shows: the files' own, and those that their symbolic links lead to. */
    static Set<Path> folders(Path configuration) {
        Set<Path> folders = new LinkedHashSet<>();
        addParent(folders, configuration.toAbsolutePath());
        for (Path file : present(configuration)) {
            try {
                addParent(folders, file.toRealPath());
            } catch (IOException _) {
                // It has gone since; the folder it was in tells when it is back.
            }
        }
        return folders;
    }

    private static void addParent(Set<Path> folders, Path path) {
        Path parent = path.getParent();
        if (parent != null) {
            folders.add(parent);
        }
    }
}
