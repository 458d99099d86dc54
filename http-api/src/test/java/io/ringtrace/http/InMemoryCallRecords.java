package io.ringtrace.http;

import io.ringtrace.attribution.LeaseClock;
import io.ringtrace.call.CallEvent;
import io.ringtrace.call.CallId;
import io.ringtrace.call.CallNews;
import io.ringtrace.call.CallRecord;
import io.ringtrace.call.CallRecords;
import io.ringtrace.call.Transactions;
import io.ringtrace.call.VisitorErasure;
import io.ringtrace.http.webhook.InMemoryWebhooks;
import io.ringtrace.http.webhook.WebhookTargets;
import io.ringtrace.routing.IpNetwork;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Call records and what follows from them, kept in memory. Thread-safe. */
public final class InMemoryCallRecords implements CallRecords, Transactions, CallNews, VisitorErasure, LeaseClock {
    public static final long NOON = 1_800_000_000_000L;

    private final List<CallRecord> records = new ArrayList<>();
    private final List<Transaction> transactions = new ArrayList<>();
    private final List<BiConsumer<String, CallEvent>> ears = new CopyOnWriteArrayList<>();
    final List<String> erased = new ArrayList<>();
    public final InMemoryWebhooks webhooks = new InMemoryWebhooks(this, this);
    private long now = NOON;

    RecordPorts ports() {
        return new RecordPorts(
                this,
                this,
                this,
                this,
                webhooks,
                new WebhookTargets(List.of(IpNetwork.parse("127.0.0.0/8"), IpNetwork.parse("::1"))));
    }

    synchronized void add(CallRecord record) {
        records.add(record);
    }

    /** A finished call or a correction; its id follows the one before. */
    public synchronized Transaction publish(CallRecord record, @Nullable Long corrects) {
        Transaction transaction = new Transaction(transactions.size() + 1L, corrects, now, record);
        transactions.add(transaction);
        return transaction;
    }

    @Override
    public synchronized Finished finishedAfter(Query query, @Nullable Long transactionId) {
        List<Transaction> later = transactions.stream()
                .filter(t -> transactionId != null && t.id() > transactionId && t.corrects() == null)
                .filter(t -> query.network() == null
                        || query.network().equals(t.record().network()))
                .limit(query.limit())
                .toList();
        return new Finished(
                later.stream().map(Transaction::record).toList(),
                later.size() < query.limit()
                        ? transactions.size()
                        : later.getLast().id());
    }

    void tell(String network, CallEvent event) {
        ears.forEach(ear -> ear.accept(network, event));
    }

    boolean heardBySomebody() {
        return !ears.isEmpty();
    }

    @Override
    public Subscription subscribe(String network, Consumer<CallEvent> ear) {
        BiConsumer<String, CallEvent> own = (of, event) -> {
            if (of.equals(network)) {
                ear.accept(event);
            }
        };
        ears.add(own);
        return () -> ears.remove(own);
    }

    private static boolean in(Scope scope, CallRecord record) {
        return scope.network().equals(record.network())
                && (scope.advertiser() == null || scope.advertiser().equals(record.advertiser()));
    }

    @Override
    public synchronized List<Transaction> after(Scope scope, long id, int limit) {
        return transactions.stream()
                .filter(t -> in(scope, t.record()) && t.id() > id)
                .limit(limit)
                .toList();
    }

    @Override
    public synchronized List<Transaction> startedBetween(
            Scope scope, long fromMillis, long toMillis, long afterId, int limit) {
        return after(scope, afterId, Integer.MAX_VALUE).stream()
                .filter(t ->
                        t.record().startMillis() >= fromMillis && t.record().startMillis() < toMillis)
                .limit(limit)
                .toList();
    }

    @Override
    public synchronized @Nullable Transaction get(Scope scope, long id) {
        return after(scope, id - 1, 1).stream()
                .filter(t -> t.id() == id)
                .findFirst()
                .orElse(null);
    }

    @Override
    public synchronized List<Transaction> ofCall(Scope scope, CallId call) {
        return after(scope, 0, Integer.MAX_VALUE).stream()
                .filter(t -> t.record().callId().equals(call))
                .toList();
    }

    @Override
    public synchronized long newest(String network) {
        return after(new Scope(network, null), 0, Integer.MAX_VALUE).stream()
                .mapToLong(Transaction::id)
                .max()
                .orElse(0);
    }

    @Override
    public synchronized List<CallRecord> inProgress(Scope scope, int limit) {
        return records.stream()
                .filter(r -> in(scope, r) && r.answerMillis() != null && r.endMillis() == null)
                .limit(limit)
                .toList();
    }

    @Override
    public synchronized Erased erase(String network, String visitorId) {
        erased.add(network + "/" + visitorId);
        return new Erased(2, 1, 3);
    }

    @Override
    public synchronized long nowMillis() {
        return now;
    }

    public synchronized void advance(long millis) {
        now += millis;
    }

    @Override
    public boolean mayAllocate() {
        return true;
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
