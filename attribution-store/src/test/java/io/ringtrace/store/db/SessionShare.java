package io.ringtrace.store.db;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the kernel says of the session of a database, for tests. */
public final class SessionShare {
    private SessionShare() {}

    /** Whether it shares processors by session at all, and the process is in one. */
    public static boolean kernelHasIt(long pid) throws IOException {
        Path file = file(Long.toString(pid));
        return Files.exists(file) && !Files.readString(file).isBlank();
    }

    /** How much nicer than ours the session of that process is. */
    public static int nicerBy(long pid) throws IOException {
        return niceness(Long.toString(pid)) - niceness("self");
    }

    /** 0 for a process that no session began for: the kernel says nothing of it. */
    private static int niceness(String process) throws IOException {
        String said = Files.readString(file(process)).strip();
        return said.isEmpty() ? 0 : Integer.parseInt(said.substring(said.lastIndexOf(' ') + 1));
    }

    private static Path file(String process) {
        return Path.of("/proc", process, "autogroup");
    }
}
