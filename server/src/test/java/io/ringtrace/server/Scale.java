package io.ringtrace.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How large a test runs, and where a full run leaves its result. */
public final class Scale {
    private static final boolean FULL = "full".equals(System.getProperty("ringtrace.scale"));

    private Scale() {}

    public static int of(int small, int full) {
        return FULL ? full : small;
    }

    /** Writes a proof's page when the run is a full one. */
    public static void proof(String name, String markdown) throws IOException {
        if (FULL) {
            Path folder = Path.of(System.getProperty("ringtrace.proof.directory", "docs/proofs"));
            Files.createDirectories(folder);
            Files.writeString(folder.resolve(name + ".md"), markdown);
        }
    }

    /** Where the checkout stands. */
    public static Path home() {
        return Path.of(System.getProperty("ringtrace.home", ".."));
    }
}
