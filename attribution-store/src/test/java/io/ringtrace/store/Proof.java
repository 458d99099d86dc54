package io.ringtrace.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** At full scale, keeps what a test has measured for {@code ./dev prove}; always prints it. */
public final class Proof {
    public static final boolean FULL = "full".equals(System.getProperty("ringtrace.scale"));

    private Proof() {}

    /**
     * @param name of the file, without its ending
     * @param sentence what was done, how often, and what came out
     */
    public static void tell(String name, String sentence) throws IOException {
        System.out.println(sentence);
        String folder = System.getProperty("ringtrace.proof.directory");
        if (FULL && folder != null) {
            Files.createDirectories(Path.of(folder));
            Files.writeString(Path.of(folder, name + ".md"), "* " + sentence + "\n");
        }
    }
}
