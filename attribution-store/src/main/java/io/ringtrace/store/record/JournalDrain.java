package io.ringtrace.store.record;

import io.ringtrace.call.CallEvent;
import io.ringtrace.call.CallId;
import io.ringtrace.call.StoreUnavailableException;
import io.ringtrace.store.db.StoreDatabase;
import io.ringtrace.store.journal.EncodedEvent;
import io.ringtrace.store.journal.Journal;
import io.ringtrace.store.journal.JournalEntry;
import io.ringtrace.store.journal.JournalPosition;
import io.ringtrace.store.journal.ShardReader;
import io.ringtrace.store.lease.RecentLeases;
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
 * away the journal grows and the drain tries again. An event that cannot be written though the store takes others is set aside with its
 * reason, and the others go on; the drain goes past it only when its letter is on the disk. Nothing ends the thread but {@link #close}:
 * what it does not know of it tells by {@link #state}, and begins again from the position in the database.
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
    /** How it goes. */
    public enum State {
        FLOWING,
        /** The store is away, or takes no records at all. */
        STORE_AWAY,
        /** An event is to be set aside, and the file for that is full or cannot be written. */
        LETTERS_UNWRITABLE,
        /** A segment cannot be read; the other shards go on. */
        SEGMENT_UNREADABLE,
        /** It meets an error of our own, whatever it tries. */
        FAILING
    }

    private final Journal journal;
    private final StoreDatabase database;
    private final long nodeId;
    private final EventDelivery delivery;
    private final StoreCallNews news;
    private final DeadLetters deadLetters;
    private final Thread thread;
    private final Map<Integer, ShardReader> readers = new HashMap<>();
    private final AtomicLong drained = new AtomicLong();
    private final DrainPause pause = new DrainPause();
    private final CallsFirst callsFirst;
    /** When a shard that could not be read is tried again, by the monotonic clock. */
    private final Map<Integer, Long> unreadableUntil = new HashMap<>();

    private volatile boolean stopping;
    private volatile boolean idle;
    private volatile State state = State.FLOWING;
    private volatile long stuckSinceNanos;

    /** Begins with the journal started; ends before it is closed. */
    public JournalDrain(Journal journal, StoreDatabase database, NodeIdentity node) {
        this(journal, database, node, new LearnedDelays(), RecentLeases.none(), new StoreCallNews(database));
    }

    /**
     * As {@link #JournalDrain(Journal, StoreDatabase, NodeIdentity)}.
     *
     * @param delays by which the attribution's confidence is judged
     * @param recentLeases asked for what a lease carries before the database is
     * @param news hears of what has been written
     */
    public JournalDrain(
            Journal journal,
            StoreDatabase database,
            NodeIdentity node,
            LearnedDelays delays,
            RecentLeases recentLeases,
            StoreCallNews news) {
        this(
                journal,
                database,
                node,
                new RecordWriter(node.name(), delays, recentLeases, InstantSource.system())::write,
                news);
    }

    JournalDrain(
            Journal journal,
            StoreDatabase database,
            NodeIdentity node,
            EventDelivery.Writer writer,
            StoreCallNews news) {
        this.journal = journal;
        this.database = database;
        this.nodeId = node.id();
        this.delivery = new EventDelivery(database, writer, node.id());
        this.news = news;
        this.callsFirst = new CallsFirst(database::giveWay, System::nanoTime);
        this.deadLetters = new DeadLetters(journal.folder().resolve(DeadLetters.FILE));
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

    public State state() {
        return state;
    }

    /** For how long nothing, or not everything, has reached the database; 0 while it flows. */
    public double stuckSeconds() {
        return state == State.FLOWING ? 0 : (System.nanoTime() - stuckSinceNanos) / 1e9;
    }

    /** @param entry as {@link EncodedEvent} has it; empty where the event is there */
    private record Read(int shard, @Nullable CallEvent event, String why, String entry) {}

    private record Batch(List<Read> entries, Map<Integer, JournalPosition> positions) {}

    private void run() {
        try {
            if (!database.opens()) {
                return;
            }
            while (!stopping) {
                drainUntilItFails();
                closeReaders();
                Thread.sleep(pause.next());
            }
        } catch (InterruptedException _) {
            LOG.debug("journal drain stopped");
        } finally {
            closeReaders();
            callsFirst.end();
        }
    }

    /** From the position in the database on. */
    private void drainUntilItFails() throws InterruptedException {
        try {
            Map<Integer, JournalPosition> from = startPositions();
            while (!stopping) {
                Batch batch = nextBatch(from);
                callsFirst.found(batch.entries().size());
                if (batch.entries().isEmpty()) {
                    flows();
                    idle = unreadableUntil.isEmpty();
                    Thread.sleep(IDLE);
                } else {
                    idle = false;
                    writeInTheEnd(batch);
                    rest(batch.entries().size());
                }
            }
        } catch (RuntimeException | Error e) {
            idle = false;
            if (stuck(State.FAILING)) {
                LOG.error("journal drain: failed, and begins again; records wait in the journal", e);
            } else {
                LOG.debug("journal drain: failed again", e);
            }
        }
    }

    /** Whether that is new. */
    private boolean stuck(State now) {
        if (state == now) {
            return false;
        }
        if (state == State.FLOWING) {
            stuckSinceNanos = System.nanoTime();
        }
        state = now;
        return true;
    }

    private void flows() {
        pause.reset();
        if (state != State.FLOWING) {
            state = unreadableUntil.isEmpty() ? State.FLOWING : State.SEGMENT_UNREADABLE;
            if (state == State.FLOWING) {
                LOG.info("journal drain: records reach the store again");
            }
        }
    }

    private void closeReaders() {
        readers.values().forEach(ShardReader::close);
        readers.clear();
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

    private Batch nextBatch(Map<Integer, JournalPosition> from) {
        List<Read> entries = new ArrayList<>();
        Map<Integer, JournalPosition> positions = new TreeMap<>();
        for (int shard : journal.shards()) {
            if (unreadableUntil.getOrDefault(shard, Long.MIN_VALUE) > System.nanoTime()) {
                continue;
            }
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
                                case JournalEntry.Event read -> new Read(shard, read.event(), "", "");
                                case JournalEntry.Unreadable unreadable ->
                                    new Read(
                                            shard,
                                            null,
                                            "entry before " + unreadable.next() + ": " + unreadable.why(),
                                            unreadable.entry());
                            });
                    positions.put(shard, reader.position());
                }
                unreadableUntil.remove(shard);
            } catch (IOException e) {
                unreadableUntil.put(shard, System.nanoTime() + DrainPause.LONGEST.toNanos());
                stuck(State.SEGMENT_UNREADABLE);
                LOG.error("journal drain: shard {} cannot be read, trying again: {}", shard, e.getMessage());
            }
        }
        return new Batch(entries, positions);
    }

    private void writeInTheEnd(Batch batch) throws InterruptedException {
        Set<Read> refused = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Read read : batch.entries()) {
            if (read.event() == null) {
                setAsideInTheEnd(read, read.why());
                refused.add(read);
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
        flows();
        batch.positions().forEach(journal::drained);
        drained.addAndGet(batch.entries().size());
    }

    private void write(Batch batch, Set<Read> refused) throws StoreUnavailableException, InterruptedException {
        List<Read> reads = new ArrayList<>();
        for (Read read : batch.entries()) {
            if (!refused.contains(read)) {
                reads.add(read);
            }
        }
        String fault = faultOf(reads, batch.positions());
        if (fault != null) {
            writeApart(reads, refused, fault);
            database.transactUnlogged(connection -> writePositions(connection, batch.positions()));
        }
    }

    /** As {@link EventDelivery#deliver}; null when all of the events are written, and the positions. */
    private @Nullable String faultOf(List<Read> reads, Map<Integer, JournalPosition> positions)
            throws StoreUnavailableException {
        List<CallEvent> events = events(reads);
        return switch (delivery.deliver(events, connection -> writePositions(connection, positions))) {
            case EventDelivery.Outcome.Written(var networks) -> {
                tell(events, networks);
                yield null;
            }
            case EventDelivery.Outcome.Refused(var why) -> why;
        };
    }

    private void tell(List<CallEvent> events, Map<CallId, Long> networks) {
        try {
            news.tell(events, networks);
        } catch (RuntimeException e) {
            LOG.error("journal drain: somebody who listens to call events failed; the records are written", e);
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

    /** Writes, in ever smaller parts, what was refused as a whole, and sets aside the events that cannot be written. */
    private void writeApart(List<Read> reads, Set<Read> refused, String why)
            throws StoreUnavailableException, InterruptedException {
        if (reads.size() == 1) {
            Read only = reads.getFirst();
            setAsideInTheEnd(only, why);
            refused.add(only);
            return;
        }
        int middle = reads.size() / 2;
        for (List<Read> part : List.of(reads.subList(0, middle), reads.subList(middle, reads.size()))) {
            String fault = faultOf(part, Map.of());
            if (fault != null) {
                writeApart(part, refused, fault);
            }
        }
    }

    /** Returns when the letter is on the disk: until then nothing goes past the event. */
    private void setAsideInTheEnd(Read read, String why) throws InterruptedException {
        CallEvent event = read.event();
        String entry = event == null ? read.entry() : EncodedEvent.of(event);
        while (true) {
            try {
                deadLetters.setAside(read.shard(), event, entry, why);
                return;
            } catch (IOException e) {
                if (stuck(State.LETTERS_UNWRITABLE)) {
                    LOG.error(
                            "journal drain: an event was refused ({}) and cannot be set aside: {}. All records wait in the journal"
                                    + " until {} can be written; when it is full, move it away",
                            why,
                            e.getMessage(),
                            deadLetters.file());
                }
                Thread.sleep(pause.next());
            }
        }
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
        if (stuck(State.STORE_AWAY)) {
            LOG.warn("journal drain: {}; calls go on, their records wait in the journal", e.getMessage());
        }
        Thread.sleep(pause.next());
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
