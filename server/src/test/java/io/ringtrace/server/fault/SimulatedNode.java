package io.ringtrace.server.fault;

import io.ringtrace.attribution.AttributionLookup;
import io.ringtrace.attribution.AttributionResult;
import io.ringtrace.call.CookieKeys;
import io.ringtrace.call.PhoneNumber;
import io.ringtrace.routing.RoutingPlan;
import io.ringtrace.sip.SipProxy;
import io.ringtrace.sip.SipSettings;
import io.ringtrace.store.db.StoreDatabase;
import io.ringtrace.store.journal.Journal;
import io.ringtrace.store.journal.JournalSettings;
import io.ringtrace.store.node.NodeIdentity;
import io.ringtrace.store.record.JournalDrain;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What of a node deals with calls and their records, in simulated time: SIP proxy, journal and drain. */
final class SimulatedNode implements AutoCloseable {
    static final JournalSettings JOURNAL =
            new JournalSettings(128 * 1024, 256L << 20, Duration.ofHours(1), Duration.ofMillis(10));
    private static final CookieKeys.Key KEY = new CookieKeys.Key(7, new byte[32]);

    final SipProxy proxy;
    final Journal journal;
    final JournalDrain drain;

    private enum Keys implements CookieKeys {
        ONE;

        @Override
        public Key current() {
            return KEY;
        }

        @Override
        public @Nullable Key byId(int id) {
            return id == KEY.id() ? KEY : null;
        }
    }

    /** Every number that is not in the plan is nobody's. */
    private enum NoLeases implements AttributionLookup {
        NONE;

        @Override
        public AttributionResult lookUp(PhoneNumber dialed, long atMillis) {
            return AttributionResult.UNKNOWN;
        }

        @Override
        public long staleMillis() {
            return 0;
        }
    }

    /**
     * Starts a node on what an earlier run left in the folder.
     *
     * @param port 0 for a free one
     */
    SimulatedNode(Path folder, String name, int port, StoreDatabase database, RoutingPlan plan, SimulatedTime time)
            throws Exception {
        journal = new Journal(folder.resolve("journal"), 1, JOURNAL, time);
        journal.start();
        drain = new JournalDrain(journal, database, NodeIdentity.load(folder, name));
        drain.start();
        proxy = new SipProxy(
                SipSettings.listeningOn(List.of(new SipSettings.ListenAddress("127.0.0.1", port)))
                        .withShards(1)
                        .withShedding(false)
                        .withMaximumDuration(Duration.ofHours(3)),
                () -> plan,
                NoLeases.NONE,
                time,
                Keys.ONE,
                journal::recorder,
                time);
        proxy.remember(journal.recentInvites());
        proxy.resume(journal.runningCalls());
        proxy.start();
    }

    InetSocketAddress address() {
        return proxy.boundAddresses().getFirst();
    }

    void awaitDrained() throws InterruptedException {
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!drain.idle()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("the journal was not drained in 60 s");
            }
            Thread.sleep(5);
        }
    }

    @Override
    public void close() throws IOException {
        proxy.close();
        drain.close();
        journal.close();
    }
}
