package io.ringtrace.server;

import io.ringtrace.attribution.AttributionLookup;
import io.ringtrace.attribution.AttributionResult;
import io.ringtrace.attribution.Lease;
import io.ringtrace.attribution.LeaseClock;
import io.ringtrace.call.CallEvent;
import io.ringtrace.call.CallRecorder;
import io.ringtrace.call.CookieKeys;
import io.ringtrace.call.PhoneNumber;
import io.ringtrace.config.ConfigLoader;
import io.ringtrace.config.ConfigOutcome;
import io.ringtrace.routing.RoutingPlan;
import io.ringtrace.sip.SipProxy;
import io.ringtrace.sip.SipSettings;
import io.ringtrace.sip.counters.SipCounters;
import io.ringtrace.sip.transport.UdpEngine;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls that nobody makes, before the first real one: a proxy of their own on a loopback port that nobody is told, with a caller and a gateway
 * in this process, so that the first carrier finds the way of a call compiled. It has no store, no journal and no gateway but its own, so
 * nothing is recorded and nothing leaves the machine. Runs on a thread of its own while the store starts; begun and ended by the thread that
 * starts the server.
 */
public final class Rehearsal {
    private static final Logger LOG = LoggerFactory.getLogger(Rehearsal.class);
    private static final int ENOUGH_CALLS = 6_000;
    private static final Duration LONGEST = Duration.ofMillis(2_500);
    /** For the plan and the proxy of the rehearsal to be made, on a machine that is busy. */
    private static final Duration LONGEST_PREPARATION = Duration.ofSeconds(5);

    private static final PhoneNumber DESTINATION = new PhoneNumber(14155550111L);

    private final Thread thread;
    private volatile int calls;
    private volatile String readBy = "";
    private volatile List<SipCounters> counters = List.of();

    private final UdpEngine engine;
    private final int enough;
    private final Duration longest;

    private Rehearsal(UdpEngine engine, int enough, Duration longest) {
        this.engine = engine;
        this.enough = enough;
        this.longest = longest;
        thread = Thread.ofPlatform().daemon().name("rehearsal").unstarted(this::run);
    }

    /**
     * Begins, and returns at once.
     *
     * @param engine what will read and write the sockets of the real calls, and so does here
     */
    public static Rehearsal begin(UdpEngine engine) {
        return begin(engine, ENOUGH_CALLS, LONGEST);
    }

    static Rehearsal begin(UdpEngine engine, int enough, Duration longest) {
        Rehearsal rehearsal = new Rehearsal(engine, enough, longest);
        rehearsal.thread.start();
        return rehearsal;
    }

    /** Waits for its end, which comes with enough calls, or when its time is over. */
    public void end() {
        try {
            thread.join(longest.plus(LONGEST_PREPARATION));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        LOG.debug("rehearsal: {} calls, UDP read and written by {}", calls, readBy);
    }

    /** How many calls are over. */
    int calls() {
        return calls;
    }

    /** What read and wrote the sockets of UDP. */
    String readBy() {
        return readBy;
    }

    /** What its proxy has counted. */
    List<SipCounters> counters() {
        return counters;
    }

    private void run() {
        try (RehearsalPeers peers = new RehearsalPeers()) {
            RoutingPlan plan = plan(peers.port());
            try (SipProxy proxy = new SipProxy(
                    SipSettings.listeningOn(List.of(new SipSettings.ListenAddress(
                                    InetAddress.getLoopbackAddress().getHostAddress(), 0)))
                            .withShards(1)
                            .withUdpEngine(engine),
                    () -> plan,
                    new AllKinds(),
                    new ThisClock(),
                    new PassingKeys(),
                    shard -> new NoJournal())) {
                proxy.start();
                readBy = proxy.udpEngine();
                counters = proxy.counters();
                long deadline = System.nanoTime() + longest.toNanos();
                InetSocketAddress at = proxy.boundAddresses().getFirst();
                while (calls < enough && System.nanoTime() < deadline) {
                    calls = peers.play(at, RehearsalPeers.CALLS_AT_ONCE);
                }
            }
        } catch (IOException | RuntimeException e) {
            LOG.warn("no rehearsal, the first calls will be slower: {}", String.valueOf(e.getMessage()));
        }
    }

    /** By the loader that reads operators' files, so that it is a plan like theirs. */
    private static RoutingPlan plan(int gatewayPort) throws IOException {
        Path file = Files.createTempFile("ringtrace-rehearsal-", ".yaml");
        try {
            Files.writeString(
                    file, """
                        trunks:
                          rehearsal:
                            source-networks: [127.0.0.0/8, "::1/128"]
                            numbers: {format: nanp}
                        gateways:
                          rehearsal: {host: %s, port: %d}
                        routes:
                          - {prefix: "+1", gateways: [rehearsal]}
                        """.formatted(InetAddress.getLoopbackAddress().getHostAddress(), gatewayPort));
            return switch (new ConfigLoader(Map.of(), Map.of()).load(file)) {
                case ConfigOutcome.Loaded loaded -> loaded.configuration().plan();
                case ConfigOutcome.Wrong wrong ->
                    throw new IOException(wrong.findings().getFirst().text());
            };
        } finally {
            Files.delete(file);
        }
    }

    /** Numbers of every kind that has a destination: the first call to a kind that Java has never met costs a recompilation. */
    private static final class AllKinds implements AttributionLookup {
        private static final long POOL = 1;
        private static final long CAMPAIGN = 1;

        @Override
        public AttributionResult lookUp(PhoneNumber dialed, long atMillis) {
            return switch ((int) (dialed.digits() % 10)) {
                case 0 -> new AttributionResult.Static("rehearsal", DESTINATION);
                case 1 -> new AttributionResult.Held(lease(dialed, atMillis));
                case 2 -> new AttributionResult.Expired(lease(dialed, atMillis));
                case 3 -> new AttributionResult.Overflow(POOL, CAMPAIGN, DESTINATION);
                case 4 -> new AttributionResult.NeverLeased(POOL, CAMPAIGN, DESTINATION);
                case 5 -> new AttributionResult.Resting(POOL, CAMPAIGN, DESTINATION);
                default -> new AttributionResult.Leased(lease(dialed, atMillis));
            };
        }

        private static Lease lease(PhoneNumber dialed, long atMillis) {
            return new Lease(
                    dialed, 1, POOL, CAMPAIGN, "rehearsal", DESTINATION, atMillis, atMillis, atMillis, atMillis);
        }

        @Override
        public long staleMillis() {
            return 0;
        }
    }

    private static final class ThisClock implements LeaseClock {
        @Override
        public long nowMillis() {
            return System.currentTimeMillis();
        }

        @Override
        public boolean mayAllocate() {
            return false;
        }
    }

    private static final class PassingKeys implements CookieKeys {
        private final Key key;

        PassingKeys() {
            byte[] secret = new byte[32];
            new SecureRandom().nextBytes(secret);
            key = new Key(0, secret);
        }

        @Override
        public Key current() {
            return key;
        }

        @Override
        public @Nullable Key byId(int id) {
            return id == 0 ? key : null;
        }
    }

    private static final class NoJournal implements CallRecorder {
        @Override
        public boolean record(CallEvent event) {
            return true;
        }

        @Override
        public boolean acceptsNewCalls() {
            return true;
        }
    }
}
