package io.ringtrace.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.ringtrace.attribution.AttributionLookup;
import io.ringtrace.attribution.AttributionResult;
import io.ringtrace.call.CallAttempt;
import io.ringtrace.call.CallId;
import io.ringtrace.call.EndReason;
import io.ringtrace.call.PhoneNumber;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayName("Routes by caller, time and share; blocked callers; numbers never routed to")
class RouteConditionsTest {
    private static final PhoneNumber PROMO = PhoneNumber.parse("+18005550123");
    private static final PhoneNumber DESTINATION = PhoneNumber.parse("+12135550187");
    private static final Gateway EAST = gateway("east");
    private static final Gateway WEST = gateway("west");
    private static final Trunk ACME = new Trunk("acme", List.of(), NumberNormalisation.NANP, null);
    private static final Set<DayOfWeek> WORKDAYS = EnumSet.range(DayOfWeek.MONDAY, DayOfWeek.FRIDAY);
    private static final TimeWindow OFFICE = window("office", "America/New_York", 9 * 60, 17 * 60);
    private static final Instant MONDAY_NOON_IN_NEW_YORK = Instant.parse("2026-11-23T17:00:00Z");

    private static Gateway gateway(String name) {
        return new Gateway(
                name, name + ".example.net", 5060, Transport.UDP, Gateway.DEFAULT_SILENCE, Set.of(), List.of());
    }

    private static TimeWindow window(String name, String zone, int from, int until) {
        return new TimeWindow(
                name, ZoneId.of(zone), WORKDAYS, from, until, Set.of(LocalDate.parse("2026-12-25")), "test:9");
    }

    private static Route route(String source, RouteConditions conditions, Gateway gateway) {
        return new Route(
                "1",
                null,
                conditions,
                List.of(Route.Share.of(100, List.of(gateway))),
                Route.DEFAULT_RING_TIMEOUT,
                false,
                source);
    }

    private static RoutingPlan plan(Route... routes) {
        return new RoutingPlan("v1", List.of(ACME), List.of(EAST, WEST), List.of(routes), List.of());
    }

    private static RouteDecision decide(
            RoutingPlan plan, @Nullable String caller, Instant at, long draw, PhoneNumber destination) {
        CallAttempt attempt = new CallAttempt(
                new CallId(1, 2),
                ACME,
                PROMO,
                "8005550123",
                caller == null ? null : PhoneNumber.parse(caller),
                caller == null);
        return Router.route(plan, attempt, new AttributionResult.Static("a", destination), at.toEpochMilli(), draw);
    }

    private static String source(RoutingPlan plan, @Nullable String caller, Instant at) {
        return decide(plan, caller, at, 0, DESTINATION) instanceof RouteDecision.Forward forward
                ? forward.route().source()
                : "none";
    }

    @Test
    void theLongerCallerPrefixWinsAndUnknownCallersTakeTheRouteForAll() {
        RoutingPlan plan = plan(
                route("all", RouteConditions.NONE, EAST),
                route("one", new RouteConditions("1", null), EAST),
                route("chicago", new RouteConditions("1312", null), WEST));

        assertThat(source(plan, "+13125550123", Instant.EPOCH)).isEqualTo("chicago");
        assertThat(source(plan, "+14155550123", Instant.EPOCH)).isEqualTo("one");
        assertThat(source(plan, "+442079460123", Instant.EPOCH)).isEqualTo("all");
        assertThat(source(plan, null, Instant.EPOCH)).isEqualTo("all");
    }

    @Nested
    class Hours {
        private final RoutingPlan plan =
                plan(route("closed", RouteConditions.NONE, WEST), route("open", new RouteConditions("", OFFICE), EAST));

        @Test
        void countByTheClockThereInSummerAndWinter() {
            assertThat(source(plan, null, MONDAY_NOON_IN_NEW_YORK)).isEqualTo("open");
            assertThat(source(plan, null, Instant.parse("2026-11-23T13:59:59Z")))
                    .isEqualTo("closed");
            assertThat(source(plan, null, Instant.parse("2026-11-23T14:00:00Z")))
                    .isEqualTo("open");
            assertThat(source(plan, null, Instant.parse("2026-07-13T13:00:00Z")))
                    .isEqualTo("open");
            assertThat(source(plan, null, Instant.parse("2026-07-13T21:00:00Z")))
                    .isEqualTo("closed");
        }

