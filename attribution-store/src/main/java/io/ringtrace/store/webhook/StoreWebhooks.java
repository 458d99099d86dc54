package io.ringtrace.store.webhook;

import io.ringtrace.attribution.LeaseClock;
import io.ringtrace.call.StoreUnavailableException;
import io.ringtrace.call.Transactions;
import io.ringtrace.call.Transactions.Scope;
import io.ringtrace.call.Transactions.Transaction;
import io.ringtrace.call.Webhooks;
import io.ringtrace.store.account.KeySeal;
import io.ringtrace.store.db.Claims;
import io.ringtrace.store.db.StoreDatabase;
import io.ringtrace.store.db.StoreStartException;
import io.ringtrace.store.node.NodeIdentity;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@link Webhooks} on the database; secrets are sealed there like pool keys. Thread-safe. */
public final class StoreWebhooks implements Webhooks {
    private static final Logger LOG = LoggerFactory.getLogger(StoreWebhooks.class);
    private static final Duration TAKEN = Duration.ofSeconds(30);
    private static final String SECRET_PREFIX = "rtwh_";
    private static final int SECRET_BYTES = 32;
    private static final int LONGEST_REASON = 255;
    /** Beyond it nothing more is given up: the webhook waits, and nothing is lost. */
    private static final int MOST_DEAD_LETTERS = 10_000;

    private static final String ID = "(SELECT id FROM network WHERE id_from_network = ?)";

    private final StoreDatabase database;
    private final LeaseClock clock;
    private final Transactions transactions;
    private final KeySeal seal;
    private final long nodeId;
    private final SecureRandom random = new SecureRandom();

    private StoreWebhooks(
            StoreDatabase database, LeaseClock clock, Transactions transactions, KeySeal seal, long nodeId) {
        this.database = database;
        this.clock = clock;
        this.transactions = transactions;
        this.seal = seal;
        this.nodeId = nodeId;
    }

    /** @param folder the node's data folder, where the seal of the secrets is */
    public static StoreWebhooks open(
            StoreDatabase database, LeaseClock clock, Transactions transactions, Path folder, NodeIdentity node)
            throws StoreStartException {
        return new StoreWebhooks(database, clock, transactions, KeySeal.in(folder), node.id());
    }

    @Override
    public String set(String network, URI url) throws StoreUnavailableException {
        byte[] bytes = new byte[SECRET_BYTES];
        random.nextBytes(bytes);
        String secret = SECRET_PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        long now = clock.nowMillis();
        long newest = transactions.newest(network);
        int made = update(
                "INSERT INTO webhook (network_id, url, secret_sealed, made_at, cursor_id)"
                        + " SELECT id, ?, ?, ?, ? FROM network WHERE id_from_network = ? ON DUPLICATE KEY UPDATE"
                        + " url = VALUES(url), secret_sealed = VALUES(secret_sealed), attempts = 0, next_attempt_at = 0,"
                        + " last_error = NULL",
                url.toString(),
                seal.seal(secret),
                now,
                newest,
                network);
        if (made == 0) {
            throw new IllegalArgumentException("there is no network '" + network + "'");
        }
        return secret;
    }

    @Override
    public @Nullable Webhook get(String network) throws StoreUnavailableException {
        Optional<Webhook> found = database.transact(connection -> {
            try (PreparedStatement select =
                    connection.prepareStatement("SELECT w.url, w.made_at, w.cursor_id, w.attempts, w.next_attempt_at,"
                            + " w.last_error, (SELECT COUNT(*) FROM webhook_dead_letter d"
                            + " WHERE d.network_id = w.network_id) FROM webhook w WHERE w.network_id = " + ID)) {
                select.setString(1, network);
                try (ResultSet row = select.executeQuery()) {
                    return row.next()
                            ? Optional.of(new Webhook(
                                    network,
                                    URI.create(row.getString(1)),
                                    row.getLong(2),
                                    row.getLong(3),
                                    row.getInt(4),
                                    row.getLong(5),
                                    row.getString(6),
                                    row.getInt(7)))
                            : Optional.empty();
                }
            }
        });
        return found.orElse(null);
    }

    @Override
    public boolean remove(String network) throws StoreUnavailableException {
        update("DELETE FROM webhook_dead_letter WHERE network_id = " + ID, network);
        return update("DELETE FROM webhook WHERE network_id = " + ID, network) > 0;
    }

