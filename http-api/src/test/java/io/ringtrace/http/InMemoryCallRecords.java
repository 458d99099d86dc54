package io.ringtrace.http;

import io.ringtrace.call.CallId;
import io.ringtrace.call.CallRecord;
import io.ringtrace.call.CallRecords;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Call records, kept in memory. Thread-safe. */
final class InMemoryCallRecords implements CallRecords {
    private final List<CallRecord> records = new ArrayList<>();

    synchronized void add(CallRecord record) {
        records.add(record);
    }

    @Override
    public synchronized List<CallRecord> find(Query q) {
        return records.stream()
                .filter(r -> q.network() == null || Objects.equals(q.network(), r.network()))
                .filter(r -> r.startMillis() >= q.fromMillis() && r.startMillis() < q.toMillis())
                .filter(r -> q.promoNumber() == null || Objects.equals(q.promoNumber(), r.promoNumber()))
                .filter(r -> q.visitorId() == null || Objects.equals(q.visitorId(), r.visitorId()))
                .filter(r ->
                        q.attributionStatus() == null || q.attributionStatus().equals(r.attributionStatus()))
                .filter(r -> q.trunk() == null || q.trunk().equals(r.trunk()))
                .filter(r -> q.before() == null || r.callId().compareTo(q.before()) < 0)
                .sorted(Comparator.comparing(CallRecord::callId).reversed())
                .limit(q.limit())
                .toList();
    }

    @Override
    public synchronized @Nullable CallRecord get(CallId callId, @Nullable String network) {
        return records.stream()
                .filter(r -> r.callId().equals(callId) && (network == null || network.equals(r.network())))
                .findFirst()
                .orElse(null);
    }
}
