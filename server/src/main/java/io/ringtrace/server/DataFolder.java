package io.ringtrace.server;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** A node's own folder: journal, embedded database, and what the commands need to reach the server that runs on it. Thread-safe. */
public record DataFolder(Path path) {
    private static final int TOKEN_BYTES = 32;

    /** Made when missing, readable by its owner alone. Throws a {@link StartException} that says why it can't be used. */
    public static DataFolder open(Path path) throws StartException {
        try {
            if (!Files.isDirectory(path)) {
                Files.createDirectories(
                        path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            }
        } catch (IOException e) {
            throw new StartException("data folder " + path + ": it could not be made (" + e + ")", e);
        }
        if (!Files.isWritable(path)) {
            throw new StartException("data folder " + path + ": this user may not write there");
        }
        return new DataFolder(path);
    }

    public Path mariadb() {
        return path.resolve("mariadb");
    }

    public Path journal() {
        return path.resolve("journal");
    }

    /** Where the directory of numbers is kept. */
    public Path directory() {
        return path.resolve("directory");
    }

    /** Where the files of the plans stand that were in force last. */
    public Path plans() {
        return path.resolve("plans");
    }

    /** The token with which commands on this machine speak to the server; made at the first start. */
    public String operatorToken() throws StartException {
        Path file = path.resolve("operator-token");
        try {
            if (!Files.exists(file)) {
                byte[] random = new byte[TOKEN_BYTES];
                new SecureRandom().nextBytes(random);
                write(file, "op_" + Base64.getUrlEncoder().withoutPadding().encodeToString(random));
            }
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new StartException(
                    "data folder " + path + ": the operator token can't be read or written (" + e + ")", e);
        }
    }

    /** For as long as a server runs on the folder; one that is killed leaves the mark. */
    void markRunning() {
        try {
            Files.write(running(), new byte[0]);
        } catch (IOException _) {
            // Without it the next start only takes a little longer.
        }
    }

    void unmarkRunning() throws IOException {
        Files.deleteIfExists(running());
    }

    /** Whether the last server on the folder was killed, or still runs. */
    public boolean isMarkedRunning() {
        return Files.exists(running());
    }

    private Path running() {
        return path.resolve("running");
    }

    /** Tells the commands where the running server answers. */
    public void announce(URI address) throws StartException {
        try {
            write(path.resolve("http-address"), address.toString());
        } catch (IOException e) {
            throw new StartException("data folder " + path + ": the HTTP address can't be written (" + e + ")", e);
        }
    }

    public void withdraw() {
        try {
            Files.deleteIfExists(path.resolve("http-address"));
        } catch (IOException _) {
            // The file only helps commands to find us; a stale one leads to "no server answers there".
        }
    }

    /** Where the server on this folder answers; null when none has said so. */
    public @Nullable URI announced() throws IOException {
        Path file = path.resolve("http-address");
        return Files.exists(file) ? URI.create(Files.readString(file).strip()) : null;
    }

    private static void write(Path file, String text) throws IOException {
        Path whole = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(whole);
        Files.createFile(whole, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.write(whole, (text + "\n").getBytes(StandardCharsets.UTF_8));
        Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
