package io.ringtrace.store.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringtrace.attribution.Accounts;
import io.ringtrace.attribution.Accounts.Campaign;
import io.ringtrace.attribution.Accounts.Part;
import io.ringtrace.attribution.Accounts.Removal;
import io.ringtrace.attribution.LeaseRequest;
import io.ringtrace.attribution.Pools;
import io.ringtrace.attribution.RingPool;
import io.ringtrace.call.CallRecord;
import io.ringtrace.call.CallRecords;
import io.ringtrace.call.PhoneNumber;
import io.ringtrace.store.HandClock;
import io.ringtrace.store.TestAccount;
import io.ringtrace.store.TestStore;
import io.ringtrace.store.lease.LeaseAllocator;
import io.ringtrace.store.record.StoreCallRecords;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.RegisterExtension;

@DisplayName("Removing networks, advertisers and campaigns")
class AccountRemovalIT {
    @RegisterExtension
    static final TestStore store = new TestStore();

    private final HandClock clock = new HandClock(1_700_000_000_000L);
    private TestAccount account;
    private Accounts accounts;
    private String network;
    private Part campaign;

    @BeforeEach
    void open(TestInfo test) throws Exception {
        network = test.getTestMethod().orElseThrow().getName();
        account = new TestAccount(store.database(), clock, network);
        accounts = account.accounts.accounts();
        campaign = new Part(network, "advertiser", "campaign");
    }

    @AfterEach
    void close() {
        account.close();
    }

    private Removal removed() {
        return new Removal.Removed();
    }

    private static Removal inUse(String... by) {
        return new Removal.InUse(List.of(by));
    }

    @Test
    void aCampaignStaysWhileItHasPoolsOrTheirNumbersVisitors() throws Exception {
        account.importTollFree(4);
        RingPool pool = account.pool(TestAccount.tollFree("first", 2, false));
        account.pool(TestAccount.tollFree("second", 2, false));
        try (LeaseAllocator leases = account.allocator()) {
            leases.lease(List.of(new LeaseRequest(pool.id(), "anna", null, Map.of(), false)))
                    .toCompletableFuture()
                    .get(10, TimeUnit.SECONDS);
        }
        assertThat(accounts.remove(campaign)).isEqualTo(inUse("2 RingPools (first, second)"));
        account.pools.delete(network, "first");
        account.pools.delete(network, "second");
        assertThat(accounts.remove(campaign)).isEqualTo(inUse("1 number of deleted RingPools still held by a visitor"));
        assertThat(accounts.campaigns(network, 10)).containsExactly(new Campaign("advertiser", "campaign"));

        clock.advance(pool.hold().toMillis());
        new DrainedNumbers(store.database(), clock, account.feed, pool.hold()).restAll();
        assertThat(accounts.remove(campaign)).isEqualTo(removed());
        assertThat(accounts.remove(campaign)).isEqualTo(new Removal.Missing());
        assertThat(accounts.campaigns(network, 10)).isEmpty();
        assertThat(account.pools.save(network, "advertiser", "campaign", TestAccount.tollFree("third", 2, false)))
                .isInstanceOf(Pools.Outcome.NotFound.class);

        accounts.ensureCampaign(network, "advertiser", "campaign");
        assertThat(accounts.campaigns(network, 10)).containsExactly(new Campaign("advertiser", "campaign"));
        account.pool(TestAccount.tollFree("third", 2, false));
    }

    @Test
    void anAdvertiserStaysWhileItHasCampaigns() throws Exception {
        Part advertiser = new Part(network, "advertiser", null);
        accounts.ensureCampaign(network, "advertiser", "autumn");
        assertThat(accounts.remove(advertiser)).isEqualTo(inUse("2 campaigns (autumn, campaign)"));
        assertThat(accounts.remove(new Part(network, "another", null))).isEqualTo(new Removal.Missing());
        assertThat(accounts.remove(new Part("another", "advertiser", "autumn"))).isEqualTo(new Removal.Missing());
        accounts.remove(campaign);
        accounts.remove(new Part(network, "advertiser", "autumn"));
        assertThat(accounts.remove(advertiser)).isEqualTo(removed());
        assertThat(accounts.remove(advertiser)).isEqualTo(new Removal.Missing());
    }

    @Test
    void aNetworkStaysWhileAnythingHangsOnItAndComesBackAsItWas() throws Exception {
        Part whole = new Part(network, null, null);
        long first = account.importTollFree(2);
        accounts.createToken(network, "program");
        String site =
                accounts.createSite(network, List.of("https://www.example.org")).id();
        long token = accounts.tokens(network, 10).getFirst().id();
        execute("INSERT INTO webhook (network_id, url, secret_sealed, made_at, cursor_id)"
                + " SELECT id, 'https://crm.example.org/', '', 0, 0 FROM network WHERE id_from_network = '" + network
                + "'");
        assertThat(accounts.remove(whole))
                .isEqualTo(inUse(
                        "1 campaign (advertiser/campaign)",
                        "1 token (" + token + ")",
                        "1 site (" + site + ")",
                        "2 numbers that are not retired",
                        "1 webhook (https://crm.example.org/)"));
        assertThat(accounts.remove(campaign)).isEqualTo(removed());
        accounts.revokeToken(network, token);
        accounts.deleteSite(network, site);
        account.bank.retire(
                network,
                LongStream.range(first, first + 2).mapToObj(PhoneNumber::new).toList(),
                true);
        execute("DELETE FROM webhook");
        assertThat(accounts.remove(whole)).isEqualTo(removed());

        assertThat(accounts.remove(whole)).isEqualTo(new Removal.Missing());
        assertThat(accounts.networks(100)).doesNotContain(network);
        assertThat(accounts.networkExists(network)).isFalse();
        assertThat(accounts.networkKnown(network)).isTrue();
        assertThatThrownBy(() -> accounts.createToken(network, "late")).hasMessageContaining("no network");
        assertThatThrownBy(() -> accounts.createSite(network, List.of("https://www.example.org")))
                .hasMessageContaining("no network");
        assertThatThrownBy(() -> account.importTollFree(1)).hasMessageContaining("no network");

        accounts.ensureCampaign(network, "advertiser", "campaign");
        assertThat(accounts.networks(100)).contains(network);
        assertThat(account.bank.list(network, 0, 10)).hasSize(2);
    }

    @Test
    void callRecordsGoOnNamingWhatWasRemoved() throws Exception {
        execute("INSERT INTO call_record (call_id, node, began, network_id, campaign_id, start_at)"
                + " SELECT UNHEX('0191A0B0C0D0E0F00102030405060708'), 'a', TRUE, w.id, c.id, 1 FROM network w"
                + " JOIN advertiser a ON a.network_id = w.id JOIN campaign c ON c.advertiser_id = a.id"
                + " WHERE w.id_from_network = '" + network + "'");
        accounts.remove(campaign);
        accounts.remove(new Part(network, "advertiser", null));
        assertThat(accounts.remove(new Part(network, null, null))).isEqualTo(removed());
        List<CallRecord> found = new StoreCallRecords(store.database())
                .find(new CallRecords.Query(network, 0, Long.MAX_VALUE, null, null, null, null, null, 9));
        assertThat(found).extracting(CallRecord::network).containsExactly(network);
        assertThat(found).extracting(CallRecord::campaignId).containsExactly("campaign");
    }

    private static void execute(String sql) throws Exception {
        try (Connection connection = store.database().dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
