package io.ringtrace.store.account;

import io.ringtrace.attribution.Accounts;
import io.ringtrace.attribution.Destinations;
import io.ringtrace.attribution.LeaseClock;
import io.ringtrace.attribution.MarketingDictionaries;
import io.ringtrace.attribution.Pools;
import io.ringtrace.attribution.SmsNumbers;
import io.ringtrace.store.bank.PoolFilling;
import io.ringtrace.store.db.StoreDatabase;
import io.ringtrace.store.db.StoreStartException;
import io.ringtrace.store.directory.NumberFeed;
import java.nio.file.Path;
import java.time.Duration;

/** Accounts and RingPools of a node, on one cache. Opened by the server at start, after the database. */
public final class StoreAccounts implements AutoCloseable {
    private final AccountCache cache;
    private final Accounts accounts;
    private final Pools pools;
    private final SmsNumbers smsNumbers;
    private final MarketingDictionaries dictionaries;
    private final DatabaseDestinations destinations;

    private StoreAccounts(
            AccountCache cache,
            Accounts accounts,
            Pools pools,
            SmsNumbers smsNumbers,
            MarketingDictionaries dictionaries,
            DatabaseDestinations destinations) {
        this.cache = cache;
        this.accounts = accounts;
        this.pools = pools;
        this.smsNumbers = smsNumbers;
        this.dictionaries = dictionaries;
        this.destinations = destinations;
    }

    /** With the usual rest of numbers that leave their pools. */
    public static StoreAccounts open(StoreDatabase database, LeaseClock clock, NumberFeed feed, Path folder)
            throws StoreStartException {
        return open(database, clock, feed, folder, PoolFilling.USUAL_REST);
    }

    /**
     * @param folder the node's data folder, where the pool keys' seal is
     * @param rest how long a number that leaves its pool is lent to nobody else
     */
    public static StoreAccounts open(
            StoreDatabase database, LeaseClock clock, NumberFeed feed, Path folder, Duration rest)
            throws StoreStartException {
        KeySeal seal = KeySeal.in(folder);
        AccountCache cache = new AccountCache(database, seal);
        Accounts accounts = new DatabaseAccounts(database, clock, cache);
        Pools pools = new DatabasePools(database, clock, feed, cache, seal, rest);
        return new StoreAccounts(
                cache,
                accounts,
                pools,
                new DatabaseSmsNumbers(database, clock, cache),
                new DatabaseMarketingDictionaries(database, cache),
                new DatabaseDestinations(database, clock, cache, accounts, pools));
    }

    /** Returns when tokens and pools were read once, or after so long. */
    public void awaitKnown(Duration longest) throws InterruptedException {
        cache.awaitKnown(longest);
    }

    public Accounts accounts() {
        return accounts;
    }

    public Pools pools() {
        return pools;
    }

    public SmsNumbers smsNumbers() {
        return smsNumbers;
    }

    public MarketingDictionaries dictionaries() {
        return dictionaries;
    }

    public Destinations destinations() {
        return destinations;
    }

    @Override
    public void close() {
        destinations.close();
        cache.close();
    }
}
