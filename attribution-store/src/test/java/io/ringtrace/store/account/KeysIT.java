package io.ringtrace.store.account;

import static io.ringtrace.store.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.attribution.Accounts;
import io.ringtrace.attribution.Accounts.Token;
import io.ringtrace.attribution.Accounts.TokenHolder;
import io.ringtrace.attribution.Accounts.TokenScope;
import io.ringtrace.attribution.Pools.KeyState;
import io.ringtrace.attribution.Pools.WithKey;
import io.ringtrace.store.HandClock;
import io.ringtrace.store.TestAccount;
import io.ringtrace.store.TestStore;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.RegisterExtension;

@DisplayName("Tokens and pool keys")
class KeysIT {
    @RegisterExtension
    static final TestStore store = new TestStore();

    private final HandClock clock = new HandClock(1_700_000_000_000L);
    private TestAccount account;
    private Accounts accounts;
    private String network;

    @BeforeEach
    void open(TestInfo test) throws Exception {
        network = test.getTestMethod().orElseThrow().getName();
        account = new TestAccount(store.database(), clock, network);
        accounts = account.accounts.accounts();
    }

    @AfterEach
    void close() {
        account.close();
    }

    @Test
    void revokedTokenIsNobodysAndListedWithItsEnd() throws Exception {
        String kept = accounts.createToken(network, "kept");
        String lost = accounts.createToken(network, "lost");
        long id = accounts.tokens(network, 10).get(1).id();
        assertThat(accounts.revokeToken("another", id)).isFalse();
        assertThat(accounts.networkOf(lost)).isEqualTo(network);
        clock.advance(5);
        assertThat(accounts.revokeToken(network, id)).isTrue();
        assertThat(accounts.revokeToken(network, id)).isFalse();
        assertThat(accounts.networkOf(lost)).isNull();
        assertThat(accounts.networkOf(kept)).isEqualTo(network);
        assertThat(accounts.tokens(network, 10))
                .element(1)
                .isEqualTo(new Token(id, "lost", TokenScope.MANAGE, 1_700_000_000_000L, 1_700_000_000_005L));
        assertThat(accounts.rotateToken(network, id)).isNull();
    }

    @Test
    void aTokenForReadingIsKnownAsOneAndStaysOne() throws Exception {
        String reads = accounts.createToken(network, "report", TokenScope.READ);
        assertThat(accounts.holderOf(reads)).isEqualTo(new TokenHolder(network, TokenScope.READ));
        String after = accounts.rotateToken(
                network, accounts.tokens(network, 10).getFirst().id());
        assertThat(after).isNotNull();
        assertThat(accounts.holderOf(after)).isEqualTo(new TokenHolder(network, TokenScope.READ));
        assertThat(accounts.holderOf(accounts.createToken(network, "all")))
                .isEqualTo(new TokenHolder(network, TokenScope.MANAGE));
    }

    @Test
    void rotatedTokenHasANewSecretOnly() throws Exception {
        String before = accounts.createToken(network, "page");
        long id = accounts.tokens(network, 10).getFirst().id();
        String after = accounts.rotateToken(network, id);
        assertThat(after).isNotNull().isNotEqualTo(before);
        assertThat(accounts.networkOf(before)).isNull();
        assertThat(accounts.networkOf(after)).isEqualTo(network);
        assertThat(accounts.tokens(network, 10))
                .containsExactly(new Token(id, "page", TokenScope.MANAGE, 1_700_000_000_000L, null));
    }

    @Test
    void rotatedPoolKeyReplacesTheFormer() throws Exception {
        account.importTollFree(2);
        account.pool(TestAccount.tollFree("keyed", 2, false));
        WithKey before = account.pools.get(network, "keyed");
        assertThat(before).isNotNull();
        WithKey after = account.pools.rotateKey(network, "keyed");
        assertThat(after).isNotNull();
        assertThat(after.pool()).isEqualTo(before.pool());
        assertThat(account.pools.byKey("keyed", before.apiKey())).isNull();
        assertThat(account.pools.byKey("keyed", after.apiKey())).isNotNull();
        assertThat(account.pools.rotateKey("another", "keyed")).isNull();
    }

    @Test
    void revokedPoolKeyStopsOnAllNodesUntilThePoolGetsAnother() throws Exception {
        account.importTollFree(2);
        account.pool(TestAccount.tollFree("lost", 2, false));
        String before =
                Objects.requireNonNull(account.pools.get(network, "lost")).apiKey();
        try (TestAccount otherNode = new TestAccount(store.database(), clock, network)) {
            assertThat(otherNode.pools.byKey("lost", before)).isNotNull();
            assertThat(account.pools.revokeKey("another", "lost")).isFalse();
            assertThat(account.pools.revokeKey(network, "lost")).isTrue();
            assertThat(account.pools.byKey("lost", before)).isNull();
            eventually("the other node knows", () -> otherNode.pools.byKey("lost", before) == null);
            assertThat(account.pools.byKey("lost", "")).isNull();
        }
        assertThat(account.pools.revokeKey(network, "lost")).isFalse();
        assertThat(account.pools.keys(network, "", 10))
                .containsExactly(new KeyState("lost", "advertiser", "campaign", clock.nowMillis()));
        // Written again it is the same pool, with no key.
        account.pool(TestAccount.tollFree("lost", 3, false));
        WithKey written = account.pools.get(network, "lost");
        assertThat(written).isNotNull();
        assertThat(written.apiKey()).isEmpty();
        assertThat(written.keyRevokedAt()).isEqualTo(clock.nowMillis());
        WithKey after = account.pools.rotateKey(network, "lost");
        assertThat(after).isNotNull();
        assertThat(after.keyRevokedAt()).isNull();
        assertThat(account.pools.byKey("lost", after.apiKey())).isNotNull();
        assertThat(account.pools.byKey("lost", before)).isNull();
        assertThat(account.pools.keys(network, "", 10))
                .containsExactly(new KeyState("lost", "advertiser", "campaign", null));
        // A deleted pool's id used again has a key of its own, whatever became of the former one.
        account.pools.revokeKey(network, "lost");
        account.pools.delete(network, "lost");
        assertThat(account.pools.keys(network, "", 10)).isEmpty();
        account.pool(TestAccount.tollFree("lost", 2, false));
        assertThat(Objects.requireNonNull(account.pools.get(network, "lost")).apiKey())
                .isNotEmpty();
    }
}
