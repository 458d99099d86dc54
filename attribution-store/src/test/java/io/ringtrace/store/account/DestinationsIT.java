package io.ringtrace.store.account;

import static io.ringtrace.store.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.attribution.Destinations;
import io.ringtrace.attribution.Destinations.Change;
import io.ringtrace.attribution.Destinations.Destination;
import io.ringtrace.attribution.Destinations.Rule;
import io.ringtrace.attribution.Destinations.State;
import io.ringtrace.attribution.Destinations.TagPool;
import io.ringtrace.attribution.LocalNumberPreferences;
import io.ringtrace.attribution.NumberBank;
import io.ringtrace.attribution.NumberType;
import io.ringtrace.attribution.RingPool;
import io.ringtrace.attribution.Site;
import io.ringtrace.call.PhoneNumber;
import io.ringtrace.store.HandClock;
import io.ringtrace.store.TestAccount;
import io.ringtrace.store.TestStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Destinations that the tag finds")
class DestinationsIT {
    @RegisterExtension
    static final TestStore store = new TestStore();

    private static final PhoneNumber SAN_FRANCISCO = PhoneNumber.parse("+14155550190");
    private static final PhoneNumber TOLL_FREE = PhoneNumber.parse("+18665550190");
    private static long next = 14_155_559_000L;

    private final HandClock clock = new HandClock(1_700_000_000_000L);
    private TestAccount account;
    private Destinations destinations;
    private Site site;

    @BeforeEach
    void open(TestInfo test) throws Exception {
        account = new TestAccount(
                store.database(),
                clock,
                "d" + test.getTestMethod().orElseThrow().getName().hashCode()
                        + test.getDisplayName().hashCode());
        destinations = account.accounts.destinations();
        site = account.accounts.accounts().createSite(account.network, List.of("https://www.example.org"));
    }

    @AfterEach
    void close() {
        account.close();
    }

    private void importLocal(int count) throws Exception {
        long first = next;
        next += count;
        List<NumberBank.Row> rows = LongStream.range(first, first + count)
                .mapToObj(number -> new NumberBank.Row(1, "+" + number, null, "CA"))
                .toList();
        assertThat(account.bank.importNumbers(account.network, rows).added()).isEqualTo(count);
    }

    private @Nullable RingPool poolFor(PhoneNumber number) throws Exception {
        return destinations.poolFor(site, number).toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    private List<Destination> listed() throws Exception {
        return destinations.list(account.network, null, 0, 100);
    }

    @Test
    void aNumberThatNobodyApprovedIsListedAndGetsNoPool() throws Exception {
        importLocal(4);
        assertThat(poolFor(SAN_FRANCISCO)).isNull();
        eventually("it is listed", () -> !listed().isEmpty());
        assertThat(listed())
                .containsExactly(
                        new Destination(SAN_FRANCISCO, State.DISCOVERED, null, site.id(), 1_700_000_000_000L, null));
        assertThat(poolFor(SAN_FRANCISCO)).isNull();
        assertThat(account.pools.list(account.network, "tag", "tag")).isEmpty();
    }

    @Test
    void anApprovedNumberGetsAPoolOfItsOwnTypeForTypeWithOneOverflowNumber() throws Exception {
        importLocal(4);
        account.importTollFree(4);
        for (PhoneNumber number : List.of(SAN_FRANCISCO, TOLL_FREE)) {
            assertThat(destinations.decide(account.network, number, State.APPROVED))
                    .isEqualTo(new Change.Done(new Destination(number, State.APPROVED, "person", null, null, null)));
        }
        RingPool local = poolFor(SAN_FRANCISCO);
        RingPool tollFree = poolFor(TOLL_FREE);
        assertThat(local).isNotNull();
        assertThat(local.idFromNetwork()).isEqualTo("tag-14155550190");
        assertThat(local.numberType()).isEqualTo(NumberType.LOCAL);
        assertThat(local.destination()).isEqualTo(SAN_FRANCISCO);
        assertThat(local.byTag()).isTrue();
        assertThat(local.maxSize()).isEqualTo(TagPool.DEFAULT.maxSize());
        assertThat(tollFree).isNotNull();
        assertThat(tollFree.numberType()).isEqualTo(NumberType.TOLL_FREE);
        assertThat(account.bank.list(account.network, 0, 100))
                .filteredOn(entry -> local.idFromNetwork().equals(entry.poolId()))
                .extracting(NumberBank.Entry::state)
                .containsExactlyInAnyOrder("overflow", "pooled");
        assertThat(poolFor(SAN_FRANCISCO)).isEqualTo(account.pools.inNetwork(account.network, "tag-14155550190"));
        assertThat(listed()).extracting(Destination::pool).containsExactly("tag-14155550190", "tag-18665550190");
    }

    @Test
    void manyFirstRequestsAtOnceMakeOnePool() throws Exception {
        importLocal(20);
        destinations.decide(account.network, SAN_FRANCISCO, State.APPROVED);
        try (TestAccount otherNode = new TestAccount(store.database(), clock, account.network)) {
            List<CompletableFuture<@Nullable RingPool>> asked = new ArrayList<>();
            for (int i = 0; i < 32; i++) {
                Destinations node = i % 2 == 0 ? destinations : otherNode.accounts.destinations();
                asked.add(node.poolFor(site, SAN_FRANCISCO).toCompletableFuture());
            }
            Set<Long> ids = new HashSet<>();
            for (CompletableFuture<@Nullable RingPool> one : asked) {
                RingPool pool = one.get(20, TimeUnit.SECONDS);
                assertThat(pool).isNotNull();
                ids.add(pool.id());
            }
            assertThat(ids).hasSize(1);
        }
        assertThat(account.pools.list(account.network, "tag", "tag")).hasSize(1);
        assertThat(account.bank.list(account.network, 0, 100).stream()
                        .collect(Collectors.groupingBy(NumberBank.Entry::state, Collectors.counting())))
                .containsEntry("overflow", 1L)
                .containsEntry("bank", 18L);
    }

    @Test
    void theRuleApprovesWhatItFindsAndWhatWasFoundBefore() throws Exception {
        importLocal(4);
        assertThat(poolFor(SAN_FRANCISCO)).isNull();
        eventually("it is listed", () -> !listed().isEmpty());
        assertThat(destinations.setRule(account.network, new Rule(List.of(415), List.of(1))))
                .isTrue();
        assertThat(listed().getFirst().state()).isEqualTo(State.APPROVED);
        assertThat(listed().getFirst().approvedBy()).isEqualTo("rule");
        assertThat(poolFor(SAN_FRANCISCO)).isNotNull();
        assertThat(poolFor(PhoneNumber.parse("+14155550191"))).isNotNull();
        assertThat(poolFor(PhoneNumber.parse("+16505550191"))).isNull();
        assertThat(destinations.setRule("nobody", Rule.DEFAULT)).isFalse();
    }

    @Test
    void whatAPersonRefusesStaysRefused() throws Exception {
        importLocal(4);
        destinations.setRule(account.network, new Rule(List.of(415), List.of(1)));
        assertThat(poolFor(SAN_FRANCISCO)).isNotNull();
        destinations.decide(account.network, SAN_FRANCISCO, State.REFUSED);
        assertThat(poolFor(SAN_FRANCISCO)).isNull();
        destinations.setRule(account.network, new Rule(List.of(415), List.of(1)));
        assertThat(poolFor(SAN_FRANCISCO)).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"+19005550123", "+12129760123", "+442079460123", "+12129110123", "+11235550123"})
    void someNumbersAreNeverApproved(String text) throws Exception {
        PhoneNumber number = PhoneNumber.parse(text);
        destinations.setRule(account.network, new Rule(List.of(900, 212, 207), List.of(1)));
        assertThat(destinations.decide(account.network, number, State.APPROVED)).isInstanceOf(Change.Refused.class);
        assertThat(poolFor(number)).isNull();
        assertThat(listed()).isEmpty();
    }

