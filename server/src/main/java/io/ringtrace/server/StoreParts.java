package io.ringtrace.server;

import io.ringtrace.config.Configuration;
import io.ringtrace.config.PlanHolder;
import io.ringtrace.config.RetentionConfig;
import io.ringtrace.config.StoreConfig;
import io.ringtrace.http.HttpPorts;
import io.ringtrace.http.RecordPorts;
import io.ringtrace.http.webhook.WebhookDelivery;
import io.ringtrace.http.webhook.WebhookTargets;
import io.ringtrace.store.account.DatabasePoolSizes;
import io.ringtrace.store.account.DrainedNumbers;
import io.ringtrace.store.account.PoolScaling;
import io.ringtrace.store.account.StoreAccounts;
import io.ringtrace.store.bank.DatabaseNumberBank;
import io.ringtrace.store.bank.DatabaseNumberMatching;
import io.ringtrace.store.bank.DatabaseNumberReports;
import io.ringtrace.store.bank.PoolFilling;
import io.ringtrace.store.cookie.StoredCookieKeys;
import io.ringtrace.store.db.StoreDatabase;
import io.ringtrace.store.db.StoreStartException;
import io.ringtrace.store.directory.BinlogFeed;
import io.ringtrace.store.directory.DirectoryFile;
import io.ringtrace.store.directory.NumberDirectory;
import io.ringtrace.store.journal.Journal;
import io.ringtrace.store.lease.DatabaseLeaseClock;
import io.ringtrace.store.lease.LeaseAllocator;
import io.ringtrace.store.node.NodeIdentity;
import io.ringtrace.store.record.DelayLearning;
import io.ringtrace.store.record.JournalDrain;
import io.ringtrace.store.record.LearnedDelays;
import io.ringtrace.store.record.RecordReaper;
import io.ringtrace.store.record.Retention;
import io.ringtrace.store.record.StoreCallNews;
import io.ringtrace.store.record.StoreCallRecords;
import io.ringtrace.store.record.StoreTransactions;
import io.ringtrace.store.record.StoreVisitorErasure;
import io.ringtrace.store.sizing.PoolObservations;
import io.ringtrace.store.webhook.StoreWebhooks;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.Map;

/**
 * The store's side of a server, started: what the others need of it. {@link StartedParts} closes it.
 */
