package io.ringtrace.store.account;

import io.ringtrace.attribution.CapturedField;
import io.ringtrace.attribution.Destinations.Rule;
import io.ringtrace.attribution.LeaseClock;
import io.ringtrace.attribution.MarketingDictionary;
import io.ringtrace.attribution.MarketingField;
import io.ringtrace.attribution.Pools;
import io.ringtrace.attribution.RingPool;
import io.ringtrace.call.PhoneNumber;
import io.ringtrace.call.StoreUnavailableException;
import io.ringtrace.store.bank.DestinationCheck;
import io.ringtrace.store.db.StoreDatabase;
import io.ringtrace.store.directory.NumberFeed;
import java.security.SecureRandom;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@link Pools} on the database. Thread-safe. Made by {@link StoreAccounts}. */
final class DatabasePools implements Pools {
    private static final int KEY_BYTES = 24;
    private static final int ID_CHARACTERS = 12;
    /** Crockford's base 32: nothing that reads like something else. */
    private static final String ID_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

    private final StoreDatabase database;
    private final LeaseClock clock;
    private final NumberFeed feed;
    private final AccountCache cache;
    private final KeySeal seal;
    private final Duration rest;
    private final SecureRandom random = new SecureRandom();

    DatabasePools(
            StoreDatabase database,
            LeaseClock clock,
            NumberFeed feed,
            AccountCache cache,
            KeySeal seal,
            Duration rest) {
        this.database = database;
        this.clock = clock;
        this.feed = feed;
        this.cache = cache;
        this.seal = seal;
        this.rest = rest;
    }

    @Override
    public Outcome save(String network, String advertiser, String campaign, Definition asked)
            throws StoreUnavailableException {
        List<String> wrong = new ArrayList<>(PoolCheck.wrongFields(asked));
        List<CapturedField> captured = captured(network, asked, wrong);
        String refusal = refusal(network, asked.destination());
        if (refusal != null && !asked.destination().equals(destinationBefore(network, asked))) {
            wrong.add("destination_phone_number " + refusal.substring(0, refusal.length() - 1));
        }
        if (!wrong.isEmpty()) {
            return new Outcome.Invalid(wrong);
        }
        Definition definition = asked.draft().captured(captured).definition();
        String given = definition.idFromNetwork();
        String id = given == null || given.isBlank() ? freshId() : given;
        // Sealed before the transaction, which may run more than once; an existing pool keeps its own.
        byte[] sealedKey = seal.seal(freshKey());
        PoolWriting.Result result = database.transact(connection -> new PoolWriting(connection, clock.nowMillis(), rest)
                .save(new PoolWriting.Place(network, advertiser, campaign, id), definition, sealedKey));
        return switch (result) {
            case PoolWriting.Result.Missing(var what) -> new Outcome.NotFound(what);
            case PoolWriting.Result.Wrong(var message) -> new Outcome.Invalid(List.of(message));
            case PoolWriting.Result.Written written -> {
                feed.poolsChanged(List.of(written.pool()));
                if (!written.numbers().isEmpty()) {
                    feed.numbersChanged(written.numbers());
                }
                cache.refresh();
                WithKey saved = get(network, id);
                yield saved == null
                        ? new Outcome.NotFound("the pool '" + id + "' was deleted at the same moment")
                        : new Outcome.Saved(saved, written.created());
            }
        };
    }

    /** The fields that the pool is to keep, by their own names; what it keeps already may have left the dictionary since. */
    private List<CapturedField> captured(String network, Definition asked, List<String> wrong)
            throws StoreUnavailableException {
        MarketingDictionary dictionary = cache.dictionary(network);
        List<CapturedField> kept = new ArrayList<>();
        for (CapturedField each : asked.captured()) {
            MarketingField field = dictionary.field(each.name());
            CapturedField own = field == null ? each : new CapturedField(field.name(), each.model());
            String unfit = field == null ? "is not in the network's dictionary" : field.wrongModel(each.model());
            if (unfit != null && !keptBefore(network, asked).contains(own)) {
                wrong.add("marketing_data: '" + each.name() + "' " + unfit);
            }
            if (kept.stream().anyMatch(one -> one.name().equals(own.name()))) {
                wrong.add("marketing_data: '" + own.name() + "' is there twice, by its name and its partner name");
            }
            kept.add(own);
        }
        return kept;
    }

    private List<CapturedField> keptBefore(String network, Definition asked) throws StoreUnavailableException {
        RingPool before = before(network, asked);
        return before == null ? List.of() : before.captured();
    }

    private @Nullable PhoneNumber destinationBefore(String network, Definition asked) throws StoreUnavailableException {
        RingPool before = before(network, asked);
        return before == null ? null : before.destination();
    }

    private @Nullable RingPool before(String network, Definition asked) throws StoreUnavailableException {
        WithKey before = asked.idFromNetwork() == null ? null : get(network, asked.idFromNetwork());
        return before == null ? null : before.pool();
    }

