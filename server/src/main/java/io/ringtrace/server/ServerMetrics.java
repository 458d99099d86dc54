package io.ringtrace.server;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.ringtrace.attribution.LeaseClock;
import io.ringtrace.config.PlanReload;
import io.ringtrace.config.SipConfig;
import io.ringtrace.http.webhook.WebhookDelivery;
import io.ringtrace.sip.SipProxy;
import io.ringtrace.sip.counters.Count;
import io.ringtrace.sip.message.SipMethod;
import io.ringtrace.store.directory.NumberDirectory;
import io.ringtrace.store.journal.Journal;
import io.ringtrace.store.record.JournalDrain;
import io.ringtrace.store.record.LearnedDelays;
import io.ringtrace.store.record.Retention;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** Shows the parts' own counters as Prometheus metrics. They are read when somebody looks; nothing is added to a call's way. */
final class ServerMetrics {
    private ServerMetrics() {}

    static void bind(
            MeterRegistry registry,
            SipProxy sip,
            NumberDirectory directory,
            Journal journal,
            JournalDrain drain,
            LeaseClock clock,
            PlanReload reload) {
        for (Count count : Count.values()) {
            if (count.gauge()) {
                Gauge.builder("ringtrace.sip." + count.text(), sip, s -> sum(s, count))
                        .register(registry);
            } else {
                FunctionCounter.builder("ringtrace.sip." + count.text(), sip, s -> sum(s, count))
                        .register(registry);
            }
        }
        for (SipMethod method : SipMethod.values()) {
            FunctionCounter.builder(
                            "ringtrace.sip.requests.received",
                            sip,
                            s -> s.counters().stream()
                                    .mapToLong(c -> c.requestsReceived(method))
                                    .sum())
                    .tag("method", method.name())
                    .register(registry);
            FunctionCounter.builder(
                            "ringtrace.sip.requests.sent",
                            sip,
                            s -> s.counters().stream()
                                    .mapToLong(c -> c.requestsSent(method))
                                    .sum())
                    .tag("method", method.name())
                    .register(registry);
        }
        for (int i = 1; i <= 6; i++) {
            int codeClass = i;
            FunctionCounter.builder(
                            "ringtrace.sip.responses.received",
                            sip,
                            s -> s.counters().stream()
                                    .mapToLong(c -> c.responsesReceived(codeClass))
                                    .sum())
                    .tag("class", codeClass + "xx")
                    .register(registry);
            FunctionCounter.builder(
                            "ringtrace.sip.responses.sent",
                            sip,
                            s -> s.counters().stream()
                                    .mapToLong(c -> c.responsesSent(codeClass))
                                    .sum())
                    .tag("class", codeClass + "xx")
                    .register(registry);
        }
        FunctionCounter.builder("ringtrace.sip.send.failures", sip, SipProxy::sendFailures)
                .register(registry);
        FunctionCounter.builder("ringtrace.sip.hep.unsent", sip, SipProxy::unsentCopies)
                .register(registry);
        Gauge.builder("ringtrace.sip.connections", sip, SipProxy::connections).register(registry);
        Gauge.builder("ringtrace.directory.numbers", directory, NumberDirectory::size)
                .register(registry);
        Gauge.builder("ringtrace.directory.stale.seconds", directory, d -> d.staleMillis() / 1000.0)
                .register(registry);
        Gauge.builder("ringtrace.journal.bytes", journal, Journal::bytesOnDisk).register(registry);
        Gauge.builder("ringtrace.journal.room", journal, j -> j.hasRoom() ? 1 : 0)
                .register(registry);
        FunctionCounter.builder("ringtrace.journal.events.drained", drain, JournalDrain::drained)
                .register(registry);
        Gauge.builder("ringtrace.journal.drain.stuck.seconds", drain, JournalDrain::stuckSeconds)
                .description("for how long call records have waited in the journal; 0 while they reach the store")
                .register(registry);
        FunctionCounter.builder("ringtrace.journal.events.set.aside", drain, JournalDrain::setAside)
                .register(registry);
        Gauge.builder("ringtrace.leases.may.allocate", clock, c -> c.mayAllocate() ? 1 : 0)
                .register(registry);
        reloads(registry, "applied", reload, PlanReload.State::applied);
        reloads(registry, "unchanged", reload, PlanReload.State::unchanged);
        reloads(registry, "refused", reload, PlanReload.State::refused);
        Gauge.builder("ringtrace.config.bad", reload, r -> r.state().bad() ? 1 : 0)
                .description("1 while the configuration's files, as they were read last, are wrong")
                .register(registry);
        Gauge.builder(
                        "ringtrace.config.warnings",
                        reload,
                        r -> r.state().warnings().size())
                .description("what somebody should look at in the files of the plan in force")
                .register(registry);
    }

    /** When the TLS certificate runs out, read from its file at every scrape: it may be renewed meanwhile. Not a number without TLS. */
    static void bindCertificate(MeterRegistry registry, SipConfig.@Nullable Tls tls) {
        Gauge.builder("ringtrace.sip.tls.certificate.expiry.seconds", () -> expiry(tls))
                .description("when our TLS certificate runs out, in seconds since 1970")
                .register(registry);
    }

    private static double expiry(SipConfig.@Nullable Tls tls) {
        if (tls == null) {
            return Double.NaN;
        }
        try (InputStream in = Files.newInputStream(tls.certificate())) {
            Certificate ours = CertificateFactory.getInstance("X.509").generateCertificate(in);
            return ours instanceof X509Certificate certificate
                    ? certificate.getNotAfter().toInstant().getEpochSecond()
                    : Double.NaN;
        } catch (IOException | CertificateException e) {
            return Double.NaN;
        }
    }

    static void bind(MeterRegistry registry, WebhookDelivery webhooks, Retention retention, LearnedDelays delays) {
        FunctionCounter.builder("ringtrace.webhooks.delivered", webhooks, WebhookDelivery::delivered)
                .register(registry);
        FunctionCounter.builder("ringtrace.webhooks.failures", webhooks, WebhookDelivery::failures)
                .register(registry);
        FunctionCounter.builder("ringtrace.webhooks.dead.letters", webhooks, WebhookDelivery::deadLetters)
                .register(registry);
        FunctionCounter.builder("ringtrace.retention.records.deleted", retention, Retention::deletedRecords)
                .register(registry);
        FunctionCounter.builder("ringtrace.retention.leases.deleted", retention, Retention::deletedLeases)
                .register(registry);
        Gauge.builder("ringtrace.delays.median.seconds", delays, LearnedDelays::medianSeconds)
                .description("Half of the callers call within this time of the last presentation")
                .register(registry);
        Gauge.builder("ringtrace.delays.learned.calls", delays, LearnedDelays::calls)
                .description("Calls that the delays were learned from")
                .register(registry);
    }

    private static void reloads(
            MeterRegistry registry, String result, PlanReload reload, ToLongFunction<PlanReload.State> count) {
        FunctionCounter.builder("ringtrace.config.reloads", reload, r -> count.applyAsLong(r.state()))
                .tag("result", result)
                .register(registry);
    }

    static long sum(SipProxy sip, Count count) {
        return sip.counters().stream().mapToLong(c -> c.read(count)).sum();
    }
}
