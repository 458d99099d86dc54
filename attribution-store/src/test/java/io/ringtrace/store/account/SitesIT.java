package io.ringtrace.store.account;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.attribution.Accounts;
import io.ringtrace.attribution.Site;
import io.ringtrace.store.HandClock;
import io.ringtrace.store.TestAccount;
import io.ringtrace.store.TestStore;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.RegisterExtension;

@DisplayName("Sites with the tag")
class SitesIT {
    private static final List<String> SHOP = List.of("https://shop.example.org");
    private static final List<String> BOTH = List.of("https://www.example.org", "https://example.org");

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
    void areListedByTheirNetworkTheOldestFirst() throws Exception {
        Site first = accounts.createSite(network, SHOP);
        clock.advance(5);
        Site second = accounts.createSite(network, BOTH);
        assertThat(accounts.sites(network, 10)).containsExactly(first, second);
        assertThat(accounts.sites(network, 1)).containsExactly(first);
        assertThat(accounts.sites("another", 10)).isEmpty();
    }

    @Test
    void changeForTheirNetworkOnly() throws Exception {
        Site site = accounts.createSite(network, SHOP);
        assertThat(accounts.changeSite("another", site.id(), BOTH)).isNull();
        assertThat(accounts.changeSite(network, "site_none", BOTH)).isNull();
        assertThat(accounts.site(site.id())).isEqualTo(site);
        Site changed = new Site(site.id(), network, BOTH);
        assertThat(accounts.changeSite(network, site.id(), BOTH)).isEqualTo(changed);
        assertThat(accounts.changeSite(network, site.id(), BOTH)).isEqualTo(changed);
        assertThat(accounts.site(site.id())).isEqualTo(changed);
    }

    @Test
    void getAnotherIdForTheirNetworkOnlyAndTheFormerOneStopsAtOnce() throws Exception {
        Site site = accounts.createSite(network, BOTH);
        assertThat(accounts.rotateSite("another", site.id())).isNull();
        assertThat(accounts.site(site.id())).isEqualTo(site);

        Site rotated = accounts.rotateSite(network, site.id());

        assertThat(rotated).isNotNull();
        assertThat(rotated.id()).startsWith("site_").isNotEqualTo(site.id());
        assertThat(rotated.origins()).isEqualTo(BOTH);
        assertThat(accounts.site(site.id())).isNull();
        assertThat(accounts.site(rotated.id())).isEqualTo(rotated);
        assertThat(accounts.sites(network, 10)).containsExactly(rotated);
        assertThat(accounts.rotateSite(network, site.id())).isNull();
    }

    @Test
    void standBesideTheirNetworksCampaigns() throws Exception {
        accounts.ensureCampaign(network, "zebra", "spring");
        accounts.ensureCampaign(network, "zebra", "autumn");
        assertThat(accounts.networks(1000)).contains(network).isSorted().doesNotHaveDuplicates();
        assertThat(accounts.campaigns(network, 10))
                .contains(new Accounts.Campaign("zebra", "autumn"), new Accounts.Campaign("zebra", "spring"));
        assertThat(accounts.campaigns(network, 1)).hasSize(1);
        assertThat(accounts.campaigns("another", 10)).isEmpty();
    }

    @Test
    void areGoneAtOnceWhenTheirNetworkDeletesThem() throws Exception {
        Site site = accounts.createSite(network, SHOP);
        assertThat(accounts.deleteSite("another", site.id())).isFalse();
        assertThat(accounts.site(site.id())).isEqualTo(site);
        assertThat(accounts.deleteSite(network, site.id())).isTrue();
        assertThat(accounts.deleteSite(network, site.id())).isFalse();
        assertThat(accounts.site(site.id())).isNull();
        assertThat(accounts.sites(network, 10)).isEmpty();
    }
}
