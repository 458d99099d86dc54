package io.ringtrace.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.sun.management.ThreadMXBean;
import io.ringtrace.attribution.AttributionResult;
import io.ringtrace.call.CallAttempt;
import io.ringtrace.call.CallId;
import io.ringtrace.call.PhoneNumber;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RoutingPlanTest {
    private static final Gateway GATEWAY =
            new Gateway("east", "192.0.2.10", 5060, Transport.UDP, Gateway.DEFAULT_SILENCE, Set.of(503), List.of());

    private static Route route(String prefix, @Nullable String trunk) {
        return new Route(
                prefix, trunk, List.of(GATEWAY), Route.DEFAULT_RING_TIMEOUT, "route '" + prefix + "' of " + trunk);
    }

    private static CallAttempt attempt(String trunk) {
        return new CallAttempt(new CallId(0, 1), trunk(trunk, "203.0.113.0/24"), null, "", null, true);
    }

    private static @Nullable Route find(RoutingPlan plan, PhoneNumber destination, String trunk) {
        return plan.routeFor(destination, attempt(trunk), AttributionResult.UNKNOWN, 0, null);
    }

    private static RoutingPlan withRoutes(Route... routes) {
        return new RoutingPlan("v1", List.of(), List.of(GATEWAY), List.of(routes), List.of());
    }

    private static Trunk trunk(String name, String... networks) {
        List<IpNetwork> parsed = Arrays.stream(networks).map(IpNetwork::parse).toList();
        return new Trunk(name, parsed, NumberNormalisation.NANP, null);
    }

    private static RoutingPlan withTrunks(Trunk... trunks) {
        return new RoutingPlan("v1", List.of(trunks), List.of(), List.of(), List.of());
    }

    @Nested
    @DisplayName("the route of a destination number")
    class Routes {
        private final RoutingPlan plan = withRoutes(
                route("", null),
                route("1", null),
                route("1800", null),
                route("1800", "acme"),
                route("18005550123", null),
                route("44", "acme"));

        @ParameterizedTest(name = "{0} from {1}: prefix {2} of {3}")
        @CsvSource({
            "+18005550123, acme, 18005550123, ",
            "+18005550124, acme, 1800, acme",
            "+18005550124, other, 1800, ",
            "+12135550187, acme, 1, ",
            "+442079460123, acme, 44, acme",
            "+442079460123, other, '', ",
            "+4915112345, acme, '', "
        })
        void theLongestPrefixWinsAndOfTwoEqualOnesTheTrunksOwn(
                String destination, String trunk, String prefix, @Nullable String owner) {
            assertThat(find(plan, PhoneNumber.parse(destination), trunk)).isEqualTo(route(prefix, owner));
        }

        @Test
        void withoutAPrefixThatFitsThereIsNone() {
            RoutingPlan narrow = withRoutes(route("1800", null), route("44", "acme"), route("123456789012345", null));

            assertThat(find(narrow, PhoneNumber.parse("+12135550187"), "acme")).isNull();
            assertThat(find(narrow, PhoneNumber.parse("+442079460123"), "other"))
                    .isNull();
        }

        @Test
        void aPrefixOfFifteenDigitsFitsItsOneNumber() {
            RoutingPlan narrow = withRoutes(route("123456789012345", null));

            assertThat(find(narrow, PhoneNumber.parse("+123456789012345"), "acme"))
                    .isNotNull();
            assertThat(find(narrow, PhoneNumber.parse("+123456789012346"), "acme"))
                    .isNull();
        }

        @Test
        void twoRoutesOfOnePrefixAreRefused() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> withRoutes(route("1", "acme"), route("1", "acme")))
                    .withMessageContaining("two routes for prefix '1'");
        }

        @ParameterizedTest
        @ValueSource(strings = {"+1", "*", "1x", "1234567890123456", " 1"})
        void aPrefixIsOfDigits(String prefix) {
            assertThatIllegalArgumentException().isThrownBy(() -> withRoutes(route(prefix, null)));
        }

        @Test
        void tenThousandPrefixesGiveTheSameAnswersAsASearchThroughAllOfThem() {
            Random random = new Random(7);
            Map<String, Route> routes = new HashMap<>();
            while (routes.size() < 10_000) {
                String digits = Long.toString(1 + random.nextLong(999_999));
                String owner = random.nextInt(3) == 0 ? "acme" : null;
                routes.put(digits + owner, route(digits, owner));
            }
            RoutingPlan large = withRoutes(routes.values().toArray(Route[]::new));
            for (int i = 0; i < 2_000; i++) {
                PhoneNumber destination = new PhoneNumber(1_000_000 + random.nextLong(999_999_999_000_000L));
                assertThat(find(large, destination, "acme"))
                        .isEqualTo(searched(routes, Long.toString(destination.digits())));
            }
        }

        private @Nullable Route searched(Map<String, Route> routes, String digits) {
            for (int length = digits.length(); length > 0; length--) {
                String prefix = digits.substring(0, length);
                Route found = routes.getOrDefault(prefix + "acme", routes.get(prefix + "null"));
                if (found != null) {
                    return found;
                }
            }
            return null;
        }
    }

    @Nested
    @DisplayName("the trunk of a source address")
    class Sources {
        private final RoutingPlan plan = withTrunks(
                trunk("wide", "203.0.113.0/24", "2001:db8::/32"),
                trunk("narrow", "203.0.113.7", "2001:db8:1::/48"),
                trunk("half", "203.0.113.128/25"));

        @ParameterizedTest(name = "{0} is {1}")
        @CsvSource({
            "203.0.113.1, wide",
            "203.0.113.7, narrow",
            "203.0.113.200, half",
            "2001:db8:2::1, wide",
            "2001:db8:1::1, narrow",
            "203.0.114.1, ",
            "2001:db9::1, ",
            "::ffff:203.0.113.7, narrow"
        })
        void theNarrowestNetworkDecides(String source, @Nullable String expected) {
            Trunk found = plan.trunkFrom(InetAddress.ofLiteral(source));

            assertThat(found == null ? null : found.name()).isEqualTo(expected);
        }

        @Test
        void aTrunkMayTakeEverything() {
            RoutingPlan open = withTrunks(trunk("all", "0.0.0.0/0", "::/0"));

            assertThat(open.trunkFrom(InetAddress.ofLiteral("0.0.0.0"))).isNotNull();
            assertThat(open.trunkFrom(InetAddress.ofLiteral("255.255.255.255"))).isNotNull();
            assertThat(open.trunkFrom(InetAddress.ofLiteral("::1"))).isNotNull();
        }

        @Test
        void withoutTrunksEverybodyIsAStranger() {
            assertThat(withTrunks().trunkFrom(InetAddress.ofLiteral("127.0.0.1")))
                    .isNull();
        }

        @Test
        void aNetworkOfTwoTrunksIsRefused() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> withTrunks(trunk("a", "203.0.113.0/24"), trunk("b", "203.0.113.9/24")))
                    .withMessageContaining("in trunk a and in trunk b");
        }

        @Test
        void twoTrunksOfOneNameAreRefused() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> withTrunks(trunk("a", "203.0.113.1"), trunk("a", "203.0.113.2")));
        }
    }

    @Nested
    class StaticNumbers {
        private StaticNumber number(long digits) {
            return new StaticNumber(new PhoneNumber(digits), PhoneNumber.parse("+12135550187"), "summer", "test:1");
        }

        private RoutingPlan withNumbers(List<StaticNumber> numbers) {
            return new RoutingPlan("v1", List.of(), List.of(), List.of(), numbers);
        }

        @Test
        void aHundredThousandAreFoundAndNoOther() {
            List<StaticNumber> numbers = new ArrayList<>();
            for (long i = 0; i < 100_000; i++) {
                numbers.add(number(18_005_000_000L + i * 2));
            }
            RoutingPlan plan = withNumbers(numbers);

            for (StaticNumber expected : numbers) {
                assertThat(plan.staticNumber(expected.number())).isSameAs(expected);
                assertThat(plan.staticNumber(new PhoneNumber(expected.number().digits() + 1)))
                        .isNull();
            }
            assertThat(plan.staticNumbers()).hasSize(100_000);
        }

        @Test
        void theSameNumberTwiceIsRefused() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> withNumbers(List.of(number(18_005_550_123L), number(18_005_550_123L))))
                    .withMessageContaining("+18005550123");
        }
    }

    @Test
    void lookingUpARouteOrAStaticNumberAllocatesNothing() {
        PhoneNumber dialed = PhoneNumber.parse("+18005550123");
        RoutingPlan plan = new RoutingPlan(
                "v1",
                List.of(),
                List.of(GATEWAY),
                List.of(route("", null), route("1800", "acme")),
                List.of(new StaticNumber(dialed, PhoneNumber.parse("+12135550187"), "summer", "test:1")));
        CallAttempt attempt = attempt("acme");
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        int found = 0;
        long before = 0;
        for (int round = 0; round < 20_000; round++) {
            if (round == 10_000) {
                before = threads.getCurrentThreadAllocatedBytes();
            }
            found += plan.routeFor(dialed, attempt, AttributionResult.UNKNOWN, 0, null) == null ? 0 : 1;
            found += plan.staticNumber(dialed) == null ? 0 : 1;
        }
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;

        assertThat(found).isEqualTo(40_000);
        assertThat(allocated).as("bytes of 20,000 look-ups").isLessThan(20_000);
    }

    @Test
    void gatewaysAreFoundByTheirName() {
        assertThat(withRoutes().gateways()).containsExactly(Map.entry("east", GATEWAY));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RoutingPlan("v1", List.of(), List.of(GATEWAY, GATEWAY), List.of(), List.of()))
                .withMessageContaining("east");
    }
}
