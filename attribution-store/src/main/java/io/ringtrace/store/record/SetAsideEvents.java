package io.ringtrace.store.record;

import io.ringtrace.call.CallEvent;
import io.ringtrace.call.StoreUnavailableException;
import io.ringtrace.store.db.StoreDatabase;
import io.ringtrace.store.journal.EncodedEvent;
import io.ringtrace.store.node.NodeIdentity;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * The events that a drain set aside, as a person looks at them and has them tried again, while the node runs or when it is dead. The drain alone
 * writes {@code dead-letters.jsonl}; who tries them again moves that file away, under a number of its own, and alone changes the numbered
 * ones: one at a time, by a lock on a file beside them. An event leaves its file only when it is in the store, so that a death in between means
 * that it is written again, which makes no difference. For the thread of one command.
 */
public final class SetAsideEvents {
    private static final String LOCK = "dead-letters.lock";
    private static final String ALL_TAKEN = "dead-letters-" + "[0-9]".repeat(9) + ".jsonl";
    /** Refused again and again, they must not fill the disk that the journal needs. */
    private static final long MOST_TAKEN = 64L << 20;

    /**
     * @param setAsideAt as in ISO 8601; like the others empty where the letter does not say
     * @param event for a person to read
     */
    public record Letter(String setAsideAt, String shard, String callId, String why, String event) {}

    /**
     * @param written are in the store now, and set aside no more
     * @param refused stay, with what was said of them this time
     * @param untried stay as they were
     * @param stopped why some were not tried; empty where all were
     */
    public record Outcome(long written, long refused, long untried, String stopped) {
        Outcome and(Outcome more) {
            return new Outcome(
                    written + more.written,
                    refused + more.refused,
                    untried + more.untried,
                    stopped.isEmpty() ? more.stopped : stopped);
        }
    }

    private final Path folder;

    /** @param journalFolder the folder that the journal's segments are in */
    public SetAsideEvents(Path journalFolder) {
        this.folder = journalFolder;
    }

    public boolean isEmpty() throws IOException {
        return files().isEmpty();
    }

