package io.ringtrace.store.bank;

import io.ringtrace.attribution.LocalNumberPreferences.Fallback;
import io.ringtrace.attribution.NumberType;
import io.ringtrace.store.directory.NumberRow;
import io.ringtrace.store.directory.NumberRows;
import io.ringtrace.store.directory.NumberState;
import io.ringtrace.store.lease.LeaseTables;
import io.ringtrace.store.lease.PoolGrowth;
import io.ringtrace.store.lease.PoolTerms;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Moves numbers from the bank into a pool, inside the transaction that holds the pool's row; the numbers' rows are locked after it. A
 * number begins its life in a pool without a past: it was never presented there. A number that was called while it rested rests anew from
 * that call on. Stateless.
 */
public final class PoolFilling implements PoolGrowth {
    /** How long a number that left its pool is lent to nobody else, if nothing else is said. */
    public static final Duration USUAL_REST = Duration.ofDays(45);

    /** Several pools may reach for the same numbers; each attempt sees what the others took. */
    private static final int ATTEMPTS = 4;

    /** Nodes' clocks may differ by this much. */
    private static final long CLOCKS_MARGIN_MILLIS = 1_000;

    /** Unused: in the bank, or rested long enough. */
    private static final String UNUSED = "n.state IN (" + NumberState.BANK.code() + ", " + NumberState.RESTING.code()
            + ") AND (n.state = " + NumberState.BANK.code() + " OR n.rest_until <= ?)";

    private final Duration rest;

    public PoolFilling() {
        this(USUAL_REST);
    }

    /** @param rest how long a number that left its pool, or was called after that, is lent to nobody else */
    public PoolFilling(Duration rest) {
        this.rest = rest;
    }

    @Override
    public List<NumberRow> grow(Connection connection, PoolTerms pool, int wanted, long now) throws SQLException {
        // A pool that should have an overflow number but has none takes it first, and keeps its last place for it.
        boolean needsOverflow = pool.allowOverflow() && !hasOverflow(connection, pool.id());
        int most = Math.min(wanted + (needsOverflow ? 1 : 0), pool.maxSize() - pool.size());
        List<NumberRow> moved = takeBack(connection, pool, pool.numberType(), most, needsOverflow, now);
        List<NumberRow> called = new ArrayList<>();
        List<NumberRow> fromBank = new ArrayList<>();
        if (most > moved.size()) {
            boolean overflowFirst = needsOverflow && !hasOverflow(moved);
            for (NumberRow row : take(connection, pool, most - moved.size(), now, called)) {
                // The overflow number has no former visitor whose calls would lose their attribution.
                fromBank.add(into(
                        pool, row, overflowFirst && fromBank.isEmpty() ? NumberState.OVERFLOW : NumberState.POOLED));
            }
            moved.addAll(fromBank);
        }
        if (most > moved.size() && pool.numberType() == NumberType.LOCAL && usesTollFree(connection, pool.id())) {
            moved.addAll(takeBack(
                    connection,
                    pool,
                    NumberType.TOLL_FREE,
                    most - moved.size(),
                    needsOverflow && !hasOverflow(moved),
                    now));
        }
        if (!moved.isEmpty()) {
            new LeaseTables(connection).writeNumbers(moved);
            BankShelf.takeOut(connection, fromBank);
            addToSize(connection, pool.id(), moved.size());
        }
        moved.addAll(called);
        return moved;
    }

    private static boolean hasOverflow(List<NumberRow> moved) {
        return moved.stream().anyMatch(row -> row.state() == NumberState.OVERFLOW);
    }

    private static boolean usesTollFree(Connection connection, long poolId) throws SQLException {
        return Wish.of(connection, poolId).preferences().fallback() == Fallback.USE_TOLL_FREE;
    }

