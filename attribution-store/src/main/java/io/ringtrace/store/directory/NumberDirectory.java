package io.ringtrace.store.directory;

import io.ringtrace.attribution.AttributionLookup;
import io.ringtrace.attribution.AttributionResult;
import io.ringtrace.attribution.Lease;
import io.ringtrace.attribution.LeaseClock;
import io.ringtrace.attribution.OwnedNumbers;
import io.ringtrace.call.PhoneNumber;
import io.ringtrace.call.StoreUnavailableException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * All promo numbers and what they are lent for, in memory. Shards look up without locks; the feed and this node's own commits write, each
 * row by its version, so that an older one never replaces a newer.
 *
 * <p>A snapshot is built beside what is in use and takes its place when it is complete. Until there is one, the answer is "store
 * unavailable"; then the absence of a number is an answer too.
 */
public final class NumberDirectory implements AttributionLookup, OwnedNumbers, NumberFeed {
    private static final long LIVE_MILLIS = 1000;

    private final LeaseClock clock;
    private volatile @Nullable Content content;
    private @Nullable Content building;
    private final Supplier<Set<String>> forwardedNames;
    private volatile long liveAt;
    private long changes;
    private @Nullable DirectoryChanges kept;

    static final class Content {
        final LongTable<NumberEntry> numbers = new LongTable<>();
        final LongTable<PoolEntry> pools = new LongTable<>();
        /** By number; of numbers whose lease has something to be forwarded, or had. */
        final LongTable<ForwardedFields> fields = new LongTable<>();

        /** False when it is older than what is known; so with the others. */
        boolean apply(long number, NumberEntry entry) {
            NumberEntry known = numbers.get(number);
            boolean newer = known == null || known.version() < entry.version();
            if (newer) {
                numbers.put(number, entry);
                Lease lease = entry.lease();
                ForwardedFields forwarded = fields.get(number);
                if (forwarded != null
                        && !forwarded.values().isEmpty()
                        && lease != null
                        && lease.visitorId() == null
                        && lease.version() >= forwarded.leaseVersion()) {
                    // The hold is over, or the visitor was erased.
                    fields.put(number, new ForwardedFields(number, lease.version(), Map.of()));
                }
            }
            return newer;
        }

        boolean apply(ForwardedFields forwarded) {
            ForwardedFields known = fields.get(forwarded.number());
            boolean newer = known == null
                    ? !forwarded.values().isEmpty()
                    : known.leaseVersion() <= forwarded.leaseVersion() && !known.equals(forwarded);
            if (newer) {
                fields.put(forwarded.number(), forwarded);
            }
            return newer;
        }

        boolean apply(long id, PoolEntry entry) {
            PoolEntry known = pools.get(id);
            boolean newer = known == null || known.version() < entry.version();
            if (newer) {
                pools.put(id, entry);
            }
            return newer;
        }
    }

    public NumberDirectory(LeaseClock clock) {
        this(clock, Set::of);
    }

    /** @param forwardedNames the marketing fields that some trunk forwards, as the plan in force says; asked often */
    public NumberDirectory(LeaseClock clock, Supplier<Set<String>> forwardedNames) {
        this.clock = clock;
        this.forwardedNames = forwardedNames;
    }

    /** The marketing fields that some trunk forwards: the only ones that are held. */
    Set<String> forwardedNames() {
        return forwardedNames.get();
    }

    @Override
    public Map<String, String> forwardedFields(Lease lease) {
        Content now = content;
        ForwardedFields forwarded =
                now == null ? null : now.fields.get(lease.number().digits());
        return forwarded == null || forwarded.leaseVersion() != lease.version() || lease.visitorId() == null
                ? Map.of()
                : forwarded.values();
    }

    @Override
    public AttributionResult lookUp(PhoneNumber dialed, long atMillis) {
        Content now = content;
        if (now == null) {
            return AttributionResult.STORE_UNAVAILABLE;
        }
        NumberEntry entry = now.numbers.get(dialed.digits());
        if (entry == null) {
            return AttributionResult.UNKNOWN;
        }
        return switch (entry.state()) {
            case BANK, RETIRED -> AttributionResult.UNASSIGNED;
            case POOLED, DRAINING -> {
                Lease lease = entry.lease();
                if (lease != null) {
                    yield judged(lease, atMillis);
                }
                PhoneNumber destination = poolDestination(now, entry);
                yield destination == null
                        ? AttributionResult.UNASSIGNED
                        : new AttributionResult.NeverLeased(entry.poolId(), campaign(now, entry), destination);
            }
            case OVERFLOW -> {
                PhoneNumber destination = poolDestination(now, entry);
                yield destination == null
                        ? AttributionResult.UNASSIGNED
                        : new AttributionResult.Overflow(entry.poolId(), campaign(now, entry), destination);
            }
            case RESTING -> {
                PhoneNumber destination = poolDestination(now, entry);
                yield destination == null
                        ? AttributionResult.UNASSIGNED
                        : new AttributionResult.Resting(entry.poolId(), campaign(now, entry), destination);
            }
        };
    }

