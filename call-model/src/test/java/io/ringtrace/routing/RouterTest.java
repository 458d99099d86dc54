package io.ringtrace.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.attribution.AttributionResult;
import io.ringtrace.attribution.Lease;
import io.ringtrace.call.CallAttempt;
import io.ringtrace.call.CallId;
import io.ringtrace.call.EndReason;
import io.ringtrace.call.PhoneNumber;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RouterTest {
    private static final PhoneNumber PROMO = PhoneNumber.parse("+18005550123");
    private static final PhoneNumber DESTINATION = PhoneNumber.parse("+12135550187");
    private static final PhoneNumber ABROAD = PhoneNumber.parse("+442079460123");
    private static final Gateway EAST = gateway("east");
    private static final Gateway WEST = gateway("west");
    private static final Route NORTH_AMERICA =
            new Route("1", null, List.of(EAST, WEST), Duration.ofSeconds(45), "test:1");
    private static final RoutingPlan PLAN =
            new RoutingPlan("v1", List.of(), List.of(EAST, WEST), List.of(NORTH_AMERICA), List.of());

    private static Gateway gateway(String name) {
        return new Gateway(
                name, name + ".example.net", 5060, Transport.UDP, Gateway.DEFAULT_SILENCE, Set.of(), List.of());
    }

    private static RouteDecision route(AttributionResult attribution, @Nullable PhoneNumber defaultDestination) {
        Trunk trunk = new Trunk("acme", List.of(), NumberNormalisation.NANP, defaultDestination);
        CallAttempt attempt = new CallAttempt(new CallId(1, 2), trunk, PROMO, "8005550123", null, false);
        return Router.route(PLAN, attempt, attribution, 0, 0);
    }

    private static Stream<AttributionResult> attributionsTo(PhoneNumber destination) {
        Lease lease = new Lease(PROMO, 7, 1, 2, "visitor", destination, 0, 0, 1, 2);
        return Stream.of(
                new AttributionResult.Leased(lease),
                new AttributionResult.Held(lease),
                new AttributionResult.Expired(lease),
                new AttributionResult.Overflow(1, 2, destination),
                new AttributionResult.NeverLeased(1, 2, destination),
                new AttributionResult.Resting(1, 2, destination),
                new AttributionResult.Static("summer", destination));
    }

    static Stream<AttributionResult> attributionsToAKnownPlace() {
        return attributionsTo(DESTINATION);
    }

    static Stream<AttributionResult> attributionsToNowhere() {
        return attributionsTo(ABROAD);
    }

    @ParameterizedTest
    @MethodSource("attributionsToAKnownPlace")
    void aCallGoesToItsDestinationByTheRoutesGatewaysInOrder(AttributionResult attribution) {
        assertThat(route(attribution, null))
                .isEqualTo(new RouteDecision.Forward(
                        List.of(EAST, WEST), DESTINATION, Duration.ofSeconds(45), NORTH_AMERICA));
    }

    @ParameterizedTest
    @MethodSource("attributionsToNowhere")
    void withoutARouteTheCallIsRefusedNamingDestinationAndTrunk(AttributionResult attribution) {
        assertThat(route(attribution, null))
                .isEqualTo(new RouteDecision.Reject(
                        404, EndReason.REFUSED, 0, "no route for destination +442079460123 from trunk acme"));
    }

    @Test
    void unassignedAndUnknownNumbersAreNotFound() {
        RouteDecision expected =
                new RouteDecision.Reject(404, EndReason.UNKNOWN_PROMO_NUMBER, 0, "8005550123 is not a number in use");

        assertThat(route(AttributionResult.UNASSIGNED, DESTINATION)).isEqualTo(expected);
        assertThat(route(AttributionResult.UNKNOWN, DESTINATION)).isEqualTo(expected);
    }

    @Test
    void withoutADirectoryTheTrunksDefaultDestinationIsUsed() {
        assertThat(route(AttributionResult.STORE_UNAVAILABLE, DESTINATION))
                .isEqualTo(new RouteDecision.Forward(
                        List.of(EAST, WEST), DESTINATION, Duration.ofSeconds(45), NORTH_AMERICA));
    }

    @Test
    void withoutADirectoryAndADefaultDestinationTheCarrierIsAskedToTryAgain() {
        assertThat(route(AttributionResult.STORE_UNAVAILABLE, null))
                .isEqualTo(new RouteDecision.Reject(503, EndReason.REFUSED, 5, "there is no directory of numbers yet"));
    }
}