    /** Oldest first. */
    public void read(Consumer<Letter> reader) throws IOException {
        for (Path file : files()) {
            try (BufferedReader lines = lines(file)) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    reader.accept(letter(line));
                }
            } catch (NoSuchFileException _) {
                // They are being tried again, and the last of it was taken by the store.
            }
        }
    }

    private static Letter letter(String line) {
        Map<String, String> fields = fields(line);
        return fields == null
                ? new Letter("", "", "", "this line is no letter", line)
                : new Letter(
                        fields.getOrDefault("set_aside_at", ""),
                        fields.getOrDefault("shard", ""),
                        fields.getOrDefault("call_id", ""),
                        fields.getOrDefault("why", ""),
                        fields.getOrDefault("event", ""));
    }

    /**
     * Writes what was set aside into the store as the drain does, under the node's own name.
     *
     * @param longest after this time no further one is tried
     * @throws IOException when the folder is in no node's data folder, somebody else does the same, or a file cannot be read or written
     * @throws StoreUnavailableException when the store is away at the beginning; nothing has changed then
     */
    public Outcome tryAgain(StoreDatabase database, Duration longest) throws IOException, StoreUnavailableException {
        Path dataFolder = folder.toAbsolutePath().normalize().getParent();
        NodeIdentity node = LeftJournal.node(dataFolder == null ? folder : dataFolder, database);
        EventDelivery delivery = new EventDelivery(database, new RecordWriter(node.name())::write, node.id());
        long deadline = System.nanoTime() + longest.toNanos();
        try (FileChannel channel =
                        FileChannel.open(folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock _ = alone(channel)) {
            Outcome outcome = new Outcome(0, 0, 0, "");
            for (Path file : taken()) {
                outcome = outcome.and(tryAgain(file, delivery, deadline));
            }
            Path fresh = folder.resolve(DeadLetters.FILE);
            if (outcome.stopped().isEmpty() && Files.isRegularFile(fresh)) {
                outcome = outcome.and(takeAndTry(fresh, delivery, deadline));
            }
            return outcome;
        }
    }

    private FileLock alone(FileChannel channel) throws IOException {
        FileLock lock;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            throw inUse(e);
        }
        if (lock == null) {
            throw inUse(null);
        }
        return lock;
    }

    private IOException inUse(@Nullable Exception cause) {
        return new IOException(
                "the events set aside in " + folder + " are being tried again by another command", cause);
    }

    private Outcome takeAndTry(Path fresh, EventDelivery delivery, long deadline) throws IOException {
        List<Path> taken = taken();
        long bytes = Files.size(fresh);
        for (Path file : taken) {
            bytes += Files.size(file);
        }
        if (bytes > MOST_TAKEN && !taken.isEmpty()) {
            return new Outcome(
                    0,
                    0,
                    0,
                    "those refused again would have more than " + MOST_TAKEN + " bytes: move " + taken.getFirst()
                            + " away");
        }
        long number = taken.isEmpty() ? 1 : number(taken.getLast()) + 1;
        Path file = folder.resolve(String.format(Locale.ROOT, "dead-letters-%09d.jsonl", number));
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        return tryAgain(file, delivery, deadline);
    }

    private static long number(Path taken) {
        return Long.parseLong(taken.getFileName().toString().replaceAll("[^0-9]", ""));
    }

    private static Outcome tryAgain(Path file, EventDelivery delivery, long deadline) throws IOException {
        Path kept = file.resolveSibling(file.getFileName() + ".part");
        Again again = new Again(delivery, deadline);
        try (BufferedReader lines = lines(file);
                BufferedWriter writer = Files.newBufferedWriter(kept)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String stays = again.whatStaysOf(line);
                if (stays != null) {
                    writer.write(stays);
                    writer.write('\n');
                }
            }
        }
        if (again.outcome.refused() + again.outcome.untried() == 0) {
            Files.delete(file);
            Files.delete(kept);
        } else {
            try (FileChannel channel = FileChannel.open(kept, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            Files.move(kept, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
        return again.outcome;
    }

    /** One file's letters, tried one after the other. */
    private static final class Again {
        private final EventDelivery delivery;
        private final long deadline;
        Outcome outcome = new Outcome(0, 0, 0, "");

        Again(EventDelivery delivery, long deadline) {
            this.delivery = delivery;
            this.deadline = deadline;
        }

        /** Null when the event is in the store. */
        @Nullable
        String whatStaysOf(String line) {
            Map<String, String> fields = fields(line);
            if (fields == null) {
                // The machine stopped in the middle of it. Somebody may want to look at what there is.
                return stays(line);
            }
            if (outcome.stopped().isEmpty() && System.nanoTime() > deadline) {
                outcome = outcome.and(new Outcome(0, 0, 0, "the time is up"));
            }
            if (!outcome.stopped().isEmpty()) {
                outcome = outcome.and(new Outcome(0, 0, 1, ""));
                return line;
            }
            try {
                CallEvent event = EncodedEvent.decode(fields.getOrDefault("entry", ""));
                return switch (delivery.deliver(List.of(event), _ -> {})) {
                    case EventDelivery.Outcome.Written _ -> {
                        outcome = outcome.and(new Outcome(1, 0, 0, ""));
                        yield null;
                    }
                    case EventDelivery.Outcome.Refused(var why) -> {
                        fields.put("call_id", event.callId().toString());
                        fields.put("event", event.toString());
                        yield refused(fields, why);
                    }
                };
            } catch (IllegalArgumentException e) {
                return refused(fields, String.valueOf(e.getMessage()));
            } catch (StoreUnavailableException e) {
                outcome = outcome.and(new Outcome(0, 0, 1, String.valueOf(e.getMessage())));
                return line;
            }
        }

        private String stays(String line) {
            outcome = outcome.and(new Outcome(0, 1, 0, ""));
            return line;
        }

        private String refused(Map<String, String> fields, String why) {
            fields.put("why", why);
            fields.put("tried_again_at", Instant.now().toString());
            return stays(RecordJson.line(fields));
        }
    }

    private static @Nullable Map<String, String> fields(String line) {
        try {
            return RecordJson.fields(line);
        } catch (JacksonException e) {
            return null;
        }
    }

    /** Bytes that are no text, after a power cut, are read as such. */
    private static BufferedReader lines(Path file) throws IOException {
        return new BufferedReader(new InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8));
    }

    private List<Path> files() throws IOException {
        List<Path> files = taken();
        Path fresh = folder.resolve(DeadLetters.FILE);
        if (Files.isRegularFile(fresh)) {
            files.add(fresh);
        }
        return files;
    }

    private List<Path> taken() throws IOException {
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, ALL_TAKEN)) {
            found.forEach(files::add);
        }
        files.sort(null);
        return files;
    }
}
