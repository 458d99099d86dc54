package io.ringtrace.sip.proxy;

import io.ringtrace.attribution.AttributionLookup;
import io.ringtrace.attribution.AttributionResult;
import io.ringtrace.call.CallAttempt;
import io.ringtrace.call.CallId;
import io.ringtrace.call.PhoneNumber;
import io.ringtrace.routing.BlockedCallers;
import io.ringtrace.routing.Gateway;
import io.ringtrace.routing.GatewayGroup;
import io.ringtrace.routing.IpNetwork;
import io.ringtrace.routing.NumberNormalisation;
import io.ringtrace.routing.PlanSources;
import io.ringtrace.routing.Route;
import io.ringtrace.routing.RouteConditions;
import io.ringtrace.routing.RouteDecision;
import io.ringtrace.routing.Router;
import io.ringtrace.routing.RoutingPlan;
import io.ringtrace.routing.TimeWindow;
import io.ringtrace.routing.Transport;
import io.ringtrace.routing.Trunk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DayOfWeek;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * Routing decisions of one thread: 10,000 prefixes, and 1,000 rules besides with trunks, callers, hours, promo numbers, campaigns, shares and
 * groups. {@link #main} writes docs/proofs/router.md.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class RouterBenchmark {
    private static final int PREFIXES = 10_000;
    private static final int RULES = 1_000;
    private static final int CALLS = 4_096;
    private static final long AT = 1_795_000_000_000L;

    private final Random random = new Random(17);
    private RoutingPlan plan = new RoutingPlan("none", List.of(), List.of(), List.of(), List.of());
    private RoutingPlan grouped = plan;
    private final CallAttempt[] attempts = new CallAttempt[CALLS];
    private final AttributionResult[] attributions = new AttributionResult[CALLS];
    private int next;

    @Setup
    public void build() {
        Gateway east = gateway("east");
        Gateway west = gateway("west");
        List<GatewayGroup> both = List.of(GatewayGroup.of(east), GatewayGroup.of(west));
        List<GatewayGroup> drawn = List.of(new GatewayGroup(
                "main", List.of(new GatewayGroup.Member(east, 1, 3), new GatewayGroup.Member(west, 1, 1))));
        List<Trunk> trunks = List.of(trunk("acme", 1), trunk("globex", 2), trunk("initech", 3));
        plan = plan(trunks, List.of(east, west), both);
        grouped = plan(trunks, List.of(east, west), drawn);
        for (int i = 0; i < CALLS; i++) {
            PhoneNumber dialed = new PhoneNumber(18_005_000_000L + i);
            attempts[i] =
                    new CallAttempt(new CallId(0, i), trunks.get(i % 3), dialed, dialed.toString(), number(), false);
            attributions[i] = i % 4 == 0
                    ? new AttributionResult.Static("campaign-" + i % 400, number())
                    : new AttributionResult.NeverLeased(1, 1 + i % 400, number());
        }
    }

    private RoutingPlan plan(List<Trunk> trunks, List<Gateway> gateways, List<GatewayGroup> targets) {
        List<Route> routes = new ArrayList<>();
        routes.add(route("", null, RouteConditions.NONE, targets));
        Set<String> prefixes = new HashSet<>();
        while (prefixes.size() < PREFIXES) {
            prefixes.add("1" + (200 + random.nextInt(700)) + (random.nextBoolean() ? "" : random.nextInt(1_000)));
            prefixes.add(Integer.toString(20 + random.nextInt(79_999)));
        }
        prefixes.forEach(prefix -> routes.add(route(prefix, null, RouteConditions.NONE, targets)));
        TimeWindow office = new TimeWindow(
                "office", ZoneId.of("America/New_York"), Set.of(DayOfWeek.values()), 540, 1020, Set.of(), "bench");
        List<String> some = List.copyOf(prefixes).subList(0, RULES / 4);
        for (int i = 0; i < RULES / 4; i++) {
            routes.add(route(some.get(i), "acme", new RouteConditions("1312", office), targets));
            routes.add(route(some.get(i), "acme", new RouteConditions("", office), targets));
            routes.add(route(
                    "",
                    null,
                    new RouteConditions("", null, new PhoneNumber(18_005_000_000L + 16L * i), null),
                    targets));
            routes.add(route(
                    "",
                    "globex",
                    new RouteConditions("", null, null, i % 2 == 0 ? "campaign-" + i : Integer.toString(i)),
                    targets));
        }
        return new RoutingPlan(
                "bench",
                trunks,
                gateways,
                routes,
                List.of(),
                new BlockedCallers(603, List.of(new BlockedCallers.Entry("1900", false, "bench"))),
                PlanSources.NONE);
    }

    private static Route route(
            String prefix,
            @org.jspecify.annotations.Nullable String trunk,
            RouteConditions when,
            List<GatewayGroup> to) {
        return new Route(
                prefix,
                trunk,
                when,
                List.of(new Route.Share(60, to), new Route.Share(40, to)),
                List.of(),
                Map.of(),
                Route.DEFAULT_RING_TIMEOUT,
                false,
                "bench");
    }

    private PhoneNumber number() {
        return new PhoneNumber(12_000_000_000L + random.nextLong(6_999_999_999L));
    }

    private static Gateway gateway(String name) {
        return new Gateway(name, "192.0.2.10", 5060, Transport.UDP, Gateway.DEFAULT_SILENCE, Set.of(503), List.of());
    }

    private static Trunk trunk(String name, int net) {
        return new Trunk(name, List.of(IpNetwork.parse("203.0." + net + ".0/24")), NumberNormalisation.NANP, null);
    }

    /** Gateways in a fixed order. */
    @Benchmark
    public RouteDecision fixedOrder() {
        return decide(plan);
    }

    /** Gateways of one priority, drawn by weight. */
    @Benchmark
    public RouteDecision drawnByWeight() {
        return decide(grouped);
    }

    private RouteDecision decide(RoutingPlan by) {
        int call = next++ & (CALLS - 1);
        return Router.route(by, attempts[call], attributions[call], AT, call * 0x9E3779B97F4A7C15L);
    }

    /** What the decision costs that is made again and again with the look-up of its number in the plan. */
    @Benchmark
    public AttributionResult attribution() {
        int call = next++ & (CALLS - 1);
        return Router.attribute(plan, attempts[call].dialed(), NOBODY, AT);
    }

    private static final AttributionLookup NOBODY = new AttributionLookup() {
        @Override
        public AttributionResult lookUp(PhoneNumber dialed, long atMillis) {
            return AttributionResult.UNKNOWN;
        }

        @Override
        public long staleMillis() {
            return 0;
        }
    };

    /**
     * Measures, and writes the page.
     *
     * @param words the folder that it goes to
     */
    @SuppressWarnings("rawtypes") // as JMH hands its results out
    public static void main(String[] words) throws RunnerException, IOException {
        Collection<RunResult> results = new Runner(new OptionsBuilder()
                        .include(RouterBenchmark.class.getName())
                        .addProfiler(GCProfiler.class)
                        .jvmArgsAppend("-XX:+UseSerialGC")
                        .build())
                .run();
        StringBuilder page = new StringBuilder("""
                # Routing decisions

                Written by `./dev bench Router` (`RouterBenchmark`): one thread, 10,000 prefixes and 1,000 rules with trunk, caller prefix,
                time window, promo number or campaign; each route splits its calls 60 to 40. What else the machine does changes the
                first two columns, not the third.

                | decision | each second | ns each | bytes of garbage each |
                | --- | --- | --- | --- |
                """);
        for (RunResult result : results) {
            double perSecond = result.getPrimaryResult().getScore();
            double bytes = result.getSecondaryResults().entrySet().stream()
                    .filter(entry -> entry.getKey().contains("gc.alloc.rate.norm"))
                    .mapToDouble(entry -> entry.getValue().getScore())
                    .findFirst()
                    .orElse(Double.NaN);
            String name = result.getParams().getBenchmark();
            page.append(String.format(
                    Locale.ROOT,
                    "| %s | %,.0f | %.0f | %.0f |%n",
                    name.substring(name.lastIndexOf('.') + 1),
                    perSecond,
                    1e9 / perSecond,
                    bytes));
        }
        Path folder = Path.of(words[0]);
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("router.md"), page);
    }
}
