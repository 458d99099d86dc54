package io.ringtrace.server;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.ringtrace.attribution.LeaseClock;
import io.ringtrace.attribution.OwnedNumbers;
import io.ringtrace.call.PhoneNumber;
import io.ringtrace.call.StoreUnavailableException;
import io.ringtrace.config.ConfigSource;
import io.ringtrace.config.ConfigWatch;
import io.ringtrace.config.Configuration;
import io.ringtrace.config.Finding;
import io.ringtrace.config.GatewayAddresses;
import io.ringtrace.config.KeptSets;
import io.ringtrace.config.PlanHolder;
import io.ringtrace.config.PlanReload;
import io.ringtrace.config.SipConfig;
import io.ringtrace.config.StoreConfig;
import io.ringtrace.http.HttpApi;
import io.ringtrace.http.HttpListenerException;
import io.ringtrace.routing.RoutingPlan;
import io.ringtrace.sip.SipProxy;
import io.ringtrace.sip.transport.ListenerException;
import io.ringtrace.store.bank.DatabaseOwnedNumbers;
import io.ringtrace.store.db.StoreDatabase;
import io.ringtrace.store.db.StoreStartException;
import io.ringtrace.store.directory.DirectoryFile;
import io.ringtrace.store.directory.NumberDirectory;
import io.ringtrace.store.journal.Journal;
import io.ringtrace.store.lease.DatabaseLeaseClock;
import io.ringtrace.store.node.NodeIdentity;
import io.ringtrace.store.record.LeftJournal;
import io.ringtrace.store.record.SetAsideEvents;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running server: every part built, joined and started in its order; closed in the opposite order. Started and closed once; thread-safe
 * after that.
 */