    /**
     * The pool's draining numbers of a type that nobody has guaranteed, in the order in which they would be lent; their visitors keep
     * them. A deleted pool of another type may have left some.
     *
     * @param overflow the first one is to be the overflow number: at once if it is free; else it goes on draining until it is
     */
    private static List<NumberRow> takeBack(
            Connection connection, PoolTerms pool, NumberType type, int most, boolean overflow, long now)
            throws SQLException {
        List<NumberRow> back = new ArrayList<>();
        if (most <= 0) {
            return back;
        }
        try (PreparedStatement select = connection.prepareStatement("SELECT " + NumberRows.COLUMNS
                + " FROM promo_number WHERE pool_id = ? AND state = " + NumberState.DRAINING.code()
                + " AND guaranteed_until <= ? AND EXISTS (SELECT 1 FROM bank_number b"
                + " WHERE b.number = promo_number.number AND b.number_type = ?)"
                + " ORDER BY held_until > ?, presented_at, number LIMIT ?")) {
            select.setLong(1, pool.id());
            select.setLong(2, now - CLOCKS_MARGIN_MILLIS);
            select.setString(3, type.text());
            select.setLong(4, now);
            select.setInt(5, most);
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    NumberRow row = NumberRows.read(rows);
                    if (!overflow || !rows.isFirst()) {
                        back.add(row.inState(NumberState.POOLED));
                    } else if (row.heldUntil() <= now) {
                        back.add(row.inState(NumberState.OVERFLOW));
                    }
                }
            }
        }
        return back;
    }

    /** @param called takes the numbers that rest anew, written already */
    private List<NumberRow> take(Connection connection, PoolTerms pool, int wanted, long now, List<NumberRow> called)
            throws SQLException {
        MatchingLadder ladder = new MatchingLadder(connection, pool.networkId(), now);
        Wish wish = Wish.of(connection, pool.id());
        List<NumberRow> taken = new ArrayList<>();
        Set<Long> have = new HashSet<>();
        for (int attempt = 0; attempt < ATTEMPTS && taken.size() < wanted; attempt++) {
            List<Long> chosen = new ArrayList<>();
            for (MatchingLadder.Chosen one : ladder.choose(wish, wanted + have.size())) {
                if (!have.contains(one.number())) {
                    chosen.add(one.number());
                }
            }
            if (chosen.isEmpty()) {
                break;
            }
            List<Long> missing = chosen.subList(0, Math.min(chosen.size(), wanted - taken.size()));
            List<NumberRow> locked = lockUnused(connection, missing, now);
            List<NumberRow> restAnew = calledWhileResting(connection, locked, now);
            if (!restAnew.isEmpty()) {
                new LeaseTables(connection).writeNumbers(restAnew);
                BankShelf.putBack(connection, restAnew);
                called.addAll(restAnew);
            }
            Set<Long> resting = new HashSet<>();
            restAnew.forEach(row -> resting.add(row.number()));
            for (NumberRow row : locked) {
                if (!resting.contains(row.number())) {
                    taken.add(row);
                    have.add(row.number());
                }
            }
        }
        return taken;
    }

    /** Those that are still unused, locked, in the order in which they were chosen. */
    private static List<NumberRow> lockUnused(Connection connection, List<Long> numbers, long now) throws SQLException {
        List<NumberRow> found = new ArrayList<>();
        try (PreparedStatement select =
                connection.prepareStatement("SELECT " + NumberRows.COLUMNS + " FROM promo_number n WHERE number IN ("
                        + String.join(",", Collections.nCopies(numbers.size(), "?")) + ") AND " + UNUSED
                        + " FOR UPDATE")) {
            int at = 1;
            for (long number : numbers) {
                select.setLong(at++, number);
            }
            select.setLong(at, now);
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    found.add(NumberRows.read(rows));
                }
            }
        }
        Map<Long, Integer> places = new HashMap<>();
        for (long number : numbers) {
            places.put(number, places.size());
        }
        found.sort(Comparator.comparing(row -> places.get(row.number())));
        return found;
    }

    /** Those of the rested numbers that somebody has dialed since less than the rest ago, with their new rest. */
    private List<NumberRow> calledWhileResting(Connection connection, List<NumberRow> locked, long now)
            throws SQLException {
        Map<Long, NumberRow> rested = new HashMap<>();
        for (NumberRow row : locked) {
            if (row.state() == NumberState.RESTING) {
                rested.put(row.number(), row);
            }
        }
        List<NumberRow> anew = new ArrayList<>();
        if (rested.isEmpty()) {
            return anew;
        }
        try (PreparedStatement select = connection.prepareStatement(
                "SELECT promo_number, MAX(start_at) FROM call_record WHERE promo_number IN ("
                        + String.join(",", Collections.nCopies(rested.size(), "?"))
                        + ") AND start_at > ? GROUP BY promo_number ORDER BY promo_number")) {
            int at = 1;
            for (long number : rested.keySet()) {
                select.setLong(at++, number);
            }
            select.setLong(at, now - rest.toMillis());
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    NumberRow row = rested.get(rows.getLong(1));
                    if (row != null) {
                        anew.add(restingUntil(row, rows.getLong(2) + rest.toMillis()));
                    }
                }
            }
        }
        return anew;
    }

    private static NumberRow restingUntil(NumberRow row, long restUntil) {
        return new NumberRow(
                row.number(),
                row.networkId(),
                NumberState.RESTING,
                row.poolId(),
                row.campaignId(),
                row.visitorId(),
                row.destination(),
                row.leaseVersion(),
                row.leasedAt(),
                row.presentedAt(),
                row.guaranteedUntil(),
                row.heldUntil(),
                restUntil,
                row.version() + 1);
    }

    private static NumberRow into(PoolTerms pool, NumberRow row, NumberState state) {
        return new NumberRow(
                row.number(),
                row.networkId(),
                state,
                pool.id(),
                pool.campaignId(),
                null,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                row.version() + 1);
    }

    private static boolean hasOverflow(Connection connection, long poolId) throws SQLException {
        try (PreparedStatement select =
                connection.prepareStatement("SELECT 1 FROM promo_number WHERE pool_id = ? AND state = "
                        + NumberState.OVERFLOW.code() + " LIMIT 1")) {
            select.setLong(1, poolId);
            try (ResultSet rows = select.executeQuery()) {
                return rows.next();
            }
        }
    }

    private static void addToSize(Connection connection, long poolId, int count) throws SQLException {
        try (PreparedStatement update =
                connection.prepareStatement("UPDATE ring_pool SET size = size + ? WHERE id = ?")) {
            update.setInt(1, count);
            update.setLong(2, poolId);
            update.executeUpdate();
        }
    }
}
