package io.ringtrace.sip;

import io.ringtrace.attribution.AttributionLookup;
import io.ringtrace.attribution.LeaseClock;
import io.ringtrace.call.CallRecorder;
import io.ringtrace.call.CookieKeys;
import io.ringtrace.call.RecentInvite;
import io.ringtrace.routing.ActivePlan;
import io.ringtrace.routing.Transport;
import io.ringtrace.sip.admission.OurNames;
import io.ringtrace.sip.counters.SipCounters;
import io.ringtrace.sip.message.SentBy;
import io.ringtrace.sip.proxy.ProxyCore;
import io.ringtrace.sip.proxy.RejoiningInvites;
import io.ringtrace.sip.target.GatewayHealth;
import io.ringtrace.sip.target.GatewayTargets;
import io.ringtrace.sip.transaction.BranchParameter;
import io.ringtrace.sip.transaction.SipTimers;
import io.ringtrace.sip.transaction.TimerWheel;
import io.ringtrace.sip.transaction.TransactionLayer;
import io.ringtrace.sip.transport.Listener;
import io.ringtrace.sip.transport.ListenerException;
import io.ringtrace.sip.transport.MessagePort;
import io.ringtrace.sip.transport.ShardLoop;
import io.ringtrace.sip.transport.StreamLimits;
import io.ringtrace.sip.transport.StreamTransport;
import io.ringtrace.sip.transport.TlsFiles;
import io.ringtrace.sip.transport.UdpTransport;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The SIP proxy: built by the server from its settings and the ports of the other modules, started, and closed. Its methods may be called
 * from any thread, start and close once each.
 */
public final class SipProxy implements AutoCloseable {
    private final Settings settings;
    private final ActivePlan activePlan;
    private final AttributionLookup lookup;
    private final LeaseClock clock;
    private final CookieKeys cookieKeys;
    private final IntFunction<CallRecorder> recorders;
    private final LongSupplier monotonicMillis;
    private final SecureRandom secureRandom = new SecureRandom();
    private @Nullable UdpTransport transport;
    private Collection<RecentInvite> rejoining = List.of();
    private @Nullable StreamTransport streams;
    private volatile List<CallShard> shards = List.of();
    private volatile List<Listener> listeners = List.of();

    /**
     * An address to listen on.
     *
     * @param transport how messages travel there
     * @param host an IP address of this machine; {@code 0.0.0.0} or {@code ::} for all, which then needs an advertised host
     * @param port 0 takes a free one
     * @param advertised the host that we name in Via and Record-Route; null for the address itself
     */
    public record ListenAddress(
            Transport transport,
            String host,
            int port,
            @Nullable String advertised) {
        public ListenAddress {
            InetSocketAddress address = new InetSocketAddress(host, port);
            if (address.isUnresolved()) {
                throw new IllegalArgumentException("listener " + host + ":" + port + ": there is no such address");
            }
            if (advertised == null && address.getAddress().isAnyLocalAddress()) {
                throw new IllegalArgumentException("listener " + host + ":" + port
                        + " is on all addresses of this machine: say which host others reach it by");
            }
        }

        /** By UDP. */
        public ListenAddress(String host, int port) {
            this(Transport.UDP, host, port, null);
        }
    }

