package io.ringtrace.server.lease;

import io.ringtrace.server.lease.LeaseClients.Told;
import io.ringtrace.store.db.StoreDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Holds what clients were told against what the database says: no number guaranteed to two visitors, no acknowledged lease missing, and
 * never another number given away than the rule says.
 */
final class LeaseHistory {
    /** Nodes' clocks agree better than this; what lies closer together has no order. */
    private static final long SAME_MOMENT_MILLIS = 100;

    /** The database's row of one lease. */
    record Lease(
            long number,
            long version,
            String visitor,
            long begunAt,
            long previousVersion,
            @Nullable String previousVisitor,
            long previousPresentedAt) {}

    /**
     * What was found.
     *
     * @param leases in the database's history
     * @param compared pairs of numbers of which one was given away while it was known that the other might have been, too; pairs that
     *     nobody had ever been shown do not count: either is right
     * @param faults one sentence each
     */
    record Verdict(int told, int leases, long compared, List<String> faults) {}

    private final long lifetimeMillis;
    private final long holdMillis;
    private final List<String> faults = new ArrayList<>();
    private final Map<Long, List<Lease>> byNumber = new HashMap<>();
    private final Map<Long, Long> presentedLast = new HashMap<>();
    private int leases;
    private long compared;

    private LeaseHistory(long lifetimeMillis, long holdMillis) {
        this.lifetimeMillis = lifetimeMillis;
        this.holdMillis = holdMillis;
    }

    /** Of a pool whose rules never changed. */
    static Verdict check(
            StoreDatabase database, String pool, long lifetimeMillis, long holdMillis, Collection<Told> told)
            throws SQLException {
        LeaseHistory history = new LeaseHistory(lifetimeMillis, holdMillis);
        history.read(database, pool);
        return history.verdict(told);
    }

    /**
     * The same of rows that are at hand.
     *
     * @param leases by number and version
     * @param presentedLast of each number of the pool; 0 for never
     */
    static Verdict check(
            List<Lease> leases,
            Map<Long, Long> presentedLast,
            long lifetimeMillis,
            long holdMillis,
            Collection<Told> told) {
        LeaseHistory history = new LeaseHistory(lifetimeMillis, holdMillis);
        presentedLast.forEach(history::number);
        leases.forEach(history::lease);
        return history.verdict(told);
    }

    private Verdict verdict(Collection<Told> told) {
        toldOfOneNumber(told);
        everyAcknowledgedLease(told);
        everyChain();
        everyChoice();
        return new Verdict(told.size(), leases, compared, List.copyOf(faults));
    }

    private void number(long number, long presentedAt) {
        presentedLast.put(number, presentedAt);
        byNumber.put(number, new ArrayList<>());
    }

    private void lease(Lease lease) {
        leases++;
        byNumber.computeIfAbsent(lease.number(), _ -> new ArrayList<>()).add(lease);
    }

