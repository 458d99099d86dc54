package io.ringtrace.store.node;

import io.ringtrace.call.StoreUnavailableException;
import io.ringtrace.store.db.StoreDatabase;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Properties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node's id and name, kept in its data folder so that they outlive restarts, and registered in the store with a server_id of its own for
 * reading the binlog. Loaded by the server at start, without the database; thread-safe.
 */
public final class NodeIdentity {
    private static final Logger LOG = LoggerFactory.getLogger(NodeIdentity.class);
    private static final String FILE = "node";
    /** Exact in JSON and JavaScript too. */
    private static final long LARGEST_ID = (1L << 53) - 1;
    /** Above what people give their servers by hand; server_id has 32 bits. */
    private static final long SMALLEST_SERVER_ID = 1L << 30;

    private static final long SERVER_IDS = 3L << 30;
    private static final int LONGEST_NAME = 64;
    private static final int DUPLICATE_KEY = 1062;

    private final Path file;
    private final long id;
    private final String name;
    private volatile long serverId;

    private NodeIdentity(Path file, long id, String name, long serverId) {
        this.file = file;
        this.id = id;
        this.name = name;
        this.serverId = serverId;
    }

    /**
     * Reads the identity, or makes one. Throws IOException when the file cannot be read, written or understood.
     *
     * @param name the node's name in call records, at most 64 characters; may change between runs
     */
    public static NodeIdentity load(Path dataFolder, String name) throws IOException {
        if (name.isEmpty() || name.length() > LONGEST_NAME) {
            throw new IllegalArgumentException(
                    "a node's name has 1 to " + LONGEST_NAME + " characters: '" + name + "'");
        }
        Files.createDirectories(dataFolder);
        Path file = dataFolder.resolve(FILE);
        if (Files.exists(file)) {
            Properties kept = new Properties();
            try (Reader reader = Files.newBufferedReader(file)) {
                kept.load(reader);
            }
            try {
                return new NodeIdentity(
                        file,
                        Long.parseLong(kept.getProperty("id", "")),
                        name,
                        Long.parseLong(kept.getProperty("server_id", "")));
            } catch (NumberFormatException e) {
                throw new IOException(file + " does not hold id and server_id of this node as numbers", e);
            }
        }
        SecureRandom random = new SecureRandom();
        NodeIdentity made = new NodeIdentity(file, random.nextLong(1, LARGEST_ID), name, drawServerId(random));
        made.keep();
        return made;
    }

    /** Whether the folder has been a node's. */
    public static boolean isIn(Path dataFolder) {
        return Files.exists(dataFolder.resolve(FILE));
    }

    public long id() {
        return id;
    }

    public String name() {
        return name;
    }

    /** No other registered node has it, once {@link #register} has returned. */
    public long serverId() {
        return serverId;
    }

    /** Writes the node's row, with another server_id if somebody has ours. Waits for the database; repeated calls say that we are alive. */
    public void register(StoreDatabase database, long nowMillis) throws StoreUnavailableException {
        while (!tryRegister(database, nowMillis)) {
            long taken = serverId;
            serverId = drawServerId(new SecureRandom());
            LOG.warn("server_id {} belongs to another node; this one takes {}", taken, serverId);
            try {
                keep();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private boolean tryRegister(StoreDatabase database, long nowMillis) throws StoreUnavailableException {
        return database.transact(connection -> {
            try (PreparedStatement update =
                    connection.prepareStatement("UPDATE node SET name = ?, server_id = ?, seen_at = ? WHERE id = ?")) {
                update.setString(1, name);
                update.setLong(2, serverId);
                update.setLong(3, nowMillis);
                update.setLong(4, id);
                if (update.executeUpdate() == 1) {
                    return true;
                }
            } catch (SQLException e) {
                return refusedAsTaken(e);
            }
            try (PreparedStatement insert = connection.prepareStatement(
                    "INSERT INTO node (name, server_id, seen_at, id) VALUES (?, ?, ?, ?)")) {
                insert.setString(1, name);
                insert.setLong(2, serverId);
                insert.setLong(3, nowMillis);
                insert.setLong(4, id);
                insert.executeUpdate();
                return true;
            } catch (SQLException e) {
                return refusedAsTaken(e);
            }
        });
    }

    private static boolean refusedAsTaken(SQLException e) throws SQLException {
        if (e.getErrorCode() == DUPLICATE_KEY) {
            return false;
        }
        throw e;
    }

    private static long drawServerId(SecureRandom random) {
        return SMALLEST_SERVER_ID + random.nextLong(SERVER_IDS);
    }

    private void keep() throws IOException {
        Properties properties = new Properties();
        properties.setProperty("id", Long.toString(id));
        properties.setProperty("server_id", Long.toString(serverId));
        Path fresh = file.resolveSibling(FILE + ".new");
        try (Writer writer = Files.newBufferedWriter(fresh)) {
            properties.store(writer, "Who this node is. Copy a data folder, but never this file.");
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public String toString() {
        return name + " (" + id + ")";
    }
}
