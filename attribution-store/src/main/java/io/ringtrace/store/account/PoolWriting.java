package io.ringtrace.store.account;

import io.ringtrace.attribution.Autoscaling;
import io.ringtrace.attribution.LocalCentre;
import io.ringtrace.attribution.Pools.Definition;
import io.ringtrace.store.bank.BankShelf;
import io.ringtrace.store.bank.PoolFilling;
import io.ringtrace.store.bank.PoolSettingRows;
import io.ringtrace.store.bank.ZipCodeRows;
import io.ringtrace.store.directory.NumberRow;
import io.ringtrace.store.directory.NumberRows;
import io.ringtrace.store.directory.NumberState;
import io.ringtrace.store.directory.PoolRow;
import io.ringtrace.store.lease.LeaseTables;
import io.ringtrace.store.lease.PoolTerms;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Writes a RingPool and moves its numbers, inside one transaction that holds the pool's row. */
final class PoolWriting {
    private static final int SMALLEST_START = 2;
    private static final int START_SHARE = 10;
    static final long CLOCKS_MARGIN_MILLIS = 1_000;

    private final Connection connection;
    private final LeaseTables tables;
    private final long now;
    private final Duration rest;

    /** @param rest how long a number that leaves its pool is lent to nobody else */
    PoolWriting(Connection connection, long now, Duration rest) {
        this.connection = connection;
        this.tables = new LeaseTables(connection);
        this.now = now;
        this.rest = rest;
    }

    record Place(String network, String advertiser, String campaign, String idFromNetwork) {}

    sealed interface Result {
        record Written(PoolRow pool, List<NumberRow> numbers, boolean created) implements Result {}

        record Wrong(String message) implements Result {}

        record Missing(String what) implements Result {}
    }

    private record Campaign(long networkId, long campaignId) {}

    private record Existing(
            long id,
            long campaignId,
            String numberType,
            long lifetimeMillis,
            long holdMillis,
            long mixedUntil,
            boolean deleted,
            long version) {}

    Result save(Place place, Definition definition, byte[] sealedKey) throws SQLException {
        Campaign campaign = campaign(place);
        if (campaign == null) {
            return new Result.Missing("there is no campaign '" + place.campaign() + "' of advertiser '"
                    + place.advertiser() + "' in network '" + place.network() + "'");
        }
        if (promoNumber(definition.destination().digits())) {
            return new Result.Wrong("destination_phone_number " + definition.destination()
                    + " is a promo number itself: it must be where calls end up");
        }
        LocalCentre centre = definition.localNumbers().centre();
        String zip = centre == null ? null : centre.zipCode();
        if (zip != null && !ZipCodeRows.known(connection, zip)) {
            return new Result.Wrong("local_center: the zip code " + zip
                    + " is not in the imported table; import it, or give latitude and longitude");
        }
        Existing existing = existing(campaign.networkId(), place.idFromNetwork());
        if (existing == null) {
            long id = insert(campaign, place.idFromNetwork(), definition, sealedKey);
            return written(id, campaign, true, definition);
        }
        if (existing.deleted()) {
            revive(existing, campaign, definition, sealedKey);
            return written(existing.id(), campaign, true, definition);
        }
        if (existing.campaignId() != campaign.campaignId()) {
            return new Result.Wrong(
                    "id_from_network '" + place.idFromNetwork() + "' is taken by a pool of another campaign");
        }
        if (!existing.numberType().equals(definition.numberType().text())) {
            return new Result.Wrong("number_type of a pool cannot change from " + existing.numberType() + " to "
                    + definition.numberType().text() + "; make another pool");
        }
        update(existing, definition);
        return written(existing.id(), campaign, false, definition);
    }

    private Result.Written written(long poolId, Campaign campaign, boolean created, Definition definition)
            throws SQLException {
        PoolSettingRows.write(connection, poolId, definition);
        Autoscaling autoscaling = definition.autoscaling();
        if (autoscaling != null) {
            DatabasePoolSizes.write(connection, poolId, autoscaling, now);
        }
        if (definition.preferred()) {
            preferNoOther(poolId, campaign.campaignId());
        }
        List<NumberRow> numbers = new ArrayList<>(setOverflow(terms(poolId)));
        numbers.addAll(drainSurplus(terms(poolId)));
        numbers.addAll(makeRoomForOverflow(terms(poolId)));
        PoolTerms pool = terms(poolId);
        int start = definition.fillImmediately()
                ? definition.maxSize()
                : Math.max(SMALLEST_START, (definition.maxSize() + START_SHARE - 1) / START_SHARE);
        numbers.addAll(growTo(pool, start));
        return new Result.Written(poolRow(poolId), numbers, created);
    }

