package io.ringtrace.store;

import io.ringtrace.attribution.LeaseClock;
import io.ringtrace.attribution.NumberBank;
import io.ringtrace.attribution.NumberType;
import io.ringtrace.attribution.Pools;
import io.ringtrace.attribution.Pools.Outcome;
import io.ringtrace.attribution.RingPool;
import io.ringtrace.call.PhoneNumber;
import io.ringtrace.store.account.StoreAccounts;
import io.ringtrace.store.bank.DatabaseNumberBank;
import io.ringtrace.store.bank.PoolFilling;
import io.ringtrace.store.db.StoreDatabase;
import io.ringtrace.store.lease.LeaseAllocator;
import io.ringtrace.store.lease.PoolTraffic;
import io.ringtrace.store.lease.RecentLeases;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;

/** A network with a campaign, and what a test needs to give it numbers and pools. */
public final class TestAccount implements AutoCloseable {
    public static final PhoneNumber DESTINATION = PhoneNumber.parse("+18005550100");
    private static final long FIRST_NUMBER = 18_882_000_000L;
    private static final AtomicLong nextNumber = new AtomicLong(FIRST_NUMBER);

    public final String network;
    public final HeardFeed feed = new HeardFeed();
    public final StoreAccounts accounts;
    public final Pools pools;
    public final NumberBank bank;
    private final StoreDatabase database;
    private final LeaseClock clock;

    public TestAccount(StoreDatabase database, LeaseClock clock, String network) throws Exception {
        this.database = database;
        this.clock = clock;
        this.network = network;
        accounts = StoreAccounts.open(database, clock, feed, TestStore.folder());
        pools = accounts.pools();
        bank = new DatabaseNumberBank(database, clock, feed);
        accounts.accounts().ensureCampaign(network, "advertiser", "campaign");
    }

    /** Puts this many new toll-free numbers into the bank; returns the first. */
    public long importTollFree(int count) throws Exception {
        long first = nextNumber.getAndAdd(count);
        List<NumberBank.Row> rows = LongStream.range(first, first + count)
                .mapToObj(number -> new NumberBank.Row((int) (number - first + 1), "+" + number, null, null))
                .toList();
        NumberBank.ImportResult result = bank.importNumbers(network, rows);
        if (result.added() != count) {
            throw new IllegalStateException("not imported: " + result);
        }
        return first;
    }

    public static Pools.Definition tollFree(String id, int maxSize, boolean overflow) {
        return Pools.Definition.draft(id, id, NumberType.TOLL_FREE, DESTINATION)
                .maxSize(maxSize)
                .allowOverflow(overflow)
                .fillImmediately(true)
                .definition();
    }

    public RingPool pool(Pools.Definition definition) throws Exception {
        Outcome outcome = pools.save(network, "advertiser", "campaign", definition);
        if (outcome instanceof Outcome.Saved saved) {
            return saved.pool().pool();
        }
        throw new IllegalStateException(outcome.toString());
    }

    public LeaseAllocator allocator() {
        return allocator(LeaseAllocator.Settings.DEFAULT);
    }

    public LeaseAllocator allocator(LeaseAllocator.Settings settings) {
        return new LeaseAllocator(database, clock, new PoolFilling(), feed, settings);
    }

    /** Tells these of the leases that begin. */
    public LeaseAllocator allocator(RecentLeases recent) {
        return new LeaseAllocator(
                database,
                clock,
                new PoolFilling(),
                feed,
                PoolTraffic.Observer.NONE,
                recent,
                LeaseAllocator.Settings.DEFAULT);
    }

    @Override
    public void close() {
        accounts.close();
    }
}
