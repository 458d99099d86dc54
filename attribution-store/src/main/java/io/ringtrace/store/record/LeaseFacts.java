package io.ringtrace.store.record;

import io.ringtrace.attribution.AttributionResult;
import io.ringtrace.attribution.Lease;
import io.ringtrace.call.CallEvent;
import io.ringtrace.call.CallId;
import io.ringtrace.store.lease.RecentLeases;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the store adds to the records of a batch of calls: the marketing data of their leases as history has it, who else had the number, and
 * whose network it was. What it does not find stays empty; the record is written all the same.
 */
final class LeaseFacts {
    /**
     * @param marketingSources where the marketing data came from, as the lease has it
     * @param priorLeases other visitors to whom the number was presented within the hold before the INVITE
     * @param confidence as {@link AttributionConfidence} says
     */
    record Found(String marketingData, @Nullable String marketingSources, int priorLeases, double confidence) {}

    /** Below MariaDB's in_predicate_conversion_threshold, from which on it would make a table of the keys. */
    private static final int KEYS_AT_ONCE = 500;

    private final Map<CallId, Found> byCall = new HashMap<>();
    private final Map<Long, Long> networkByPool = new HashMap<>();
    private final Map<Long, Long> networkByNumber = new HashMap<>();

    private final DelayDistribution delays;
    private final RecentLeases recent;

    private LeaseFacts(DelayDistribution delays, RecentLeases recent) {
        this.delays = delays;
        this.recent = recent;
    }

    /**
     * @param delays by which the attribution's confidence is judged
     * @param recent asked for a lease before its row is
     */
    static LeaseFacts of(
            Connection connection, List<CallEvent.Began> calls, DelayDistribution delays, RecentLeases recent)
            throws SQLException {
        LeaseFacts facts = new LeaseFacts(delays, recent);
        facts.readNetworks(
                connection,
                "SELECT id, network_id FROM ring_pool WHERE id IN (",
                calls.stream()
                        .map(call -> poolId(call.attribution()))
                        .filter(id -> id != null)
                        .toList(),
                facts.networkByPool);
        facts.readNetworks(
                connection,
                "SELECT number, network_id FROM promo_number WHERE number IN (",
                calls.stream()
                        .filter(call -> poolId(call.attribution()) == null && call.dialed() != null)
                        .map(call -> call.dialed() == null ? 0 : call.dialed().digits())
                        .toList(),
                facts.networkByNumber);
        facts.readLeases(connection, calls);
        return facts;
    }

    @Nullable
    Found lease(CallId call) {
        return byCall.get(call);
    }

    /** The pool's network; for a number in no pool, its owner's. */
    @Nullable
    Long network(CallEvent.Began call) {
        Long pool = poolId(call.attribution());
        if (pool != null) {
            return networkByPool.get(pool);
        }
        return call.dialed() == null ? null : networkByNumber.get(call.dialed().digits());
    }

    static @Nullable Long poolId(AttributionResult attribution) {
        return switch (attribution) {
            case AttributionResult.Leased(var lease) -> lease.poolId();
            case AttributionResult.Held(var lease) -> lease.poolId();
            case AttributionResult.Expired(var lease) -> lease.poolId();
            case AttributionResult.Overflow overflow -> overflow.poolId();
            case AttributionResult.NeverLeased never -> never.poolId();
            case AttributionResult.Resting resting -> resting.poolId();
            case AttributionResult.Static _,
                    AttributionResult.Unassigned _,
                    AttributionResult.Unknown _,
                    AttributionResult.StoreUnavailable _ -> null;
        };
    }

    /** The lease that carries a visitor's data: an expired one does not. */
    static @Nullable Lease attributed(AttributionResult attribution) {
        return switch (attribution) {
            case AttributionResult.Leased(var lease) -> lease;
            case AttributionResult.Held(var lease) -> lease;
            case AttributionResult.Expired _,
                    AttributionResult.Overflow _,
                    AttributionResult.NeverLeased _,
                    AttributionResult.Resting _,
                    AttributionResult.Static _,
                    AttributionResult.Unassigned _,
                    AttributionResult.Unknown _,
                    AttributionResult.StoreUnavailable _ -> null;
        };
    }

    /**
     * Each lease row tells when the one before it was last presented and to whom. Mostly that was before the hold, or there was none, and the
     * row says all; only for the other calls are the rows before it read too. A network that is gone has taken its leases with it.
     */
    private void readLeases(Connection connection, List<CallEvent.Began> calls) throws SQLException {
        List<CallEvent.Began> leased = new ArrayList<>();
        List<CallEvent.Began> shared = new ArrayList<>();
        for (CallEvent.Began call : calls) {
            if (attributed(call.attribution()) != null) {
                RecentLeases.Kept kept = network(call) == null ? null : recent.find(keyOf(call));
                if (kept == null) {
                    leased.add(call);
                } else {
                    read(call, kept, shared);
                }
            }
        }
        for (int from = 0; from < leased.size(); from += KEYS_AT_ONCE) {
            readRows(connection, leased.subList(from, Math.min(leased.size(), from + KEYS_AT_ONCE)), shared);
        }
        for (int from = 0; from < shared.size(); from += KEYS_AT_ONCE) {
            readCandidates(connection, shared.subList(from, Math.min(shared.size(), from + KEYS_AT_ONCE)));
        }
    }

    private static RecentLeases.Key keyOf(CallEvent.Began call) {
        return RecentLeases.Key.of(lease(call));
    }