public final class Ringtrace implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Ringtrace.class);
    private static final int LONGEST_NODE_NAME = 64;
    private static final long BETWEEN_LOOKS_MILLIS = 50;

    private final StartedParts parts = new StartedParts();
    private final AtomicBoolean closing = new AtomicBoolean();
    private final CountDownLatch ended = new CountDownLatch(1);
    private final AtomicBoolean stopping = new AtomicBoolean();
    private final CountDownLatch hurry = new CountDownLatch(1);
    private Duration stopGrace = Duration.ZERO;
    private Runnable onStop = () -> {};
    private @Nullable SipProxy sip;

    private Ringtrace() {}

    /**
     * Starts a server. Throws a {@link StartException}, one sentence for the operator, and leaves nothing running, when it can't.
     *
     * @param source where the configuration came from, and is read again when it changes
     * @param environment where secrets of the form {@code env:NAME} stand
     */
    public static Ringtrace start(ConfigSource source, Configuration configuration, Map<String, String> environment)
            throws StartException {
        return start(source, configuration, environment, () -> {});
    }

    /**
     * As {@link #start(ConfigSource, Configuration, Map)}.
     *
     * @param beforeListening runs when all is ready but the SIP listeners
     */
    public static Ringtrace start(
            ConfigSource source, Configuration configuration, Map<String, String> environment, Runnable beforeListening)
            throws StartException {
        Ringtrace server = new Ringtrace();
        try {
            server.build(source, configuration, environment, beforeListening);
            return server;
        } catch (StoreStartException | ListenerException | HttpListenerException e) {
            server.close();
            throw new StartException(e);
        } catch (IOException e) {
            server.close();
            throw new StartException("the server can't start: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            server.close();
            throw new StartException("interrupted while the server started", e);
        } catch (StartException | RuntimeException e) {
            server.close();
            throw e;
        }
    }

    /** Brings the schema up to this program's version; returns how many migrations that took. */
    public static int migrate(Configuration configuration, Map<String, String> environment) throws StartException {
        DataFolder data = DataFolder.open(configuration.store().dataDirectory());
        try (StoreDatabase database =
                StoreDatabase.open(ModuleSettings.store(configuration.store(), data, environment))) {
            return database.migrate();
        } catch (StoreStartException e) {
            throw new StartException(e);
        }
    }

    /**
     * Carries the journal that a dead node left into the store of this configuration, whose embedded database is a running server's.
     *
     * @param left the dead node's data folder
     */
    public static LeftJournal.Outcome drainLeftJournal(
            Configuration configuration, Map<String, String> environment, Path left, Duration longest)
            throws StartException {
        DataFolder data = DataFolder.open(configuration.store().dataDirectory());
        try (StoreDatabase database =
                StoreDatabase.join(ModuleSettings.store(configuration.store(), data, environment))) {
            return LeftJournal.drain(left, database, longest);
        } catch (StoreStartException e) {
            throw new StartException(e);
        } catch (IOException | StoreUnavailableException e) {
            throw new StartException("the journal of " + left + " can't be drained: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartException("interrupted while the journal of " + left + " was drained", e);
        }
    }

    /**
     * Writes what a node's drain set aside into the store of a configuration once more. Its server may be running.
     *
     * @param journal the folder of the node's journal
     */
    public static SetAsideEvents.Outcome setAsideAgain(
            Configuration configuration, Map<String, String> environment, Path journal, Duration longest)
            throws StartException {
        DataFolder data = DataFolder.open(configuration.store().dataDirectory());
        try (StoreDatabase database =
                StoreDatabase.join(ModuleSettings.store(configuration.store(), data, environment))) {
            return new SetAsideEvents(journal).tryAgain(database, longest);
        } catch (StoreStartException e) {
            throw new StartException(e);
        } catch (IOException | StoreUnavailableException e) {
            throw new StartException(
                    "what was set aside in " + journal + " can't be tried again: " + e.getMessage(), e);
        }
    }

    /**
     * Which of the numbers the database of a configuration owns; none of its servers is asked. Throws when it can't be reached.
     */
    public static Map<PhoneNumber, String> ownedNumbers(
            StoreConfig store, Map<String, String> environment, Collection<PhoneNumber> numbers)
            throws StoreUnavailableException {
        DataFolder data = new DataFolder(store.dataDirectory());
        try (StoreDatabase database = StoreDatabase.join(ModuleSettings.store(store, data, environment))) {
            return new DatabaseOwnedNumbers(database).among(numbers);
        } catch (StoreStartException | StartException e) {
            throw new StoreUnavailableException(String.valueOf(e.getMessage()), e);
        }
    }

    /** The store's numbers as a stopped server left them on its disk. Throws IOException when the file is unusable. */
    public static OwnedNumbers keptNumbers(Path file) throws IOException {
        return DirectoryFile.kept(file, new LeaseClock() {
            @Override
            public long nowMillis() {
                return System.currentTimeMillis();
            }

            @Override
            public boolean mayAllocate() {
                return false;
            }
        });
    }

    /** Where names lead, for the commands. */
    public static GatewayAddresses gatewayAddresses(SipConfig sip) {
        return new DnsGatewayAddresses(sip);
    }

    private void build(
            ConfigSource source, Configuration configuration, Map<String, String> environment, Runnable beforeListening)
            throws StartException, StoreStartException, HttpListenerException, IOException, InterruptedException {
        DataFolder data = DataFolder.open(configuration.store().dataDirectory());
        String operatorToken = data.operatorToken();
        NodeIdentity node = NodeIdentity.load(data.path(), nodeName());
        PlanHolder plan = new PlanHolder(configuration.plan());
        CallParts calls = CallParts.start(parts, configuration, data, node, plan, environment);
        parts.add("mark of the running server", data::unmarkRunning);
        data.markRunning();
        NumberDirectory directory = calls.directory();
        DatabaseLeaseClock clock = calls.clock();
        Journal journal = calls.journal();
        KeptSets keptPlans = new KeptSets(data.plans());
        PlanReload reload = new PlanReload(
                source.loader(),
                source.file(),
                configuration,
                plan,
                InstantSource.system(),
                keptPlans,
                new RunningSurroundings(directory));
        // A plan that was in force before was held against the store's numbers and the network then; calls do not wait
        // for that again.
        boolean provenPlan = keptPlans.list().stream()
                .anyMatch(kept -> kept.version().equals(configuration.plan().version()));
        if (!provenPlan) {
            holdAgainstSurroundings(reload, calls, configuration.plan());
        }

        SipProxy proxy = parts.add(
                "SIP proxy",
                new SipProxy(
                        ModuleSettings.sip(configuration.sip(), environment),
                        plan,
                        directory,
                        clock,
                        calls.cookieKeys(),
                        journal::recorder));
        beforeListening.run();
        proxy.remember(journal.recentInvites());
        proxy.resume(journal.runningCalls());
        proxy.start();
        sip = proxy;
        stopGrace = configuration.sip().stopGrace();
        LOG.info(
                "calls are taken at {} (udp), {} ms after the program began; SIP over UDP is read and written by {}",
                sipAddresses(proxy),
                (System.nanoTime() - Main.BEGAN_NANOS) / 1_000_000,
                proxy.udpEngine());

        StoreParts store = StoreParts.start(parts, configuration, data, node, plan, calls);
        BackgroundThreads.giveWay();
        PrometheusMeterRegistry metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        ServerHealth health = new ServerHealth(proxy, directory, clock, journal, calls.drain());
        ServerOperations operations = new ServerOperations(node.name(), plan, reload, proxy, directory, clock);
        HttpApi http = parts.add(
                "HTTP interface",
                new HttpApi(
                        ModuleSettings.http(configuration.http()),
                        store.ports(health, operations),
                        metrics,
                        operatorToken.getBytes(StandardCharsets.US_ASCII)));
        int httpPort = http.start();
        metrics.getPrometheusRegistry().register(new CallMetrics(proxy::tallies));
        metrics.getPrometheusRegistry().register(new GatewayMetrics(proxy::gateways));
        ServerMetrics.bind(metrics, proxy, directory, journal, calls.drain(), clock, reload);
        ServerMetrics.bind(metrics, store.records().delivery(), store.records().retention(), calls.delays());
        ServerMetrics.bindCertificate(metrics, configuration.sip().tls());

        store.awaitStore();
        if (provenPlan) {
            holdAgainstSurroundings(reload, calls, configuration.plan());
        }
        watch(reload);

        parts.add("announcement", data::withdraw);
        URI address = URI.create(
                "http://" + hostAndPort(reachable(configuration.http().address()), httpPort) + "/");
        data.announce(address);
        LOG.info(
                "node {} is up: SIP {} (udp), HTTP {}, data in {}, routing plan {}",
                node.name(),
                sipAddresses(proxy),
                address,
                data.path(),
                configuration.plan().version());
        SystemdService told =
                parts.add("word to systemd", SystemdService.start(environment, health, operations::statusLine));
        onStop = () -> {
            health.stopping();
            told.stopping(stopGrace);
        };
        ProcessSignal.handle("HUP", () -> told.reloading(() -> reload.reload("SIGHUP")));
    }

    /** The files' numbers are asked of the directory. Throws when they are wrong. */
    private static void holdAgainstSurroundings(PlanReload reload, CallParts calls, RoutingPlan plan)
            throws StartException, InterruptedException {
        if (!plan.staticNumbers().isEmpty()
                || plan.trunks().stream().anyMatch(trunk -> trunk.defaultDestination() != null)) {
            calls.awaitDirectory();
        }
        List<Finding> wrong = reload.begin();
        if (!wrong.isEmpty()) {
            throw StartException.wrongConfiguration(wrong);
        }
    }

    private static String sipAddresses(SipProxy proxy) {
        return proxy.boundAddresses().stream()
                .map(bound -> hostAndPort(bound.getAddress(), bound.getPort()))
                .collect(Collectors.joining(", "));
    }

    private void watch(PlanReload reload) {
        try {
            parts.add("watch on the configuration", ConfigWatch.start(reload));
        } catch (IOException e) {
            LOG.warn("the configuration is not watched ({}); SIGHUP and ringtrace reload work", e.getMessage());
        }
    }

    /** The addresses SIP is heard on, in the order of the configuration. */
    public List<InetSocketAddress> sipAddresses() {
        return sip == null ? List.of() : sip.boundAddresses();
    }

    /** Returns when the server has been closed. */
    public void awaitEnd() throws InterruptedException {
        ended.await();
    }

    /**
     * Refuses new calls from now on, lets running ones end for as long as {@code sip.stop-grace} says, then closes. Called again meanwhile,
     * from another thread, it closes at once. What still runs goes on in the next run.
     */
    public void stop() throws InterruptedException {
        SipProxy proxy = sip;
        if (!stopping.compareAndSet(false, true)) {
            hurry.countDown();
            return;
        }
        onStop.run();
        if (proxy != null) {
            proxy.refuseNewCalls();
            long running = proxy.liveCalls();
            if (running > 0) {
                LOG.info(
                        "stopping: new calls get 503, {} running ones are kept for at most {} s",
                        running,
                        stopGrace.toSeconds());
            }
            long deadline = System.nanoTime() + stopGrace.toNanos();
            while (proxy.liveCalls() > 0
                    && System.nanoTime() < deadline
                    && !hurry.await(BETWEEN_LOOKS_MILLIS, TimeUnit.MILLISECONDS)) {
                // The next look follows.
            }
            long left = proxy.liveCalls();
            if (left > 0) {
                LOG.info("stopping with {} calls that run on; the next run watches them", left);
            }
        }
        close();
    }

    /** Stops every part; records that are still in the journal are carried to the store for at most 5 s, the rest at the next start. */
    @Override
    public void close() {
        if (!closing.compareAndSet(false, true)) {
            return;
        }
        parts.close();
        LOG.info("stopped");
        ended.countDown();
    }

    private static String hostAndPort(InetAddress address, int port) {
        String host = address.getHostAddress();
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }

    /** Where this machine's own commands reach a listener on all addresses. */
    private static InetAddress reachable(InetAddress address) {
        return address.isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : address;
    }

    private static String nodeName() {
        String name;
        try {
            name = InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException _) {
            name = "node";
        }
        return name.length() <= LONGEST_NODE_NAME ? name : name.substring(0, LONGEST_NODE_NAME);
    }
}
