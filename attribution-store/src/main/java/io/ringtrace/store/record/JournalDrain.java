package io.ringtrace.store.record;

import io.ringtrace.call.CallEvent;
import io.ringtrace.call.CallId;
import io.ringtrace.call.StoreUnavailableException;
import io.ringtrace.store.db.StoreDatabase;
import io.ringtrace.store.journal.Journal;
import io.ringtrace.store.journal.JournalEntry;
import io.ringtrace.store.journal.JournalPosition;
import io.ringtrace.store.journal.ShardReader;
import io.ringtrace.store.node.NodeIdentity;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries the journal of all shards into call_record, in batches, on a thread of its own. A batch and the position after it are one transaction,
 * and what is written twice makes no difference, so neither a crash nor an unknown outcome loses or doubles anything. While the store is
 * away the journal grows and the drain tries again; a row that the database refuses is set aside, and the others go on.
 */
public final class JournalDrain implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(JournalDrain.class);
    private static final int LARGEST_BATCH = 8_000;
    private static final Duration IDLE = Duration.ofMillis(10);
    /**
     * How long the drain rests after a batch, by its size: with few calls each event is in the database at once; with many, a batch holds
     * whole calls, and a call that is one row costs a third of one that is written four times.
     */
    private static final Duration REST_FOR_AN_EVENT = Duration.ofMillis(5);

    private static final Duration LONGEST_REST = Duration.ofSeconds(1);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);
    /** SQLSTATE classes: data exception, integrity constraint violation, raised by a trigger. */
    private static final Set<String> DATA_ERRORS = Set.of("22", "23", "45");

    private final Journal journal;
    private final StoreDatabase database;
    private final long nodeId;
    private final RecordWriter writer;
    private final StoreCallNews news;
    private final DeadLetters deadLetters;
    private final Thread thread;
    private final Map<Integer, ShardReader> readers = new HashMap<>();
    private final AtomicLong drained = new AtomicLong();
    private volatile boolean stopping;
    private volatile boolean idle;
    private Duration pause = FIRST_PAUSE;

    /** Begins with the journal started; ends before it is closed. */
    public JournalDrain(Journal journal, StoreDatabase database, NodeIdentity node) {
        this(journal, database, node, new LearnedDelays(), new StoreCallNews(database));
    }

    /**
     * As {@link #JournalDrain(Journal, StoreDatabase, NodeIdentity)}.
     *
     * @param delays by which the attribution's confidence is judged
     * @param news hears of what has been written
     */
    public JournalDrain(
            Journal journal, StoreDatabase database, NodeIdentity node, LearnedDelays delays, StoreCallNews news) {
        this.journal = journal;
        this.database = database;
        this.nodeId = node.id();
        this.writer = new RecordWriter(node.name(), delays, InstantSource.system());
        this.news = news;
        this.deadLetters = new DeadLetters(journal.folder().resolve("dead-letters.jsonl"));
        this.thread = Thread.ofPlatform().daemon().name("journal-drain").unstarted(this::run);
    }

    public void start() {
        thread.start();
    }

    /** Events written since the start. */
    public long drained() {
        return drained.get();
    }

    /** Events that the database refused since the start. */
    public long setAside() {
        return deadLetters.count();
    }

    /** True when everything that was in the journal a moment ago is in the database. */
    public boolean idle() {
        return idle;
    }

    private record Read(int shard, @Nullable CallEvent event, String why) {}

    private record Batch(List<Read> entries, Map<Integer, JournalPosition> positions) {}

    private void run() {
        try {
            if (!database.opens()) {
                return;
            }
            Map<Integer, JournalPosition> from = startPositions();
            while (!stopping) {
                Batch batch = nextBatch(from);
                if (batch.entries().isEmpty()) {
                    idle = true;
                    Thread.sleep(IDLE);
                } else {
                    idle = false;
                    writeInTheEnd(batch);
                    rest(batch.entries().size());
                }
            }
        } catch (InterruptedException _) {
            LOG.debug("journal drain stopped");
        } finally {
            readers.values().forEach(ShardReader::close);
        }
    }

    private void rest(int events) throws InterruptedException {
        Duration due = REST_FOR_AN_EVENT.multipliedBy(events);
        if (events < LARGEST_BATCH) {
            Thread.sleep(due.compareTo(LONGEST_REST) < 0 ? due : LONGEST_REST);
        }
    }

    private Map<Integer, JournalPosition> startPositions() throws InterruptedException {
        while (true) {
            try {
                Map<Integer, JournalPosition> positions = database.transact(this::readPositions);
                positions.forEach(journal::drained);
                return positions;
            } catch (StoreUnavailableException e) {
                waitForStore(e);
            }
        }
    }

    private Map<Integer, JournalPosition> readPositions(Connection connection) throws SQLException {
        Map<Integer, JournalPosition> positions = new HashMap<>();
        try (PreparedStatement select =
                connection.prepareStatement("SELECT shard, segment, offset_ FROM journal_position WHERE node_id = ?")) {
            select.setLong(1, nodeId);
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    positions.put(rows.getInt(1), new JournalPosition(rows.getLong(2), rows.getLong(3)));
                }
            }
        }
        return positions;
    }

    private Batch nextBatch(Map<Integer, JournalPosition> from) throws InterruptedException {
        List<Read> entries = new ArrayList<>();
        Map<Integer, JournalPosition> positions = new TreeMap<>();
        for (int shard : journal.shards()) {
            ShardReader reader =
                    readers.computeIfAbsent(shard, s -> journal.read(s, from.getOrDefault(s, JournalPosition.START)));
            try {
                while (entries.size() < LARGEST_BATCH) {
                    JournalEntry entry = reader.next();
                    if (entry == null) {
                        break;
                    }
                    entries.add(
                            switch (entry) {
                                case JournalEntry.Event read -> new Read(shard, read.event(), "");
                                case JournalEntry.Unreadable unreadable ->
                                    new Read(
                                            shard, null, "entry before " + unreadable.next() + ": " + unreadable.why());
                            });
                    positions.put(shard, reader.position());
                }
            } catch (IOException e) {
                LOG.error("journal drain: shard {} cannot be read, trying again: {}", shard, e.getMessage());
                Thread.sleep(LONGEST_PAUSE);
            }
        }
        return new Batch(entries, positions);
    }

    private void writeInTheEnd(Batch batch) throws InterruptedException {
        Set<Read> refused = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Read read : batch.entries()) {
            if (read.event() == null) {
                deadLetters.setAside(read.shard(), null, read.why());
            }
        }
        while (true) {
            try {
                write(batch, refused);
                break;
            } catch (StoreUnavailableException e) {
                waitForStore(e);
            }
        }
        if (!pause.equals(FIRST_PAUSE)) {
            pause = FIRST_PAUSE;
            LOG.info("journal drain: the store is back");
        }
        batch.positions().forEach(journal::drained);
        drained.addAndGet(batch.entries().size());
    }

    private void write(Batch batch, Set<Read> refused) throws StoreUnavailableException {
        List<Read> reads = new ArrayList<>();
        for (Read read : batch.entries()) {
            if (read.event() != null && !refused.contains(read)) {
                reads.add(read);
            }
        }
        try {
            List<CallEvent> events = events(reads);
            Map<CallId, Long> networks = database.transactUnlogged(connection -> {
                Map<CallId, Long> written = writer.write(connection, events);
                writePositions(connection, batch.positions());
                return written;
            });
            news.tell(events, networks);
        } catch (StoreUnavailableException e) {
            if (!isDataError(e)) {
                throw e;
            }
            writeWithout(reads, refused, e);
            database.transactUnlogged(connection -> writePositions(connection, batch.positions()));
        }
    }

    private static List<CallEvent> events(List<Read> reads) {
        List<CallEvent> events = new ArrayList<>(reads.size());
        for (Read read : reads) {
            if (read.event() != null) {
                events.add(read.event());
            }
        }
        return events;
    }

    /** Writes, in ever smaller parts, what was refused as a whole, and sets aside the events that the database does not take. */
    private void writeWithout(List<Read> reads, Set<Read> refused, StoreUnavailableException why)
            throws StoreUnavailableException {
        if (reads.size() == 1) {
            Read only = reads.getFirst();
            refused.add(only);
            deadLetters.setAside(
                    only.shard(), only.event(), String.valueOf(why.getCause() == null ? why : why.getCause()));
            return;
        }
        int middle = reads.size() / 2;
        for (List<Read> part : List.of(reads.subList(0, middle), reads.subList(middle, reads.size()))) {
            try {
                List<CallEvent> events = events(part);
                news.tell(events, database.transactUnlogged(connection -> writer.write(connection, events)));
            } catch (StoreUnavailableException e) {
                if (!isDataError(e)) {
                    throw e;
                }
                writeWithout(part, refused, e);
            }
        }
    }

    private static boolean isDataError(StoreUnavailableException e) {
        return e.getCause() instanceof SQLException cause
                && cause.getSQLState() != null
                && cause.getSQLState().length() == 5
                && DATA_ERRORS.contains(cause.getSQLState().substring(0, 2));
    }

    private int[] writePositions(Connection connection, Map<Integer, JournalPosition> positions) throws SQLException {
        try (PreparedStatement upsert = connection.prepareStatement("INSERT INTO journal_position"
                + " (node_id, shard, segment, offset_) VALUES (?, ?, ?, ?)"
                + " ON DUPLICATE KEY UPDATE segment = VALUES(segment), offset_ = VALUES(offset_)")) {
            for (Map.Entry<Integer, JournalPosition> position : positions.entrySet()) {
                upsert.setLong(1, nodeId);
                upsert.setInt(2, position.getKey());
                upsert.setLong(3, position.getValue().segment());
                upsert.setLong(4, position.getValue().offset());
                upsert.addBatch();
            }
            return upsert.executeBatch();
        }
    }

    private void waitForStore(StoreUnavailableException e) throws InterruptedException {
        if (pause.equals(FIRST_PAUSE)) {
            LOG.warn("journal drain: {}; calls go on, their records wait in the journal", e.getMessage());
        }
        Thread.sleep(pause);
        Duration doubled = pause.multipliedBy(2);
        pause = doubled.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : doubled;
    }

    /** What is not yet drained stays in the journal for the next start. */
    @Override
    public void close() {
        stopping = true;
        boolean interrupted = false;
        while (thread.isAlive()) {
            thread.interrupt();
            try {
                thread.join(Duration.ofMillis(100));
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
