package io.ringtrace.sip;

import io.ringtrace.attribution.AttributionLookup;
import io.ringtrace.attribution.LeaseClock;
import io.ringtrace.call.CallRecorder;
import io.ringtrace.call.CookieKeys;
import io.ringtrace.call.RecentInvite;
import io.ringtrace.call.RunningCall;
import io.ringtrace.routing.ActivePlan;
import io.ringtrace.routing.Transport;
import io.ringtrace.sip.admission.CallCapacity;
import io.ringtrace.sip.admission.DigestCheck;
import io.ringtrace.sip.admission.FloodGuard;
import io.ringtrace.sip.admission.NewCallRates;
import io.ringtrace.sip.admission.OurNames;
import io.ringtrace.sip.counters.CallTallies;
import io.ringtrace.sip.counters.Count;
import io.ringtrace.sip.counters.SipCounters;
import io.ringtrace.sip.message.SentBy;
import io.ringtrace.sip.proxy.LiveCallView;
import io.ringtrace.sip.proxy.ProxyCore;
import io.ringtrace.sip.proxy.RejoiningInvites;
import io.ringtrace.sip.target.DnsLookup;
import io.ringtrace.sip.target.GatewayHealth;
import io.ringtrace.sip.target.GatewayProbes;
import io.ringtrace.sip.target.GatewayReport;
import io.ringtrace.sip.target.GatewayStatus;
import io.ringtrace.sip.target.GatewayTargets;
import io.ringtrace.sip.target.Hops;
import io.ringtrace.sip.trace.HepMirror;
import io.ringtrace.sip.trace.MessageWatch;
import io.ringtrace.sip.trace.TraceSwitch;
import io.ringtrace.sip.transaction.ListenerNames;
import io.ringtrace.sip.transaction.TimerWheel;
import io.ringtrace.sip.transaction.TransactionLayer;
import io.ringtrace.sip.transport.Listener;
import io.ringtrace.sip.transport.ListenerException;
import io.ringtrace.sip.transport.LocalAddresses;
import io.ringtrace.sip.transport.MessagePort;
import io.ringtrace.sip.transport.ShardLoop;
import io.ringtrace.sip.transport.StreamTransport;
import io.ringtrace.sip.transport.UdpTransport;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The SIP proxy: built by the server from its settings and the ports of the other modules, started, and closed. Its methods may be called
 * from any thread, start and close once each.
 */
public final class SipProxy implements AutoCloseable {
    /** The shard that asks gateways whether they live. */
    private static final int PROBING_SHARD = 0;

    private static final int LONGEST_LOOK_SECONDS = 2;
    private static final Duration LONGEST_LAST_RECORDING = Duration.ofSeconds(2);
    private static final long BETWEEN_RECORDINGS_MILLIS = 10;
    private final SipSettings settings;
    private final ActivePlan activePlan;
    private final AttributionLookup lookup;
    private final LeaseClock clock;
    private final CookieKeys cookieKeys;
    private final IntFunction<CallRecorder> recorders;
    private final LongSupplier monotonicMillis;
    private final SecureRandom secureRandom = new SecureRandom();
    private @Nullable UdpTransport transport;
    private Collection<RecentInvite> rejoining = List.of();
    private Collection<RunningCall> resumed = List.of();
    private @Nullable StreamTransport streams;
    private final TraceSwitch traces;
    private volatile @Nullable HepMirror mirror;
    private volatile @Nullable GatewayReport gatewayReport;
    private final AtomicBoolean newCallsRefused = new AtomicBoolean();
    private volatile List<CallShard> shards = List.of();
    private volatile List<Listener> listeners = List.of();

    /**
     * @param recorders gives each shard, by its number from 0, the journal writer that only that shard uses
     */
    public SipProxy(
            SipSettings settings,
            ActivePlan activePlan,
            AttributionLookup lookup,
            LeaseClock clock,
            CookieKeys cookieKeys,
            IntFunction<CallRecorder> recorders) {
        this(settings, activePlan, lookup, clock, cookieKeys, recorders, () -> System.nanoTime() / 1_000_000);
    }

    /**
     * As {@link #SipProxy(SipSettings, ActivePlan, AttributionLookup, LeaseClock, CookieKeys, IntFunction)}.
     *
     * @param monotonicMillis the clock of timers and durations; one that is driven by hand needs {@link #tick} too
     */
    public SipProxy(
            SipSettings settings,
            ActivePlan activePlan,
            AttributionLookup lookup,
            LeaseClock clock,
            CookieKeys cookieKeys,
            IntFunction<CallRecorder> recorders,
            LongSupplier monotonicMillis) {
        this.settings = settings;
        this.activePlan = activePlan;
        this.lookup = lookup;
        this.clock = clock;
        this.cookieKeys = cookieKeys;
        this.recorders = recorders;
        this.monotonicMillis = monotonicMillis;
        this.traces = new TraceSwitch(activePlan, monotonicMillis);
    }

