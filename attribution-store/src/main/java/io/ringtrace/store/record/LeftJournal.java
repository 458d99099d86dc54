package io.ringtrace.store.record;

import io.ringtrace.call.CallEvent;
import io.ringtrace.call.CallId;
import io.ringtrace.call.EndReason;
import io.ringtrace.call.StoreUnavailableException;
import io.ringtrace.store.db.StoreDatabase;
import io.ringtrace.store.journal.Journal;
import io.ringtrace.store.journal.JournalSettings;
import io.ringtrace.store.node.NodeIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Duration;
import java.util.Map;

/**
 * The journal that a node left behind which will not start again: what the database lacks of it is carried there, under the node's own name
 * and from its own position, so that doing it twice makes no difference. For the thread of one command; waits for the database.
 */
public final class LeftJournal {
    private static final Duration LOOK_AGAIN = Duration.ofMillis(20);

    /**
     * @param events carried now
     * @param setAside of them, those that the database refused; they are in {@code dead-letters.jsonl} beside the journal
     * @param interrupted calls that were neither answered nor ended, and are closed now
     * @param lost calls that were answered and not ended, and are closed now at their last proof of life
     * @param whole false when the time was up before the end was reached; what has been carried stays
     */
    public record Outcome(String node, long events, long setAside, int interrupted, int lost, boolean whole) {}

    private LeftJournal() {}

    /**
     * @param dataFolder the node's
     * @param longest to wait for a database that is away or slow
     * @throws IOException when the folder is no node's, or its node is running
     */
    public static Outcome drain(Path dataFolder, StoreDatabase database, Duration longest)
            throws IOException, StoreUnavailableException, InterruptedException {
        Path journalFolder = dataFolder.resolve("journal");
        NodeIdentity node = node(dataFolder, database);
        try (Journal journal = new Journal(journalFolder, 1, JournalSettings.defaults())) {
            int interrupted = journal.start();
            long deadline = System.nanoTime() + longest.toNanos();
            int lost = closeAnswered(journal, deadline);
            try (JournalDrain drain = new JournalDrain(journal, database, node)) {
                drain.start();
                while (!drain.idle() && System.nanoTime() < deadline) {
                    Thread.sleep(LOOK_AGAIN);
                }
                boolean whole = drain.idle() && lost == journal.livedUntil().size();
                return new Outcome(node.name(), drain.drained(), drain.setAside(), interrupted, lost, whole);
            }
        }
    }

    /** Nobody watches these calls any more. A BYE that another node still sees corrects the record. */
    private static int closeAnswered(Journal journal, long deadline) throws InterruptedException {
        int closed = 0;
        for (Map.Entry<CallId, Long> call : journal.livedUntil().entrySet()) {
            CallEvent end = CallEvent.Ended.byRingtrace(call.getKey(), call.getValue(), EndReason.LOST, -1, false);
            while (!journal.recorder(0).record(end)) {
                if (System.nanoTime() > deadline) {
                    return closed;
                }
                Thread.sleep(LOOK_AGAIN);
            }
            closed++;
        }
        return closed;
    }

    /**
     * Whose data folder that is.
     *
     * @throws IOException when it is no node's
     */
    static NodeIdentity node(Path dataFolder, StoreDatabase database) throws IOException, StoreUnavailableException {
        if (!NodeIdentity.isIn(dataFolder) || !Files.isDirectory(dataFolder.resolve("journal"))) {
            throw new IOException(
                    dataFolder + " is no node's data folder: it must hold the file node and the folder" + " journal");
        }
        return NodeIdentity.load(
                dataFolder, name(database, NodeIdentity.load(dataFolder, "left").id()));
    }

    /** As the store knows it; by its id when it was never registered there. */
    private static String name(StoreDatabase database, long id) throws StoreUnavailableException {
        return database.transact(connection -> {
            try (PreparedStatement select = connection.prepareStatement("SELECT name FROM node WHERE id = ?")) {
                select.setLong(1, id);
                try (ResultSet row = select.executeQuery()) {
                    return row.next() ? row.getString(1) : "node-" + id;
                }
            }
        });
    }
}
