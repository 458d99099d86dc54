package io.ringtrace.store.journal;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which segments of which shards stand in a journal's folder, by number. Thread-safe: writers add, the keeper removes, readers look. */
final class SegmentCatalog {
    private static final Logger LOG = LoggerFactory.getLogger(SegmentCatalog.class);
    static final String SET_ASIDE_SUFFIX = ".damaged";

    private final Map<Integer, ConcurrentNavigableMap<Long, Path>> byShard = new ConcurrentHashMap<>();
    private final Set<Path> damaged = ConcurrentHashMap.newKeySet();

    /** What to do with a file that is prepared and not yet used. */
    interface Prepared {
        void found(Segment segment) throws IOException;
    }

    static SegmentCatalog of(Path folder, Prepared prepared) throws IOException {
        SegmentCatalog catalog = new SegmentCatalog();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + Segment.SUFFIX)) {
            for (Path file : sorted(files)) {
                try (Segment segment = Segment.openToRead(file)) {
                    if (segment.number() == 0) {
                        prepared.found(segment);
                    } else {
                        catalog.add(segment.shard(), segment.number(), file);
                    }
                } catch (IOException unreadable) {
                    Path aside = setAside(file);
                    LOG.error("journal: {}; kept as {}", unreadable.getMessage(), aside);
                }
            }
        }
        return catalog;
    }

    private static Iterable<Path> sorted(Iterable<Path> files) {
        TreeSet<Path> sorted = new TreeSet<>(Comparator.comparing(Path::toString));
        files.forEach(sorted::add);
        return sorted;
    }

    /** Renames a segment that cannot be read to its end, so that it is kept for a person to look at. */
    static Path setAside(Path file) throws IOException {
        return Files.move(file, file.resolveSibling(file.getFileName() + SET_ASIDE_SUFFIX));
    }

    /** Somebody could not read it to its end: it must not be deleted. */
    void markDamaged(Path segment) {
        damaged.add(segment);
    }

    boolean isDamaged(Path segment) {
        return damaged.contains(segment);
    }

    void add(int shard, long number, Path path) {
        byShard.computeIfAbsent(shard, _ -> new ConcurrentSkipListMap<>()).put(number, path);
    }

    void remove(int shard, long number) {
        segments(shard).remove(number);
    }

    SortedSet<Integer> shards() {
        return new TreeSet<>(byShard.keySet());
    }

    /** A live view. */
    NavigableMap<Long, Path> segments(int shard) {
        return byShard.computeIfAbsent(shard, _ -> new ConcurrentSkipListMap<>());
    }

    long lastNumber(int shard) {
        Map.@Nullable Entry<Long, Path> last = segments(shard).lastEntry();
        return last == null ? 0 : last.getKey();
    }
}
