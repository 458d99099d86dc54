package io.ringtrace.sip;

import io.ringtrace.routing.Transport;
import io.ringtrace.sip.admission.FloodGuard;
import io.ringtrace.sip.trace.HepMirror;
import io.ringtrace.sip.transaction.BranchParameter;
import io.ringtrace.sip.transaction.SipTimers;
import io.ringtrace.sip.transport.StreamLimits;
import io.ringtrace.sip.transport.TlsFiles;
import io.ringtrace.sip.transport.UdpEngine;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** How a {@link SipProxy} is set up. Immutable; the bounds are per shard, and beyond them new calls get 503. */
public final class SipSettings {
    private final Values values;

    private SipSettings(Values values) {
        if (values.listeners.isEmpty() || values.shards < 1 || values.shards > BranchParameter.MOST_SHARDS) {
            throw new IllegalArgumentException("a proxy needs a listener, and 1 to " + BranchParameter.MOST_SHARDS
                    + " shards, not " + values.shards);
        }
        if (!values.processors.isEmpty() && values.processors.size() != values.shards) {
            throw new IllegalArgumentException(
                    values.shards + " shards cannot be bound to " + values.processors.size() + " processors");
        }
        this.values = values;
    }

    /**
     * An address to listen on.
     *
     * @param transport how messages travel there
     * @param host an IP address of this machine; {@code 0.0.0.0} or {@code ::} for all
     * @param port 0 takes a free one
     * @param advertised the host that we name in Via and Record-Route; null for the address itself, or of all the one that the peer can reach
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
        }

        /** By UDP. */
        public ListenAddress(String host, int port) {
            this(Transport.UDP, host, port, null);
        }
    }

    /** What the settings are; changed only before they are handed out. */
    private static final class Values {
        List<ListenAddress> listeners = List.of();
        int shards = Runtime.getRuntime().availableProcessors();
        List<Integer> processors = List.of();
        UdpEngine udpEngine = UdpEngine.AUTO;
        SipTimers timers = SipTimers.DEFAULT;
        Set<String> advertisedHosts = Set.of();
        Duration maximumDuration = Duration.ofHours(3);
        Duration noAnswerLimit = Duration.ofSeconds(10);
        List<InetSocketAddress> dnsServers = List.of();
        Duration dnsTimeout = Duration.ofSeconds(1);
        int mostServerTransactions = 200_000;
        int mostClientTransactions = 200_000;
        int mostLiveCalls = 200_000;
        int mostHandedOver = 8_192;
        boolean sheds = true;
        StreamLimits streams = StreamLimits.DEFAULT;
        FloodGuard.Limits flood = FloodGuard.Limits.DEFAULT;

        @Nullable
        TlsFiles tls;

        HepMirror.@Nullable Collector hep;

        Values copy() {
            Values copy = new Values();
            copy.listeners = listeners;
            copy.shards = shards;
            copy.processors = processors;
            copy.udpEngine = udpEngine;
            copy.timers = timers;
            copy.advertisedHosts = advertisedHosts;
            copy.maximumDuration = maximumDuration;
            copy.noAnswerLimit = noAnswerLimit;
            copy.dnsServers = dnsServers;
            copy.dnsTimeout = dnsTimeout;
            copy.mostServerTransactions = mostServerTransactions;
            copy.mostClientTransactions = mostClientTransactions;
            copy.mostLiveCalls = mostLiveCalls;
            copy.mostHandedOver = mostHandedOver;
            copy.sheds = sheds;
            copy.streams = streams;
            copy.flood = flood;
            copy.tls = tls;
            copy.hep = hep;
            return copy;
        }
    }

    /** As many shards as cores, RFC 3261's timers, three hours, and room for about 2000 calls a second on each shard. */
    public static SipSettings listeningOn(List<ListenAddress> listeners) {
        Values values = new Values();
        values.listeners = List.copyOf(listeners);
        return new SipSettings(values);
    }

    private SipSettings with(Consumer<Values> change) {
        Values changed = values.copy();
        change.accept(changed);
        return new SipSettings(changed);
    }

    public SipSettings withShards(int count) {
        return with(v -> v.shards = count);
    }

    /** The processor that each shard's thread is bound to, by the shard's number; none leaves it to the kernel where they run. */
    public SipSettings withProcessors(List<Integer> ofShards) {
        return with(v -> v.processors = List.copyOf(ofShards));
    }

    /** What reads and writes the sockets of UDP. */
    public SipSettings withUdpEngine(UdpEngine engine) {
        return with(v -> v.udpEngine = engine);
    }

    public SipSettings withTimers(SipTimers timers) {
        return with(v -> v.timers = timers);
    }

    /** How long an INVITE may stay without any response before it gets a 100; at most 200 ms. */
    public SipSettings withTrying(Duration after) {
        return with(v -> v.timers = v.timers.withTrying(after));
    }

    /** Further host names by which a Request-URI or Route may name us. */
    public SipSettings withAdvertisedHosts(Set<String> hosts) {
        return with(v -> v.advertisedHosts = Set.copyOf(hosts));
    }

    /** How long a call may last. */
    public SipSettings withMaximumDuration(Duration longest) {
        return with(v -> v.maximumDuration = longest);
    }

    /** How long the last gateway of a call may leave its INVITE without any answer, before the caller gets 408. */
    public SipSettings withNoAnswerLimit(Duration limit) {
        return with(v -> v.noAnswerLimit = limit);
    }

    /**
     * Who is asked for the addresses of names.
     *
     * @param servers none for those that this machine's resolv.conf names
     * @param timeout how long one of them may take over one answer
     */
    public SipSettings withDns(List<InetSocketAddress> servers, Duration timeout) {
        return with(v -> {
            v.dnsServers = List.copyOf(servers);
            v.dnsTimeout = timeout;
        });
    }

    /** Bounds of each shard: server and client transactions, and calls. */
    public SipSettings withMost(int serverTransactions, int clientTransactions, int liveCalls) {
        return with(v -> {
            v.mostServerTransactions = serverTransactions;
            v.mostClientTransactions = clientTransactions;
            v.mostLiveCalls = liveCalls;
        });
    }

    /** Messages that may wait for a shard when another shard received them. */
    SipSettings withMostHandedOver(int most) {
        return with(v -> v.mostHandedOver = most);
    }

    /** Whether new calls are refused when a shard has more to do than it can. */
    public SipSettings withShedding(boolean sheds) {
        return with(v -> v.sheds = sheds);
    }

    /** Bounds on TCP and TLS connections, over all shards. */
    public SipSettings withStreams(StreamLimits limits) {
        return with(v -> v.streams = limits);
    }

    /** When strangers are banned. */
    public SipSettings withFloodLimits(FloodGuard.Limits limits) {
        return with(v -> v.flood = limits);
    }

    /** The certificates that TLS listeners need. */
    public SipSettings withTls(TlsFiles files) {
        return with(v -> v.tls = files);
    }

    /** Who gets a copy of every message. */
    public SipSettings withHep(HepMirror.Collector collector) {
        return with(v -> v.hep = collector);
    }

    List<ListenAddress> listeners() {
        return values.listeners;
    }

    int shards() {
        return values.shards;
    }

    List<Integer> processors() {
        return values.processors;
    }

    UdpEngine udpEngine() {
        return values.udpEngine;
    }

    SipTimers timers() {
        return values.timers;
    }

    Set<String> advertisedHosts() {
        return values.advertisedHosts;
    }

    Duration maximumDuration() {
        return values.maximumDuration;
    }

    Duration noAnswerLimit() {
        return values.noAnswerLimit;
    }

    List<InetSocketAddress> dnsServers() {
        return values.dnsServers;
    }

    Duration dnsTimeout() {
        return values.dnsTimeout;
    }

    int mostServerTransactions() {
        return values.mostServerTransactions;
    }

    int mostClientTransactions() {
        return values.mostClientTransactions;
    }

    int mostLiveCalls() {
        return values.mostLiveCalls;
    }

    /** Messages that may wait for a shard when another shard received them. */
    int mostHandedOver() {
        return values.mostHandedOver;
    }

    boolean sheds() {
        return values.sheds;
    }

    FloodGuard.Limits floodLimits() {
        return values.flood;
    }

    StreamLimits streams() {
        return values.streams;
    }

    @Nullable
    TlsFiles tls() {
        return values.tls;
    }

    HepMirror.@Nullable Collector hep() {
        return values.hep;
    }
}
