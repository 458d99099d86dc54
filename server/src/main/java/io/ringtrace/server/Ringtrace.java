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
import io.ringtrace.config.HttpConfig;
import io.ringtrace.config.KeptSets;
import io.ringtrace.config.PlanHolder;
import io.ringtrace.config.PlanReload;
import io.ringtrace.config.RetentionConfig;
import io.ringtrace.config.SecretReference;
import io.ringtrace.config.SipConfig;
import io.ringtrace.config.StoreConfig;
import io.ringtrace.http.HttpApi;
import io.ringtrace.http.HttpListenerException;
import io.ringtrace.http.HttpPorts;
import io.ringtrace.http.HttpSettings;
import io.ringtrace.http.RecordPorts;
import io.ringtrace.http.webhook.WebhookDelivery;
import io.ringtrace.http.webhook.WebhookTargets;
import io.ringtrace.routing.RoutingPlan;
import io.ringtrace.sip.SipProxy;
import io.ringtrace.sip.SipSettings;
import io.ringtrace.sip.admission.FloodGuard;
import io.ringtrace.sip.trace.HepMirror;
import io.ringtrace.sip.transport.ListenerException;
import io.ringtrace.sip.transport.StreamLimits;
import io.ringtrace.sip.transport.TlsFiles;
import io.ringtrace.sip.transport.UdpEngine;
import io.ringtrace.store.account.DatabasePoolSizes;
import io.ringtrace.store.account.DrainedNumbers;
import io.ringtrace.store.account.PoolScaling;
import io.ringtrace.store.account.StoreAccounts;
import io.ringtrace.store.bank.DatabaseNumberBank;
import io.ringtrace.store.bank.DatabaseNumberMatching;
import io.ringtrace.store.bank.DatabaseNumberReports;
import io.ringtrace.store.bank.DatabaseOwnedNumbers;
import io.ringtrace.store.bank.PoolFilling;
import io.ringtrace.store.cookie.StoredCookieKeys;
import io.ringtrace.store.db.StoreDatabase;
import io.ringtrace.store.db.StoreSettings;
import io.ringtrace.store.db.StoreStartException;
import io.ringtrace.store.directory.BinlogFeed;
import io.ringtrace.store.directory.DirectoryFile;
import io.ringtrace.store.directory.NumberDirectory;
import io.ringtrace.store.journal.Journal;
import io.ringtrace.store.journal.JournalSettings;
import io.ringtrace.store.lease.DatabaseLeaseClock;
import io.ringtrace.store.lease.LeaseAllocator;
import io.ringtrace.store.node.NodeIdentity;
import io.ringtrace.store.record.DelayLearning;
import io.ringtrace.store.record.JournalDrain;
import io.ringtrace.store.record.LearnedDelays;
import io.ringtrace.store.record.LeftJournal;
import io.ringtrace.store.record.RecordReaper;
import io.ringtrace.store.record.Retention;
import io.ringtrace.store.record.StoreCallNews;
import io.ringtrace.store.record.StoreCallRecords;
import io.ringtrace.store.record.StoreTransactions;
import io.ringtrace.store.record.StoreVisitorErasure;
import io.ringtrace.store.sizing.PoolObservations;
import io.ringtrace.store.webhook.StoreWebhooks;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
    private static final long LONGEST_DRAIN_MILLIS = 5_000;
    private static final Duration LONGEST_WAIT_FOR_NUMBERS = Duration.ofSeconds(3);
    private static final int LONGEST_NODE_NAME = 64;
    private static final int MOST_LIVE_CALLS = 200_000;
    /** With its timers, its identity and the message it keeps; twice over, since there are as many of servers as of clients. */
    private static final int BYTES_FOR_A_TRANSACTION = 4_096;

    private static final int FEWEST_TRANSACTIONS = 50_000;
    private static final int MOST_TRANSACTIONS = 1_000_000;
    private static final long BETWEEN_LOOKS_MILLIS = 50;

    /** One part that has been started, and how it is stopped. */
    private record Started(String name, AutoCloseable part) {}

    private final Deque<Started> started = new ArrayDeque<>();
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
        } catch (StartException | RuntimeException e) {
            server.close();
            throw e;
        }
    }

    /** Brings the schema up to this program's version; returns how many migrations that took. */
    public static int migrate(Configuration configuration, Map<String, String> environment) throws StartException {
        DataFolder data = DataFolder.open(configuration.store().dataDirectory());
        try (StoreDatabase database = StoreDatabase.open(storeSettings(configuration.store(), data, environment))) {
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
        try (StoreDatabase database = StoreDatabase.join(storeSettings(configuration.store(), data, environment))) {
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
     * Which of the numbers the database of a configuration owns; none of its servers is asked. Throws when it can't be reached.
     */
    public static Map<PhoneNumber, String> ownedNumbers(
            StoreConfig store, Map<String, String> environment, Collection<PhoneNumber> numbers)
            throws StoreUnavailableException {
        DataFolder data = new DataFolder(store.dataDirectory());
        try (StoreDatabase database = StoreDatabase.join(storeSettings(store, data, environment))) {
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
            throws StartException, StoreStartException, HttpListenerException, IOException {
        StoreConfig store = configuration.store();
        DataFolder data = DataFolder.open(store.dataDirectory());
        String operatorToken = data.operatorToken();
        NodeIdentity node = NodeIdentity.load(data.path(), nodeName());
        PrometheusMeterRegistry metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

        StoreDatabase database = open("database", StoreDatabase.open(storeSettings(store, data, environment)));
        DatabaseLeaseClock clock = open("lease clock", DatabaseLeaseClock.start(database));

        PlanHolder plan = new PlanHolder(configuration.plan());
        NumberDirectory directory = new NumberDirectory(clock, () -> plan.plan().forwardedFields());
        DirectoryFile directoryFile = open("directory file", new DirectoryFile(data.directory(), directory));
        directoryFile.start();
        BinlogFeed feed = open("directory feed", new BinlogFeed(database, node, directory, clock));
        feed.start();

        StoreAccounts accounts =
                open("accounts", StoreAccounts.open(database, clock, directory, data.path(), store.numberRest()));
        DrainedNumbers drained =
                open("drained numbers", new DrainedNumbers(database, clock, directory, store.numberRest()));
        drained.start();
        PoolObservations observations = new PoolObservations(database);
        PoolScaling scaling =
                open("pool scaling", new PoolScaling(database, clock, directory, observations, store.numberRest()));
        scaling.start();
        LeaseAllocator leases = open(
                "lease allocator",
                new LeaseAllocator(
                        database,
                        clock,
                        new PoolFilling(store.numberRest()),
                        directory,
                        observations,
                        LeaseAllocator.Settings.DEFAULT));

        StoredCookieKeys cookieKeys =
                open("cookie keys", new StoredCookieKeys(data.path().resolve("cookie-keys"), database, clock));
        cookieKeys.start();

        int shards = configuration.sip().shards();
        Journal journal = open("journal", new Journal(data.journal(), shards, journalSettings(store.journal())));
        journal.start();
        LearnedDelays delays = new LearnedDelays();
        StoreCallNews callNews = new StoreCallNews(database);
        JournalDrain drain = new JournalDrain(journal, database, node, delays, callNews);
        open("journal drain", () -> close(drain));
        drain.start();
        RecordReaper reaper = open(
                "record reaper",
                new RecordReaper(
                        database, clock, node.name(), configuration.sip().maximumCallDuration()));
        reaper.start();
        DelayLearning learning = open("delay learning", new DelayLearning(database, clock, node, delays));
        learning.start();
        RetentionConfig kept = configuration.retention();
        Retention retention = open(
                "retention",
                new Retention(database, clock, node, new Retention.Periods(kept.callRecords(), kept.leaseHistory())));
        retention.start();
        StoreTransactions transactions =
                new StoreTransactions(database, clock, configuration.sip().maximumCallDuration());
        StoreWebhooks webhooks = StoreWebhooks.open(database, clock, transactions, data.path(), node);
        WebhookTargets targets = new WebhookTargets(configuration.webhooks().allowedNetworks());
        WebhookDelivery delivery = open("webhooks", new WebhookDelivery(webhooks, targets, clock, new SecureRandom()));
        delivery.start();

        PlanReload reload = new PlanReload(
                source.loader(),
                source.file(),
                configuration,
                plan,
                InstantSource.system(),
                new KeptSets(data.plans()),
                new RunningSurroundings(directory));
        awaitDirectory(directory, configuration.plan());
        List<Finding> wrong = reload.begin();
        if (!wrong.isEmpty()) {
            throw StartException.wrongConfiguration(wrong);
        }

        SipProxy proxy = open(
                "SIP proxy",
                new SipProxy(
                        sipSettings(configuration.sip(), environment),
                        plan,
                        directory,
                        clock,
                        cookieKeys,
                        journal::recorder));
        BackgroundThreads.giveWay();
        beforeListening.run();
        proxy.remember(journal.recentInvites());
        proxy.resume(journal.runningCalls());
        proxy.start();
        sip = proxy;
        stopGrace = configuration.sip().stopGrace();

        ServerHealth health = new ServerHealth(proxy, directory, clock, journal);
        ServerOperations operations = new ServerOperations(node.name(), plan, reload, proxy, directory, clock);
        HttpApi http = open(
                "HTTP interface",
                new HttpApi(
                        httpSettings(configuration.http()),
                        new HttpPorts(
                                leases,
                                accounts.pools(),
                                new DatabasePoolSizes(database, clock, directory, store.numberRest()),
                                accounts.accounts(),
                                new DatabaseNumberBank(
                                        database,
                                        clock,
                                        directory,
                                        number -> plan.plan().staticNumber(number) != null),
                                new DatabaseNumberMatching(database, clock),
                                accounts.smsNumbers(),
                                accounts.dictionaries(),
                                accounts.destinations(),
                                new DatabaseNumberReports(database),
                                new RecordPorts(
                                        new StoreCallRecords(database),
                                        transactions,
                                        callNews,
                                        new StoreVisitorErasure(database, clock, directory),
                                        webhooks,
                                        targets),
                                health,
                                operations),
                        metrics,
                        operatorToken.getBytes(StandardCharsets.US_ASCII)));
        int httpPort = http.start();
        metrics.getPrometheusRegistry().register(new CallMetrics(proxy::tallies));
        metrics.getPrometheusRegistry().register(new GatewayMetrics(proxy::gateways));
        ServerMetrics.bind(metrics, proxy, directory, journal, drain, clock, reload);
        ServerMetrics.bind(metrics, delivery, retention, delays);
        ServerMetrics.bindCertificate(metrics, configuration.sip().tls());

        watch(reload);

        open("announcement", data::withdraw);
        URI address = URI.create(
                "http://" + hostAndPort(reachable(configuration.http().address()), httpPort) + "/");
        data.announce(address);
        LOG.info("SIP over UDP is read and written by {}", proxy.udpEngine());
        LOG.info(
                "node {} is up: SIP {} (udp), HTTP {}, data in {}, routing plan {}",
                node.name(),
                proxy.boundAddresses().stream()
                        .map(bound -> hostAndPort(bound.getAddress(), bound.getPort()))
                        .collect(Collectors.joining(", ")),
                address,
                data.path(),
                configuration.plan().version());
        SystemdService told =
                open("word to systemd", SystemdService.start(environment, health, operations::statusLine));
        onStop = () -> {
            health.stopping();
            told.stopping(stopGrace);
        };
        ProcessSignal.handle("HUP", () -> told.reloading(() -> reload.reload("SIGHUP")));
    }

    /** The files' numbers are asked of the directory, which has its first snapshot a moment after the store is there. */
    private static void awaitDirectory(NumberDirectory directory, RoutingPlan plan) throws StartException {
        boolean asked = !plan.staticNumbers().isEmpty()
                || plan.trunks().stream().anyMatch(trunk -> trunk.defaultDestination() != null);
        long deadline = System.nanoTime() + LONGEST_WAIT_FOR_NUMBERS.toNanos();
        try {
            while (asked && !directory.available() && System.nanoTime() < deadline) {
                Thread.sleep(BETWEEN_LOOKS_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartException("interrupted while the directory of numbers was awaited", e);
        }
    }

    private void watch(PlanReload reload) {
        try {
            open("watch on the configuration", ConfigWatch.start(reload));
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
        while (!started.isEmpty()) {
            Started last = started.pop();
            try {
                last.part().close();
            } catch (Exception e) {
                if (e instanceof InterruptedException) {
                    Thread.currentThread().interrupt();
                }
                LOG.error("{} did not stop cleanly", last.name(), e);
            }
        }
        LOG.info("stopped");
        ended.countDown();
    }

    private <T extends AutoCloseable> T open(String name, T part) {
        started.push(new Started(name, part));
        return part;
    }

    private static void close(JournalDrain drain) throws InterruptedException {
        long deadline = System.nanoTime() + LONGEST_DRAIN_MILLIS * 1_000_000;
        while (!drain.idle() && System.nanoTime() < deadline) {
            Thread.sleep(10);
        }
        drain.close();
    }

    private static StoreSettings storeSettings(StoreConfig store, DataFolder data, Map<String, String> environment)
            throws StartException {
        StoreConfig.External external = store.external();
        if (external == null) {
            return new StoreSettings.Embedded(
                    data.path(), (int) (store.embedded().bufferPoolBytes() >> 20), StoreSettings.DEFAULT_CONNECTIONS);
        }
        try {
            return new StoreSettings.External(
                    data.path(),
                    external.url(),
                    external.user(),
                    external.password().read(environment),
                    StoreSettings.DEFAULT_CONNECTIONS);
        } catch (IOException e) {
            throw new StartException("store.password: " + e.getMessage(), e);
        }
    }

    private static JournalSettings journalSettings(StoreConfig.Journal journal) {
        JournalSettings defaults = JournalSettings.defaults();
        return new JournalSettings(
                journal.segmentBytes(),
                journal.sizeLimitBytes(),
                defaults.retention(),
                defaults.forceInterval(),
                journal.forcedBeforeSend() ? JournalSettings.Force.BEFORE_SEND : JournalSettings.Force.GROUPED);
    }

    private static HttpSettings httpSettings(HttpConfig http) {
        return HttpSettings.at(http.address().getHostAddress(), http.port())
                .with(
                        http.trustedProxies(),
                        new HttpSettings.Pages(http.newNumbersBySource(), http.newNumbersByPool()));
    }

    private static SipSettings sipSettings(SipConfig sip, Map<String, String> environment) throws StartException {
        String advertised =
                sip.advertisedHosts().isEmpty() ? null : sip.advertisedHosts().getFirst();
        List<SipSettings.ListenAddress> listeners = sip.listeners().stream()
                .map(l -> new SipSettings.ListenAddress(
                        l.transport(),
                        l.address().getHostAddress(),
                        l.port(),
                        l.advertisedHost() == null && l.address().isAnyLocalAddress()
                                ? advertised
                                : l.advertisedHost()))
                .toList();
        SipSettings settings = SipSettings.listeningOn(listeners)
                .withShards(sip.shards())
                .withUdpEngine(UdpEngine.valueOf(sip.udpEngine().name()))
                .withMost(transactions(sip.shards()), transactions(sip.shards()), MOST_LIVE_CALLS)
                .withAdvertisedHosts(Set.copyOf(sip.advertisedHosts()))
                .withMaximumDuration(sip.maximumCallDuration())
                .withNoAnswerLimit(sip.noAnswerLimit())
                .withDns(sip.dns().servers(), sip.dns().timeout())
                .withStreams(streams(sip.connections()))
                .withFloodLimits(new FloodGuard.Limits(
                        sip.floodGuard().refusals(),
                        sip.floodGuard().within(),
                        sip.floodGuard().ban()));
        SipConfig.Hep hep = sip.hep();
        if (hep != null) {
            settings = settings.withHep(collector(hep, environment));
        }
        SipConfig.Tls tls = sip.tls();
        return tls == null
                ? settings
                : settings.withTls(new TlsFiles(
                        tls.certificate(),
                        tls.privateKey(),
                        tls.trusted(),
                        TlsFiles.ClientCertificates.valueOf(
                                tls.clientCertificates().name())));
    }

    private static HepMirror.Collector collector(SipConfig.Hep hep, Map<String, String> environment)
            throws StartException {
        SecretReference password = hep.password();
        try {
            return new HepMirror.Collector(
                    hep.host(), hep.port(), hep.captureId(), password == null ? "" : password.read(environment));
        } catch (IOException e) {
            throw new StartException("sip.hep.password: " + e.getMessage(), e);
        }
    }

    private static StreamLimits streams(SipConfig.Connections connections) {
        return new StreamLimits(
                connections.most(),
                connections.mostPerSource(),
                connections.firstMessage(),
                connections.idle(),
                connections.connect(),
                connections.longestHeader(),
                connections.longestMessage());
    }

    /** How many a shard may have of each kind: by the memory there is. A call has two of each for 32 s after its end (RFC 3261 §17, RFC 6026). */
    private static int transactions(int shards) {
        long room = Runtime.getRuntime().maxMemory() / BYTES_FOR_A_TRANSACTION / shards;
        return Math.clamp(room, FEWEST_TRANSACTIONS, MOST_TRANSACTIONS);
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
