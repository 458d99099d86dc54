package io.ringtrace.store.db;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The folder of the embedded database, locked by one server at a time:
 *
 * <pre>
 * lock          held by the Ringtrace server that uses the folder; says its pid
 * password      of the database user, 0600
 * port, pid     of the child process
 * version       of the MariaDB server that wrote the files
 * mariadb.log   what the child says
 * data/         the child's own
 * tmp/          its temporary tables: a MariaDB server that starts removes those of all others that share its folder for them
 * </pre>
 */
final class MariaDbFolder implements AutoCloseable {
    private static final Set<PosixFilePermission> OWNER_ONLY =
            Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
    private static final Set<PosixFilePermission> OWNER_ONLY_FOLDER =
            Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_EXECUTE);
    private static final long LARGEST_LOG = 1 << 20;
    private static final int SHOWN_LOG_LINES = 6;

    private final Path folder;
    private final FileChannel lockChannel;

    private MariaDbFolder(Path folder, FileChannel lockChannel) {
        this.folder = folder;
        this.lockChannel = lockChannel;
    }

    static MariaDbFolder lock(Path asked) throws StoreStartException {
        Path folder = asked.toAbsolutePath().normalize();
        try {
            Files.createDirectories(folder);
            Files.setPosixFilePermissions(folder, OWNER_ONLY_FOLDER);
            folder = folder.toRealPath();
            FileChannel channel = FileChannel.open(
                    folder.resolve("lock"),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE);
            if (!tryLock(channel)) {
                String pid = Files.readString(folder.resolve("lock")).strip();
                channel.close();
                throw new StoreStartException(
                        "the store's folder " + folder + " is in use by the Ringtrace server with pid " + pid
                                + ": stop that one first, or give this one another data folder");
            }
            channel.truncate(0);
            channel.write(
                    ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)));
            return new MariaDbFolder(folder, channel);
        } catch (IOException e) {
            throw new StoreStartException(
                    "the store's folder " + folder + " cannot be written (" + e
                            + "): make it writable for the user " + System.getProperty("user.name")
                            + ", or name another data folder",
                    e);
        }
    }

    private static boolean tryLock(FileChannel channel) throws IOException {
        try {
            @Nullable FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException _) {
            return false;
        }
    }

    Path data() {
        return folder.resolve("data");
    }

    /** Made when it is not there. */
    Path temporary() throws IOException {
        return Files.createDirectories(folder.resolve("tmp"));
    }

    Path log() {
        return folder.resolve("mariadb.log");
    }

    /** Made at first use. */
    String password() throws IOException {
        Path file = folder.resolve("password");
        if (!Files.exists(file)) {
            byte[] random = new byte[24];
            new SecureRandom().nextBytes(random);
            write("password", HexFormat.of().formatHex(random));
        }
        return Files.readString(file).strip();
    }

    int port() throws IOException {
        try {
            return Integer.parseInt(read("port"));
        } catch (NumberFormatException _) {
            return 0;
        }
    }

    /** The file's text; empty when there is none. */
    String read(String name) throws IOException {
        Path file = folder.resolve(name);
        return Files.exists(file) ? Files.readString(file).strip() : "";
    }

    /** Written 0600 beside it and moved, so that a reader sees all of it or nothing. */
    Path write(String name, String text) throws IOException {
        Path fresh = folder.resolve(name + ".new");
        Files.deleteIfExists(fresh);
        Files.createFile(fresh, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        Files.writeString(fresh, text);
        return Files.move(
                fresh, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Keeps one former log, when the present one is large. */
    void turnLog() throws IOException {
        if (Files.exists(log()) && Files.size(log()) > LARGEST_LOG) {
            Files.move(log(), folder.resolve("mariadb.log.1"), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** The last lines that the child wrote after the given place in its log, on one line. */
    String lastLogLines(long from) {
        try {
            byte[] all = Files.readAllBytes(log());
            String said = new String(all, (int) from, all.length - (int) from, StandardCharsets.UTF_8);
            List<String> lines = said.lines()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty())
                    .toList();
            List<String> errors =
                    lines.stream().filter(line -> line.contains("[ERROR]")).toList();
            List<String> shown = errors.isEmpty() ? lines : errors;
            return shown.isEmpty()
                    ? "its log " + log() + " says nothing"
                    : "its log " + log() + " ends with: "
                            + String.join(
                                    " | ", shown.subList(Math.max(0, shown.size() - SHOWN_LOG_LINES), shown.size()));
        } catch (IOException e) {
            return "its log " + log() + " cannot be read (" + e.getMessage() + ")";
        }
    }

    Path resolve(String name) {
        return folder.resolve(name);
    }

    @Override
    public String toString() {
        return folder.toString();
    }

    /** Gives the folder free for another server. */
    @Override
    public void close() throws IOException {
        lockChannel.close();
    }
}
