package io.ringtrace.store.account;

import io.ringtrace.attribution.Accounts;
import io.ringtrace.attribution.Destinations;
import io.ringtrace.attribution.LeaseClock;
import io.ringtrace.attribution.NumberType;
import io.ringtrace.attribution.Pools;
import io.ringtrace.attribution.RingPool;
import io.ringtrace.attribution.Site;
import io.ringtrace.call.PhoneNumber;
import io.ringtrace.call.StoreUnavailableException;
import io.ringtrace.store.bank.DestinationCheck;
import io.ringtrace.store.db.StoreDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@link Destinations} on the database. What pages ask is answered from memory; what must be written, a number seen for the first time or a
 * pool that is to be made, goes to one thread, whose queue is bounded: beyond it a page gets no number this time. Thread-safe. Made and
 * closed by {@link StoreAccounts}.
 */
final class DatabaseDestinations implements Destinations, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(DatabaseDestinations.class);
    private static final int MOST_WAITING = 256;
    /** Site ids are public: whoever reads one can make up numbers. The newest are then not listed. */
    private static final int MOST_DISCOVERED = 10_000;

    private static final Duration LONGEST_END = Duration.ofSeconds(5);
    private static final String POOL_ID_PREFIX = "tag-";

    private final StoreDatabase database;
    private final LeaseClock clock;
    private final AccountCache cache;
    private final Accounts accounts;
    private final Pools pools;
    private final Map<Asked, CompletableFuture<@Nullable RingPool>> underWay = new ConcurrentHashMap<>();
    private final ThreadPoolExecutor worker;

    private record Asked(String network, PhoneNumber number) {}

    DatabaseDestinations(StoreDatabase database, LeaseClock clock, AccountCache cache, Accounts accounts, Pools pools) {
        this.database = database;
        this.clock = clock;
        this.cache = cache;
        this.accounts = accounts;
        this.pools = pools;
        worker = new ThreadPoolExecutor(
                1,
                1,
                0,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(MOST_WAITING),
                task -> Thread.ofPlatform().name("destinations").daemon().unstarted(task));
    }

    @Override
    public CompletionStage<@Nullable RingPool> poolFor(Site site, PhoneNumber number) {
        String network = site.network();
        State state = cache.destinations().state(network, number);
        RingPool pool = pools.forDestination(network, number);
        if (pool != null && (!pool.byTag() || state == State.APPROVED)) {
            return CompletableFuture.completedFuture(state == State.REFUSED ? null : pool);
        }
        if (state == State.REFUSED
                || DestinationCheck.refusal(number, rule(network).countries()) != null) {
            return CompletableFuture.completedFuture(null);
        }
        boolean approved = state == State.APPROVED || matches(rule(network), number);
        if (!approved && state != null) {
            return CompletableFuture.completedFuture(null);
        }
        Asked asked = new Asked(network, number);
        CompletableFuture<@Nullable RingPool> mine = new CompletableFuture<>();
        CompletableFuture<@Nullable RingPool> others = underWay.putIfAbsent(asked, mine);
        if (others != null) {
            return others;
        }
        try {
            worker.execute(() -> mine.complete(made(site, asked, approved)));
        } catch (RejectedExecutionException _) {
            underWay.remove(asked);
            mine.complete(null);
        }
        // Whoever only looks around need not wait until it is written down.
        return approved ? mine : CompletableFuture.completedFuture(null);
    }

    private @Nullable RingPool made(Site site, Asked asked, boolean approved) {
        try {
            boolean stands = database.transact(connection -> discover(connection, site, asked.number(), approved));
            cache.refresh();
            return stands ? makePool(asked) : null;
        } catch (StoreUnavailableException e) {
            log.debug("the destination {} is looked at later", asked.number(), e);
            return null;
        } catch (RuntimeException e) {
            log.error("the destination {} of network {} gets no pool", asked.number(), asked.network(), e);
            return null;
        } finally {
            underWay.remove(asked);
        }
    }

    /** True when it is approved now. */
    private boolean discover(Connection connection, Site site, PhoneNumber number, boolean byRule) throws SQLException {
        Long networkId = networkId(connection, site.network());
        if (networkId == null || promoNumber(connection, number)) {
            return false;
        }
        State before = state(connection, networkId, number);
        if (before == null && discovered(connection, networkId) >= MOST_DISCOVERED) {
            return false;
        }
        long now = clock.nowMillis();
        try (PreparedStatement insert = connection.prepareStatement(
                "INSERT INTO destination (network_id, number, state, approved_by, site_id, seen_at, changed_at)"
                        + " VALUES (?,?,?,?,?,?,?) ON DUPLICATE KEY UPDATE site_id = COALESCE(site_id, VALUES(site_id)),"
                        + " seen_at = COALESCE(seen_at, VALUES(seen_at)),"
                        + " approved_by = IF(state = 'discovered', VALUES(approved_by), approved_by),"
                        + " changed_at = IF(state = 'discovered', VALUES(changed_at), changed_at),"
                        + " state = IF(state = 'discovered', VALUES(state), state)")) {
            insert.setLong(1, networkId);
            insert.setLong(2, number.digits());
            insert.setString(3, byRule ? State.APPROVED.text() : State.DISCOVERED.text());
            insert.setString(4, byRule ? "rule" : null);
            insert.setString(5, site.id());
            insert.setLong(6, now);
            insert.setLong(7, now);
            insert.executeUpdate();
        }
        return state(connection, networkId, number) == State.APPROVED;
    }

    private @Nullable RingPool makePool(Asked asked) throws StoreUnavailableException {
        RingPool there = pools.forDestination(asked.network(), asked.number());
        if (there != null) {
            return there;
        }
        if (!accounts.networkExists(asked.network())) {
            return null;
        }
        TagPool tagPool = tagPool(asked.network());
        accounts.ensureCampaign(asked.network(), tagPool.advertiser(), tagPool.campaign());
        NumberType type = DestinationCheck.type(asked.number());
        Pools.Outcome outcome = pools.save(
                asked.network(),
                tagPool.advertiser(),
                tagPool.campaign(),
                Pools.Definition.draft(
                                POOL_ID_PREFIX + asked.number().digits(),
                                asked.number().toString(),
                                type,
                                asked.number())
                        .lifetime(tagPool.lifetime())
                        .hold(tagPool.hold())
                        .maxSize(tagPool.maxSize())
                        .allowOverflow(tagPool.allowOverflow())
                        .localNumbers(tagPool.localNumbers())
                        .byTag(true)
                        .definition());
        return switch (outcome) {
            case Pools.Outcome.Saved saved -> {
                log.info(
                        "the pool {} of network {} came into being for {}",
                        saved.pool().pool().idFromNetwork(),
                        asked.network(),
                        asked.number());
                yield saved.pool().pool();
            }
            case Pools.Outcome.Invalid(var messages) -> {
                log.warn("no pool can be made for {} of network {}: {}", asked.number(), asked.network(), messages);
                yield null;
            }
            case Pools.Outcome.NotFound(var what) -> {
                log.warn("no pool can be made for {} of network {}: {}", asked.number(), asked.network(), what);
                yield null;
            }
        };
    }

    private static boolean matches(Rule rule, PhoneNumber number) {
        return number.nanp() && rule.areaCodes().contains(number.npa());
    }

    @Override
    public List<Destination> list(String network, @Nullable State state, long afterNumber, int limit)
            throws StoreUnavailableException {
        return database.transact(connection -> {
            List<Destination> found = new ArrayList<>();
            try (PreparedStatement select =
                    connection.prepareStatement("SELECT d.number, d.state, d.approved_by, d.site_id,"
                            + " d.seen_at FROM destination d JOIN network w ON w.id = d.network_id WHERE w.id_from_network = ?"
                            + " AND d.number > ?" + (state == null ? "" : " AND d.state = ?")
                            + " ORDER BY d.number LIMIT ?")) {
                int at = 1;
                select.setString(at++, network);
                select.setLong(at++, afterNumber);
                if (state != null) {
                    select.setString(at++, state.text());
                }
                select.setInt(at, limit);
                try (ResultSet rows = select.executeQuery()) {
                    while (rows.next()) {
                        found.add(destination(network, rows));
                    }
                }
            }
            return found;
        });
    }

    private Destination destination(String network, ResultSet rows) throws SQLException {
        PhoneNumber number = new PhoneNumber(rows.getLong(1));
        long seenAt = rows.getLong(5);
        Long seen = rows.wasNull() ? null : (Long) seenAt;
        RingPool pool = pools.forDestination(network, number);
        return new Destination(
                number,
                DestinationRows.state(rows.getString(2)),
                rows.getString(3),
                rows.getString(4),
                seen,
                pool == null ? null : pool.idFromNetwork());
    }

    @Override
    public Change decide(String network, PhoneNumber number, State state) throws StoreUnavailableException {
        String refusal = state == State.APPROVED
                ? DestinationCheck.refusal(number, rule(network).countries())
                : null;
        if (refusal != null) {
            return new Change.Refused(refusal);
        }
        Change change = database.transact(connection -> decide(connection, network, number, state));
        cache.refresh();
        return change;
    }

    private Change decide(Connection connection, String network, PhoneNumber number, State state) throws SQLException {
        Long networkId = networkId(connection, network);
        if (networkId == null) {
            return new Change.NoNetwork();
        }
        if (state == State.APPROVED && promoNumber(connection, number)) {
            return new Change.Refused(number + " is a promo number itself: a destination is where calls end up.");
        }
        try (PreparedStatement insert =
                connection.prepareStatement("INSERT INTO destination (network_id, number, state,"
                        + " approved_by, changed_at) VALUES (?,?,?,?,?) ON DUPLICATE KEY UPDATE state = VALUES(state),"
                        + " approved_by = VALUES(approved_by), changed_at = VALUES(changed_at)")) {
            insert.setLong(1, networkId);
            insert.setLong(2, number.digits());
            insert.setString(3, state.text());
            insert.setString(4, state == State.APPROVED ? "person" : null);
            insert.setLong(5, clock.nowMillis());
            insert.executeUpdate();
        }
        try (PreparedStatement select =
                connection.prepareStatement("SELECT number, state, approved_by, site_id, seen_at"
                        + " FROM destination WHERE network_id = ? AND number = ?")) {
            select.setLong(1, networkId);
            select.setLong(2, number.digits());
            try (ResultSet rows = select.executeQuery()) {
                rows.next();
                return new Change.Done(destination(network, rows));
            }
        }
    }

    @Override
    public Rule rule(String network) {
        return cache.destinations().rules().getOrDefault(network, Rule.DEFAULT);
    }

    @Override
    public boolean setRule(String network, Rule rule) throws StoreUnavailableException {
        long now = clock.nowMillis();
        boolean found = database.transact(connection -> {
            if (!setColumn(connection, network, "approval_rule", DestinationRows.text(rule))) {
                return false;
            }
            approveMatching(connection, network, rule, now);
            return true;
        });
        cache.refresh();
        return found;
    }

    private static void approveMatching(Connection connection, String network, Rule rule, long now)
            throws SQLException {
        List<PhoneNumber> matching = new ArrayList<>();
        long networkId = 0;
        try (PreparedStatement select = connection.prepareStatement("SELECT d.network_id, d.number FROM destination d"
                + " JOIN network w ON w.id = d.network_id WHERE w.id_from_network = ? AND d.state = 'discovered'")) {
            select.setString(1, network);
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    networkId = rows.getLong(1);
                    PhoneNumber number = new PhoneNumber(rows.getLong(2));
                    if (matches(rule, number) && DestinationCheck.refusal(number, rule.countries()) == null) {
                        matching.add(number);
                    }
                }
            }
        }
        try (PreparedStatement update = connection.prepareStatement("UPDATE destination SET state = 'approved',"
                + " approved_by = 'rule', changed_at = ? WHERE network_id = ? AND number = ?")) {
            for (PhoneNumber number : matching) {
                update.setLong(1, now);
                update.setLong(2, networkId);
                update.setLong(3, number.digits());
                update.addBatch();
            }
            update.executeBatch();
        }
    }

    @Override
    public TagPool tagPool(String network) {
        return cache.destinations().tagPools().getOrDefault(network, TagPool.DEFAULT);
    }

    @Override
    public boolean setTagPool(String network, TagPool tagPool) throws StoreUnavailableException {
        boolean found = database.transact(
                connection -> setColumn(connection, network, "tag_pool", DestinationRows.text(tagPool)));
        cache.refresh();
        return found;
    }

    private static boolean setColumn(Connection connection, String network, String column, String value)
            throws SQLException {
        try (PreparedStatement update =
                connection.prepareStatement("UPDATE network SET " + column + " = ? WHERE id_from_network = ?")) {
            update.setString(1, value);
            update.setString(2, network);
            return update.executeUpdate() > 0;
        }
    }

    private static @Nullable Long networkId(Connection connection, String network) throws SQLException {
        try (PreparedStatement select =
                connection.prepareStatement("SELECT id FROM network WHERE id_from_network = ?")) {
            select.setString(1, network);
            try (ResultSet rows = select.executeQuery()) {
                return rows.next() ? (Long) rows.getLong(1) : null;
            }
        }
    }

    private static boolean promoNumber(Connection connection, PhoneNumber number) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement("SELECT 1 FROM promo_number WHERE number = ?")) {
            select.setLong(1, number.digits());
            try (ResultSet rows = select.executeQuery()) {
                return rows.next();
            }
        }
    }

    private static @Nullable State state(Connection connection, long networkId, PhoneNumber number)
            throws SQLException {
        try (PreparedStatement select =
                connection.prepareStatement("SELECT state FROM destination WHERE network_id = ? AND number = ?")) {
            select.setLong(1, networkId);
            select.setLong(2, number.digits());
            try (ResultSet rows = select.executeQuery()) {
                return rows.next() ? DestinationRows.state(rows.getString(1)) : null;
            }
        }
    }

    private static int discovered(Connection connection, long networkId) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(
                "SELECT COUNT(*) FROM destination WHERE network_id = ? AND state = 'discovered'")) {
            select.setLong(1, networkId);
            try (ResultSet rows = select.executeQuery()) {
                rows.next();
                return rows.getInt(1);
            }
        }
    }

    @Override
    public void close() {
        worker.shutdown();
        try {
            if (!worker.awaitTermination(LONGEST_END.toMillis(), TimeUnit.MILLISECONDS)) {
                worker.shutdownNow();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        underWay.values().forEach(asked -> asked.complete(null));
    }
}