    private void read(CallEvent.Began call, RecentLeases.Kept lease, List<CallEvent.Began> shared) {
        if (lease.first() || (lease.previousPresentedAt() != 0 && lease.previousPresentedAt() <= since(call))) {
            byCall.put(
                    call.callId(),
                    new Candidates(call, lease.marketingData(), lease.marketingSources(), delays).found());
        } else {
            shared.add(call);
        }
    }

    private void readRows(Connection connection, List<CallEvent.Began> calls, List<CallEvent.Began> shared)
            throws SQLException {
        Map<RecentLeases.Key, List<CallEvent.Began>> byKey = new HashMap<>();
        StringBuilder keys = new StringBuilder();
        for (CallEvent.Began call : calls) {
            RecentLeases.Key key = keyOf(call);
            List<CallEvent.Began> same = byKey.get(key);
            if (same == null) {
                same = new ArrayList<>(1);
                byKey.put(key, same);
                // Numbers need no escape, and a text that differs each time is not worth a prepared statement.
                keys.append(keys.isEmpty() ? "(" : ",(")
                        .append(key.number())
                        .append(',')
                        .append(key.version())
                        .append(')');
            }
            same.add(call);
        }
        try (Statement select = connection.createStatement();
                ResultSet rows = select.executeQuery("SELECT number, version, marketing_data, previous_version,"
                        + " previous_presented_at, marketing_sources FROM lease WHERE (number, version) IN (" + keys
                        + ")")) {
            while (rows.next()) {
                boolean first = rows.getLong(4) == 0 && rows.wasNull();
                RecentLeases.Kept lease =
                        new RecentLeases.Kept(rows.getString(3), rows.getString(6), first, rows.getLong(5));
                RecentLeases.Key key = new RecentLeases.Key(rows.getLong(1), rows.getLong(2));
                for (CallEvent.Began call : byKey.getOrDefault(key, List.of())) {
                    read(call, lease, shared);
                }
            }
        }
    }

    private static Lease lease(CallEvent.Began call) {
        Lease lease = attributed(call.attribution());
        if (lease == null) {
            throw new IllegalStateException("only leased calls are asked for");
        }
        return lease;
    }

    /** The hold before the INVITE begins here. */
    private static long since(CallEvent.Began call) {
        Lease lease = lease(call);
        return call.atMillis() - (lease.heldUntil() - lease.presentedAt());
    }

    /** The presentations of others within the hold stand in the rows up to the call's. */
    private void readCandidates(Connection connection, List<CallEvent.Began> calls) throws SQLException {
        StringBuilder keys = new StringBuilder();
        for (int i = 0; i < calls.size(); i++) {
            RecentLeases.Key key = keyOf(calls.get(i));
            keys.append(i == 0 ? "SELECT " : " UNION ALL SELECT ")
                    .append(i)
                    .append(i == 0 ? " AS i, " : ",")
                    .append(key.number())
                    .append(i == 0 ? " AS number, " : ",")
                    .append(key.version())
                    .append(i == 0 ? " AS version, " : ",")
                    .append(since(calls.get(i)))
                    .append(i == 0 ? " AS since" : "");
        }
        try (Statement select = connection.createStatement();
                ResultSet rows = select.executeQuery("SELECT k.i, MIN(l.marketing_data), MAX(p.previous_presented_at),"
                        + " MIN(l.marketing_sources)"
                        + " FROM (" + keys + ") k"
                        + " JOIN lease l ON l.number = k.number AND l.version = k.version"
                        + " LEFT JOIN lease p ON p.number = l.number AND p.version <= l.version"
                        + " AND p.previous_presented_at > k.since AND p.previous_visitor_id <> l.visitor_id"
                        + " GROUP BY k.i, p.previous_visitor_id")) {
            Map<Integer, Candidates> found = new HashMap<>();
            while (rows.next()) {
                int at = rows.getInt(1);
                Candidates candidates = found.get(at);
                if (candidates == null) {
                    candidates = new Candidates(calls.get(at), rows.getString(2), rows.getString(4), delays);
                    found.put(at, candidates);
                }
                long presentedAt = rows.getLong(3);
                if (!rows.wasNull()) {
                    candidates.add(presentedAt);
                }
            }
            found.values().forEach(candidates -> byCall.put(candidates.call.callId(), candidates.found()));
        }
    }

    /** The visitors that a call may have come from; the first is the one it is attributed to. */
    private static final class Candidates {
        private final CallEvent.Began call;
        private final String marketingData;
        private final @Nullable String marketingSources;
        private final AttributionConfidence confidence;
        private int others;

        Candidates(
                CallEvent.Began call,
                String marketingData,
                @Nullable String marketingSources,
                DelayDistribution delays) {
            this.call = call;
            this.marketingData = marketingData;
            this.marketingSources = marketingSources;
            this.confidence = new AttributionConfidence(
                    delays, call.atMillis() - lease(call).presentedAt());
        }

        void add(long presentedAt) {
            others++;
            confidence.candidate(call.atMillis() - presentedAt);
        }

        Found found() {
            return new Found(marketingData, marketingSources, others, confidence.value());
        }
    }

    private void readNetworks(Connection connection, String select, Collection<Long> ids, Map<Long, Long> into)
            throws SQLException {
        List<Long> distinct = ids.stream().distinct().toList();
        if (distinct.isEmpty()) {
            return;
        }
        try (PreparedStatement statement =
                connection.prepareStatement(select + "?,".repeat(distinct.size() - 1) + "?)")) {
            for (int i = 0; i < distinct.size(); i++) {
                statement.setLong(i + 1, distinct.get(i));
            }
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    into.put(rows.getLong(1), rows.getLong(2));
                }
            }
        }
    }
}
