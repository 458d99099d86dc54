package io.ringtrace.store.lease;

import io.ringtrace.attribution.Lease;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the rows of the leases say that this server lent lately: most calls come minutes after their lease, and to ask the history for each of
 * them is a sixth of what the database does for a call. What is not here stands there. Bounded by bytes and by time; the oldest goes first.
 * Thread-safe.
 */
public final class RecentLeases {
    /** The lease that began when the number had this version. */
    public record Key(long number, long version) {
        public static Key of(Lease lease) {
            return new Key(lease.number().digits(), lease.version());
        }
    }

    /**
     * @param first the number was never leased before
     * @param previousPresentedAt the former lease's last presentation, 0 when that is not known
     */
    public record Kept(
            String marketingData, @Nullable String marketingSources, boolean first, long previousPresentedAt) {}

    private record Dated(Kept kept, long leasedAt) {
        /** About what it takes of the heap, its key and its place in the table included; text is Latin for the most part. */
        long bytes() {
            String sources = kept.marketingSources;
            return 200L + kept.marketingData.length() + (sources == null ? 0 : sources.length());
        }
    }

    private static final long LONGEST_MILLIS = Duration.ofHours(1).toMillis();
    private static final int SHARE_OF_HEAP = 32;

    private final long mostBytes;
    private final Map<Key, Dated> leases = new LinkedHashMap<>();
    private long bytes;

    RecentLeases(long mostBytes) {
        this.mostBytes = mostBytes;
    }

    /** As many as a part of the heap allows. */
    public static RecentLeases ofHeap() {
        return new RecentLeases(Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP);
    }

    /** None: everything is asked of the history. */
    public static RecentLeases none() {
        return new RecentLeases(0);
    }

    /** Their commit is known. */
    synchronized void add(List<LeaseRow> begun) {
        for (LeaseRow row : begun) {
            Dated lease = new Dated(
                    new Kept(
                            MarketingJson.values(row.marketingData()),
                            MarketingJson.sources(row.marketingData()),
                            row.previousVersion() == 0,
                            row.previousPresentedAt()),
                    row.leasedAt());
            bytes += lease.bytes();
            Dated before = leases.put(new Key(row.number(), row.version()), lease);
            bytes -= before == null ? 0 : before.bytes();
            Iterator<Dated> oldest = leases.values().iterator();
            while (oldest.hasNext()) {
                Dated old = oldest.next();
                if (bytes <= mostBytes && old.leasedAt >= row.leasedAt() - LONGEST_MILLIS) {
                    break;
                }
                oldest.remove();
                bytes -= old.bytes();
            }
        }
    }

    public synchronized @Nullable Kept find(Key key) {
        Dated lease = leases.get(key);
        return lease == null ? null : lease.kept;
    }

    /** A visitor was erased, on this node or another one. */
    public synchronized void clear() {
        leases.clear();
        bytes = 0;
    }
}
