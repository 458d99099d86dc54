package io.ringtrace.store.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Keeps a second process off a journal's folder: an advisory lock on a file that holds the owner's pid. Gone when the process dies. */
final class JournalLock implements AutoCloseable {
    /**
     * Folders locked by this process. Asked before the file is opened: POSIX drops a process's lock when it closes any descriptor of the file,
     * so that a refused second attempt would free the first one's lock.
     */
    private static final Set<Path> OURS = ConcurrentHashMap.newKeySet();

    private final Path folder;
    private final FileChannel channel;

    private JournalLock(Path folder, FileChannel channel) {
        this.folder = folder;
        this.channel = channel;
    }

    static JournalLock take(Path journalFolder) throws IOException {
        Path folder = journalFolder.toRealPath();
        String self = Long.toString(ProcessHandle.current().pid());
        if (!OURS.add(folder)) {
            throw new JournalInUseException(folder, self + " (this one)");
        }
        FileChannel channel = null;
        boolean taken = false;
        try {
            Path file = folder.resolve("lock");
            channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            @Nullable FileLock lock = channel.tryLock();
            if (lock == null) {
                throw new JournalInUseException(folder, Files.readString(file).strip());
            }
            channel.truncate(0);
            channel.write(ByteBuffer.wrap((self + "\n").getBytes(StandardCharsets.US_ASCII)), 0);
            taken = true;
            return new JournalLock(folder, channel);
        } finally {
            if (!taken) {
                OURS.remove(folder);
                if (channel != null) {
                    channel.close();
                }
            }
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
        OURS.remove(folder);
    }
}
