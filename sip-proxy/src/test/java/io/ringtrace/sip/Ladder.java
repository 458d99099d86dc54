package io.ringtrace.sip;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.attribution.AttributionLookup;
import io.ringtrace.attribution.AttributionResult;
import io.ringtrace.attribution.Lease;
import io.ringtrace.call.CallEvent;
import io.ringtrace.call.CallRecorder;
import io.ringtrace.call.CookieKeys;
import io.ringtrace.call.PhoneNumber;
import io.ringtrace.call.RecentInvites;
import io.ringtrace.call.RunningCalls;
import io.ringtrace.routing.Gateway;
import io.ringtrace.routing.IpNetwork;
import io.ringtrace.routing.NumberNormalisation;
import io.ringtrace.routing.PlanSources;
import io.ringtrace.routing.Route;
import io.ringtrace.routing.RoutingPlan;
import io.ringtrace.routing.StaticNumber;
import io.ringtrace.routing.Supervision;
import io.ringtrace.routing.Transport;
import io.ringtrace.routing.Trunk;
import io.ringtrace.sip.counters.Count;
import io.ringtrace.sip.message.SipMethod;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * A proxy with a trunk and two gateways on loopback, real sockets and clocks moved by hand: {@code caller.invites(PROMO);
 * gateway.receives("INVITE"); gateway.answers(180); …}.
 */
final class Ladder implements AutoCloseable {
    static final String PROMO = "+18005550123";
    static final String STATIC_NUMBER = "+18005550124";
    static final String DESTINATION = "+12125550100";
    static final String UNKNOWN = "+18005550999";
    /** Whoever looks it up meets a fault of ours. */
    static final String FAULTY = "+18005550500";

    /** Whoever looks it up keeps his shard busy for as long as the test wants. */
    static final String BUSY_SHARD = "+18005550501";

    static final String NO_STORE = "+18005550503";
    private static final long STEP_MILLIS = 10;
    private static final int TOGETHER = 20;
    private static final long SINGLY_MILLIS = 4_000;
    private static final long HEARING_NANOS = 100_000_000;

    final HandClock clock = new HandClock();
    final Journal journal = new Journal();
    final BusyShard busyShard = new BusyShard();
    final Party caller;
    final Party gateway;
    final Party secondGateway;
    final Party stranger = new Party("stranger", "127.0.9.1");
    SipProxy proxy;
    private volatile RoutingPlan plan;
    private final UnaryOperator<SipSettings> settings;
    private final CookieKeys.Key key = new CookieKeys.Key(7, new byte[32]);

    /** What was recorded, in order. */
    static final class Journal implements CallRecorder {
        private final Queue<CallEvent> events = new ConcurrentLinkedQueue<>();
        volatile boolean open = true;
        volatile boolean takesEvents = true;
        /** Whoever records something meets a fault of ours. */
        volatile boolean faulty;
        /** Events are counted by kind, not kept. */
        volatile boolean counts;

        private final Map<String, Integer> counted = new ConcurrentHashMap<>();

        int counted(String kind) {
            return counted.getOrDefault(kind, 0);
        }

        /** As by a failure of power: these are gone, and all others are there. */
        void loses(Class<? extends CallEvent> kind) {
            events.removeIf(kind::isInstance);
        }

        /** The shard's thread waits here at each event; a shard never should. */
        volatile CountDownLatch gate = new CountDownLatch(0);

        @Override
        public boolean record(CallEvent event) {
            try {
                gate.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            if (faulty) {
                throw new IllegalStateException("a fault on purpose");
            }
            if (!takesEvents) {
                return false;
            }
            if (counts) {
                counted.merge(
                        event instanceof CallEvent.Ended ended
                                ? ended.reason().text()
                                : event.getClass().getSimpleName(),
                        1,
                        Integer::sum);
            } else {
                events.add(event);
            }
            return true;
        }

        @Override
        public boolean acceptsNewCalls() {
            return open;
        }

        private volatile boolean holdsBack;
        private volatile long forced;
        private final AtomicReference<@Nullable Runnable> waiting = new AtomicReference<>();

        /** From now on its disk is slow, and nothing is seen outside before it is done. */
        void holdsBack() {
            forced = events.size();
            holdsBack = true;
        }

        /** The disk has all that was recorded. */
        void forces() {
            forced = events.size();
            Runnable task = waiting.getAndSet(null);
            if (task != null) {
                task.run();
            }
        }

        @Override
        public long recorded() {
            return holdsBack ? events.size() : 0;
        }

        @Override
        public long visible() {
            return forced;
        }

        @Override
        public void whenVisible(Runnable task) {
            waiting.set(task);
        }

        List<CallEvent> events() {
            return List.copyOf(events);
        }

        /** All but what only a restart reads. */
        List<String> kinds() {
            return events.stream()
                    .filter(e -> !(e instanceof CallEvent.Continued))
                    .map(e -> e.getClass().getSimpleName())
                    .toList();
        }

        List<CallEvent.Continued> continued() {
            return events.stream()
                    .filter(CallEvent.Continued.class::isInstance)
                    .map(CallEvent.Continued.class::cast)
                    .toList();
        }

        CallEvent.Began began() {
            return only(CallEvent.Began.class);
        }

        CallEvent.Answered answered() {
            return only(CallEvent.Answered.class);
        }

        CallEvent.Ended ended() {
            return only(CallEvent.Ended.class);
        }

        private <E extends CallEvent> E only(Class<E> kind) {
            List<E> found =
                    events.stream().filter(kind::isInstance).map(kind::cast).toList();
            if (found.size() != 1) {
                throw new AssertionError("expected one " + kind.getSimpleName() + " in " + events);
            }
            return found.getFirst();
        }
    }