    private static AttributionResult judged(Lease lease, long atMillis) {
        if (lease.guaranteedAt(atMillis)) {
            return new AttributionResult.Leased(lease);
        }
        if (lease.heldAt(atMillis)) {
            return new AttributionResult.Held(lease);
        }
        return new AttributionResult.Expired(
                lease.visitorId() == null
                        ? lease
                        : new Lease(
                                lease.number(),
                                lease.version(),
                                lease.poolId(),
                                lease.campaignId(),
                                null,
                                lease.destination(),
                                lease.leasedAt(),
                                lease.presentedAt(),
                                lease.guaranteedUntil(),
                                lease.heldUntil()));
    }

    /** The pool's destination; the last lease's where the pool is not known any more. */
    private static @Nullable PhoneNumber poolDestination(Content now, NumberEntry entry) {
        PoolEntry pool = now.pools.get(entry.poolId());
        return pool == null ? entry.destination() : pool.destination();
    }

    private static long campaign(Content now, NumberEntry entry) {
        PoolEntry pool = now.pools.get(entry.poolId());
        return pool == null ? entry.campaignId() : pool.campaignId();
    }

    @Override
    public long staleMillis() {
        if (content == null) {
            return 0;
        }
        long behind = clock.nowMillis() - liveAt;
        // No branch: the feed is late for the first time when processors are short, and a way that Java has never seen
        // would have the whole way of a call compiled anew just then.
        return Long.signum(Math.max(0, behind - LIVE_MILLIS)) * behind;
    }

    @Override
    public Map<PhoneNumber, String> among(Collection<PhoneNumber> numbers) throws StoreUnavailableException {
        Content now = content;
        if (now == null) {
            throw new StoreUnavailableException("there is no directory of the store's numbers yet");
        }
        Map<PhoneNumber, String> owned = new HashMap<>();
        for (PhoneNumber number : numbers) {
            NumberEntry entry = now.numbers.get(number.digits());
            if (entry != null && entry.state() != NumberState.RETIRED) {
                owned.put(number, entry.state().text());
            }
        }
        return owned;
    }

    /** True when there is a directory to look in, however old. */
    @Override
    public boolean available() {
        return content != null;
    }

    /** Numbers in it. */
    public synchronized int size() {
        Content now = content;
        return now == null ? 0 : now.numbers.size();
    }

    @Override
    public synchronized void numbersChanged(List<NumberRow> rows) {
        changes++;
        for (NumberRow row : rows) {
            NumberEntry entry = asKnown(row.number(), NumberEntry.of(row));
            if (content != null && content.apply(row.number(), entry) && kept != null) {
                kept.add(row.number(), entry);
            }
            if (building != null) {
                building.apply(row.number(), entry);
            }
        }
        keep();
    }

    /** A snapshot is mostly of what is known: the collector then has one copy of it to keep, not two. */
    private NumberEntry asKnown(long number, NumberEntry entry) {
        NumberEntry known = content == null ? null : content.numbers.get(number);
        return known != null && known.equals(entry) ? known : entry;
    }

    @Override
    public synchronized void poolsChanged(List<PoolRow> rows) {
        changes++;
        for (PoolRow row : rows) {
            PoolEntry entry = PoolEntry.of(row);
            if (content != null && content.apply(row.id(), entry) && kept != null) {
                kept.add(row.id(), entry);
            }
            if (building != null) {
                building.apply(row.id(), entry);
            }
        }
        keep();
    }

    /** Leases have begun that have something to be forwarded, or nothing any more. */
    synchronized void fieldsChanged(List<ForwardedFields> rows) {
        changes++;
        for (ForwardedFields row : rows) {
            if (content != null && content.apply(row) && kept != null) {
                kept.add(row);
            }
            if (building != null) {
                building.apply(row);
            }
        }
        keep();
    }

    private void keep() {
        if (kept != null) {
            kept.keep();
        }
    }

    /** What changes from now on is on the local disk before anybody hears of it. */
    synchronized void keepChangesIn(DirectoryChanges changesOnDisk) {
        kept = changesOnDisk;
    }

    /** What has changed until now is in {@link #content}; what changes from now on is kept apart. Returns what names the former. */
    synchronized long keepFurtherChangesApart() {
        return kept == null ? 0 : kept.next();
    }

    /** A new directory is built beside the one in use, which goes on hearing of changes. */
    synchronized void beginSnapshot() {
        building = new Content();
    }

    /** The rows since {@link #beginSnapshot} make a whole, with every change up to that moment: look-ups use them from now on. */
    synchronized void completeSnapshot(long asOfMillis) {
        if (building == null) {
            throw new IllegalStateException("no snapshot has begun");
        }
        // First the moment, then what is true of it: a reader between the two must not find the new directory old.
        upToDateAt(asOfMillis);
        content = building;
        building = null;
        changes++;
    }

    /** What a file kept, used until the feed has a snapshot. */
    synchronized void restore(Content kept, long asOfMillis) {
        if (content == null) {
            content = kept;
            liveAt = asOfMillis;
        }
    }

    /** Every change up to this moment is in. */
    void upToDateAt(long atMillis) {
        if (atMillis > liveAt) {
            liveAt = atMillis;
        }
    }

    long liveAt() {
        return liveAt;
    }

    /** Rises with every change; the same number twice means the same directory. */
    synchronized long changes() {
        return changes;
    }

    @Nullable
    Content content() {
        return content;
    }
}
