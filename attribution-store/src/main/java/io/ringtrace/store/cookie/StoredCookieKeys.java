package io.ringtrace.store.cookie;

import io.ringtrace.attribution.LeaseClock;
import io.ringtrace.call.CookieKeys;
import io.ringtrace.call.StoreUnavailableException;
import io.ringtrace.store.db.StoreDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The cookie keys of the store, with a copy in a file that only its owner may read, so that a node starts and routes without the database.
 * Every node looks for new keys each 10 s, and signs with a key only when all have had the time to hear of it. Thread-safe; reading never
 * waits.
 */
public final class StoredCookieKeys implements CookieKeys, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StoredCookieKeys.class);
    private static final Duration REFRESH = Duration.ofSeconds(10);
    private static final long SIGNS_AFTER_MILLIS = 60_000;
    private static final int VALID_KEYS = 2;
    private static final int SECRET_BYTES = 32;
    private static final int IDS = 256;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Path file;
    private final StoreDatabase database;
    private final LeaseClock clock;
    /** The newest first, at most two. */
    private volatile List<Dated> keys = List.of();

    /** Open until the store was asked for the first time. */
    private final CountDownLatch firstAsked = new CountDownLatch(1);

    private @Nullable Thread refresher;
    private boolean toldAway;

    private record Dated(Key key, long createdAt) {}

    /**
     * @param file the local copy, beside the journal
     */
    public StoredCookieKeys(Path file, StoreDatabase database, LeaseClock clock) {
        this.file = file;
        this.database = database;
        this.clock = clock;
    }

    /**
     * There are keys when this returns: the copy's at once, else the store's, else one made here that the store gets later. The store's follow
     * the copy's as soon as it answers.
     */
    public void start() throws IOException {
        keys = readCopy();
        if (keys.isEmpty()) {
            refresh();
            firstAsked.countDown();
        }
        if (keys.isEmpty()) {
            keys = List.of(draw(RANDOM.nextInt(IDS)));
            keepCopy();
        }
        refresher = Thread.ofVirtual().name("cookie-keys").start(this::refreshAlways);
    }

    /** Returns when the store has been asked once, whether it answered or not, or after so long. */
    public void awaitStore(Duration longest) throws InterruptedException {
        firstAsked.await(longest.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public Key current() {
        List<Dated> now = keys;
        if (now.isEmpty()) {
            throw new IllegalStateException("cookie keys are asked for before they were started");
        }
        // By index, here and below: each message within a call asks, and would leave an iterator behind.
        for (int i = 0; i < now.size(); i++) {
            if (now.get(i).createdAt() + SIGNS_AFTER_MILLIS <= clock.nowMillis()) {
                return now.get(i).key();
            }
        }
        return now.getLast().key();
    }

    @Override
    public @Nullable Key byId(int id) {
        List<Dated> now = keys;
        for (int i = 0; i < now.size(); i++) {
            if (now.get(i).key().id() == id) {
                return now.get(i).key();
            }
        }
        return null;
    }

    /** Makes a new key; it signs after a minute, and the one before it stays valid until the next rotation. */
    public void rotate() throws StoreUnavailableException, IOException {
        Dated fresh = draw((keys.getFirst().key().id() + 1) % IDS);
        database.transact(connection -> {
            try (PreparedStatement delete = connection.prepareStatement("DELETE FROM cookie_key WHERE id = ?")) {
                delete.setInt(1, fresh.key().id());
                delete.executeUpdate();
            }
            insert(connection, fresh);
            return fresh;
        });
        refresh();
    }

    private void refreshAlways() {
        try {
            if (firstAsked.getCount() > 0 && database.opens()) {
                refreshWell();
                firstAsked.countDown();
            }
            while (!Thread.currentThread().isInterrupted()) {
                Thread.sleep(REFRESH);
                refreshWell();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void refreshWell() {
        try {
            refresh();
        } catch (IOException e) {
            LOG.error("the copy of the cookie keys cannot be written to {}: {}", file, e.getMessage());
        }
    }

    private void refresh() throws IOException {
        List<Dated> ours = keys;
        try {
            List<Dated> stored = database.transact(connection -> {
                List<Dated> found = read(connection);
                if (found.isEmpty()) {
                    Dated first = ours.isEmpty() ? draw(RANDOM.nextInt(IDS)) : ours.getFirst();
                    insert(connection, first);
                    found = read(connection);
                }
                return found;
            });
            if (toldAway) {
                toldAway = false;
                LOG.info("the store's cookie keys can be read again");
            }
            if (!same(stored, ours)) {
                keys = stored;
                keepCopy();
            }
        } catch (StoreUnavailableException e) {
            if (!toldAway) {
                toldAway = true;
                LOG.warn("the cookie keys are those of {} until the store is back: {}", file, e.getMessage());
            }
        }
    }

    private static List<Dated> read(Connection connection) throws SQLException {
        List<Dated> found = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT id, secret, created_at FROM cookie_key"
                        + " ORDER BY created_at DESC, id DESC LIMIT " + VALID_KEYS)) {
            while (rows.next()) {
                found.add(new Dated(new Key(rows.getInt(1), rows.getBytes(2)), rows.getLong(3)));
            }
        }
        return List.copyOf(found);
    }

    /** Another node may have been first with this id; its key counts. */
    private static void insert(Connection connection, Dated key) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(
                "INSERT INTO cookie_key (id, secret, created_at) VALUES (?, ?, ?) ON DUPLICATE KEY UPDATE id = id")) {
            insert.setInt(1, key.key().id());
            insert.setBytes(2, key.key().secret());
            insert.setLong(3, key.createdAt());
            insert.executeUpdate();
        }
    }

    private Dated draw(int id) {
        byte[] secret = new byte[SECRET_BYTES];
        RANDOM.nextBytes(secret);
        return new Dated(new Key(id, secret), clock.nowMillis());
    }

    private static boolean same(List<Dated> one, List<Dated> other) {
        if (one.size() != other.size()) {
            return false;
        }
        for (int i = 0; i < one.size(); i++) {
            Key a = one.get(i).key();
            Key b = other.get(i).key();
            if (a.id() != b.id() || !Arrays.equals(a.secret(), b.secret())) {
                return false;
            }
        }
        return true;
    }

    private List<Dated> readCopy() throws IOException {
        if (!Files.exists(file)) {
            return List.of();
        }
        List<Dated> found = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            String[] words = line.split(" ", -1);
            try {
                byte[] secret = HexFormat.of().parseHex(words[2]);
                found.add(new Dated(new Key(Integer.parseInt(words[0]), secret), Long.parseLong(words[1])));
            } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException _) {
                throw new IOException(file + " is no copy of cookie keys (each line: id, time, 64 hexadecimal digits)");
            }
        }
        found.sort(Comparator.comparingLong(Dated::createdAt).reversed());
        return List.copyOf(found);
    }

    private void keepCopy() throws IOException {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        Files.createFile(fresh, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        List<String> lines = keys.stream()
                .map(k -> k.key().id() + " " + k.createdAt() + " "
                        + HexFormat.of().formatHex(k.key().secret()))
                .toList();
        Files.write(fresh, lines);
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public void close() {
        if (refresher != null) {
            refresher.interrupt();
            refresher = null;
        }
    }
}