    @Override
    public List<DeadLetter> deadLetters(String network, long after, int limit) throws StoreUnavailableException {
        return database.transact(connection -> {
            List<DeadLetter> found = new ArrayList<>();
            try (PreparedStatement select = connection.prepareStatement(
                    "SELECT transaction_id, reason, attempts, set_aside_at, again FROM webhook_dead_letter"
                            + " WHERE network_id = " + ID
                            + " AND transaction_id > ? ORDER BY transaction_id LIMIT ?")) {
                select.setString(1, network);
                select.setLong(2, after);
                select.setInt(3, limit);
                try (ResultSet rows = select.executeQuery()) {
                    while (rows.next()) {
                        found.add(new DeadLetter(
                                rows.getLong(1),
                                rows.getString(2),
                                rows.getInt(3),
                                rows.getLong(4),
                                rows.getBoolean(5)));
                    }
                }
            }
            return found;
        });
    }

    @Override
    public int retry(String network, @Nullable Long transactionId) throws StoreUnavailableException {
        String sql = "UPDATE webhook_dead_letter SET again = TRUE WHERE NOT again AND network_id = " + ID;
        return transactionId == null
                ? update(sql, network)
                : update(sql + " AND transaction_id = ?", network, transactionId);
    }

    @Override
    public List<String> waiting() throws StoreUnavailableException {
        long now = clock.nowMillis();
        return database.transact(connection -> {
            List<String> networks = new ArrayList<>();
            try (PreparedStatement select = connection.prepareStatement(
                    "SELECT n.id_from_network FROM webhook w JOIN network n ON n.id ="
                            + " w.network_id WHERE (w.next_attempt_at <= ? AND EXISTS (SELECT 1 FROM call_transaction t"
                            + " WHERE t.network_id = w.network_id AND t.id > w.cursor_id)) OR EXISTS (SELECT 1 FROM"
                            + " webhook_dead_letter d WHERE d.network_id = w.network_id AND d.again) ORDER BY w.network_id")) {
                select.setLong(1, now);
                try (ResultSet rows = select.executeQuery()) {
                    while (rows.next()) {
                        networks.add(rows.getString(1));
                    }
                }
            }
            return networks;
        });
    }

    @SuppressWarnings("ArrayRecordComponent") // read once, never compared
    private record Taken(
            URI url, byte[] secret, long cursor, int attempts, boolean now, int deadLetters, List<Long> again) {}

    @Override
    public @Nullable Due take(String network, int most) throws StoreUnavailableException {
        Optional<Taken> found = database.transact(connection -> {
            // Others wait at the claim until this transaction's end, and see the cursor as the last holder left it.
            boolean ours = claims(connection).claim(claim(network), TAKEN);
            return ours ? read(connection, network, most) : Optional.empty();
        });
        if (found.isEmpty()) {
            return null;
        }
        Taken taken = found.get();
        String secret = seal.open(taken.secret());
        if (secret == null) {
            LOG.error(
                    "the webhook of network {} was sealed with another file than {}: copy the one of the node that"
                            + " made it, or set the webhook again",
                    network,
                    seal.file());
            return null;
        }
        Scope scope = new Scope(network, null);
        List<Transaction> again = new ArrayList<>();
        for (long id : taken.again()) {
            Transaction transaction = transactions.get(scope, id);
            if (transaction == null) {
                // Its record is past its time; there is nothing left to tell.
                triedAgain(network, id, null);
            } else {
                again.add(transaction);
            }
        }
        List<Transaction> next = taken.now() ? transactions.after(scope, taken.cursor(), most) : List.of();
        return again.isEmpty() && next.isEmpty()
                ? null
                : new Due(
                        network,
                        taken.url(),
                        secret,
                        again,
                        next,
                        taken.attempts(),
                        taken.deadLetters() >= MOST_DEAD_LETTERS);
    }

