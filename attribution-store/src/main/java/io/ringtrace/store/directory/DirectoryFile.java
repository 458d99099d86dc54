package io.ringtrace.store.directory;

import io.ringtrace.attribution.Lease;
import io.ringtrace.attribution.LeaseClock;
import io.ringtrace.call.PhoneNumber;
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
import java.util.HashMap;
import java.util.Map;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The directory on the local disk, at most 10 s old, so that a node starts without the store. Written whole beside the old file, which it then
 * replaces; a checksum at the end tells a damaged one. Written by a thread of its own.
 */
public final class DirectoryFile implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DirectoryFile.class);
    private static final long MAGIC = 0x52494E4754444952L; // RINGTDIR
    private static final int VERSION = 2;
    /** It had no forwarded fields. */
    private static final int FIRST_VERSION = 1;

    private static final int FIELDS = 3;
    private static final Duration INTERVAL = Duration.ofSeconds(10);
    private static final int BUFFER_BYTES = 1 << 16;
    private static final int TRAILER_BYTES = 16;
    private static final int NUMBER = 1;
    private static final int POOL = 2;
    private static final int END = 0;

    private final Path file;
    private final NumberDirectory directory;
    private @Nullable Thread writer;
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
        writer = Thread.ofPlatform().daemon().name("directory-file").start(this::writeAlways);
    }

    private void writeAlways() {
        try {
            while (true) {
                Thread.sleep(INTERVAL);
                writeWell();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
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
        long changes = directory.changes();
        NumberDirectory.Content content = directory.content();
        if (content == null || asOf <= writtenAsOf) {
            return;
        }
        if (changes == writtenChanges) {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.write(trailer(writtenChecksum, asOf), channel.size() - TRAILER_BYTES);
            }
        } else {
            writtenChecksum = writeWhole(content, asOf);
            writtenChanges = changes;
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
            content.pools.forEach((id, pool) -> writePool(id, pool, out));
            content.fields.forEach((_, forwarded) -> writeFields(forwarded, out));
            content.numbers.forEach((number, entry) -> writeNumber(number, entry, out));
            out.writeByte(END);
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

    private static void writePool(long id, PoolEntry pool, DataOutputStream out) {
        try {
            out.writeByte(POOL);
            out.writeLong(id);
            out.writeLong(pool.version());
            out.writeLong(pool.campaignId());
            out.writeLong(pool.destination().digits());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void writeFields(ForwardedFields forwarded, DataOutputStream out) {
        try {
            out.writeByte(FIELDS);
            out.writeLong(forwarded.number());
            out.writeLong(forwarded.leaseVersion());
            out.writeInt(forwarded.values().size());
            for (Map.Entry<String, String> field : forwarded.values().entrySet()) {
                out.writeUTF(field.getKey());
                out.writeUTF(field.getValue());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ForwardedFields readFields(DataInputStream in) throws IOException {
        long number = in.readLong();
        long version = in.readLong();
        int count = in.readInt();
        Map<String, String> values = new HashMap<>();
        for (int i = 0; i < count; i++) {
            values.put(in.readUTF(), in.readUTF());
        }
        return new ForwardedFields(number, version, values);
    }

    private static void writeNumber(long number, NumberEntry entry, DataOutputStream out) {
        try {
            out.writeByte(NUMBER);
            out.writeLong(number);
            out.writeByte(entry.state().code());
            out.writeLong(entry.version());
            out.writeLong(entry.poolId());
            out.writeLong(entry.campaignId());
            PhoneNumber destination = entry.destination();
            out.writeLong(destination == null ? 0 : destination.digits());
            Lease lease = entry.lease();
            out.writeBoolean(lease != null);
            if (lease != null) {
                out.writeLong(lease.version());
                String visitor = lease.visitorId();
                out.writeBoolean(visitor != null);
                out.writeUTF(visitor == null ? "" : visitor);
                out.writeLong(lease.leasedAt());
                out.writeLong(lease.presentedAt());
                out.writeLong(lease.guaranteedUntil());
                out.writeLong(lease.heldUntil());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
            for (int kind = in.readByte(); kind != END; kind = in.readByte()) {
                switch (kind) {
                    case NUMBER -> readNumber(in, content);
                    case FIELDS -> content.apply(readFields(in));
                    case POOL -> {
                        long id = in.readLong();
                        content.apply(id, new PoolEntry(in.readLong(), in.readLong(), new PhoneNumber(in.readLong())));
                    }
                    default -> throw new IOException("it holds a row of the unknown kind " + kind);
                }
            }
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
        directory.restore(content, asOf);
        writtenAsOf = asOf;
        LOG.info("the kept directory {} has {} numbers", file, content.numbers.size());
    }

    private static void readNumber(DataInputStream in, NumberDirectory.Content into) throws IOException {
        long number = in.readLong();
        NumberState state = NumberState.ofCode(in.readByte());
        long version = in.readLong();
        long pool = in.readLong();
        long campaign = in.readLong();
        long digits = in.readLong();
        PhoneNumber destination = digits == 0 ? null : new PhoneNumber(digits);
        Lease lease = null;
        if (in.readBoolean()) {
            long leaseVersion = in.readLong();
            boolean hasVisitor = in.readBoolean();
            String visitor = in.readUTF();
            if (destination == null) {
                throw new IOException("a lease of " + number + " has no destination");
            }
            lease = new Lease(
                    new PhoneNumber(number),
                    leaseVersion,
                    pool,
                    campaign,
                    hasVisitor ? visitor : null,
                    destination,
                    in.readLong(),
                    in.readLong(),
                    in.readLong(),
                    in.readLong());
        }
        into.apply(number, new NumberEntry(state, version, pool, campaign, destination, lease));
    }

    /** Keeps the directory once more. */
    @Override
    public void close() {
        if (writer != null) {
            writer.interrupt();
            writer = null;
        }
        writeWell();
    }
}
