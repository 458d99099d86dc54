package io.ringtrace.store.directory;

import io.ringtrace.attribution.LeaseClock;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The directory on the local disk, at most 10 s old, so that a node starts without the store. Written whole beside the old file, which it then
 * replaces; a checksum at the end tells a damaged one. Written by a thread of its own. What changes between is in {@link DirectoryChanges}.
 */
public final class DirectoryFile implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DirectoryFile.class);
    private static final long MAGIC = 0x52494E4754444952L; // RINGTDIR
    private static final int VERSION = 2;
    /** It had no forwarded fields. */
    private static final int FIRST_VERSION = 1;

    private static final Duration INTERVAL = Duration.ofSeconds(10);
    /** Until the directory of this run has been written once. */
    private static final Duration FIRST_INTERVAL = Duration.ofMillis(500);

    private static final int BUFFER_BYTES = 1 << 16;
    private static final int TRAILER_BYTES = 16;

    private final Path file;
    private final NumberDirectory directory;
    private @Nullable Thread writer;
    private @Nullable DirectoryChanges changes;
    private long writtenAsOf;
    private long writtenChanges = -1;
    private long writtenChecksum;

    public DirectoryFile(Path file, NumberDirectory directory) {
        this.file = file;
        this.directory = directory;
    }

    /** What a server kept on this disk, for who asks it while that server is stopped. Nothing is written. Throws IOException when it is unusable. */
    public static NumberDirectory kept(Path file, LeaseClock clock) throws IOException {
        NumberDirectory directory = new NumberDirectory(clock);
        new DirectoryFile(file, directory).read();
        return directory;
    }

    /** Gives the directory what was kept, if anything usable was, and keeps it from then on. */
    public void start() {
        if (Files.exists(file)) {
            try {
                read();
            } catch (IOException e) {
                LOG.error("the kept directory {} cannot be used: {}", file, e.getMessage());
            }
        }
        try {
            DirectoryChanges kept = new DirectoryChanges(file);
            changes = kept;
            directory.keepChangesIn(kept);
        } catch (IOException e) {
            LOG.error("changes of the directory cannot be kept beside {}: {}", file, e.getMessage());
        }
        // What was read is as good for a while, and the first calls need the processor more.
        Duration first = writtenAsOf > 0 ? INTERVAL : FIRST_INTERVAL;
        writer = Thread.ofPlatform().daemon().name("directory-file").start(() -> writeAlways(first));
    }

    private void writeAlways(Duration first) {
        try {
            Thread.sleep(first);
            while (true) {
                writeWell();
                Thread.sleep(hasBeenWritten() ? INTERVAL : FIRST_INTERVAL);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized boolean hasBeenWritten() {
        return writtenChanges >= 0;
    }

    private void writeWell() {
        try {
            write();
        } catch (IOException | UncheckedIOException e) {
            LOG.error("the directory cannot be kept in {}: {}", file, e.getMessage());
        }
    }

    /** Nothing is written while no feed says that the directory is newer than what was written; without a change, only its moment is. */
    synchronized void write() throws IOException {
        // Asked before the rows are: they are as new as this, or newer.
        long asOf = directory.liveAt();
        long changed = directory.changes();
        NumberDirectory.Content content = directory.content();
        if (content == null || asOf <= writtenAsOf) {
            return;
        }
        if (changed == writtenChanges) {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.write(trailer(writtenChecksum, asOf), channel.size() - TRAILER_BYTES);
            }
        } else {
            long former = directory.keepFurtherChangesApart();
            writtenChecksum = writeWhole(content, asOf);
            writtenChanges = changed;
            if (changes != null) {
                changes.deleteThrough(former);
            }
        }
        writtenAsOf = asOf;
    }

    private long writeWhole(NumberDirectory.Content content, long asOf) throws IOException {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        long checksum;
        try (FileChannel channel = FileChannel.open(
                fresh, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            OutputStream buffered = new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER_BYTES);
            CheckedOutputStream checked = new CheckedOutputStream(buffered, new CRC32C());
            DataOutputStream out = new DataOutputStream(checked);
            out.writeLong(MAGIC);
            out.writeInt(VERSION);
            content.pools.forEach((id, pool) -> DirectoryRows.unchecked(() -> DirectoryRows.write(id, pool, out)));
            content.fields.forEach(
                    (_, forwarded) -> DirectoryRows.unchecked(() -> DirectoryRows.write(forwarded, out)));
            content.numbers.forEach(
                    (number, entry) -> DirectoryRows.unchecked(() -> DirectoryRows.write(number, entry, out)));
            out.writeByte(DirectoryRows.END);
            checksum = checked.getChecksum().getValue();
            out.write(trailer(checksum, asOf).array());
            out.flush();
            channel.force(true);
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        return checksum;
    }

    /** The moment that the rows are as of, and a checksum over it and the rows' own. */
    private static ByteBuffer trailer(long checksumOfRows, long asOf) {
        ByteBuffer sealed =
                ByteBuffer.allocate(16).putLong(checksumOfRows).putLong(asOf).flip();
        CRC32C checksum = new CRC32C();
        checksum.update(sealed);
        return ByteBuffer.allocate(TRAILER_BYTES)
                .putLong(asOf)
                .putLong(checksum.getValue())
                .flip();
    }

    private void read() throws IOException {
        NumberDirectory.Content content = new NumberDirectory.Content();
        long asOf;
        try (CheckedInputStream checked = new CheckedInputStream(
                        new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES), new CRC32C());
                DataInputStream in = new DataInputStream(checked)) {
            if (in.readLong() != MAGIC) {
                throw new IOException("it is no directory");
            }
            int version = in.readInt();
            if (version < FIRST_VERSION || version > VERSION) {
                throw new IOException("it is not a directory of this version");
            }
            DirectoryRows.read(in, content);
            long checksumOfRows = checked.getChecksum().getValue();
            asOf = in.readLong();
            if (in.readLong() != trailer(checksumOfRows, asOf).getLong(8)) {
                throw new IOException("its checksum is wrong");
            }
        } catch (EOFException e) {
            throw new IOException("it is cut off", e);
        } catch (IllegalArgumentException e) {
            throw new IOException("it is damaged: " + e.getMessage(), e);
        }
        int changed = DirectoryChanges.readInto(file, content);
        directory.restore(content, asOf);
        writtenAsOf = asOf;
        LOG.info(
                "the kept directory {} has {} numbers, and was changed {} times after it was written",
                file,
                content.numbers.size(),
                changed);
    }

    /** Keeps the directory once more. */
    @Override
    public void close() {
        if (writer != null) {
            writer.interrupt();
            writer = null;
        }
        writeWell();
        if (changes != null) {
            changes.close();
        }
    }
}