    /** Makes the pool as large as this, the overflow number included, as far as it may be and there are numbers. */
    List<NumberRow> growTo(PoolTerms pool, int size) throws SQLException {
        int reserved = pool.allowOverflow() && !has(pool.id(), NumberState.OVERFLOW) ? 1 : 0;
        int wanted = Math.max(0, size - pool.size() - reserved);
        return wanted + reserved == 0 ? List.of() : new PoolFilling(rest).grow(connection, pool, wanted, now);
    }

    /** A campaign has one preferred pool. */
    private void preferNoOther(long poolId, long campaignId) throws SQLException {
        try (PreparedStatement update =
                connection.prepareStatement("UPDATE ring_pool SET preferred = FALSE, version = version + 1"
                        + " WHERE campaign_id = ? AND id <> ? AND preferred")) {
            update.setLong(1, campaignId);
            update.setLong(2, poolId);
            update.executeUpdate();
        }
    }

    private @Nullable Campaign campaign(Place place) throws SQLException {
        try (PreparedStatement select =
                connection.prepareStatement("SELECT w.id, c.id FROM network w JOIN advertiser a ON a.network_id = w.id"
                        + " JOIN campaign c ON c.advertiser_id = a.id"
                        + " WHERE w.id_from_network = ? AND a.id_from_network = ? AND c.id_from_network = ?"
                        + " AND w.removed_at IS NULL AND a.removed_at IS NULL AND c.removed_at IS NULL"
                        // So that no pool comes into a campaign that is being removed.
                        + " LOCK IN SHARE MODE")) {
            select.setString(1, place.network());
            select.setString(2, place.advertiser());
            select.setString(3, place.campaign());
            try (ResultSet rows = select.executeQuery()) {
                return rows.next() ? new Campaign(rows.getLong(1), rows.getLong(2)) : null;
            }
        }
    }

