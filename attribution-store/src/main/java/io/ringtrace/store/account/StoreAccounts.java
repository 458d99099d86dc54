package io.ringtrace.store.account;

import io.ringtrace.attribution.Accounts;
import io.ringtrace.attribution.LeaseClock;
import io.ringtrace.attribution.Pools;
import io.ringtrace.attribution.SmsNumbers;
import io.ringtrace.store.db.StoreDatabase;
import io.ringtrace.store.db.StoreStartException;
import io.ringtrace.store.directory.NumberFeed;
import java.nio.file.Path;

/** Accounts and RingPools of a node, on one cache. Opened by the server at start, after the database. */
public final class StoreAccounts implements AutoCloseable {
    private final AccountCache cache;
    private final Accounts accounts;
    private final Pools pools;
    private final SmsNumbers smsNumbers;

    private StoreAccounts(AccountCache cache, Accounts accounts, Pools pools, SmsNumbers smsNumbers) {
        this.cache = cache;
        this.accounts = accounts;
        this.pools = pools;
        this.smsNumbers = smsNumbers;
    }

    /** @param folder the node's data folder, where the pool keys' seal is */
    public static StoreAccounts open(StoreDatabase database, LeaseClock clock, NumberFeed feed, Path folder)
            throws StoreStartException {
        KeySeal seal = KeySeal.in(folder);
        AccountCache cache = new AccountCache(database, seal);
        return new StoreAccounts(
                cache,
                new DatabaseAccounts(database, clock, cache),
                new DatabasePools(database, clock, feed, cache, seal),
                new DatabaseSmsNumbers(database, clock, cache));
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

    @Override
    public void close() {
        cache.close();
    }
}
