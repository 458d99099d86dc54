package io.ringtrace.server;

import io.ringtrace.attribution.LeaseClock;
import io.ringtrace.config.Configuration;
import io.ringtrace.config.PlanHolder;
import io.ringtrace.config.RetentionConfig;
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
import io.ringtrace.store.db.StoreDatabase;
import io.ringtrace.store.db.StoreStartException;
import io.ringtrace.store.directory.NumberDirectory;
import io.ringtrace.store.lease.LeaseAllocator;
import io.ringtrace.store.node.NodeIdentity;
import io.ringtrace.store.record.DelayLearning;
import io.ringtrace.store.record.RecordReaper;
import io.ringtrace.store.record.Retention;
import io.ringtrace.store.record.StoreCallRecords;
import io.ringtrace.store.record.StoreTransactions;
import io.ringtrace.store.record.StoreVisitorErasure;
import io.ringtrace.store.sizing.PoolObservations;
import io.ringtrace.store.webhook.StoreWebhooks;
import java.security.SecureRandom;
import java.time.Duration;

/** What works on the store, started; calls need none of it. {@link StartedParts} closes it. */
record StoreParts(
        Configuration configuration,
        PlanHolder plan,
        CallParts calls,
        StoreAccounts accounts,
        LeaseAllocator leases,
        Records records) {

    /** Who reads the records that the drain writes. */
    record Records(
            Retention retention,
            StoreTransactions transactions,
            StoreWebhooks webhooks,
            WebhookTargets targets,
            WebhookDelivery delivery) {}

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(2);

    /** Nothing of it waits for a store that is not there yet. */
    static StoreParts start(
            StartedParts parts,
            Configuration configuration,
            DataFolder data,
            NodeIdentity node,
            PlanHolder plan,
            CallParts calls)
            throws StoreStartException {
        Duration rest = configuration.store().numberRest();
        StoreDatabase database = calls.database();
        LeaseClock clock = calls.clock();
        NumberDirectory directory = calls.directory();
        StoreAccounts accounts =
                parts.add("accounts", StoreAccounts.open(database, clock, directory, data.path(), rest));
        parts.add("drained numbers", new DrainedNumbers(database, clock, directory, rest))
                .start();
        PoolObservations observations = new PoolObservations(database);
        parts.add("pool scaling", new PoolScaling(database, clock, directory, observations, rest))
                .start();
        LeaseAllocator leases = parts.add(
                "lease allocator",
                new LeaseAllocator(
                        database,
                        clock,
                        new PoolFilling(rest),
                        directory,
                        observations,
                        calls.recentLeases(),
                        LeaseAllocator.Settings.DEFAULT));
        return new StoreParts(
                configuration, plan, calls, accounts, leases, records(parts, configuration, data, node, calls));
    }

    private static Records records(
            StartedParts parts, Configuration configuration, DataFolder data, NodeIdentity node, CallParts calls)
            throws StoreStartException {
        StoreDatabase database = calls.database();
        LeaseClock clock = calls.clock();
        Duration longestCall = configuration.sip().maximumCallDuration();
        parts.add("record reaper", new RecordReaper(database, clock, node.name(), longestCall))
                .start();
        parts.add("delay learning", new DelayLearning(database, clock, node, calls.delays()))
                .start();
        RetentionConfig kept = configuration.retention();
        Retention retention = parts.add(
                "retention",
                new Retention(database, clock, node, new Retention.Periods(kept.callRecords(), kept.leaseHistory())));
        retention.start();
        StoreTransactions transactions = new StoreTransactions(database, clock, longestCall);
        StoreWebhooks webhooks = StoreWebhooks.open(database, clock, transactions, data.path(), node);
        WebhookTargets targets = new WebhookTargets(configuration.webhooks().allowedNetworks());
        WebhookDelivery delivery =
                parts.add("webhooks", new WebhookDelivery(webhooks, targets, clock, new SecureRandom()));
        delivery.start();
        return new Records(retention, transactions, webhooks, targets, delivery);
    }

    /**
     * Returns when the store is there, its time and its accounts are known and numbers can be lent; a store elsewhere that is away is not waited
     * for long. Throws when our own can't be started.
     */
    void awaitStore() throws StoreStartException, InterruptedException {
        calls.database().awaitOpen();
        calls.clock().awaitMeasurement(LONGEST_WAIT);
        accounts.awaitKnown(LONGEST_WAIT);
    }

    /** What the HTTP interface asks of the store, and of the rest of the server. */
    HttpPorts ports(ServerHealth health, ServerOperations operations) {
        StoreDatabase database = calls.database();
        LeaseClock clock = calls.clock();
        NumberDirectory directory = calls.directory();
        return new HttpPorts(
                leases,
                accounts.pools(),
                new DatabasePoolSizes(database, clock),
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
                        calls.news(),
                        new StoreVisitorErasure(database, clock, directory),
                        records.webhooks,
                        records.targets),
                health,
                operations);
    }
}
