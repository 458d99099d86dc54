package io.ringtrace.sip;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The size of a test: small by default, the full number for a proof, which is then written down. */
public final class Scale {
    private static final boolean FULL =
            System.getProperty("ringtrace.scale", "small").equals("full");

    private Scale() {}

    public static int pick(int small, int full) {
        return FULL ? full : small;
    }

    /** Writes the lines as a file of the proofs' folder, at full size only. */
    static void prove(String file, List<String> lines) {
        if (FULL) {
            Path folder = Path.of(System.getProperty("ringtrace.proof.directory", "target/proofs"));
            try {
                Files.createDirectories(folder);
                Files.write(folder.resolve(file), lines);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
