package io.ringtrace.store.directory;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What has changed in the directory since its file was written, on the local disk before anybody hears of it: a node whose process was killed
 * starts with the directory that it died with, and attributes calls by it before its store answers. Never forced: after a power failure
 * the directory is as old as its file.
 *
 * <p>One file after the other, {@code directory-changes-1} and on; each frame is a length, a CRC32C and rows. They are applied by their versions,
 * so that it does no harm to find in them what the directory's file has too. Used by one thread at a time: whoever holds the directory.
 */
final class DirectoryChanges implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DirectoryChanges.class);
    private static final String SUFFIX = "-changes-";
    private static final int FRAME_HEAD_BYTES = 8;
    /** Of one file, after which nothing more is kept until the directory's own file has been written. */
    private static final long MOST_BYTES = 64L << 20;

    private final Path directoryFile;
    private final ByteArrayOutputStream rows = new ByteArrayOutputStream();
    private final DataOutputStream out = new DataOutputStream(rows);
    private long number;
    private @Nullable FileChannel file;
    private long bytes;
    private boolean stopped;

    /** @param directoryFile which they are beside; those that are there already are left for {@link #readInto} */
    DirectoryChanges(Path directoryFile) throws IOException {
        this.directoryFile = directoryFile;
        NavigableMap<Long, Path> found = files(directoryFile);
        number = found.isEmpty() ? 1 : found.lastKey() + 1;
    }

    void add(long promoNumber, NumberEntry entry) {
        DirectoryRows.unchecked(() -> DirectoryRows.write(promoNumber, entry, out));
    }

    void add(long id, PoolEntry pool) {
        DirectoryRows.unchecked(() -> DirectoryRows.write(id, pool, out));
    }

    void add(ForwardedFields forwarded) {
        DirectoryRows.unchecked(() -> DirectoryRows.write(forwarded, out));
    }

    /** What was added since the last time survives this process. A disk that refuses is logged, and nothing more is kept until the next file. */
    void keep() {
        if (rows.size() == 0) {
            return;
        }
        rows.write(DirectoryRows.END);
        byte[] added = rows.toByteArray();
        rows.reset();
        if (stopped) {
            return;
        }
        CRC32C crc = new CRC32C();
        crc.update(added);
        ByteBuffer frame = ByteBuffer.allocate(FRAME_HEAD_BYTES + added.length)
                .putInt(added.length)
                .putInt((int) crc.getValue())
                .put(added)
                .flip();
        try {
            FileChannel to = file;
            if (to == null) {
                to = FileChannel.open(
                        path(number),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE);
                file = to;
                bytes = 0;
            }
            while (frame.hasRemaining()) {
                bytes += to.write(frame);
            }
            if (bytes > MOST_BYTES) {
                stop(bytes + " bytes are too many");
            }
        } catch (IOException e) {
            stop(String.valueOf(e.getMessage()));
        }
    }

    private void stop(String why) {
        stopped = true;
        LOG.warn("changes of the directory are not kept until its file is written again: {}", why);
    }

    /** What changes from now on goes to the next file. Returns the number of the former one. */
    long next() {
        closeFile();
        stopped = false;
        return number++;
    }

    /** The directory's file has what these had. */
    void deleteThrough(long last) throws IOException {
        for (Path old : files(directoryFile).headMap(last, true).values()) {
            Files.deleteIfExists(old);
        }
    }

    /** Applies all that is whole; what stands after a frame that is not was never told to anybody. Returns how many frames there were. */
    static int readInto(Path directoryFile, NumberDirectory.Content content) throws IOException {
        int frames = 0;
        for (Path path : files(directoryFile).values()) {
            ByteBuffer from = ByteBuffer.wrap(Files.readAllBytes(path));
            while (from.remaining() >= FRAME_HEAD_BYTES) {
                int length = from.getInt();
                int checksum = from.getInt();
                if (length <= 0 || length > from.remaining()) {
                    break;
                }
                byte[] added = new byte[length];
                from.get(added);
                CRC32C crc = new CRC32C();
                crc.update(added);
                if ((int) crc.getValue() != checksum) {
                    break;
                }
                try {
                    DirectoryRows.read(new DataInputStream(new ByteArrayInputStream(added)), content);
                } catch (EOFException | IllegalArgumentException e) {
                    throw new IOException(path + " is damaged: " + e.getMessage(), e);
                }
                frames++;
            }
        }
        return frames;
    }

    private Path path(long which) {
        return directoryFile.resolveSibling(directoryFile.getFileName() + SUFFIX + which);
    }

    private static NavigableMap<Long, Path> files(Path directoryFile) throws IOException {
        NavigableMap<Long, Path> found = new TreeMap<>();
        Path folder = directoryFile.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            return found;
        }
        String prefix = directoryFile.getFileName() + SUFFIX;
        try (Stream<Path> all = Files.list(folder)) {
            for (Path path : all.toList()) {
                String name = String.valueOf(path.getFileName());
                if (name.startsWith(prefix) && name.substring(prefix.length()).matches("[0-9]{1,18}")) {
                    found.put(Long.parseLong(name.substring(prefix.length())), path);
                }
            }
        }
        return found;
    }

    private void closeFile() {
        FileChannel former = file;
        file = null;
        if (former != null) {
            try {
                former.close();
            } catch (IOException e) {
                LOG.debug("a file of changes could not be closed", e);
            }
        }
    }

    @Override
    public void close() {
        closeFile();
        stopped = true;
    }
}
