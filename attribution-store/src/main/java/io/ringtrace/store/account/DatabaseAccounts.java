package io.ringtrace.store.account;

import io.ringtrace.attribution.Accounts;
import io.ringtrace.attribution.LeaseClock;
import io.ringtrace.attribution.Site;
import io.ringtrace.call.StoreUnavailableException;
import io.ringtrace.store.db.StoreDatabase;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** {@link Accounts} on the database. Thread-safe. Made by {@link StoreAccounts}. */
final class DatabaseAccounts implements Accounts {
    private static final String TOKEN_PREFIX = "rt_";
    private static final int TOKEN_BYTES = 32;
    private static final int LONGEST_ID = 64;

    private final StoreDatabase database;
    private final LeaseClock clock;
    private final AccountCache cache;
    private final SiteTable sites;
    private final SecureRandom random = new SecureRandom();

    DatabaseAccounts(StoreDatabase database, LeaseClock clock, AccountCache cache) {
        this.database = database;
        this.clock = clock;
        this.cache = cache;
        this.sites = new SiteTable(database, clock);
    }

    @Override
    public void ensureCampaign(String network, String advertiser, String campaign) throws StoreUnavailableException {
        for (String id : new String[] {network, advertiser, campaign}) {
            if (!PoolCheck.id(id)) {
                throw new IllegalArgumentException(
                        "'" + id + "' must be 1 to " + LONGEST_ID + " letters, digits, dots, dashes or underscores");
            }
        }
        database.transact(connection -> {
            long networkId = ensure(connection, "network (id_from_network) VALUES (?)", null, network);
            DatabaseMarketingDictionaries.begin(connection, networkId);
            long advertiserId =
                    ensure(connection, "advertiser (id_from_network, network_id) VALUES (?, ?)", networkId, advertiser);
            return ensure(
                    connection, "campaign (id_from_network, advertiser_id) VALUES (?, ?)", advertiserId, campaign);
        });
        // A new network has a dictionary from its first visitor on.
        cache.refresh();
    }

    @Override
    public List<String> networks(int limit) throws StoreUnavailableException {
        return database.transact(connection -> {
            List<String> networks = new ArrayList<>();
            try (PreparedStatement select = connection.prepareStatement(
                    "SELECT id_from_network FROM network WHERE removed_at IS NULL ORDER BY id_from_network LIMIT ?")) {
                select.setInt(1, limit);
                try (ResultSet rows = select.executeQuery()) {
                    while (rows.next()) {
                        networks.add(rows.getString(1));
                    }
                }
            }
            return networks;
        });
    }

    @Override
    public List<Campaign> campaigns(String network, int limit) throws StoreUnavailableException {
        return database.transact(connection -> {
            List<Campaign> campaigns = new ArrayList<>();
            try (PreparedStatement select =
                    connection.prepareStatement("SELECT a.id_from_network, c.id_from_network FROM network w"
                            + " JOIN advertiser a ON a.network_id = w.id JOIN campaign c ON c.advertiser_id = a.id"
                            + " WHERE w.id_from_network = ? AND a.removed_at IS NULL AND c.removed_at IS NULL"
                            + " ORDER BY a.id_from_network, c.id_from_network LIMIT ?")) {
                select.setString(1, network);
                select.setInt(2, limit);
                try (ResultSet rows = select.executeQuery()) {
                    while (rows.next()) {
                        campaigns.add(new Campaign(rows.getString(1), rows.getString(2)));
                    }
                }
            }
            return campaigns;
        });
    }

    @Override
    public Removal remove(Part part) throws StoreUnavailableException {
        return database.transact(connection -> new AccountRemoval(connection, clock.nowMillis()).remove(part));
    }