    /**
     * How a proxy is set up. The bounds are per shard; beyond them new calls get 503.
     *
     * @param advertisedHosts further host names by which a Request-URI or Route may name us
     * @param maximumDuration how long a call may last
     * @param mostHandedOver messages that may wait for a shard when another shard received them
     * @param streams bounds on TCP and TLS connections, over all shards
     * @param tls the certificates that TLS listeners need; null without any
     */
    public record Settings(
            List<ListenAddress> listeners,
            int shards,
            SipTimers timers,
            Set<String> advertisedHosts,
            Duration maximumDuration,
            int mostServerTransactions,
            int mostClientTransactions,
            int mostLiveCalls,
            int mostHandedOver,
            StreamLimits streams,
            @Nullable TlsFiles tls) {
        public Settings {
            listeners = List.copyOf(listeners);
            advertisedHosts = Set.copyOf(advertisedHosts);
            if (listeners.isEmpty() || shards < 1 || shards > BranchParameter.MOST_SHARDS) {
                throw new IllegalArgumentException(
                        "a proxy needs a listener, and 1 to " + BranchParameter.MOST_SHARDS + " shards, not " + shards);
            }
        }

        /** As many shards as cores, RFC 3261's timers, three hours, and room for about 2000 calls a second on each shard. */
        public static Settings listeningOn(List<ListenAddress> listeners) {
            return new Settings(
                    listeners,
                    Runtime.getRuntime().availableProcessors(),
                    SipTimers.DEFAULT,
                    Set.of(),
                    Duration.ofHours(3),
                    200_000,
                    200_000,
                    200_000,
                    8_192,
                    StreamLimits.DEFAULT,
                    null);
        }

        public Settings withTls(TlsFiles files) {
            return new Settings(
                    listeners,
                    shards,
                    timers,
                    advertisedHosts,
                    maximumDuration,
                    mostServerTransactions,
                    mostClientTransactions,
                    mostLiveCalls,
                    mostHandedOver,
                    streams,
                    files);
        }

        public Settings withStreams(StreamLimits limits) {
            return new Settings(
                    listeners,
                    shards,
                    timers,
                    advertisedHosts,
                    maximumDuration,
                    mostServerTransactions,
                    mostClientTransactions,
                    mostLiveCalls,
                    mostHandedOver,
                    limits,
                    tls);
        }

        public Settings withShards(int count) {
            return new Settings(
                    listeners,
                    count,
                    timers,
                    advertisedHosts,
                    maximumDuration,
                    mostServerTransactions,
                    mostClientTransactions,
                    mostLiveCalls,
                    mostHandedOver,
                    streams,
                    tls);
        }

        public Settings withTimers(SipTimers values) {
            return new Settings(
                    listeners,
                    shards,
                    values,
                    advertisedHosts,
                    maximumDuration,
                    mostServerTransactions,
                    mostClientTransactions,
                    mostLiveCalls,
                    mostHandedOver,
                    streams,
                    tls);
        }

        public Settings withAdvertisedHosts(Set<String> hosts) {
            return new Settings(
                    listeners,
                    shards,
                    timers,
                    hosts,
                    maximumDuration,
                    mostServerTransactions,
                    mostClientTransactions,
                    mostLiveCalls,
                    mostHandedOver,
                    streams,
                    tls);
        }

        /** Bounds of each shard: server and client transactions, and calls. */
        public Settings withMost(int serverTransactions, int clientTransactions, int liveCalls) {
            return new Settings(
                    listeners,
                    shards,
                    timers,
                    advertisedHosts,
                    maximumDuration,
                    serverTransactions,
                    clientTransactions,
                    liveCalls,
                    mostHandedOver,
                    streams,
                    tls);
        }

        public Settings withMaximumDuration(Duration longest) {
            return new Settings(
                    listeners,
                    shards,
                    timers,
                    advertisedHosts,
                    longest,
                    mostServerTransactions,
                    mostClientTransactions,
                    mostLiveCalls,
                    mostHandedOver,
                    streams,
                    tls);
        }
    }

    /**
     * @param recorders gives each shard, by its number from 0, the journal writer that only that shard uses
     */
    public SipProxy(
            Settings settings,
            ActivePlan activePlan,
            AttributionLookup lookup,
            LeaseClock clock,
            CookieKeys cookieKeys,
            IntFunction<CallRecorder> recorders) {
        this(settings, activePlan, lookup, clock, cookieKeys, recorders, () -> System.nanoTime() / 1_000_000);
    }

    SipProxy(
            Settings settings,
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
    }

    /** INVITEs of an earlier run, whose retransmissions join their records. To be told before the start. */
    public void remember(Collection<RecentInvite> invites) {
        rejoining = List.copyOf(invites);
    }