record StoreParts(
        Configuration configuration,
        PlanHolder plan,
        StoreDatabase database,
        DatabaseLeaseClock clock,
        NumberDirectory directory,
        StoreAccounts accounts,
        LeaseAllocator leases,
        StoredCookieKeys cookieKeys,
        Records records) {

    /** From the journal to whoever reads the records. */
    record Records(
            Journal journal,
            JournalDrain drain,
            LearnedDelays delays,
            StoreCallNews news,
            Retention retention,
            StoreTransactions transactions,
            StoreWebhooks webhooks,
            WebhookTargets targets,
            WebhookDelivery delivery) {}

    private static final long LONGEST_DRAIN_MILLIS = 5_000;

    /** Opens the store and starts all that works on it, in its order. */
    static StoreParts start(
            StartedParts parts,
            Configuration configuration,
            DataFolder data,
            NodeIdentity node,
            PlanHolder plan,
            Map<String, String> environment)
            throws StartException, StoreStartException, IOException {
        StoreConfig store = configuration.store();
        StoreDatabase database =
                parts.add("database", StoreDatabase.open(ModuleSettings.store(store, data, environment)));
        DatabaseLeaseClock clock = parts.add("lease clock", DatabaseLeaseClock.start(database));

        NumberDirectory directory = new NumberDirectory(clock, () -> plan.plan().forwardedFields());
        parts.add("directory file", new DirectoryFile(data.directory(), directory))
                .start();
        parts.add("directory feed", new BinlogFeed(database, node, directory, clock))
                .start();

        StoreAccounts accounts =
                parts.add("accounts", StoreAccounts.open(database, clock, directory, data.path(), store.numberRest()));
        parts.add("drained numbers", new DrainedNumbers(database, clock, directory, store.numberRest()))
                .start();
        PoolObservations observations = new PoolObservations(database);
        parts.add("pool scaling", new PoolScaling(database, clock, directory, observations, store.numberRest()))
                .start();
        LeaseAllocator leases = parts.add(
                "lease allocator",
                new LeaseAllocator(
                        database,
                        clock,
                        new PoolFilling(store.numberRest()),
                        directory,
                        observations,
                        LeaseAllocator.Settings.DEFAULT));

        StoredCookieKeys cookieKeys =
                parts.add("cookie keys", new StoredCookieKeys(data.path().resolve("cookie-keys"), database, clock));
        cookieKeys.start();
        return new StoreParts(
                configuration,
                plan,
                database,
                clock,
                directory,
                accounts,
                leases,
                cookieKeys,
                records(parts, configuration, data, node, database, clock));
    }

    private static Records records(
            StartedParts parts,
            Configuration configuration,
            DataFolder data,
            NodeIdentity node,
            StoreDatabase database,
            DatabaseLeaseClock clock)
            throws StoreStartException, IOException {
        Journal journal = parts.add(
                "journal",
                new Journal(
                        data.journal(),
                        configuration.sip().shards(),
                        ModuleSettings.journal(configuration.store().journal())));
        journal.start();
        LearnedDelays delays = new LearnedDelays();
        StoreCallNews news = new StoreCallNews(database);
        JournalDrain drain = new JournalDrain(journal, database, node, delays, news);
        parts.add("journal drain", () -> close(drain));
        drain.start();
        parts.add(
                        "record reaper",
                        new RecordReaper(
                                database,
                                clock,
                                node.name(),
                                configuration.sip().maximumCallDuration()))
                .start();
        parts.add("delay learning", new DelayLearning(database, clock, node, delays))
                .start();
        RetentionConfig kept = configuration.retention();
        Retention retention = parts.add(
                "retention",
                new Retention(database, clock, node, new Retention.Periods(kept.callRecords(), kept.leaseHistory())));
        retention.start();
        StoreTransactions transactions =
                new StoreTransactions(database, clock, configuration.sip().maximumCallDuration());
        StoreWebhooks webhooks = StoreWebhooks.open(database, clock, transactions, data.path(), node);
        WebhookTargets targets = new WebhookTargets(configuration.webhooks().allowedNetworks());
        WebhookDelivery delivery =
                parts.add("webhooks", new WebhookDelivery(webhooks, targets, clock, new SecureRandom()));
        delivery.start();
        return new Records(journal, drain, delays, news, retention, transactions, webhooks, targets, delivery);
    }

    /** What the HTTP interface asks of the store, and of the rest of the server. */
    HttpPorts ports(ServerHealth health, ServerOperations operations) {
        return new HttpPorts(
                leases,
                accounts.pools(),
                new DatabasePoolSizes(
                        database, clock, directory, configuration.store().numberRest()),
                accounts.accounts(),
                new DatabaseNumberBank(
                        database, clock, directory, number -> plan.plan().staticNumber(number) != null),
                new DatabaseNumberMatching(database, clock),
                accounts.smsNumbers(),
                accounts.dictionaries(),
                accounts.destinations(),
                new DatabaseNumberReports(database),
                new RecordPorts(
                        new StoreCallRecords(database),
                        records.transactions,
                        records.news,
                        new StoreVisitorErasure(database, clock, directory),
                        records.webhooks,
                        records.targets),
                health,
                operations);
    }

    /** Records that are still in the journal get a little time to reach the store. */
    private static void close(JournalDrain drain) throws InterruptedException {
        long deadline = System.nanoTime() + LONGEST_DRAIN_MILLIS * 1_000_000;
        while (!drain.idle() && System.nanoTime() < deadline) {
            Thread.sleep(10);
        }
        drain.close();
    }
}
