package io.ringtrace.store.record;

import io.ringtrace.call.CallEvent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps what the database refuses, with its reason, one JSON object a line, in a file beside the journal. A letter is on the disk before its
 * event is left behind in the journal; after a crash in between it stands there twice. Nobody else makes or changes that file, but it may
 * be moved away at any moment, as {@link SetAsideEvents} does. Used by the drain's thread; the count by any.
 */
final class DeadLetters {
    /** Beside the journal's segments. */
    static final String FILE = "dead-letters.jsonl";

    private static final Logger LOG = LoggerFactory.getLogger(DeadLetters.class);
    private static final long LARGEST_FILE = 64L << 20;

    private final Path file;
    private final long largest;
    private final AtomicLong count = new AtomicLong();

    DeadLetters(Path file) {
        this(file, LARGEST_FILE);
    }

    /** @param largest bytes that the file may have */
    DeadLetters(Path file, long largest) {
        this.file = file;
        this.largest = largest;
    }

    Path file() {
        return file;
    }

    long count() {
        return count.get();
    }

    /**
     * @param event null when it was not understood
     * @param entry the event as the journal has it
     * @throws IOException when it is not kept: the file is full, or cannot be written
     */
    void setAside(int shard, @Nullable CallEvent event, String entry, String why) throws IOException {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("set_aside_at", Instant.now().toString());
        fields.put("shard", Integer.toString(shard));
        fields.put("why", why);
        if (event != null) {
            fields.put("call_id", event.callId().toString());
            fields.put("event", event.toString());
        }
        fields.put("entry", entry);
        append((RecordJson.line(fields) + "\n").getBytes(StandardCharsets.UTF_8));
        count.incrementAndGet();
        LOG.error(
                "call records: an event of call {} was refused ({}); it is kept in {}",
                event == null ? "unknown" : event.callId(),
                why,
                file);
    }

    /** When the file was moved away meanwhile, whoever did so may not have seen the letter in it: it is written to the next one too. */
    private void append(byte[] line) throws IOException {
        do {
            appendOnce(line);
        } while (Files.notExists(file));
    }

    private void appendOnce(byte[] line) throws IOException {
        try (FileChannel letters = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            long end = letters.size();
            if (end + line.length > largest) {
                throw new IOException(file + " is full (" + largest + " bytes)");
            }
            try {
                ByteBuffer bytes = ByteBuffer.wrap(line);
                for (long at = end; bytes.hasRemaining(); ) {
                    at += letters.write(bytes, at);
                }
                letters.force(true);
            } catch (IOException e) {
                cutOff(letters, end, e);
                throw e;
            }
        }
    }

    /** Half a letter would make the next one unreadable too. */
    private static void cutOff(FileChannel letters, long end, IOException because) {
        try {
            letters.truncate(end);
        } catch (IOException e) {
            because.addSuppressed(e);
        }
    }
}