    /**
     * Opens the listeners and takes calls from then on.
     *
     * @throws ListenerException naming the listener and what is wrong; nothing is left open
     */
    public void start() throws ListenerException {
        UdpTransport udp = UdpTransport.start(settings.shards());
        transport = udp;
        try {
            StreamTransport tcp = new StreamTransport(udp, settings.streams(), settings.tls(), monotonicMillis);
            streams = tcp;
            List<Listener> opened = new ArrayList<>();
            int nextStream = (int) settings.listeners().stream()
                    .filter(l -> l.transport() == Transport.UDP)
                    .count();
            Map<Integer, SentBy> sentBys = new TreeMap<>();
            for (ListenAddress address : settings.listeners()) {
                InetSocketAddress socket = new InetSocketAddress(address.host(), address.port());
                Listener listener = address.transport() == Transport.UDP
                        ? udp.open(socket)
                        : tcp.open(nextStream++, address.transport(), socket);
                opened.add(listener);
                String advertised = address.advertised();
                sentBys.put(
                        listener.index(),
                        new SentBy(
                                listener.transport(),
                                advertised == null ? listener.host() : advertised,
                                listener.port()));
            }
            listeners = List.copyOf(opened);
            begin(udp, tcp, List.copyOf(sentBys.values()));
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

    /** Datagrams that the kernel refused to send. */
    public long sendFailures() {
        UdpTransport udp = transport;
        return udp == null ? 0 : udp.sendFailures();
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
            if (tcp != null) {
                tcp.close();
            }
            udp.close();
        }
    }

    /** Open TCP connections. */
    public int connections() {
        StreamTransport tcp = streams;
        return tcp == null ? 0 : tcp.connections();
    }

    /** Fires what is due on every shard, and waits for it; for a clock that is driven by hand. */
    void tick() throws InterruptedException {
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
                shard.tick();
                tcp.check(number);
                done.countDown();
            });
        }
        done.await();
    }

    private void begin(UdpTransport udp, StreamTransport tcp, List<SentBy> sentBys) {
        GatewayTargets targets = new GatewayTargets(monotonicMillis);
        GatewayHealth health = new GatewayHealth();
        OurNames names = new OurNames(sentBys, settings.advertisedHosts());
        ProxyCore.Rules rules = new ProxyCore.Rules(
                settings.maximumDuration(), settings.mostLiveCalls(), Long.toHexString(secureRandom.nextLong()));
        RejoiningInvites rejoins = new RejoiningInvites(rejoining);
        List<CallShard> made = new ArrayList<>();
        for (int i = 0; i < settings.shards(); i++) {
            ProxyCore.Surroundings surroundings = new ProxyCore.Surroundings(
                    activePlan, lookup, clock, cookieKeys, recorders.apply(i), targets, health, rejoins);
            made.add(shard(udp, tcp, i, sentBys, surroundings, rules, names));
        }
        List<CallShard> all = List.copyOf(made);
        all.forEach(shard -> shard.join(all));
        shards = all;
        udp.receive(all::get);
        tcp.receive(all::get, shard -> all.get(shard).counters());
        for (int i = 0; i < all.size(); i++) {
            int number = i;
            CallShard shard = all.get(i);
            udp.loop(i).every(TimerWheel.TICK_MILLIS, TimeUnit.MILLISECONDS, () -> {
                shard.tick();
                tcp.check(number);
            });
        }
    }

    private CallShard shard(
            UdpTransport udp,
            StreamTransport tcp,
            int number,
            List<SentBy> sentBys,
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
                sentBys,
                settings.mostServerTransactions(),
                settings.mostClientTransactions(),
                random);
        ProxyCore core =
                new ProxyCore(transactions, surroundings, rules, names, listeners, loop, monotonicMillis, random);
        return new CallShard(loop, monotonicMillis, wheel, transactions, core, settings.mostHandedOver());
    }
}
