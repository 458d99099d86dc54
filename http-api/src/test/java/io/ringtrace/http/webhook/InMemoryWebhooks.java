package io.ringtrace.http.webhook;

import io.ringtrace.attribution.LeaseClock;
import io.ringtrace.call.StoreUnavailableException;
import io.ringtrace.call.Transactions;
import io.ringtrace.call.Transactions.Scope;
import io.ringtrace.call.Transactions.Transaction;
import io.ringtrace.call.Webhooks;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Webhooks kept in memory, of one node. Thread-safe. */
public final class InMemoryWebhooks implements Webhooks {
    private static final class Kept {
        URI url = URI.create("http://127.0.0.1/");
        String secret = "";
        long cursor;
        int attempts;
        long nextAttemptAt;

        @Nullable
        String lastError;

        final TreeMap<Long, DeadLetter> letters = new TreeMap<>();
    }

    private final Transactions transactions;
    private final LeaseClock clock;
    private final Map<String, Kept> kept = new HashMap<>();
    private int secrets;

    public InMemoryWebhooks(Transactions transactions, LeaseClock clock) {
        this.transactions = transactions;
        this.clock = clock;
    }

    @Override
    public synchronized String set(String network, URI url) throws StoreUnavailableException {
        Kept webhook = kept.get(network);
        if (webhook == null) {
            webhook = new Kept();
            webhook.cursor = transactions.newest(network);
            kept.put(network, webhook);
        }
        webhook.url = url;
        webhook.secret = "secret-" + ++secrets;
        webhook.attempts = 0;
        webhook.nextAttemptAt = 0;
        return webhook.secret;
    }

    @Override
    public synchronized @Nullable Webhook get(String network) {
        Kept webhook = kept.get(network);
        return webhook == null
                ? null
                : new Webhook(
                        network,
                        webhook.url,
                        0,
                        webhook.cursor,
                        webhook.attempts,
                        webhook.nextAttemptAt,
                        webhook.lastError,
                        webhook.letters.size());
    }

    @Override
    public synchronized boolean remove(String network) {
        return kept.remove(network) != null;
    }

    @Override
    public synchronized List<DeadLetter> deadLetters(String network, long after, int limit) {
        Kept webhook = kept.get(network);
        return webhook == null
                ? List.of()
                : webhook.letters.tailMap(after, false).values().stream()
                        .limit(limit)
                        .toList();
    }

    @Override
    public synchronized int retry(String network, @Nullable Long transactionId) {
        int again = 0;
        for (DeadLetter letter : deadLetters(network, 0, Integer.MAX_VALUE)) {
            if (transactionId == null || letter.transactionId() == transactionId) {
                put(network, letter, letter.reason(), letter.attempts(), true);
                again++;
            }
        }
        return again;
    }

    private void put(String network, DeadLetter letter, String reason, int attempts, boolean again) {
        of(network)
                .letters
                .put(
                        letter.transactionId(),
                        new DeadLetter(letter.transactionId(), reason, attempts, letter.setAsideAtMillis(), again));
    }

    private Kept of(String network) {
        return Objects.requireNonNull(kept.get(network));
    }

    @Override
    public synchronized List<String> waiting() {
        return List.copyOf(kept.keySet());
    }

    @Override
    public synchronized @Nullable Due take(String network, int most) throws StoreUnavailableException {
        Kept webhook = of(network);
        Scope scope = new Scope(network, null);
        List<Transaction> again = new ArrayList<>();
        for (DeadLetter letter : webhook.letters.values()) {
            if (letter.again()) {
                again.add(Objects.requireNonNull(transactions.get(scope, letter.transactionId())));
            }
        }
        List<Transaction> next = webhook.nextAttemptAt <= clock.nowMillis()
                ? transactions.after(scope, webhook.cursor, most)
                : List.of();
        return again.isEmpty() && next.isEmpty()
                ? null
                : new Due(network, webhook.url, webhook.secret, again, next, webhook.attempts, false);
    }

    @Override
    public synchronized boolean delivered(String network, long transactionId) {
        Kept webhook = of(network);
        webhook.cursor = transactionId;
        webhook.attempts = 0;
        webhook.nextAttemptAt = 0;
        webhook.lastError = null;
        return true;
    }

    @Override
    public synchronized void failed(String network, String reason, long nextAttemptAtMillis) {
        Kept webhook = of(network);
        webhook.attempts++;
        webhook.nextAttemptAt = nextAttemptAtMillis;
        webhook.lastError = reason;
    }

    @Override
    public synchronized void setAside(
            String network, long transactionId, String reason, int attempts, long nextAttemptAtMillis) {
        Kept webhook = of(network);
        webhook.letters.put(transactionId, new DeadLetter(transactionId, reason, attempts, clock.nowMillis(), false));
        webhook.cursor = transactionId;
        webhook.attempts = 0;
        webhook.nextAttemptAt = nextAttemptAtMillis;
    }

    @Override
    public synchronized void triedAgain(String network, long transactionId, @Nullable String reason) {
        DeadLetter letter = Objects.requireNonNull(of(network).letters.remove(transactionId));
        if (reason != null) {
            put(network, letter, reason, letter.attempts() + 1, false);
        }
    }
}