    private Optional<Taken> read(Connection connection, String network, int most) throws SQLException {
        try (PreparedStatement select =
                connection.prepareStatement("SELECT w.url, w.secret_sealed, w.cursor_id, w.attempts, w.next_attempt_at,"
                        + " (SELECT COUNT(*) FROM webhook_dead_letter d WHERE d.network_id = w.network_id)"
                        + " FROM webhook w WHERE w.network_id = " + ID)) {
            select.setString(1, network);
            try (ResultSet row = select.executeQuery()) {
                return row.next()
                        ? Optional.of(new Taken(
                                URI.create(row.getString(1)),
                                row.getBytes(2),
                                row.getLong(3),
                                row.getInt(4),
                                row.getLong(5) <= clock.nowMillis(),
                                row.getInt(6),
                                again(connection, network, most)))
                        : Optional.empty();
            }
        }
    }

    private static List<Long> again(Connection connection, String network, int most) throws SQLException {
        List<Long> ids = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement("SELECT transaction_id FROM webhook_dead_letter"
                + " WHERE network_id = " + ID + " AND again ORDER BY transaction_id LIMIT ?")) {
            select.setString(1, network);
            select.setInt(2, most);
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    ids.add(rows.getLong(1));
                }
            }
        }
        return ids;
    }

    @Override
    public boolean delivered(String network, long transactionId) throws StoreUnavailableException {
        return asHolder(network, connection -> {
            update(
                    connection,
                    "UPDATE webhook SET cursor_id = ?, attempts = 0, next_attempt_at = 0, last_error = NULL"
                            + " WHERE network_id = " + ID + " AND cursor_id < ?",
                    transactionId,
                    network,
                    transactionId);
            claims(connection).claim(claim(network), TAKEN);
        });
    }

    @Override
    public void failed(String network, String reason, long nextAttemptAtMillis) throws StoreUnavailableException {
        asHolder(
                network,
                connection -> update(
                        connection,
                        "UPDATE webhook SET attempts = attempts + 1, next_attempt_at = ?, last_error = ?"
                                + " WHERE network_id = " + ID,
                        nextAttemptAtMillis,
                        cut(reason),
                        network));
    }

    @Override
    public void setAside(String network, long transactionId, String reason, int attempts, long nextAttemptAtMillis)
            throws StoreUnavailableException {
        long now = clock.nowMillis();
        asHolder(network, connection -> {
            update(
                    connection,
                    "INSERT INTO webhook_dead_letter (network_id, transaction_id, reason, attempts, set_aside_at)"
                            + " SELECT id, ?, ?, ?, ? FROM network WHERE id_from_network = ?"
                            + " ON DUPLICATE KEY UPDATE reason = VALUES(reason)",
                    transactionId,
                    cut(reason),
                    attempts,
                    now,
                    network);
            update(
                    connection,
                    "UPDATE webhook SET cursor_id = ?, attempts = 0, next_attempt_at = ?, last_error = ?"
                            + " WHERE network_id = " + ID,
                    transactionId,
                    nextAttemptAtMillis,
                    cut(reason),
                    network);
        });
    }

    @Override
    public void triedAgain(String network, long transactionId, @Nullable String reason)
            throws StoreUnavailableException {
        if (reason == null) {
            update(
                    "DELETE FROM webhook_dead_letter WHERE network_id = " + ID + " AND transaction_id = ?",
                    network,
                    transactionId);
        } else {
            update(
                    "UPDATE webhook_dead_letter SET again = FALSE, attempts = attempts + 1, reason = ?"
                            + " WHERE network_id = " + ID + " AND transaction_id = ?",
                    cut(reason),
                    network,
                    transactionId);
        }
    }

    @FunctionalInterface
    private interface Change {
        void run(Connection connection) throws SQLException;
    }

    /** False when another node holds the webhook; nothing is changed then. */
    private boolean asHolder(String network, Change change) throws StoreUnavailableException {
        return database.transact(connection -> {
            if (!claims(connection).has(claim(network))) {
                return false;
            }
            change.run(connection);
            return true;
        });
    }

    private Claims claims(Connection connection) {
        return new Claims(connection, nodeId, clock.nowMillis());
    }

    private static String claim(String network) {
        return "webhook:" + network;
    }

    private static String cut(String reason) {
        return reason.length() <= LONGEST_REASON ? reason : reason.substring(0, LONGEST_REASON);
    }

    private int update(String sql, Object... values) throws StoreUnavailableException {
        return database.transact(connection -> update(connection, sql, values));
    }

    private static int update(Connection connection, String sql, Object... values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i]);
            }
            return statement.executeUpdate();
        }
    }
}
