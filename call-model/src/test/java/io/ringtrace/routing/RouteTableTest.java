package io.ringtrace.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.ringtrace.attribution.AttributionResult;
import io.ringtrace.call.CallAttempt;
import io.ringtrace.call.CallId;
import io.ringtrace.call.PhoneNumber;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Routes of a promo number, of a campaign, and of neither")
class RouteTableTest {
    private static final PhoneNumber PROMO = PhoneNumber.parse("+18005550199");
    private static final PhoneNumber OTHER_PROMO = PhoneNumber.parse("+18005550198");
    private static final PhoneNumber DESTINATION = PhoneNumber.parse("+12135550101");

    private static Route route(
            String source, String prefix, @Nullable PhoneNumber promoNumber, @Nullable String campaign) {
        return new Route(
                prefix,
                null,
                new RouteConditions("", null, promoNumber, campaign),
                List.of(Route.Share.of(100, List.of())),
                Route.DEFAULT_RING_TIMEOUT,
                false,
                source);
    }

    private static String found(RouteTable table, PhoneNumber dialed, AttributionResult attribution) {
        Trunk trunk = new Trunk("acme", List.of(), NumberNormalisation.NANP, null);
        CallAttempt attempt = new CallAttempt(new CallId(0, 1), trunk, dialed, dialed.toString(), null, true);
        Route route = table.find(DESTINATION, attempt, attribution, 0, null);
        return route == null ? "none" : route.source();
    }

    private static AttributionResult campaign(String name) {
        return new AttributionResult.Static(name, DESTINATION);
    }

    @Test
    void thePromoNumberWinsOverTheCampaignAndThatOverTheLongestPrefix() {
        RouteTable table = new RouteTable(List.of(
                route("longest", "1213", null, null),
                route("campaign", "", null, "print"),
                route("promo", "", PROMO, null),
                route("promo abroad", "44", OTHER_PROMO, null)));

        assertThat(found(table, PROMO, campaign("print"))).isEqualTo("promo");
        assertThat(found(table, OTHER_PROMO, campaign("print"))).isEqualTo("campaign");
        assertThat(found(table, OTHER_PROMO, campaign("radio"))).isEqualTo("longest");
    }

    @Test
    void aCampaignOfTheStoreIsNamedByItsId() {
        RouteTable table = new RouteTable(List.of(route("seventeen", "1", null, "17"), route("all", "1", null, null)));

        assertThat(found(table, PROMO, new AttributionResult.Overflow(1, 17, DESTINATION)))
                .isEqualTo("seventeen");
        assertThat(found(table, PROMO, new AttributionResult.NeverLeased(1, 18, DESTINATION)))
                .isEqualTo("all");
        assertThat(found(table, PROMO, AttributionResult.STORE_UNAVAILABLE)).isEqualTo("all");
    }

    @Test
    void twoOfOnePromoNumberAndPrefixAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RouteTable(List.of(route("a", "1", PROMO, null), route("b", "1", PROMO, null))));
        assertThatIllegalArgumentException().isThrownBy(() -> route("a", "1", PROMO, "print"));
    }
}