    private boolean promoNumber(long number) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement("SELECT 1 FROM promo_number WHERE number = ?")) {
            select.setLong(1, number);
            try (ResultSet rows = select.executeQuery()) {
                return rows.next();
            }
        }
    }

    private @Nullable Existing existing(long networkId, String idFromNetwork) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(
                "SELECT id, campaign_id, number_type, lifetime_ms, hold_ms, mixed_until, deleted, version FROM ring_pool"
                        + " WHERE network_id = ? AND id_from_network = ? FOR UPDATE")) {
            select.setLong(1, networkId);
            select.setString(2, idFromNetwork);
            try (ResultSet rows = select.executeQuery()) {
                return rows.next()
                        ? new Existing(
                                rows.getLong(1),
                                rows.getLong(2),
                                rows.getString(3),
                                rows.getLong(4),
                                rows.getLong(5),
                                rows.getLong(6),
                                rows.getBoolean(7),
                                rows.getLong(8))
                        : null;
            }
        }
    }

    private long insert(Campaign campaign, String idFromNetwork, Definition definition, byte[] sealedKey)
            throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(
                "INSERT INTO ring_pool (name, lifetime_ms, hold_ms, max_pool_size, allow_overflow, fill_immediately,"
                        + " preferred, destination, search_radius, within_state, fallback, number_type, network_id, campaign_id, id_from_network, api_key_sealed)"
                        + " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
                PreparedStatement.RETURN_GENERATED_KEYS)) {
            int at = setRules(insert, definition);
            insert.setString(at++, definition.numberType().text());
            insert.setLong(at++, campaign.networkId());
            insert.setLong(at++, campaign.campaignId());
            insert.setString(at++, idFromNetwork);
            insert.setBytes(at, sealedKey);
            insert.executeUpdate();
            try (ResultSet keys = insert.getGeneratedKeys()) {
                keys.next();
                return keys.getLong(1);
            }
        }
    }

    private static int setRules(PreparedStatement statement, Definition definition) throws SQLException {
        int at = 1;
        statement.setString(at++, definition.name());
        statement.setLong(at++, definition.lifetime().toMillis());
        statement.setLong(at++, definition.hold().toMillis());
        statement.setInt(at++, definition.maxSize());
        statement.setBoolean(at++, definition.allowOverflow());
        statement.setBoolean(at++, definition.fillImmediately());
        statement.setBoolean(at++, definition.preferred());
        statement.setLong(at++, definition.destination().digits());
        statement.setInt(at++, definition.localNumbers().searchRadiusMiles());
        statement.setBoolean(at++, definition.localNumbers().restrictSearchToState());
        statement.setString(at++, definition.localNumbers().fallback().text());
        return at;
    }

    /**
     * Until the last presentation under the former rules has run out, the oldest number need not be the first one free. What a deleted
     * pool lent is under them too.
     */
    private long mixedUntil(Existing existing, Definition definition) {
        boolean sameTimes = existing.lifetimeMillis() == definition.lifetime().toMillis()
                && existing.holdMillis() == definition.hold().toMillis();
        return sameTimes
                ? existing.mixedUntil()
                : Math.max(
                        existing.mixedUntil(),
                        now + Math.max(existing.holdMillis(), definition.hold().toMillis()) + CLOCKS_MARGIN_MILLIS);
    }

    private void update(Existing existing, Definition definition) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement(
                "UPDATE ring_pool SET name=?, lifetime_ms=?, hold_ms=?, max_pool_size=?, allow_overflow=?,"
                        + " fill_immediately=?, preferred=?, destination=?, search_radius=?, within_state=?, fallback=?, mixed_until=?, version=version+1 WHERE id=?")) {
            int at = setRules(update, definition);
            update.setLong(at++, mixedUntil(existing, definition));
            update.setLong(at, existing.id());
            update.executeUpdate();
        }
    }

    /** A deleted pool's id is free again: the pool begins anew, with another key. */
    private void revive(Existing existing, Campaign campaign, Definition definition, byte[] sealedKey)
            throws SQLException {
        try (PreparedStatement update = connection.prepareStatement(
                "UPDATE ring_pool SET name=?, lifetime_ms=?, hold_ms=?, max_pool_size=?, allow_overflow=?,"
                        + " fill_immediately=?, preferred=?, destination=?, search_radius=?, within_state=?, fallback=?,"
                        + " number_type=?, campaign_id=?, api_key_sealed=?, key_revoked_at=NULL,"
                        + " size=0, mixed_until=?, autoscale_max=NULL, deleted=FALSE, version=version+1 WHERE id=?")) {
            int at = setRules(update, definition);
            update.setString(at++, definition.numberType().text());
            update.setLong(at++, campaign.campaignId());
            update.setBytes(at++, sealedKey);
            update.setLong(at++, mixedUntil(existing, definition));
            update.setLong(at, existing.id());
            update.executeUpdate();
        }
    }

    /** Keeps a number back for overflow, or gives it back to the visitors, as the rules say now. */
    private List<NumberRow> setOverflow(PoolTerms pool) throws SQLException {
        if (pool.allowOverflow()) {
            return pool.size() >= pool.maxSize() && !has(pool.id(), NumberState.OVERFLOW)
                    ? keepFreeForOverflow(pool)
                    : List.of();
        }
        List<NumberRow> changed = new ArrayList<>();
        for (NumberRow row : numbers(pool.id(), "state = " + NumberState.OVERFLOW.code(), 1)) {
            changed.add(row.inState(NumberState.POOLED));
        }
        tables.writeNumbers(changed);
        return changed;
    }

    /** Only a free one: a former visitor's call to an overflow number would lose its attribution. */
    private List<NumberRow> keepFreeForOverflow(PoolTerms pool) throws SQLException {
        List<NumberRow> changed = new ArrayList<>();
        String free = "state = " + NumberState.POOLED.code() + " AND held_until <= " + now + " AND guaranteed_until <= "
                + (now - CLOCKS_MARGIN_MILLIS);
        for (NumberRow row : numbers(pool.id(), free, 1)) {
            changed.add(row.inState(NumberState.OVERFLOW));
        }
        tables.writeNumbers(changed);
        return changed;
    }

    /**
     * In a full pool that lacks its overflow number no number ever comes free while visitors come: the one presented longest ago leaves,
     * and the place is kept.
     */
    private List<NumberRow> makeRoomForOverflow(PoolTerms pool) throws SQLException {
        return pool.allowOverflow() && pool.size() >= pool.maxSize() && !has(pool.id(), NumberState.OVERFLOW)
                ? drain(pool, 1)
                : List.of();
    }

    /** What a pool without its overflow number does to get one: a free one of its own, one of the bank, or one that drains for it. */
    List<NumberRow> seekOverflow(long poolId) throws SQLException {
        PoolTerms pool = tables.lockPools(Set.of(poolId)).get(poolId);
        if (pool == null || !pool.allowOverflow() || has(poolId, NumberState.OVERFLOW)) {
            return List.of();
        }
        List<NumberRow> changed = new ArrayList<>();
        if (pool.size() >= pool.maxSize()) {
            changed.addAll(keepFreeForOverflow(pool));
            if (changed.isEmpty()) {
                changed.addAll(makeRoomForOverflow(pool));
                changed.addAll(growTo(terms(poolId), 0));
            }
            return changed;
        }
        changed.addAll(growTo(pool, 0));
        if (!has(poolId, NumberState.OVERFLOW)) {
            changed.addAll(keepFreeForOverflow(pool));
        }
        if (changed.isEmpty() && pool.size() >= SMALLEST_START && !has(poolId, NumberState.DRAINING)) {
            changed.addAll(drain(pool, 1));
        }
        return changed;
    }

    /** A pool that is now larger than it may be: the numbers presented longest ago leave, as soon as their visitors are done. */
    private List<NumberRow> drainSurplus(PoolTerms pool) throws SQLException {
        int surplus = pool.size() - pool.maxSize();
        return surplus <= 0 ? List.of() : drain(pool, surplus);
    }

    /** The numbers presented longest ago leave the pool; those that nobody holds come to rest at once. */
    List<NumberRow> drain(PoolTerms pool, int count) throws SQLException {
        List<NumberRow> changed = left(numbers(pool.id(), "state = " + NumberState.POOLED.code(), count));
        setSize(pool.id(), pool.size() - changed.size());
        return changed;
    }

    /** Whoever was shown one of these calls it until his hold is over, and counts for what he was shown it for. */
    private List<NumberRow> left(List<NumberRow> rows) throws SQLException {
        List<NumberRow> changed = new ArrayList<>();
        for (NumberRow row : rows) {
            boolean over = now >= row.heldUntil() && now >= row.guaranteedUntil() + CLOCKS_MARGIN_MILLIS;
            changed.add(over ? resting(row, now, rest) : row.inState(NumberState.DRAINING));
        }
        tables.writeNumbers(changed);
        BankShelf.putBack(connection, changed);
        return changed;
    }

    /** Lends nothing more; what was lent is held to its end. Empty when there is none. */
    Optional<Result.Written> delete(String network, String idFromNetwork) throws SQLException {
        long poolId;
        try (PreparedStatement select =
                connection.prepareStatement("SELECT p.id FROM ring_pool p JOIN network w ON w.id = p.network_id"
                        + " WHERE w.id_from_network = ? AND p.id_from_network = ? AND NOT p.deleted")) {
            select.setString(1, network);
            select.setString(2, idFromNetwork);
            try (ResultSet rows = select.executeQuery()) {
                if (!rows.next()) {
                    return Optional.empty();
                }
                poolId = rows.getLong(1);
            }
        }
        if (tables.lockPools(Set.of(poolId)).isEmpty()) {
            return Optional.empty();
        }
        List<NumberRow> changed = left(numbers(
                poolId,
                "state IN (" + NumberState.POOLED.code() + "," + NumberState.OVERFLOW.code() + ")",
                Integer.MAX_VALUE));
        try (PreparedStatement update = connection.prepareStatement(
                "UPDATE ring_pool SET deleted = TRUE, size = 0, version = version + 1 WHERE id = ?")) {
            update.setLong(1, poolId);
            update.executeUpdate();
        }
        return Optional.of(new Result.Written(poolRow(poolId), changed, false));
    }

    /** The visitor is forgotten, which also keeps "one number for a visitor" true in the pool; where calls went is not. */
    static NumberRow resting(NumberRow row, long now, Duration rest) {
        return new NumberRow(
                row.number(),
                row.networkId(),
                NumberState.RESTING,
                row.poolId(),
                row.campaignId(),
                null,
                row.destination(),
                row.leaseVersion(),
                row.leasedAt(),
                row.presentedAt(),
                row.guaranteedUntil(),
                row.heldUntil(),
                now + rest.toMillis(),
                row.version() + 1);
    }

    /** Presented longest ago first. */
    private List<NumberRow> numbers(long poolId, String condition, int most) throws SQLException {
        List<NumberRow> found = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement("SELECT " + NumberRows.COLUMNS
                + " FROM promo_number WHERE pool_id = ? AND " + condition + " ORDER BY presented_at, number LIMIT ?")) {
            select.setLong(1, poolId);
            select.setInt(2, most);
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    found.add(NumberRows.read(rows));
                }
            }
        }
        return found;
    }

    private boolean has(long poolId, NumberState state) throws SQLException {
        return !numbers(poolId, "state = " + state.code(), 1).isEmpty();
    }

    private PoolTerms terms(long poolId) throws SQLException {
        PoolTerms pool = tables.lockPools(Set.of(poolId)).get(poolId);
        if (pool == null) {
            throw new IllegalStateException("pool " + poolId + " was written in this transaction and is not there");
        }
        return pool;
    }

    private void setSize(long poolId, int size) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement("UPDATE ring_pool SET size = ? WHERE id = ?")) {
            update.setInt(1, size);
            update.setLong(2, poolId);
            update.executeUpdate();
        }
    }

    private PoolRow poolRow(long poolId) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(
                "SELECT id, network_id, campaign_id, id_from_network, destination, deleted, version FROM ring_pool"
                        + " WHERE id = ?")) {
            select.setLong(1, poolId);
            try (ResultSet rows = select.executeQuery()) {
                rows.next();
                return new PoolRow(
                        rows.getLong(1),
                        rows.getLong(2),
                        rows.getLong(3),
                        rows.getString(4),
                        rows.getLong(5),
                        rows.getBoolean(6),
                        rows.getLong(7));
            }
        }
    }
}
