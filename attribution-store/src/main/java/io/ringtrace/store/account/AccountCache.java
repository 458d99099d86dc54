package io.ringtrace.store.account;

import io.ringtrace.attribution.Accounts.TokenHolder;
import io.ringtrace.attribution.Accounts.TokenScope;
import io.ringtrace.attribution.MarketingDictionary;
import io.ringtrace.attribution.NumberType;
import io.ringtrace.attribution.Pools.WithKey;
import io.ringtrace.attribution.RingPool;
import io.ringtrace.attribution.Site;
import io.ringtrace.call.PhoneNumber;
import io.ringtrace.call.StoreUnavailableException;
import io.ringtrace.store.bank.PoolSettingRows;
import io.ringtrace.store.db.StoreDatabase;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
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
    private static final byte[] NO_KEY =
            "no pool has this id, yet the comparison takes its time".getBytes(StandardCharsets.UTF_8);

    static final String POOLS = "SELECT p.id, p.id_from_network, p.name, w.id_from_network, a.id_from_network,"
            + " c.id_from_network, p.number_type, p.lifetime_ms, p.hold_ms, p.max_pool_size, p.allow_overflow,"
            + " p.fill_immediately, p.preferred, p.destination, p.size, p.api_key_sealed,"
            + " p.search_radius, p.within_state, p.fallback, " + PoolSettingRows.COLUMNS + " FROM ring_pool p"
            + " JOIN campaign c ON c.id = p.campaign_id JOIN advertiser a ON a.id = c.advertiser_id"
            + " JOIN network w ON w.id = p.network_id LEFT JOIN ring_pool_setting s ON s.pool_id = p.id"
            + " WHERE NOT p.deleted";

    /** The first column of these in {@link #POOLS}. */
    private static final int SETTINGS = 20;

    private record Destination(String network, PhoneNumber number) {}

    private record Snapshot(
            Map<ByteBuffer, TokenHolder> holdersByTokenHash,
            Map<String, List<WithKey>> poolsById,
            Map<Destination, RingPool> poolsByDestination,
            Map<String, Site> sites,
            Map<String, MarketingDictionary> dictionaries,
            DestinationRows.Known destinations,
            DatabaseSmsNumbers.Marked smsNumbers) {}

    private final StoreDatabase database;
    private final KeySeal seal;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final CountDownLatch read = new CountDownLatch(1);
    private final Thread thread;
    private volatile Snapshot snapshot = new Snapshot(
            Map.of(),
            Map.of(),
            Map.of(),
            Map.of(),
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
            Map<String, List<WithKey>> pools = pools(connection);
            return new Snapshot(
                    tokens(connection),
                    pools,
                    byDestination(pools),
                    sites(connection),
                    DatabaseMarketingDictionaries.all(connection),
                    DestinationRows.read(connection),
                    DatabaseSmsNumbers.marked(connection, snapshot.smsNumbers()));
        });
        read.countDown();
    }

    private static Map<ByteBuffer, TokenHolder> tokens(Connection connection) throws SQLException {
        Map<ByteBuffer, TokenHolder> holders = new HashMap<>();
        try (PreparedStatement select = connection.prepareStatement(
                        "SELECT t.token_hash, w.id_from_network, t.scope FROM network_token t JOIN network w ON w.id = t.network_id"
                                + " WHERE t.revoked_at IS NULL");
                ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
                holders.put(
                        ByteBuffer.wrap(rows.getBytes(1)),
                        new TokenHolder(
                                rows.getString(2),
                                TokenScope.valueOf(rows.getString(3).toUpperCase(Locale.ROOT))));
            }
        }
        return holders;
    }

    private static Map<Destination, RingPool> byDestination(Map<String, List<WithKey>> pools) {
        Map<Destination, RingPool> chosen = new HashMap<>();
        for (List<WithKey> sameId : pools.values()) {
            for (WithKey each : sameId) {
                RingPool pool = each.pool();
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

    private static Map<String, Site> sites(Connection connection) throws SQLException {
        Map<String, Site> sites = new HashMap<>();
        try (PreparedStatement select = connection.prepareStatement(
                        "SELECT s.id, w.id_from_network, s.origins FROM site s JOIN network w ON w.id = s.network_id");
                ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
                String id = rows.getString(1);
                sites.put(
                        id,
                        new Site(
                                id, rows.getString(2), List.of(rows.getString(3).split(" "))));
            }
        }
        return sites;
    }

    private Map<String, List<WithKey>> pools(Connection connection) throws SQLException {
        Map<String, List<WithKey>> pools = new HashMap<>();
        try (PreparedStatement select = connection.prepareStatement(POOLS);
                ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
                WithKey pool = withKey(rows);
                pools.computeIfAbsent(pool.pool().idFromNetwork(), _ -> new ArrayList<>())
                        .add(pool);
            }
        }
        return pools;
    }

    /** The key is empty when this node cannot open it; such a pool takes no key. */
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
        String key = seal.open(rows.getBytes(16));
        if (key == null && !sealWarned) {
            sealWarned = true;
            log.error(
                    "pool keys in the database were sealed with another file than {}: copy the one of the node that made"
                            + " them, and start again",
                    seal.file());
        }
        return new WithKey(pool, key == null ? "" : key);
    }

    @Nullable
    TokenHolder holderOf(byte[] tokenHash) {
        // Found by the hash of a random token: what the look-up's time tells of the hash tells nothing of the token.
        Map<ByteBuffer, TokenHolder> holders = snapshot.holdersByTokenHash();
        return holders.get(ByteBuffer.wrap(tokenHash));
    }

    @Nullable
    RingPool byKey(String idFromNetwork, String apiKey) {
        byte[] given = apiKey.getBytes(StandardCharsets.UTF_8);
        RingPool found = null;
        List<WithKey> candidates = snapshot.poolsById().getOrDefault(idFromNetwork, List.of());
        if (candidates.isEmpty()) {
            MessageDigest.isEqual(NO_KEY, given);
        }
        for (WithKey pool : candidates) {
            byte[] key = pool.apiKey().getBytes(StandardCharsets.UTF_8);
            if (MessageDigest.isEqual(key, given) && key.length > 0) {
                found = pool.pool();
            }
        }
        return found;
    }

    @Nullable
    RingPool inNetwork(String network, String idFromNetwork) {
        for (WithKey pool : snapshot.poolsById().getOrDefault(idFromNetwork, List.of())) {
            if (pool.pool().network().equals(network)) {
                return pool.pool();
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
        return snapshot.sites().get(id);
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
