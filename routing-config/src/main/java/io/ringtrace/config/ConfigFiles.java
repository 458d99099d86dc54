package io.ringtrace.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Which files and folders a configuration is made of. Looks at the disk; for the watching thread.
 *
 * @param main the main file
 * @param searched the folders in which its other files are looked for; they need not be there
 */
record ConfigFiles(Path main, Set<Path> searched) {
    ConfigFiles {
        searched = Set.copyOf(searched);
    }

    /** The files that are there. */
    List<Path> present() {
        List<Path> files = new ArrayList<>();
        if (Files.exists(main)) {
            files.add(main);
        }
        for (Path folder : searched) {
            try (Stream<Path> found = Files.list(folder)) {
                found.filter(file -> ConfigReading.counts(file.getFileName().toString()))
                        .forEach(files::add);
            } catch (IOException _) {
                // It is not there now; the folder it would be in tells when it is.
            }
        }
        files.sort(null);
        return files;
    }

    /** The folders in which a change of the configuration shows: the files' own, and those that their symbolic links lead to. */
    Set<Path> watched() {
        Set<Path> folders = new LinkedHashSet<>();
        addParent(folders, main.toAbsolutePath());
        for (Path folder : searched) {
            addParent(folders, folder.toAbsolutePath());
            if (Files.isDirectory(folder)) {
                folders.add(folder.toAbsolutePath());
            }
        }
        for (Path file : present()) {
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