    /** A shard that is kept busy. */
    static final class BusyShard {
        private final CountDownLatch reached = new CountDownLatch(1);
        private final CountDownLatch goesOn = new CountDownLatch(1);

        void reached() throws InterruptedException {
            assertThat(reached.await(3, TimeUnit.SECONDS)).isTrue();
        }

        void goesOn() {
            goesOn.countDown();
        }

        private AttributionResult waits() {
            reached.countDown();
            try {
                assertThat(goesOn.await(10, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return AttributionResult.UNKNOWN;
        }
    }

    private record Directory(BusyShard busyShard) implements AttributionLookup {
        @Override
        public AttributionResult lookUp(PhoneNumber dialed, long atMillis) {
            PhoneNumber destination = PhoneNumber.parse(DESTINATION);
            return switch (dialed.toString()) {
                case PROMO ->
                    new AttributionResult.Leased(new Lease(
                            dialed, 7, 1, 2, "visitor-1", destination, atMillis, atMillis, atMillis + 1, atMillis + 2));
                case FAULTY -> throw new IllegalStateException("a fault on purpose");
                case BUSY_SHARD -> busyShard.waits();
                case NO_STORE -> AttributionResult.STORE_UNAVAILABLE;
                default -> AttributionResult.UNKNOWN;
            };
        }

        @Override
        public Map<String, String> forwardedFields(Lease lease) {
            return Map.of("utm_source", "spring sale; 50%", "gclid", "g".repeat(400), "utm_medium", "cpc");
        }

        @Override
        public long staleMillis() {
            return 0;
        }
    }

    private record OneKey(Key key) implements CookieKeys {
        @Override
        public Key current() {
            return key;
        }

        @Override
        public @Nullable Key byId(int id) {
            return id == key.id() ? key : null;
        }
    }

    Ladder() throws Exception {
        this(UnaryOperator.identity(), 1);
    }

    Ladder(UnaryOperator<SipSettings> settings, int gatewayCount) throws Exception {
        this(settings, gatewayCount, Transport.UDP, Transport.UDP);
    }

    /** A proxy that listens by UDP and TCP, a caller and gateways each on a transport of theirs. */
    Ladder(UnaryOperator<SipSettings> settings, int gatewayCount, Transport callerTransport, Transport gatewayTransport)
            throws Exception {
        this(settings, gatewayCount, callerTransport, gatewayTransport, null, null);
    }

    /** As above; with what the parties speak TLS by, the proxy listens by TLS too. */
    Ladder(
            UnaryOperator<SipSettings> settings,
            int gatewayCount,
            Transport callerTransport,
            Transport gatewayTransport,
            @Nullable SSLContext callerTls,
            @Nullable SSLContext gatewayTls)
            throws Exception {
        this(
                settings,
                gatewayCount,
                new Party("caller", "127.0.1.1", callerTransport, callerTls),
                new Party("gateway", "127.0.2.1", gatewayTransport, gatewayTls));
    }

    /** As above, with parties that stand elsewhere; for one on IPv6 the proxy listens there too. */
    Ladder(UnaryOperator<SipSettings> settings, int gatewayCount, Party caller, Party gateway) throws Exception {
        this.settings = settings;
        this.caller = caller;
        this.gateway = gateway;
        secondGateway = new Party(
                "second", "127.0.2.2", gateway.transport() == Transport.UDP ? Transport.UDP : Transport.TCP, null);
        List<Gateway> gateways =
                List.of(gateway("gw1", gateway), gateway("gw2", secondGateway)).subList(0, gatewayCount);
        Trunk trunk = new Trunk(
                "acme",
                List.of(IpNetwork.parse("127.0.1.0/24"), IpNetwork.parse("::1")),
                NumberNormalisation.NANP,
                null);
        Trunk other = new Trunk("other", List.of(IpNetwork.parse("127.0.3.0/24")), NumberNormalisation.NANP, null);
        plan = plan("v1", List.of(trunk, other), gateways);
        proxy = startProxy(0, 0);
    }

    private static RoutingPlan plan(String version, List<Trunk> trunks, List<Gateway> gateways) {
        return new RoutingPlan(
                version,
                trunks,
                gateways,
                List.of(new Route("", null, gateways, Route.DEFAULT_RING_TIMEOUT, "test:1")),
                List.of(new StaticNumber(
                        PhoneNumber.parse(STATIC_NUMBER), PhoneNumber.parse(DESTINATION), "billboard", "test:2")));
    }

    /** The plan is reloaded with these gateways, tried in this order. */
    void reloads(List<Gateway> gateways) {
        plan = plan(plan.version() + "+", plan.trunks(), gateways);
    }

    /** The first gateway is told {@code transport: auto}. */
    void leavesTheTransportToUs() {
        Gateway first = gateways().getFirst();
        reloads(List.of(new Gateway(
                first.name(),
                first.host(),
                first.port(),
                null,
                first.silence(),
                first.failoverStatuses(),
                first.sourceNetworks(),
                first.trusted(),
                first.limits(),
                first.probing())));
    }

    /** The gateways of the plan, in their order. */
    List<Gateway> gateways() {
        return plan.routes().getFirst().shares().getFirst().gateways();
    }

    private static Gateway gateway(String name, Party party) {
        return new Gateway(
                name,
                party.host(),
                party.port(),
                party.transport(),
                Gateway.DEFAULT_SILENCE,
                Gateway.DEFAULT_FAILOVER_STATUSES,
                List.of());
    }

    private SipProxy startProxy(int port, int tcpPort) throws Exception {
        List<SipSettings.ListenAddress> listeners = new ArrayList<>(List.of(
                new SipSettings.ListenAddress("127.0.0.1", port),
                new SipSettings.ListenAddress(Transport.TCP, "127.0.0.1", tcpPort, null)));
        if (caller.transport() == Transport.TLS) {
            listeners.add(new SipSettings.ListenAddress(Transport.TLS, "127.0.0.1", 0, null));
        }
        if (caller.onIpv6() || gateway.onIpv6()) {
            for (Transport transport : Transport.values()) {
                if (transport != Transport.TLS || caller.transport() == Transport.TLS) {
                    listeners.add(new SipSettings.ListenAddress(transport, "::1", 0, null));
                }
            }
        }
        SipProxy started = new SipProxy(
                settings.apply(SipSettings.listeningOn(listeners)
                        .withShards(1)
                        .withShedding(false)
                        .withTrying(Duration.ZERO)
                        .withAdvertisedHosts(Set.of("sip.example.com"))),
                () -> plan,
                new Directory(busyShard),
                clock,
                new OneKey(key),
                _ -> journal,
                clock);
        RecentInvites recent = new RecentInvites();
        journal.events().forEach(recent::see);
        started.remember(recent.found());
        RunningCalls running = new RunningCalls();
        journal.events().forEach(running::see);
        started.resume(running.found());
        started.start();
        for (Party party : List.of(caller, gateway, secondGateway, stranger)) {
            int listener = 0;
            while (listeners.get(listener).transport() != party.transport()
                    || listeners.get(listener).host().equals("::1") != party.onIpv6()) {
                listener++;
            }
            party.talksTo(started.boundAddresses().get(listener));
        }
        return started;
    }

    /** A new proxy on the same port with the same keys, which knows of former calls only what the journal has. */
    void proxyRestarts() throws Exception {
        int port = proxy.boundAddresses().getFirst().getPort();
        int tcpPort = proxy.boundAddresses().get(1).getPort();
        proxy.close();
        proxy = startProxy(port, tcpPort);
    }

    /** A reload: another plan is in force from now on. */
    void reloads(UnaryOperator<RoutingPlan> change) {
        plan = change.apply(plan);
    }

    /** A reload after which the caller's trunk is another; null removes it. */
    void reloadsTrunk(UnaryOperator<@Nullable Trunk> change) {
        reloads(before -> {
            List<Trunk> trunks = new ArrayList<>();
            for (Trunk trunk : before.trunks()) {
                Trunk changed = trunk.name().equals("acme") ? change.apply(trunk) : trunk;
                if (changed != null) {
                    trunks.add(changed);
                }
            }
            return planOf(
                    before,
                    trunks,
                    before.routes().getFirst().shares().getFirst().gateways());
        });
    }

    /** A reload after which every gateway is another. */
    void reloadsGateways(UnaryOperator<Gateway> change) {
        reloads(before -> planOf(
                before,
                before.trunks(),
                before.routes().getFirst().shares().getFirst().gateways().stream()
                        .map(change)
                        .toList()));
    }

    private static RoutingPlan planOf(RoutingPlan before, List<Trunk> trunks, List<Gateway> gateways) {
        return new RoutingPlan(
                before.version() + "+",
                trunks,
                gateways,
                List.of(new Route("", null, gateways, Route.DEFAULT_RING_TIMEOUT, "test:1")),
                List.copyOf(before.staticNumbers().values()),
                before.blockedCallers(),
                PlanSources.NONE);
    }

    /** From now on the routes are changed so. */
    void routes(UnaryOperator<Route> change) {
        plan = new RoutingPlan(
                "v2",
                plan.trunks(),
                List.copyOf(plan.gateways().values()),
                plan.routes().stream().map(change).toList(),
                List.copyOf(plan.staticNumbers().values()));
    }

    /** From now on the calls of all trunks are watched like that. */
    void supervises(Supervision rules) {
        List<Trunk> trunks = plan.trunks().stream().map(t -> t.with(rules)).toList();
        plan = new RoutingPlan(
                "watched",
                trunks,
                List.copyOf(plan.gateways().values()),
                plan.routes(),
                List.copyOf(plan.staticNumbers().values()));
    }

    /** Lets time pass at once; what becomes due meanwhile is done at its end. */
    void jumps(Duration time) throws InterruptedException {
        hears();
        clock.advance(time.toMillis());
        proxy.tick();
    }

    /** Lets time pass, tick by tick, once the proxy has heard what was sent so far. */
    void passes(Duration time) throws InterruptedException {
        hears();
        long left = time.toMillis();
        // In a long time many ticks are one turn of the loop, but the last of them.
        while (left > SINGLY_MILLIS && proxy.counters().size() == 1) {
            proxy.ticks(TOGETHER, () -> clock.advance(STEP_MILLIS));
            left -= TOGETHER * STEP_MILLIS;
        }
        for (; left > 0; left -= STEP_MILLIS) {
            clock.advance(STEP_MILLIS);
            proxy.tick();
        }
    }

    /** Waits until the proxy has read what was sent to it, a little only where it does not count what it reads. */
    void hears() throws InterruptedException {
        long deadline = System.nanoTime() + HEARING_NANOS;
        while (received() < sent() && System.nanoTime() < deadline) {
            Thread.sleep(1);
        }
        // Of two tasks in a row, its loop reads before the second, and has dealt with what it counted.
        proxy.tick();
        proxy.tick();
    }

    private long sent() {
        return Stream.of(caller, gateway, secondGateway, stranger)
                .mapToLong(Party::sent)
                .sum();
    }

    /** How many messages the proxy has handled, but for what it refused to read of strangers. */
    long received() {
        long malformed = count(Count.MALFORMED);
        return malformed
                + proxy.counters().stream()
                        .mapToLong(counters -> Stream.of(SipMethod.values())
                                        .mapToLong(counters::requestsReceived)
                                        .sum()
                                + IntStream.rangeClosed(1, 6)
                                        .mapToLong(counters::responsesReceived)
                                        .sum())
                        .sum();
    }

    long count(Count count) {
        return proxy.counters().stream().mapToLong(c -> c.read(count)).sum();
    }

    /** Responses that the proxy has taken so far. */
    long responses() {
        return proxy.counters().stream()
                .mapToLong(c -> IntStream.rangeClosed(1, 6)
                        .mapToLong(c::responsesReceived)
                        .sum())
                .sum();
    }

    /** Waits, in real time, until the proxy has come so far. */
    void until(BooleanSupplier reached) throws InterruptedException {
        for (int i = 0; !reached.getAsBoolean(); i++) {
            if (i == 3_000) {
                throw new AssertionError("the proxy does not come so far");
            }
            Thread.sleep(1);
        }
    }

    /** A call that rang and was answered; the ACK has arrived. */
    void connects(String number) {
        caller.invites(number);
        caller.receives("100");
        gateway.receives("INVITE");
        gateway.answers(180);
        caller.receives("180");
        gateway.answersInvite(200);
        caller.receives("200");
        caller.acks();
        gateway.receives("ACK");
    }

    @Override
    public void close() {
        proxy.close();
        caller.close();
        gateway.close();
        secondGateway.close();
        stranger.close();
    }
}
