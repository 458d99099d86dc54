package io.ringtrace.store.journal;

import io.ringtrace.call.CallEvent;
import io.ringtrace.call.CallId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A journal's folder as a person looks at it, of a stopped node or of one that is writing it. Only reads, and takes no lock; for the
 * thread of one command.
 */
public final class JournalFolder {
    /** A writer's entry is there or not within microseconds, so what looks broken and then changes was only being written. */
    private static final long SECOND_LOOK_MILLIS = 20;

    private final Path folder;

    /** What stands after a segment's last whole entry. */
    public enum State {
        /** Nothing. */
        SOUND,
        /** Part of an entry that was being written when the machine stopped; the next start cuts it off. */
        TORN,
        /** Something that is no entry, and whole entries after it. */
        DAMAGED,
        /** The file is made ahead, for entries to come. */
        PREPARED,
        /** The file is no segment of this version. */
        UNREADABLE
    }

    /**
     * One file of the folder.
     *
     * @param number 0 for a file that has none
     * @param bytes the file's size
     * @param end where the readable entries end; a torn or damaged entry begins there
     * @param notUnderstood whole entries that this version does not know
     * @param firstMillis earliest moment of an event, Unix milliseconds; 0 without events
     */
    public record Found(
            int shard,
            long number,
            Path file,
            long bytes,
            long end,
            State state,
            long began,
            long progressed,
            long answered,
            long ended,
            long notUnderstood,
            long firstMillis,
            long lastMillis) {
        public long events() {
            return began + progressed + answered + ended;
        }
    }

    /** An event, and where it stands. */
    public record Place(int shard, JournalPosition position, CallEvent event) {}

    private JournalFolder(Path folder) {
        this.folder = folder;
    }

    /**
     * @param asked a journal's folder, or the data folder that it is in; throws IOException when it is neither
     */
    public static JournalFolder at(Path asked) throws IOException {
        Path inside = asked.resolve("journal");
        Path folder = Files.isDirectory(inside) ? inside : asked;
        if (!Files.isDirectory(folder)) {
            throw new IOException(asked + " is no folder");
        }
        return new JournalFolder(folder);
    }

    public Path path() {
        return folder;
    }

    /** All segments, by shard and number; those that an earlier run set aside as damaged too. */
    public List<Found> segments() throws IOException {
        List<Found> found = new ArrayList<>();
        for (Path file : files()) {
            Found one = look(file);
            if (one != null) {
                found.add(one);
            }
        }
        found.sort(Comparator.comparingInt(Found::shard)
                .thenComparingLong(Found::number)
                .thenComparing(one -> one.file().toString()));
        return found;
    }

    /** Every event that can be read, shard by shard in the order of writing. */
    public void events(@Nullable CallId ofCall, Consumer<Place> each) throws IOException {
        for (Found found : segments()) {
            if (found.events() > 0) {
                try (Segment segment = Segment.openToRead(found.file())) {
                    Entries entries = new Entries(found.shard(), found.number(), place -> {
                        if (ofCall == null || ofCall.equals(place.event().callId())) {
                            each.accept(place);
                        }
                    });
                    SegmentScan.of(segment, entries);
                } catch (NoSuchFileException _) {
                    // Drained and deleted by its node meanwhile.
                }
            }
        }
    }

    private List<Path> files() throws IOException {
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> all =
                Files.newDirectoryStream(folder, "*" + Segment.SUFFIX + "{," + SegmentCatalog.SET_ASIDE_SUFFIX + "}")) {
            all.forEach(files::add);
        }
        return files;
    }

    private static @Nullable Found look(Path file) throws IOException {
        try (Segment segment = Segment.openToRead(file)) {
            Found first = scan(segment);
            if (first.state() != State.TORN && first.state() != State.DAMAGED) {
                return first;
            }
            pause();
            Found second = scan(segment);
            return second.end() == first.end() ? second : second.state() == State.SOUND ? second : sound(second);
        } catch (NoSuchFileException _) {
            return null;
        } catch (IOException _) {
            long bytes = Files.exists(file) ? Files.size(file) : 0;
            return new Found(0, 0, file, bytes, 0, State.UNREADABLE, 0, 0, 0, 0, 0, 0, 0);
        }
    }

    /** Its end moves: a node is writing it. */
    private static Found sound(Found written) {
        return new Found(
                written.shard(),
                written.number(),
                written.file(),
                written.bytes(),
                written.end(),
                State.SOUND,
                written.began(),
                written.progressed(),
                written.answered(),
                written.ended(),
                written.notUnderstood(),
                written.firstMillis(),
                written.lastMillis());
    }

    private static Found scan(Segment segment) {
        Counting counting = new Counting();
        Entries entries = new Entries(segment.shard(), segment.number(), counting);
        SegmentScan scan = SegmentScan.of(segment, entries);
        State state = switch (scan.tail()) {
            case CLEAN -> segment.number() == 0 && scan.entries() == 0 ? State.PREPARED : State.SOUND;
            case TORN -> State.TORN;
            case DAMAGED -> State.DAMAGED;
        };
        return new Found(
                segment.shard(),
                segment.number(),
                segment.path(),
                segment.bytes(),
                scan.end(),
                state,
                counting.began,
                counting.progressed,
                counting.answered,
                counting.ended,
                entries.notUnderstood,
                counting.firstMillis,
                counting.lastMillis);
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(SECOND_LOOK_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** Gives each entry its place. */
    private static final class Entries implements SegmentScan.Reader {
        private final int shard;
        private final long number;
        private final Consumer<Place> each;
        private long notUnderstood;

        Entries(int shard, long number, Consumer<Place> each) {
            this.shard = shard;
            this.number = number;
            this.each = each;
        }

        @Override
        public void entry(long at, ByteBuffer body) {
            JournalPosition position = new JournalPosition(number, at);
            try {
                each.accept(new Place(shard, position, CallEventCodec.decode(body)));
            } catch (RuntimeException _) {
                notUnderstood++;
            }
        }
    }

    private static final class Counting implements Consumer<Place> {
        private long began;
        private long progressed;
        private long answered;
        private long ended;
        private long firstMillis;
        private long lastMillis;

        @Override
        public void accept(Place place) {
            switch (place.event()) {
                case CallEvent.Began _ -> began++;
                case CallEvent.Progressed _ -> progressed++;
                case CallEvent.Answered _ -> answered++;
                case CallEvent.Continued _ -> {}
                case CallEvent.Ended _, CallEvent.Corrected _ -> ended++;
            }
            long at = place.event().atMillis();
            firstMillis = firstMillis == 0 ? at : Math.min(firstMillis, at);
            lastMillis = Math.max(lastMillis, at);
        }
    }
}
