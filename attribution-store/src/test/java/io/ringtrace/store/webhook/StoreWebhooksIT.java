package io.ringtrace.store.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.call.Transactions.Transaction;
import io.ringtrace.call.Webhooks;
import io.ringtrace.store.HandClock;
import io.ringtrace.store.TestAccount;
import io.ringtrace.store.TestStore;
import io.ringtrace.store.journal.SampleEvents;
import io.ringtrace.store.node.NodeIdentity;
import io.ringtrace.store.record.PublishedCalls;
import io.ringtrace.store.record.StoreTransactions;
import java.net.URI;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Webhooks in the database")
class StoreWebhooksIT {
    private static final URI URL = URI.create("https://192.0.2.7/calls");

    @RegisterExtension
    static final TestStore store = new TestStore();

    private static int networks;

    private final HandClock clock = new HandClock(SampleEvents.NOON);
    private final StoreTransactions transactions = new StoreTransactions(store.database(), clock, Duration.ofHours(3));
    private TestAccount account;
    private PublishedCalls calls;
    private Webhooks one;
    private Webhooks other;

    @BeforeEach
    void open(@TempDir Path first, @TempDir Path second) throws Exception {
        account = new TestAccount(store.database(), clock, "hooks-" + ++networks);
        calls = new PublishedCalls(store.database(), account.importTollFree(1));
        one = node(first, "one");
        other = node(second, "other");
    }

    private Webhooks node(Path folder, String name) throws Exception {
        return StoreWebhooks.open(
                store.database(), clock, transactions, TestStore.folder(), NodeIdentity.load(folder, name));
    }

    @AfterEach
    void close() {
        account.close();
    }

    private Webhooks.Due take(Webhooks node) throws Exception {
        return Objects.requireNonNull(node.take(account.network, 10));
    }

    @Test
    void tellWhatIsPublishedAfterTheyWereSetAndGoOnWhereTheyWere() throws Exception {
        calls.publish(1);
        String secret = one.set(account.network, URL);
        assertThat(one.waiting()).doesNotContain(account.network);
        assertThat(one.take(account.network, 10)).isNull();

        List<Long> published = calls.publish(3);
        assertThat(one.waiting()).contains(account.network);
        Webhooks.Due due = take(one);
        assertThat(due.secret()).isEqualTo(secret);
        assertThat(due.url()).isEqualTo(URL);
        assertThat(due.next()).extracting(Transaction::id).isEqualTo(published);
        assertThat(one.delivered(account.network, published.get(1))).isTrue();
        assertThat(take(one).next()).extracting(Transaction::id).containsExactly(published.get(2));
        assertThat(due.toString()).doesNotContain(secret);

        String changed = one.set(account.network, URI.create("https://192.0.2.8/"));
        assertThat(take(one).secret()).isEqualTo(changed).isNotEqualTo(secret);
        assertThat(take(one).next()).as("it goes on").hasSize(1);
    }

    @Test
    void areDeliveredByOneNodeUntilItsTimeIsUp() throws Exception {
        one.set(account.network, URL);
        List<Long> published = calls.publish(2);
        assertThat(take(one).next()).hasSize(2);
        assertThat(other.take(account.network, 10)).isNull();
        assertThat(other.delivered(account.network, published.getLast())).isFalse();

        clock.advance(31_000);
        assertThat(take(other).next()).hasSize(2);
        assertThat(one.delivered(account.network, published.getFirst()))
                .as("whoever lost it changes nothing")
                .isFalse();
        one.failed(account.network, "late", clock.nowMillis());
        assertThat(Objects.requireNonNull(one.get(account.network)).lastError()).isNull();
        assertThat(other.delivered(account.network, published.getLast())).isTrue();
        assertThat(other.waiting()).doesNotContain(account.network);
    }

    @Test
    void waitAfterAFailureAndKeepWhatWasGivenUp() throws Exception {
        one.set(account.network, URL);
        List<Long> published = calls.publish(2);
        take(one);
        one.failed(account.network, "it answered 500", clock.nowMillis() + 5_000);
        assertThat(one.waiting()).doesNotContain(account.network);
        assertThat(one.take(account.network, 10)).isNull();
        clock.advance(5_000);
        assertThat(take(one).attempts()).isEqualTo(1);

        one.setAside(account.network, published.getFirst(), "r".repeat(900), 8, clock.nowMillis());
        assertThat(take(one).next()).extracting(Transaction::id).containsExactly(published.getLast());
        assertThat(take(one).attempts()).isZero();
        assertThat(one.deadLetters(account.network, 0, 10)).singleElement().satisfies(letter -> {
            assertThat(letter.transactionId()).isEqualTo(published.getFirst());
            assertThat(letter.attempts()).isEqualTo(8);
        });
        one.delivered(account.network, published.getLast());

        assertThat(one.retry(account.network, published.getFirst())).isEqualTo(1);
        assertThat(one.waiting()).contains(account.network);
        assertThat(take(one).again()).extracting(Transaction::id).containsExactly(published.getFirst());
        one.triedAgain(account.network, published.getFirst(), "again");
        assertThat(one.take(account.network, 10)).isNull();
        assertThat(one.retry(account.network, null)).isEqualTo(1);
        one.triedAgain(account.network, published.getFirst(), null);
        assertThat(one.deadLetters(account.network, 0, 10)).isEmpty();
        assertThat(one.remove(account.network)).isTrue();
        assertThat(one.get(account.network)).isNull();
        assertThat(one.remove(account.network)).isFalse();
    }

    @Test
    void doNotShowTheirSecretToWhoReadsTheDatabase() throws Exception {
        String secret = one.set(account.network, URL);
        try (Connection connection = store.database().dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT CAST(secret_sealed AS CHAR) FROM webhook")) {
            while (rows.next()) {
                assertThat(rows.getString(1)).doesNotContain(secret);
            }
        }
    }
}