    @Test
    void aPromoNumberIsNoDestination() throws Exception {
        PhoneNumber promo = new PhoneNumber(account.importTollFree(1));
        assertThat(destinations.decide(account.network, promo, State.APPROVED))
                .isEqualTo(
                        new Change.Refused(promo + " is a promo number itself: a destination is where calls end up."));
        destinations.setRule(account.network, new Rule(List.of(promo.npa()), List.of(1)));
        assertThat(poolFor(promo)).isNull();
        assertThat(listed()).isEmpty();
    }

    @Test
    void aPersonsPoolNeedsNoApprovalAndGoesBeforeATagsPool() throws Exception {
        account.importTollFree(8);
        destinations.decide(account.network, TestAccount.DESTINATION, State.APPROVED);
        assertThat(poolFor(TestAccount.DESTINATION)).isNotNull();
        RingPool made = account.pool(TestAccount.tollFree("person", 3, true));
        RingPool found = poolFor(TestAccount.DESTINATION);
        assertThat(found).isNotNull();
        assertThat(found.id()).isEqualTo(made.id());
        destinations.decide(account.network, TestAccount.DESTINATION, State.DISCOVERED);
        assertThat(poolFor(TestAccount.DESTINATION)).isNotNull();
    }

    @Test
    void howTagPoolsAreMadeIsTheNetworksChoice() throws Exception {
        account.importTollFree(4);
        TagPool wanted = new TagPool(
                "dental",
                "spring",
                Duration.ofMinutes(10),
                Duration.ofHours(24),
                3,
                false,
                LocalNumberPreferences.DEFAULT);
        assertThat(destinations.setTagPool(account.network, wanted)).isTrue();
        assertThat(destinations.tagPool(account.network)).isEqualTo(wanted);
        destinations.decide(account.network, TOLL_FREE, State.APPROVED);
        RingPool pool = poolFor(TOLL_FREE);
        assertThat(pool).isNotNull();
        assertThat(pool.advertiser()).isEqualTo("dental");
        assertThat(pool.campaign()).isEqualTo("spring");
        assertThat(pool.lifetime()).isEqualTo(Duration.ofMinutes(10));
        assertThat(pool.maxSize()).isEqualTo(3);
        assertThat(pool.allowOverflow()).isFalse();
    }
}