        @Test
        void leaveOutWeekendsAndHolidays() {
            assertThat(source(plan, null, Instant.parse("2026-11-22T17:00:00Z")))
                    .isEqualTo("closed");
            assertThat(source(plan, null, Instant.parse("2026-12-25T17:00:00Z")))
                    .isEqualTo("closed");
        }

        @Test
        void thatMeetOnOneRouteAreAmbiguous() {
            TimeWindow late = window("late", "America/New_York", 16 * 60, 20 * 60);
            TimeWindow evening = window("evening", "America/New_York", 17 * 60, 20 * 60);
            TimeWindow elsewhere = window("elsewhere", "Europe/Berlin", 0, 60);
            Route office = route("office", new RouteConditions("", OFFICE), EAST);

            assertThat(plan(office, route("evening", new RouteConditions("", evening), WEST))
                            .routes())
                    .hasSize(2);
            for (TimeWindow other : List.of(late, elsewhere, OFFICE)) {
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> plan(office, route("other", new RouteConditions("", other), WEST)))
                        .withMessageContaining("office and other");
            }
        }
    }

    @Test
    void sharesGetTheirPartOfTheCallsAndTheSameDrawTheSameShare() {
        Route split = new Route(
                "1",
                null,
                RouteConditions.NONE,
                List.of(Route.Share.of(70, List.of(EAST)), Route.Share.of(30, List.of(WEST))),
                Route.DEFAULT_RING_TIMEOUT,
                false,
                "test:1");
        RoutingPlan plan = plan(split);
        int east = 0;
        for (long draw = 0; draw < 10_000; draw++) {
            RouteDecision decision = decide(plan, null, Instant.EPOCH, draw, DESTINATION);
            assertThat(decision).isEqualTo(decide(plan, null, Instant.EPOCH, draw, DESTINATION));
            east += decision instanceof RouteDecision.Forward f && f.gateways().equals(List.of(EAST)) ? 1 : 0;
        }
        assertThat(east).isBetween(6_850, 7_150);
    }

    @Test
    void blockedCallersAreRefusedWithTheStatusOfTheFile() {
        BlockedCallers blocked = new BlockedCallers(
                608,
                List.of(
                        new BlockedCallers.Entry("13125550123", true, "test:5"),
                        new BlockedCallers.Entry("1900", false, "test:6")));
        RoutingPlan plan = new RoutingPlan(
                "v1",
                List.of(ACME),
                List.of(EAST),
                List.of(route("all", RouteConditions.NONE, EAST)),
                List.of(),
                blocked,
                PlanSources.NONE);

        assertThat(decide(plan, "+13125550123", Instant.EPOCH, 0, DESTINATION))
                .isEqualTo(
                        new RouteDecision.Reject(608, EndReason.BLOCKED_CALLER, 0, "caller +13125550123 is blocked"));
        assertThat(decide(plan, "+19005550123", Instant.EPOCH, 0, DESTINATION))
                .isInstanceOfSatisfying(
                        RouteDecision.Reject.class,
                        reject -> assertThat(reject.why()).contains("+1900"));
        assertThat(source(plan, "+13125550124", Instant.EPOCH)).isEqualTo("all");
        assertThat(source(plan, null, Instant.EPOCH)).isEqualTo("all");
    }

    @Test
    void premiumAndEmergencyNumbersAreNeverRoutedTo() {
        RoutingPlan plan = plan(route("all", RouteConditions.NONE, EAST));
        for (String number : List.of("+19005550123", "+12139760123", "+19115550123")) {
            assertThat(decide(plan, null, Instant.EPOCH, 0, PhoneNumber.parse(number)))
                    .isInstanceOfSatisfying(RouteDecision.Reject.class, reject -> {
                        assertThat(reject.status()).isEqualTo(403);
                        assertThat(reject.reason()).isEqualTo(EndReason.REFUSED);
                    });
        }
    }

    @Test
    @DisplayName("An explanation is the router's own decision, with the rules that took part")
    void anExplanationNamesTheRules() {
        RoutingPlan plan = new RoutingPlan(
                "v1",
                List.of(ACME),
                List.of(EAST, WEST),
                List.of(
                        route("test:3", RouteConditions.NONE, WEST),
                        route("test:4", new RouteConditions("1312", null), EAST)),
                List.of(new StaticNumber(PROMO, DESTINATION, "summer", "test:7")),
                BlockedCallers.NONE,
                new PlanSources(Map.of("acme", "test:1"), Map.of("west", "test:2")));
        AttributionLookup nobody = new AttributionLookup() {
            @Override
            public AttributionResult lookUp(PhoneNumber dialed, long atMillis) {
                return AttributionResult.UNKNOWN;
            }

            @Override
            public long staleMillis() {
                return 0;
            }
        };

        RouteExplanation explanation = RouteExplanation.of(plan, ACME, "8005550123", "4155550123", nobody, 0, 0);

        assertThat(explanation.decision()).isEqualTo(decide(plan, "+14155550123", Instant.EPOCH, 0, DESTINATION));
        assertThat(explanation.steps())
                .containsExactly(
                        new RouteTrace.Step("the call comes by trunk acme", "test:1"),
                        new RouteTrace.Step(
                                "the dialed 8005550123 is +18005550123 by the trunk's number format", "test:1"),
                        new RouteTrace.Step("static: it counts for campaign summer and goes to +12135550187", "test:7"),
                        new RouteTrace.Step(
                                "route for +1 from callers +1312: the caller number begins otherwise", "test:4"),
                        new RouteTrace.Step("route for +1 fits", "test:3"),
                        new RouteTrace.Step("first to gateway west, west.example.net port 5060 by UDP", "test:2"));
        assertThat(RouteExplanation.of(plan, ACME, "8005550199", null, nobody, 0, 0)
                        .decision())
                .isInstanceOf(RouteDecision.Reject.class);
    }

    @Test
    void aTimeWindowTellsTheTimeOfItsZoneAsTheJdkDoes() {
        Random random = new Random(5);
        Set<LocalDate> holidays = Set.of(LocalDate.of(2026, 12, 25), LocalDate.of(2026, 7, 4));
        Set<DayOfWeek> weekdays = Set.of(DayOfWeek.MONDAY, DayOfWeek.FRIDAY, DayOfWeek.SATURDAY);
        long from = Instant.parse("2025-01-01T00:00:00Z").toEpochMilli();
        long until = Instant.parse("2028-01-01T00:00:00Z").toEpochMilli();
        for (String id :
                List.of("America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC", "America/Sao_Paulo")) {
            ZoneId zone = ZoneId.of(id);
            TimeWindow window = new TimeWindow("w", zone, weekdays, 8 * 60 + 30, 17 * 60, holidays, "test:1");
            for (int i = 0; i < 20_000; i++) {
                long at = random.nextLong(from, until);
                ZonedDateTime there = Instant.ofEpochMilli(at).atZone(zone);
                int minute = there.getHour() * 60 + there.getMinute();
                assertThat(window.contains(at))
                        .as("%s", there)
                        .isEqualTo(minute >= 8 * 60 + 30
                                && minute < 17 * 60
                                && weekdays.contains(there.getDayOfWeek())
                                && !holidays.contains(there.toLocalDate()));
            }
            zone.getRules().getTransitions().stream()
                    .mapToLong(t -> t.getInstant().toEpochMilli())
                    .forEach(change -> {
                        for (long at : new long[] {change - 1, change, change + 1}) {
                            ZonedDateTime there = Instant.ofEpochMilli(at).atZone(zone);
                            int minute = there.getHour() * 60 + there.getMinute();
                            TimeWindow allDays = new TimeWindow(
                                    "w", zone, Set.of(DayOfWeek.values()), minute, minute + 1, Set.of(), "test:1");
                            assertThat(allDays.contains(at)).as("%s", there).isTrue();
                        }
                    });
        }
    }
}