    private void read(StoreDatabase database, String pool) throws SQLException {
        try (Connection connection = database.dataSource().getConnection();
                PreparedStatement numbers =
                        connection.prepareStatement("SELECT n.number, n.presented_at FROM promo_number n"
                                + " JOIN ring_pool p ON p.id = n.pool_id WHERE p.id_from_network = ? AND n.state = 1");
                PreparedStatement select = connection.prepareStatement(
                        "SELECT l.number, l.version, l.visitor_id, l.leased_at,"
                                + " COALESCE(l.previous_version, 0), l.previous_visitor_id, COALESCE(l.previous_presented_at, 0) FROM lease l"
                                + " JOIN ring_pool p ON p.id = l.pool_id WHERE p.id_from_network = ? ORDER BY l.number, l.version")) {
            numbers.setString(1, pool);
            try (ResultSet rows = numbers.executeQuery()) {
                while (rows.next()) {
                    number(rows.getLong(1), rows.getLong(2));
                }
            }
            select.setString(1, pool);
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    lease(new Lease(
                            rows.getLong(1),
                            rows.getLong(2),
                            rows.getString(3),
                            rows.getLong(4),
                            rows.getLong(5),
                            rows.getString(6),
                            rows.getLong(7)));
                }
            }
        }
    }

    /**
     * By the clients' own clock: two visitors' presentations of one number lie a lifetime apart or more. A presentation was made at some
     * moment between question and answer, so only what cannot have been far enough apart is a fault.
     */
    private void toldOfOneNumber(Collection<Told> told) {
        Map<Long, List<Told>> ofNumbers = new HashMap<>();
        told.forEach(one ->
                ofNumbers.computeIfAbsent(one.number(), _ -> new ArrayList<>()).add(one));
        long lifetime = lifetimeMillis * 1_000_000;
        for (List<Told> ofNumber : ofNumbers.values()) {
            ofNumber.sort(Comparator.comparingLong(Told::askedNanos));
            for (int i = 0; i < ofNumber.size(); i++) {
                Told one = ofNumber.get(i);
                for (int j = i + 1;
                        j < ofNumber.size() && ofNumber.get(j).askedNanos() < one.heardNanos() + lifetime;
                        j++) {
                    Told other = ofNumber.get(j);
                    long apart = Math.max(other.heardNanos() - one.askedNanos(), one.heardNanos() - other.askedNanos());
                    if (!one.visitor().equals(other.visitor()) && apart < lifetime) {
                        faults.add("guaranteed to two: " + one + " and " + other);
                    }
                }
            }
        }
    }

    private void everyAcknowledgedLease(Collection<Told> told) {
        Map<Long, Map<Long, String>> visitors = new HashMap<>();
        byNumber.forEach((number, ofNumber) -> ofNumber.forEach(
                lease -> visitors.computeIfAbsent(number, _ -> new HashMap<>()).put(lease.version(), lease.visitor())));
        for (Told one : told) {
            if (!one.visitor()
                    .equals(visitors.getOrDefault(one.number(), Map.of()).get(one.version()))) {
                faults.add("acknowledged and not in the history: " + one);
            }
        }
    }

    /** Each lease follows the one before on its number, and never within its guarantee. */
    private void everyChain() {
        for (List<Lease> ofNumber : byNumber.values()) {
            Lease before = null;
            for (Lease lease : ofNumber) {
                if (lease.previousVersion() != (before == null ? 0 : before.version())) {
                    faults.add("a lease between is missing: " + before + ", then " + lease);
                }
                if (before != null
                        && !lease.visitor().equals(before.visitor())
                        && lease.begunAt() < lease.previousPresentedAt() + lifetimeMillis) {
                    faults.add("given away within its guarantee: " + before + ", then " + lease);
                }
                before = lease;
            }
        }
    }

    private void everyChoice() {
        for (List<Lease> ofNumber : byNumber.values()) {
            for (Lease lease : ofNumber) {
                byNumber.forEach((number, others) -> {
                    // A new attribution of the same visitor was no choice.
                    if (number != lease.number() && !lease.visitor().equals(lease.previousVisitor())) {
                        judge(lease, number, others);
                    }
                });
            }
        }
    }

    /** Had the other number been the better choice when this lease began, by all that the history knows of it? */
    private void judge(Lease chosen, long other, List<Lease> leasesOfOther) {
        long at = chosen.begunAt();
        int next = 0;
        while (next < leasesOfOther.size() && leasesOfOther.get(next).begunAt() <= at + SAME_MOMENT_MILLIS) {
            next++;
        }
        if (next > 0 && leasesOfOther.get(next - 1).begunAt() >= at - SAME_MOMENT_MILLIS) {
            return;
        }
        long presented = next < leasesOfOther.size()
                ? leasesOfOther.get(next).previousPresentedAt()
                : presentedLast.getOrDefault(other, Long.MAX_VALUE);
        // Renewed later: how it stood at that moment is not in the history.
        boolean known = presented <= at - SAME_MOMENT_MILLIS;
        boolean free = presented == 0 || at >= presented + lifetimeMillis + 1_000 + SAME_MOMENT_MILLIS;
        if (!known || !free || (presented == 0 && chosen.previousPresentedAt() == 0)) {
            return;
        }
        compared++;
        boolean chosenHeld = at < chosen.previousPresentedAt() + holdMillis;
        boolean otherHeld = at < presented + holdMillis;
        boolean better =
                otherHeld == chosenHeld ? presented < chosen.previousPresentedAt() - SAME_MOMENT_MILLIS : chosenHeld;
        if (better) {
            faults.add("not the one presented longest ago: " + chosen + ", while " + other + " was presented at "
                    + presented);
        }
    }
}
