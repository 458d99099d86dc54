package io.ringtrace.sip.proxy;

import io.ringtrace.attribution.AttributionResult;
import io.ringtrace.attribution.Lease;
import io.ringtrace.call.CallAttempt;
import io.ringtrace.call.CallId;
import io.ringtrace.call.PhoneNumber;
import io.ringtrace.routing.Gateway;
import io.ringtrace.routing.NumberNormalisation;
import io.ringtrace.routing.Route;
import io.ringtrace.routing.RouteDecision;
import io.ringtrace.routing.Router;
import io.ringtrace.routing.RoutingPlan;
import io.ringtrace.routing.Transport;
import io.ringtrace.routing.Trunk;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What it costs to route a leased number's call by a plan of 1,000 prefixes, and to normalise the number as a carrier writes it. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class RouterBenchmark {
    private static final PhoneNumber PROMO = new PhoneNumber(18005550123L);
    private static final PhoneNumber DESTINATION = new PhoneNumber(12135550187L);

    private final Gateway gateway =
            new Gateway("east", "192.0.2.10", 5060, Transport.UDP, Gateway.DEFAULT_SILENCE, Set.of(), List.of());
    private final RoutingPlan plan = new RoutingPlan("v1", List.of(), List.of(gateway), routes(gateway), List.of());
    private final Trunk trunk = new Trunk("acme", List.of(), NumberNormalisation.NANP, null);
    private final AttributionResult leased =
            new AttributionResult.Leased(new Lease(PROMO, 7, 1, 2, "visitor", DESTINATION, 0, 0, 1, 2));
    private long call;

    private static List<Route> routes(Gateway gateway) {
        List<Route> routes = new ArrayList<>();
        for (int prefix = 1000; prefix < 2000; prefix++) {
            routes.add(new Route(
                    Integer.toString(prefix), null, List.of(gateway), Duration.ofSeconds(60), "plan:" + prefix));
        }
        return routes;
    }

    @Benchmark
    public RouteDecision leasedCall() {
        CallAttempt attempt = new CallAttempt(new CallId(1, ++call), trunk, PROMO, "8005550123", null, false);
        return Router.route(plan, attempt, leased, 1_800_000_000_000L, call);
    }

    @Benchmark
    public @Nullable PhoneNumber numberNormalised() {
        return NumberNormalisation.NANP.normalise("8005550123");
    }
}
