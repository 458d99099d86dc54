package io.ringtrace.store.journal;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * One file of a shard's journal, mapped into memory.
 *
 * <pre>
 * 0   magic "RINGTRJ1"   8   shard   16  segment number, 0 while the file is only prepared   24 to 63 zero
 * 64  entries, each at a multiple of 8: length of the body (int), CRC32C of the body (int), body, zeros up to the next multiple of 8
 * </pre>
 *
 * An entry's length is written last, so that a reader, or the next life of a killed process, sees a whole entry or none. A file is zero-filled
 * by real writes when it is made: a full disk is found there, and never as a SIGBUS in the shard. One thread appends; forcing and reading
 * are safe from others until {@link #close}.
 */
final class Segment implements AutoCloseable {
    static final int HEADER_BYTES = 64;
    static final int ENTRY_HEAD_BYTES = 8;
    static final int LARGEST_ENTRY = 24 * 1024;
    static final String SUFFIX = ".segment";

    private static final long MAGIC = 0x52494E4754524A31L;
    private static final int SHARD_AT = 8;
    private static final int NUMBER_AT = 16;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG.withOrder(ByteOrder.BIG_ENDIAN);
    private static final VarHandle LENGTH = INT.varHandle();
    /**
     * A page, because the kernel keeps in one piece of its cache (a folio) what one write brings, and takes all of it for changed at the first
     * change through the mapping: with zeros by the megabyte each force wrote 350 KB for 10 KB of entries.
     */
    private static final int ZEROS_AT_ONCE = 1 << 12;

    /** Compared with whole stretches at once: a start looks at megabytes of zeros before anything of it is compiled. */
    private static final MemorySegment ZEROS =
            MemorySegment.ofArray(new byte[1 << 16]).asReadOnly();

    private final Path path;
    private final Arena arena;
    private final MemorySegment memory;

    private Segment(Path path, Arena arena, MemorySegment memory) {
        this.path = path;
        this.arena = arena;
        this.memory = memory;
    }

    /** Makes a prepared file, whole or not at all. An IOException says that the disk has no room, or worse. */
    static void prepare(Path path, int shard, long bytes) throws IOException {
        Path unfinished = path.resolveSibling(path.getFileName() + ".new");
        boolean done = false;
        try (FileChannel channel = FileChannel.open(
                unfinished,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE)) {
            ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
            header.putLong(0, MAGIC).putInt(SHARD_AT, shard);
            writeAll(channel, header, 0);
            ByteBuffer zeros = ByteBuffer.allocateDirect(ZEROS_AT_ONCE);
            for (long at = HEADER_BYTES; at < bytes; at += zeros.limit()) {
                // From the header's end to the page's, and from then on page by page.
                zeros.clear().limit((int) Math.min(ZEROS_AT_ONCE - at % ZEROS_AT_ONCE, bytes - at));
                writeAll(channel, zeros, at);
            }
            channel.force(true);
            Files.move(unfinished, path, StandardCopyOption.ATOMIC_MOVE);
            done = true;
        } finally {
            if (!done) {
                Files.deleteIfExists(unfinished);
            }
        }
        forceFolder(path);
    }

    private static void writeAll(FileChannel channel, ByteBuffer bytes, long from) throws IOException {
        long at = from;
        while (bytes.hasRemaining()) {
            at += channel.write(bytes, at);
        }
    }

    /** So that the file's name survives a power failure too. */
    private static void forceFolder(Path path) throws IOException {
        Path folder = path.toAbsolutePath().getParent();
        if (folder != null) {
            try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    static Segment openToWrite(Path path) throws IOException {
        return open(path, FileChannel.MapMode.READ_WRITE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    static Segment openToRead(Path path) throws IOException {
        return open(path, FileChannel.MapMode.READ_ONLY, StandardOpenOption.READ);
    }

    @SuppressWarnings("MustBeClosedChecker") // the segment owns the arena and closes it
    private static Segment open(Path path, FileChannel.MapMode mode, StandardOpenOption... options) throws IOException {
        Arena arena = Arena.ofShared();
        boolean done = false;
        try (FileChannel channel = FileChannel.open(path, options)) {
            long bytes = channel.size();
            if (bytes < HEADER_BYTES) {
                throw new IOException(path + " is no journal segment: it has only " + bytes + " bytes");
            }
            MemorySegment memory = channel.map(mode, 0, bytes, arena);
            if (memory.get(LONG, 0) != MAGIC) {
                throw new IOException(
                        path + " is no journal segment of this version: its first bytes are not RINGTRJ1");
            }
            done = true;
            return new Segment(path, arena, memory);
        } finally {
            if (!done) {
                arena.close();
            }
        }
    }

    Path path() {
        return path;
    }

    int shard() {
        return memory.get(INT, SHARD_AT);
    }

    /** 0 while the file is only prepared. */
    long number() {
        return memory.get(LONG, NUMBER_AT);
    }

    void number(long number) {
        memory.set(LONG, NUMBER_AT, number);
    }

    long bytes() {
        return memory.byteSize();
    }

    /** Bytes that an entry with a body of this length takes. */
    static int footprint(int bodyBytes) {
        return (ENTRY_HEAD_BYTES + bodyBytes + 7) & ~7;
    }

    boolean hasRoom(long at, int bodyBytes) {
        return at + footprint(bodyBytes) <= memory.byteSize();
    }

    /** The caller has asked for room. Returns where the next entry goes. */
    long append(long at, MemorySegment body, int bodyBytes, int crc) {
        MemorySegment.copy(body, 0, memory, at + ENTRY_HEAD_BYTES, bodyBytes);
        memory.set(INT, at + 4, crc);
        LENGTH.setRelease(memory, at, bodyBytes);
        return at + footprint(bodyBytes);
    }

    /** The length that stands there; 0 where nothing has been written, or at the segment's end. */
    int lengthAt(long at) {
        return at + ENTRY_HEAD_BYTES > memory.byteSize() ? 0 : (int) LENGTH.getAcquire(memory, at);
    }

    /** The body of the entry there, checked; null when length or checksum is wrong. The length is not 0. */
    @Nullable
    ByteBuffer bodyAt(long at) {
        int length = lengthAt(at);
        if (length < 0 || length > LARGEST_ENTRY || !hasRoom(at, length)) {
            return null;
        }
        ByteBuffer body = memory.asSlice(at + ENTRY_HEAD_BYTES, length).asByteBuffer();
        CRC32C crc = new CRC32C();
        crc.update(body);
        body.rewind();
        return (int) crc.getValue() == memory.get(INT, at + 4) ? body : null;
    }

    boolean zeroFrom(long at) {
        for (long i = at; i < memory.byteSize(); i += ZEROS.byteSize()) {
            long bytes = Math.min(ZEROS.byteSize(), memory.byteSize() - i);
            if (MemorySegment.mismatch(memory, i, i + bytes, ZEROS, 0, bytes) >= 0) {
                return false;
            }
        }
        return true;
    }

    void clearFrom(long at) {
        memory.asSlice(at).fill((byte) 0);
        memory.force();
    }

    /** Waits until these bytes are on the disk. Throws UncheckedIOException when the disk refuses. */
    void force(long from, long to) {
        memory.asSlice(from, to - from).force();
    }

    @Override
    public void close() {
        arena.close();
    }
}
