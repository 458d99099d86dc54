package io.ringtrace.store.record;

import io.ringtrace.attribution.AttributionResult;
import io.ringtrace.attribution.Lease;
import io.ringtrace.call.CallEvent;
import io.ringtrace.call.CallId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
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
     * @param priorLeases other visitors to whom the number was presented within the hold before the INVITE
     * @param confidence as {@link AttributionConfidence} says
     */
    record Found(String marketingData, int priorLeases, double confidence) {}

    private final Map<CallId, Found> byCall = new HashMap<>();
    private final Map<Long, Long> networkByPool = new HashMap<>();
    private final Map<Long, Long> networkByNumber = new HashMap<>();

    private LeaseFacts() {}

    static LeaseFacts of(Connection connection, List<CallEvent.Began> calls) throws SQLException {
        LeaseFacts facts = new LeaseFacts();
        facts.readLeases(connection, calls);
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
     * Each lease row tells when the one before it was last presented and to whom, so the presentations of others within the hold stand in the
     * rows up to this one.
     */
    private void readLeases(Connection connection, List<CallEvent.Began> calls) throws SQLException {
        List<CallEvent.Began> leased = new ArrayList<>();
        StringBuilder keys = new StringBuilder();
        for (CallEvent.Began call : calls) {
            if (attributed(call.attribution()) != null) {
                keys.append(
                        leased.isEmpty()
                                ? "SELECT ? AS i, ? AS number, ? AS version, ? AS since"
                                : " UNION ALL SELECT ?, ?, ?, ?");
                leased.add(call);
            }
        }
        if (leased.isEmpty()) {
            return;
        }
        try (PreparedStatement select = connection.prepareStatement("SELECT k.i, MIN(l.marketing_data),"
                + " MAX(p.previous_presented_at) FROM (" + keys + ") k"
                + " JOIN lease l ON l.number = k.number AND l.version = k.version"
                + " LEFT JOIN lease p ON p.number = l.number AND p.version <= l.version"
                + " AND p.previous_presented_at > k.since AND p.previous_visitor_id <> l.visitor_id"
                + " GROUP BY k.i, p.previous_visitor_id")) {
            int parameter = 1;
            for (int i = 0; i < leased.size(); i++) {
                Lease lease = attributed(leased.get(i).attribution());
                if (lease == null) {
                    throw new IllegalStateException("only leased calls are asked for");
                }
                select.setInt(parameter++, i);
                select.setLong(parameter++, lease.number().digits());
                select.setLong(parameter++, lease.version());
                long hold = lease.heldUntil() - lease.presentedAt();
                select.setLong(parameter++, leased.get(i).atMillis() - hold);
            }
            Map<Integer, Candidates> found = new HashMap<>();
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    int at = rows.getInt(1);
                    Candidates candidates = found.get(at);
                    if (candidates == null) {
                        candidates = new Candidates(leased.get(at), rows.getString(2));
                        found.put(at, candidates);
                    }
                    long presentedAt = rows.getLong(3);
                    if (!rows.wasNull()) {
                        candidates.add(presentedAt);
                    }
                }
            }
            found.values().forEach(candidates -> byCall.put(candidates.call.callId(), candidates.found()));
        }
    }

    /** The visitors that a call may have come from; the first is the one it is attributed to. */
    private static final class Candidates {
        private final CallEvent.Began call;
        private final String marketingData;
        private final AttributionConfidence confidence;
        private int others;

        Candidates(CallEvent.Began call, String marketingData) {
            this.call = call;
            this.marketingData = marketingData;
            Lease lease = attributed(call.attribution());
            if (lease == null) {
                throw new IllegalStateException("only leased calls are asked for");
            }
            this.confidence = new AttributionConfidence(call.atMillis() - lease.presentedAt());
        }

        void add(long presentedAt) {
            others++;
            confidence.candidate(call.atMillis() - presentedAt);
        }

        Found found() {
            return new Found(marketingData, others, confidence.value());
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