    @Override
    public List<WithKey> list(String network, String advertiser, String campaign) throws StoreUnavailableException {
        return database.transact(connection -> {
            List<WithKey> pools = new ArrayList<>();
            try (PreparedStatement select = connection.prepareStatement(AccountCache.POOLS
                    + " AND w.id_from_network = ? AND a.id_from_network = ? AND c.id_from_network = ? ORDER BY p.id")) {
                select.setString(1, network);
                select.setString(2, advertiser);
                select.setString(3, campaign);
                try (ResultSet rows = select.executeQuery()) {
                    while (rows.next()) {
                        pools.add(cache.withKey(rows));
                    }
                }
            }
            return pools;
        });
    }

    @Override
    public @Nullable WithKey get(String network, String idFromNetwork) throws StoreUnavailableException {
        Optional<WithKey> found = database.transact(connection -> {
            try (PreparedStatement select = connection.prepareStatement(
                    AccountCache.POOLS + " AND w.id_from_network = ? AND p.id_from_network = ?")) {
                select.setString(1, network);
                select.setString(2, idFromNetwork);
                try (ResultSet rows = select.executeQuery()) {
                    return rows.next() ? Optional.of(cache.withKey(rows)) : Optional.empty();
                }
            }
        });
        return found.orElse(null);
    }

    @Override
    public void delete(String network, String idFromNetwork) throws StoreUnavailableException {
        Optional<PoolWriting.Result.Written> deleted = database.transact(
                connection -> new PoolWriting(connection, clock.nowMillis(), rest).delete(network, idFromNetwork));
        if (deleted.isPresent()) {
            feed.poolsChanged(List.of(deleted.get().pool()));
            feed.numbersChanged(deleted.get().numbers());
            cache.refresh();
        }
    }

    @Override
    public @Nullable WithKey rotateKey(String network, String idFromNetwork) throws StoreUnavailableException {
        return changeKey(network, idFromNetwork, seal.seal(freshKey()), null) ? get(network, idFromNetwork) : null;
    }

    @Override
    public boolean revokeKey(String network, String idFromNetwork) throws StoreUnavailableException {
        return changeKey(network, idFromNetwork, new byte[0], clock.nowMillis());
    }

    /**
     * False when there is no such pool, and when the key that is to be revoked is so already.
     *
     * @param sealed empty for none
     */
    private boolean changeKey(String network, String idFromNetwork, byte[] sealed, @Nullable Long revokedAt)
            throws StoreUnavailableException {
        int changed = database.transact(connection -> {
            try (PreparedStatement update = connection.prepareStatement(
                    "UPDATE ring_pool p JOIN network w ON w.id = p.network_id SET p.api_key_sealed = ?,"
                            + " p.key_revoked_at = ?, p.version = p.version + 1"
                            + " WHERE w.id_from_network = ? AND p.id_from_network = ? AND NOT p.deleted"
                            + (revokedAt == null ? "" : " AND p.key_revoked_at IS NULL"))) {
                update.setBytes(1, sealed);
                update.setObject(2, revokedAt);
                update.setString(3, network);
                update.setString(4, idFromNetwork);
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
    public List<KeyState> keys(String network, String afterPool, int limit) throws StoreUnavailableException {
        return database.transact(connection -> {
            List<KeyState> keys = new ArrayList<>();
            try (PreparedStatement select = connection.prepareStatement(AccountCache.POOLS
                    + " AND w.id_from_network = ? AND p.id_from_network > ? ORDER BY p.id_from_network LIMIT ?")) {
                select.setString(1, network);
                select.setString(2, afterPool);
                select.setInt(3, limit);
                try (ResultSet rows = select.executeQuery()) {
                    while (rows.next()) {
                        WithKey each = cache.withKey(rows);
                        keys.add(new KeyState(
                                each.pool().idFromNetwork(),
                                each.pool().advertiser(),
                                each.pool().campaign(),
                                each.keyRevokedAt()));
                    }
                }
            }
            return keys;
        });
    }

    @Override
    public @Nullable RingPool byKey(String idFromNetwork, String apiKey) {
        return cache.byKey(idFromNetwork, apiKey);
    }

    @Override
    public @Nullable String refusal(String network, PhoneNumber destination) {
        return DestinationCheck.forbidden(
                destination,
                cache.destinations().rules().getOrDefault(network, Rule.DEFAULT).countries());
    }

    @Override
    public boolean isOpen(RingPool pool) {
        return pool.openAt(clock.nowMillis());
    }

    @Override
    public @Nullable RingPool inNetwork(String network, String idFromNetwork) {
        return cache.inNetwork(network, idFromNetwork);
    }

    @Override
    public @Nullable RingPool forDestination(String network, PhoneNumber destination) {
        return cache.forDestination(network, destination);
    }

    private String freshKey() {
        byte[] key = new byte[KEY_BYTES];
        random.nextBytes(key);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(key);
    }

    private String freshId() {
        StringBuilder id = new StringBuilder(ID_CHARACTERS);
        for (int i = 0; i < ID_CHARACTERS; i++) {
            id.append(ID_ALPHABET.charAt(random.nextInt(ID_ALPHABET.length())));
        }
        return id.toString();
    }
}