    /** INVITEs of an earlier run, whose retransmissions join their records. To be told before the start. */
    public void remember(Collection<RecentInvite> invites) {
        rejoining = List.copyOf(invites);
    }

    /** Answered calls of an earlier run, which are watched again. To be told before the start. */
    public void resume(Collection<RunningCall> calls) {
        resumed = List.copyOf(calls);
    }

    /**
     * Opens the listeners and takes calls from then on.
     *
     * @throws ListenerException naming the listener and what is wrong; nothing is left open
     */
    public void start() throws ListenerException {
        UdpTransport udp = UdpTransport.start(settings.shards(), settings.udpEngine());
        transport = udp;
        try {
            udp.bindTo(settings.processors());
            StreamTransport tcp = new StreamTransport(udp, settings.streams(), settings.tls(), monotonicMillis);
            streams = tcp;
            List<Listener> opened = new ArrayList<>();
            int nextStream = (int) settings.listeners().stream()
                    .filter(l -> l.transport() == Transport.UDP)
                    .count();
            Map<Integer, ListenerNames.Name> names = new TreeMap<>();
            for (SipSettings.ListenAddress address : settings.listeners()) {
                InetSocketAddress socket = new InetSocketAddress(address.host(), address.port());
                Listener listener = address.transport() == Transport.UDP
                        ? udp.open(socket)
                        : tcp.open(nextStream++, address.transport(), socket);
                opened.add(listener);
                String advertised = address.advertised();
                names.put(
                        listener.index(),
                        new ListenerNames.Name(
                                new SentBy(
                                        listener.transport(),
                                        advertised == null ? listener.host() : advertised,
                                        listener.port()),
                                advertised == null && socket.getAddress().isAnyLocalAddress()));
            }
            listeners = List.copyOf(opened);
            begin(udp, tcp, List.copyOf(names.values()));
        } catch (ListenerException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /** The addresses and ports that are really bound, in the order of the settings. */
    public List<InetSocketAddress> boundAddresses() {
        return listeners.stream().map(Listener::address).toList();
    }

    /** Each shard's counters, by its number. */
    public List<SipCounters> counters() {
        return shards.stream().map(CallShard::counters).toList();
    }

    /** Each shard's tallies by trunk and gateway, by its number. */
    public List<CallTallies> tallies() {
        return shards.stream().map(CallShard::tallies).toList();
    }

    /**
     * Running calls, the oldest first, at most so many of each shard. Waits for the shards; not for their threads.
     *
     * @throws TimeoutException when a shard does not come to it within two seconds
     */
    public List<LiveCallView> liveCallViews(int mostOfAShard) throws TimeoutException, InterruptedException {
        UdpTransport udp = transport;
        List<CallShard> all = shards;
        if (udp == null) {
            return List.of();
        }
        List<CompletableFuture<List<LiveCallView>>> answers = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            CallShard shard = all.get(i);
            CompletableFuture<List<LiveCallView>> answer = new CompletableFuture<>();
            udp.loop(i).execute(() -> answer.complete(shard.liveCalls(mostOfAShard)));
            answers.add(answer);
        }
        List<LiveCallView> views = new ArrayList<>();
        for (CompletableFuture<List<LiveCallView>> answer : answers) {
            try {
                views.addAll(answer.get(LONGEST_LOOK_SECONDS, TimeUnit.SECONDS));
            } catch (ExecutionException e) {
                throw new IllegalStateException("a shard cannot tell its calls", e);
            }
        }
        views.sort(Comparator.comparingLong(LiveCallView::beganAtMillis));
        return views;
    }

    /** For how long the slowest shard's thread has not come by; some milliseconds while all is well. */
    public Duration longestPause() {
        long now = monotonicMillis.getAsLong();
        return Duration.ofMillis(
                shards.stream().mapToLong(shard -> now - shard.tickedAt()).max().orElse(0));
    }

    /** What reads and writes the sockets of UDP, and why not the native engine where it does not; for a log line. */
    public String udpEngine() {
        UdpTransport udp = transport;
        return udp == null ? "nothing" : udp.engine();
    }

    /** Datagrams that the kernel refused to send. */
    public long sendFailures() {
        UdpTransport udp = transport;
        return udp == null ? 0 : udp.sendFailures();
    }

    /** From now on new calls get 503, and so do the OPTIONS by which partners ask whether we take any; running calls go on. */
    public void refuseNewCalls() {
        newCallsRefused.set(true);
    }

    /** Calls that were admitted and have not ended. */
    public long liveCalls() {
        return counters().stream().mapToLong(c -> c.read(Count.LIVE_CALLS)).sum();
    }

    /** Closes the sockets and ends the shards' threads, waiting until they have ended; running calls can be completed by another proxy. */
    @Override
    public void close() {
        UdpTransport udp = transport;
        transport = null;
        StreamTransport tcp = streams;
        streams = null;
        if (udp != null) {
            udp.stopReceiving();
            if (tcp != null) {
                tcp.stopReceiving();
            }
            List<CallShard> stopping = shards;
            for (int i = 0; i < stopping.size(); i++) {
                udp.loop(i).execute(stopping.get(i)::stop);
            }
            recordWhatWaits(udp, stopping);
            if (tcp != null) {
                tcp.close();
            }
            udp.close();
        }
        HepMirror hep = mirror;
        mirror = null;
        if (hep != null) {
            hep.close();
        }
    }

    /** Ends of calls may still wait for the next segment of the journal, which is made beside the shards. */
    private static void recordWhatWaits(UdpTransport udp, List<CallShard> stopping) {
        long deadline = System.nanoTime() + LONGEST_LAST_RECORDING.toNanos();
        try {
            for (int i = 0; i < stopping.size(); i++) {
                CallShard shard = stopping.get(i);
                boolean all = false;
                while (!all && System.nanoTime() < deadline) {
                    CompletableFuture<Boolean> recorded = new CompletableFuture<>();
                    udp.loop(i).execute(() -> recorded.complete(shard.recordWaiting()));
                    all = recorded.get(LONGEST_LOOK_SECONDS, TimeUnit.SECONDS);
                    if (!all) {
                        Thread.sleep(BETWEEN_RECORDINGS_MILLIS);
                    }
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new IllegalStateException("a shard cannot record", e);
        } catch (TimeoutException _) {
            // Its thread does not come by any more; nothing of it can be recorded.
        }
    }

    /** Logs the messages of the trunk's calls for so long from now on, besides what the plan says; the trunk has to be one of the plan's. */
    public void trace(String trunk, Duration time) {
        traces.trace(trunk, time);
    }

    /** Ends what {@link #trace} began. */
    public void stopTrace(String trunk) {
        traces.stop(trunk);
    }

    /** For how long trunks are still traced by {@link #trace}. */
    public Map<String, Duration> traced() {
        return traces.asked();
    }

    /** Copies of messages that the mirror could not send. */
    public long unsentCopies() {
        HepMirror hep = mirror;
        return hep == null ? 0 : hep.unsent();
    }

    /** How the gateways of the plan in force are: a row for each address of each. */
    public List<GatewayStatus> gateways() {
        GatewayReport report = gatewayReport;
        return report == null ? List.of() : report.of(activePlan.plan());
    }

    /** Open TCP connections. */
    public int connections() {
        StreamTransport tcp = streams;
        return tcp == null ? 0 : tcp.connections();
    }

    /** Uses the certificate files as they are now. */
    void followTlsFiles() {
        StreamTransport tcp = streams;
        if (tcp != null) {
            tcp.followTlsFiles();
        }
    }

    /** Fires what is due on every shard, and waits for it; for a clock that is driven by hand. */
    public void tick() throws InterruptedException {
        ticks(1, () -> {});
    }

    /**
     * The same so many times in one turn of each loop.
     *
     * @param step runs before each, on the loop; where it moves the clock there must be one shard
     */
    void ticks(int times, Runnable step) throws InterruptedException {
        UdpTransport udp = transport;
        StreamTransport tcp = streams;
        if (udp == null || tcp == null) {
            return;
        }
        CountDownLatch done = new CountDownLatch(shards.size());
        for (int i = 0; i < shards.size(); i++) {
            int number = i;
            CallShard shard = shards.get(i);
            udp.loop(i).execute(() -> {
                for (int tick = 0; tick < times; tick++) {
                    step.run();
                    shard.tick();
                    tcp.check(number);
                }
                done.countDown();
            });
        }
        done.await();
    }

    private void begin(UdpTransport udp, StreamTransport tcp, List<ListenerNames.Name> listenerNames) {
        Hops anyShards = new Hops(listeners);
        GatewayTargets targets = new GatewayTargets(
                new DnsLookup(
                        settings.dnsServers(),
                        settings.dnsTimeout(),
                        listeners.stream().map(Listener::transport).collect(Collectors.toUnmodifiableSet()),
                        (by, address) -> anyShards.has(by, address)),
                monotonicMillis);
        GatewayHealth health = new GatewayHealth(clock::nowMillis);
        gatewayReport = new GatewayReport(targets, health);
        LocalAddresses local = new LocalAddresses();
        boolean byRoute = listenerNames.stream().anyMatch(ListenerNames.Name::byRoute);
        OurNames names = new OurNames(
                listenerNames.stream().map(ListenerNames.Name::sentBy).toList(),
                settings.advertisedHosts(),
                byRoute ? local : null);
        HepMirror.Collector collector = settings.hep();
        HepMirror hep = collector == null ? null : new HepMirror(collector);
        if (hep != null) {
            mirror = hep;
            hep.start();
        }
        MessageWatch.Shared seen = new MessageWatch.Shared(traces, hep);
        NewCallRates rates = new NewCallRates();
        ProxyCore.Rules rules = new ProxyCore.Rules(
                settings.maximumDuration(),
                settings.mostLiveCalls(),
                settings.noAnswerLimit(),
                settings.sheds(),
                Long.toHexString(secureRandom.nextLong()));
        CallCapacity capacity = new CallCapacity(monotonicMillis);
        DigestCheck digests = new DigestCheck(clock);
        FloodGuard guard = new FloodGuard(settings.floodLimits(), monotonicMillis);
        RejoiningInvites rejoins = new RejoiningInvites(rejoining);
        List<CallShard> made = new ArrayList<>();
        for (int i = 0; i < settings.shards(); i++) {
            CallRecorder recorder = recorders.apply(i);
            udp.holdFor(i, recorder);
            ProxyCore.Surroundings surroundings = new ProxyCore.Surroundings(
                    activePlan,
                    lookup,
                    clock,
                    cookieKeys,
                    recorder,
                    targets,
                    health,
                    rejoins,
                    newCallsRefused::get,
                    capacity,
                    digests,
                    guard,
                    rates,
                    seen);
            ListenerNames ofShard = new ListenerNames(listenerNames, local, monotonicMillis);
            made.add(shard(udp, tcp, i, ofShard, surroundings, rules, names));
        }
        List<CallShard> all = List.copyOf(made);
        all.forEach(shard -> shard.join(all));
        shards = all;
        for (RunningCall call : resumed) {
            int owner = CallShard.ownerOf(call, all.size());
            udp.loop(owner).execute(() -> all.get(owner).resume(call));
        }
        resumed = List.of();
        udp.receive(all::get);
        tcp.receive(all::get, shard -> all.get(shard).counters());
        for (int i = 0; i < all.size(); i++) {
            int number = i;
            CallShard shard = all.get(i);
            udp.loop(i)
                    .every(
                            Duration.ofMillis(TimerWheel.TICK_MILLIS),
                            Duration.ofMillis(TimerWheel.LONGEST_TICK_MILLIS),
                            () -> {
                                shard.tick();
                                tcp.check(number);
                            });
        }
    }

    private CallShard shard(
            UdpTransport udp,
            StreamTransport tcp,
            int number,
            ListenerNames listenerNames,
            ProxyCore.Surroundings surroundings,
            ProxyCore.Rules rules,
            OurNames names) {
        SplittableRandom random = new SplittableRandom(secureRandom.nextLong());
        ShardLoop loop = udp.loop(number);
        List<MessagePort> ports = listeners.stream()
                .sorted(Comparator.comparingInt(Listener::index))
                .map(l -> l.transport() == Transport.UDP ? udp.port(number, l) : tcp.port(number, l))
                .toList();
        TimerWheel wheel = new TimerWheel(monotonicMillis.getAsLong());
        TransactionLayer transactions = new TransactionLayer(
                number,
                settings.timers(),
                wheel,
                new SipCounters(),
                ports,
                listenerNames,
                settings.mostServerTransactions(),
                settings.mostClientTransactions(),
                random);
        Hops hops = new Hops(listeners);
        if (number == PROBING_SHARD) {
            GatewayProbes probes = new GatewayProbes(
                    transactions,
                    activePlan,
                    surroundings.targets(),
                    surroundings.health(),
                    hops,
                    listeners.getFirst(),
                    this::callIdOfProbe);
            loop.execute(probes::begin);
        }
        ProxyCore core = new ProxyCore(transactions, surroundings, rules, names, hops, loop, monotonicMillis, random);
        return new CallShard(
                loop,
                monotonicMillis,
                wheel,
                transactions,
                core,
                surroundings.guard(),
                settings.sheds() ? ports : List.of(),
                settings.mostHandedOver());
    }

    private String callIdOfProbe() {
        String callId;
        do {
            callId = "probe-" + Long.toHexString(secureRandom.nextLong());
        } while (CallShard.ownerOf(callId, settings.shards()) != PROBING_SHARD);
        return callId;
    }
}