    /** LAST_INSERT_ID(id) names the row whether it was inserted or there already. */
    private static long ensure(Connection connection, String into, @Nullable Long parent, String id)
            throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(
                "INSERT INTO " + into + " ON DUPLICATE KEY UPDATE id = LAST_INSERT_ID(id), removed_at = NULL")) {
            insert.setString(1, id);
            if (parent != null) {
                insert.setLong(2, parent);
            }
            insert.executeUpdate();
        }
        try (PreparedStatement select = connection.prepareStatement("SELECT LAST_INSERT_ID()");
                ResultSet rows = select.executeQuery()) {
            rows.next();
            return rows.getLong(1);
        }
    }

    @Override
    public String createToken(String network, String name, TokenScope scope) throws StoreUnavailableException {
        if (name.isBlank() || name.length() > LONGEST_ID) {
            throw new IllegalArgumentException("a token's name must have 1 to " + LONGEST_ID + " characters");
        }
        String token = freshToken();
        int made = database.transact(connection -> {
            try (PreparedStatement insert = connection.prepareStatement(
                    "INSERT INTO network_token (network_id, name, token_hash, created_at, scope)"
                            + " SELECT id, ?, ?, ?, ? FROM network WHERE id_from_network = ? AND removed_at IS NULL"
                            + " LOCK IN SHARE MODE")) {
                insert.setString(1, name);
                insert.setBytes(2, KeyTable.hash(token));
                insert.setLong(3, clock.nowMillis());
                insert.setString(4, scope.text());
                insert.setString(5, network);
                return insert.executeUpdate();
            }
        });
        if (made == 0) {
            throw new IllegalArgumentException("there is no network '" + network + "'");
        }
        cache.refresh();
        return token;
    }

    private String freshToken() {
        byte[] secret = new byte[TOKEN_BYTES];
        random.nextBytes(secret);
        return TOKEN_PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
    }

    @Override
    public List<Token> tokens(String network, int limit) throws StoreUnavailableException {
        return database.transact(connection -> {
            List<Token> tokens = new ArrayList<>();
            try (PreparedStatement select = connection.prepareStatement(
                    "SELECT t.id, t.name, t.created_at, t.revoked_at, t.scope FROM network_token t JOIN network w"
                            + " ON w.id = t.network_id WHERE w.id_from_network = ? ORDER BY t.id LIMIT ?")) {
                select.setString(1, network);
                select.setInt(2, limit);
                try (ResultSet rows = select.executeQuery()) {
                    while (rows.next()) {
                        long revokedAt = rows.getLong(4);
                        Long revoked = rows.wasNull() ? null : revokedAt;
                        tokens.add(new Token(
                                rows.getLong(1),
                                rows.getString(2),
                                TokenScope.valueOf(rows.getString(5).toUpperCase(Locale.ROOT)),
                                rows.getLong(3),
                                revoked));
                    }
                }
            }
            return tokens;
        });
    }

    @Override
    public boolean revokeToken(String network, long id) throws StoreUnavailableException {
        long now = clock.nowMillis();
        return changeToken("t.revoked_at = ?", statement -> statement.setLong(1, now), 2, network, id);
    }

    @Override
    public @Nullable String rotateToken(String network, long id) throws StoreUnavailableException {
        String token = freshToken();
        long now = clock.nowMillis();
        boolean changed = changeToken(
                "t.token_hash = ?, t.created_at = ?",
                statement -> {
                    statement.setBytes(1, KeyTable.hash(token));
                    statement.setLong(2, now);
                },
                3,
                network,
                id);
        return changed ? token : null;
    }

    /** Sets the first parameters of a statement. */
    @FunctionalInterface
    private interface Parameters {
        void set(PreparedStatement statement) throws SQLException;
    }

    /**
     * Changes one valid token, and this node's memory of it.
     *
     * @param next the first parameter after those of the change
     */
    private boolean changeToken(String change, Parameters parameters, int next, String network, long id)
            throws StoreUnavailableException {
        int changed = database.transact(connection -> {
            try (PreparedStatement update =
                    connection.prepareStatement("UPDATE network_token t JOIN network w ON w.id = t.network_id SET "
                            + change + " WHERE w.id_from_network = ? AND t.id = ? AND t.revoked_at IS NULL")) {
                parameters.set(update);
                update.setString(next, network);
                update.setLong(next + 1, id);
                return update.executeUpdate();
            }
        });
        if (changed == 0) {
            return false;
        }
        cache.refresh();
        return true;
    }

    @Override
    public boolean networkExists(String network) throws StoreUnavailableException {
        return network(network, " AND removed_at IS NULL");
    }

    @Override
    public boolean networkKnown(String network) throws StoreUnavailableException {
        return network(network, "");
    }

    private boolean network(String network, String condition) throws StoreUnavailableException {
        return database.transact(connection -> {
            try (PreparedStatement select =
                    connection.prepareStatement("SELECT 1 FROM network WHERE id_from_network = ?" + condition)) {
                select.setString(1, network);
                try (ResultSet rows = select.executeQuery()) {
                    return rows.next();
                }
            }
        });
    }

    @Override
    public boolean known() {
        return cache.known();
    }

    @Override
    public @Nullable TokenHolder holderOf(String token) {
        return cache.holderOf(token);
    }

    @Override
    public Site createSite(String network, List<String> origins) throws StoreUnavailableException {
        Site site = sites.create(network, origins);
        cache.refresh();
        return site;
    }

    @Override
    public List<Site> sites(String network, int limit) throws StoreUnavailableException {
        return sites.list(network, limit);
    }

    @Override
    public @Nullable Site changeSite(String network, String id, List<String> origins) throws StoreUnavailableException {
        if (!sites.change(network, id, origins)) {
            return null;
        }
        cache.refresh();
        return new Site(id, network, origins);
    }

    @Override
    public @Nullable Site rotateSite(String network, String id) throws StoreUnavailableException {
        Site rotated = sites.rotate(network, id);
        cache.refresh();
        return rotated;
    }

    @Override
    public boolean deleteSite(String network, String id) throws StoreUnavailableException {
        boolean deleted = sites.delete(network, id);
        cache.refresh();
        return deleted;
    }

    @Override
    public @Nullable Site site(String id) {
        return cache.site(id);
    }
}
