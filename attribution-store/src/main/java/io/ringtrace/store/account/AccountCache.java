package io.ringtrace.store.account;

import io.ringtrace.attribution.Accounts.TokenHolder;
import io.ringtrace.attribution.Accounts.TokenScope;
import io.ringtrace.attribution.AttributionModel;
import io.ringtrace.attribution.CapturedField;
import io.ringtrace.attribution.MarketingDictionary;
import io.ringtrace.attribution.NumberType;
import io.ringtrace.attribution.Pools.WithKey;
import io.ringtrace.attribution.RingPool;
import io.ringtrace.attribution.Site;
import io.ringtrace.call.PhoneNumber;
import io.ringtrace.call.StoreUnavailableException;
import io.ringtrace.store.bank.PoolSettingRows;
import io.ringtrace.store.db.StoreDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tokens and pools in memory, so that a request's key is checked without the database. Read again after each change of this node's, and
 * every few seconds for those of others. Thread-safe; look-ups never wait.
 */
final class AccountCache implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(AccountCache.class);
    private static final Duration EVERY = Duration.ofSeconds(3);
    static final String POOLS = "SELECT p.id, p.id_from_network, p.name, w.id_from_network, a.id_from_network,"
            + " c.id_from_network, p.number_type, p.lifetime_ms, p.hold_ms, p.max_pool_size, p.allow_overflow,"
            + " p.fill_immediately, p.preferred, p.destination, p.size, p.api_key_sealed,"
            + " p.search_radius, p.within_state, p.fallback, " + PoolSettingRows.COLUMNS
            + ", p.key_revoked_at FROM ring_pool p"
            + " JOIN campaign c ON c.id = p.campaign_id JOIN advertiser a ON a.id = c.advertiser_id"
            + " JOIN network w ON w.id = p.network_id LEFT JOIN ring_pool_setting s ON s.pool_id = p.id"
            + " WHERE NOT p.deleted";

    /** The first column of these in {@link #POOLS}. */
    private static final int SETTINGS = 20;

    private record Destination(String network, PhoneNumber number) {}

    private record Snapshot(
            KeyTable<TokenHolder> tokens,
            KeyTable<RingPool> poolKeys,
            Map<String, List<RingPool>> poolsById,
            Map<Destination, RingPool> poolsByDestination,
            KeyTable<Site> sites,
            Map<String, MarketingDictionary> dictionaries,
            DestinationRows.Known destinations,
            DatabaseSmsNumbers.Marked smsNumbers) {}

    private final StoreDatabase database;
    private final KeySeal seal;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final CountDownLatch read = new CountDownLatch(1);
    private final Thread thread;
    private volatile Snapshot snapshot = new Snapshot(
            KeyTable.empty(),
            KeyTable.empty(),
            Map.of(),
            Map.of(),
            KeyTable.empty(),
            Map.of(),
            DestinationRows.Known.NONE,
            DatabaseSmsNumbers.Marked.NONE);
    private volatile boolean sealWarned;

    AccountCache(StoreDatabase database, KeySeal seal) {
        this.database = database;
        this.seal = seal;
        if (database.isOpen()) {
            refreshFirst();
        }
        thread = Thread.ofPlatform().name("account-cache").daemon().start(this::keepFresh);
    }

    private void refreshFirst() {
        try {
            refresh();
        } catch (StoreUnavailableException e) {
            log.warn("accounts and pools are not known yet: {}", e.getMessage());
        }
    }

    /** False until they were read once. */
    boolean known() {
        return read.getCount() == 0;
    }

    /** Returns when they were read once, or after so long. */
    void awaitKnown(Duration longest) throws InterruptedException {
        read.await(longest.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void keepFresh() {
        try {
            if (!known() && database.opens()) {
                refreshFirst();
            }
            while (!closed.await(EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
                try {
                    refresh();
                } catch (StoreUnavailableException e) {
                    log.debug("accounts and pools are not refreshed", e);
                } catch (RuntimeException e) {
                    log.error("accounts and pools cannot be refreshed", e);
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** One at a time, so that an older reading never replaces a newer one. */
    synchronized void refresh() throws StoreUnavailableException {
        snapshot = database.transact(connection -> {
            List<WithKey> all = pools(connection);
            Map<String, List<RingPool>> pools = byId(all);
            return new Snapshot(
                    tokens(connection),
                    poolKeys(all),
                    pools,
                    byDestination(pools),
                    sites(connection),
                    DatabaseMarketingDictionaries.all(connection),
                    DestinationRows.read(connection),
                    DatabaseSmsNumbers.marked(connection, snapshot.smsNumbers()));
        });
        read.countDown();
    }

    private static KeyTable<TokenHolder> tokens(Connection connection) throws SQLException {
        KeyTable.Builder<TokenHolder> holders = KeyTable.builder();
        try (PreparedStatement select = connection.prepareStatement(
                        "SELECT t.token_hash, w.id_from_network, t.scope FROM network_token t JOIN network w ON w.id = t.network_id"
                                + " WHERE t.revoked_at IS NULL");
                ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
                holders.addHash(
                        rows.getBytes(1),
                        new TokenHolder(
                                rows.getString(2),
                                TokenScope.valueOf(rows.getString(3).toUpperCase(Locale.ROOT))));
            }
        }
        return holders.build();
    }

    /** A pool's key opens that pool alone, whoever else's has the same id; a key that this node cannot unseal opens none. */
    private static KeyTable<RingPool> poolKeys(List<WithKey> all) {
        KeyTable.Builder<RingPool> keys = KeyTable.builder();
        for (WithKey each : all) {
            if (!each.apiKey().isEmpty()) {
                keys.add(poolKey(each.pool().idFromNetwork(), each.apiKey()), each.pool());
            }
        }
        return keys.build();
    }

    /** No id has a NUL in it. */
    private static String poolKey(String idFromNetwork, String apiKey) {
        return idFromNetwork + '\0' + apiKey;
    }

    private static Map<String, List<RingPool>> byId(List<WithKey> all) {
        Map<String, List<RingPool>> pools = new HashMap<>();
        for (WithKey each : all) {
            pools.computeIfAbsent(each.pool().idFromNetwork(), _ -> new ArrayList<>())
                    .add(each.pool());
        }
        return pools;
    }

    private static Map<Destination, RingPool> byDestination(Map<String, List<RingPool>> pools) {
        Map<Destination, RingPool> chosen = new HashMap<>();
        for (List<RingPool> sameId : pools.values()) {
            for (RingPool pool : sameId) {
                chosen.merge(
                        new Destination(pool.network(), pool.destination()),
                        pool,
                        AccountCache::aPersonsThenPreferredThenOldest);
            }
        }
        return chosen;
    }

    private static RingPool aPersonsThenPreferredThenOldest(RingPool one, RingPool other) {
        if (one.byTag() != other.byTag()) {
            return one.byTag() ? other : one;
        }
        if (one.preferred() != other.preferred()) {
            return one.preferred() ? one : other;
        }
        return one.id() < other.id() ? one : other;
    }

    private static KeyTable<Site> sites(Connection connection) throws SQLException {
        KeyTable.Builder<Site> sites = KeyTable.builder();
        try (PreparedStatement select = connection.prepareStatement(
                        "SELECT s.id, w.id_from_network, s.origins FROM site s JOIN network w ON w.id = s.network_id");
                ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
                String id = rows.getString(1);
                sites.add(
                        id,
                        new Site(
                                id, rows.getString(2), List.of(rows.getString(3).split(" "))));
            }
        }
        return sites.build();
    }

    private List<WithKey> pools(Connection connection) throws SQLException {
        List<WithKey> pools = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement(POOLS);
                ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
                pools.add(withKey(rows));
            }
        }
        return pools;
    }

    /** The key is empty when it is revoked, and when this node cannot open it; such a pool takes no key. */
    WithKey withKey(ResultSet rows) throws SQLException {
        RingPool pool = new RingPool(
                rows.getLong(1),
                rows.getString(2),
                rows.getString(3),
                rows.getString(4),
                rows.getString(5),
                rows.getString(6),
                NumberType.valueOf(rows.getString(7).toUpperCase(Locale.ROOT)),
                Duration.ofMillis(rows.getLong(8)),
                Duration.ofMillis(rows.getLong(9)),
                rows.getInt(10),
                rows.getBoolean(11),
                rows.getBoolean(12),
                rows.getBoolean(13),
                new PhoneNumber(rows.getLong(14)),
                PoolSettingRows.preferences(rows, 17, SETTINGS),
                rows.getInt(15),
                PoolSettingRows.hours(rows, SETTINGS),
                PoolSettingRows.captured(rows, SETTINGS),
                PoolSettingRows.byTag(rows, SETTINGS));
        long revokedAt = rows.getLong("key_revoked_at");
        if (!rows.wasNull()) {
            return new WithKey(pool, "", revokedAt);
        }
        String key = seal.open(rows.getBytes(16));
        if (key == null && !sealWarned) {
            sealWarned = true;
            log.error(
                    "pool keys in the database were sealed with another file than {}: copy the one of the node that made"
                            + " them, and start again",
                    seal.file());
        }
        return new WithKey(pool, key == null ? "" : key, null);
    }

    @Nullable
    TokenHolder holderOf(String token) {
        return snapshot.tokens().find(token);
    }

    @Nullable
    RingPool byKey(String idFromNetwork, String apiKey) {
        return snapshot.poolKeys().find(poolKey(idFromNetwork, apiKey));
    }

    @Nullable
    RingPool inNetwork(String network, String idFromNetwork) {
        for (RingPool pool : snapshot.poolsById().getOrDefault(idFromNetwork, List.of())) {
            if (pool.network().equals(network)) {
                return pool;
            }
        }
        return null;
    }

    /** The id of a pool that keeps the field by the model Unique of its own; null when there is none. */
    @Nullable
    String poolThatGathers(String network, String field) {
        CapturedField gathered = new CapturedField(field, AttributionModel.UNIQUE);
        for (List<RingPool> sameId : snapshot.poolsById().values()) {
            for (RingPool pool : sameId) {
                if (pool.network().equals(network) && pool.captured().contains(gathered)) {
                    return pool.idFromNetwork();
                }
            }
        }
        return null;
    }

    @Nullable
    RingPool forDestination(String network, PhoneNumber destination) {
        return snapshot.poolsByDestination().get(new Destination(network, destination));
    }

    boolean takesSms(PhoneNumber number) {
        return snapshot.smsNumbers().numbers().contains(number.digits());
    }

    MarketingDictionary dictionary(String network) {
        return snapshot.dictionaries().getOrDefault(network, MarketingDictionary.EMPTY);
    }

    DestinationRows.Known destinations() {
        return snapshot.destinations();
    }

    @Nullable
    Site site(String id) {
        return snapshot.sites().find(id);
    }

    @Override
    public void close() {
        closed.countDown();
        try {
            thread.join(EVERY);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
