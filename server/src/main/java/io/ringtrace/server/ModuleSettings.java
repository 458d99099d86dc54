package io.ringtrace.server;

import io.ringtrace.config.HttpConfig;
import io.ringtrace.config.SecretReference;
import io.ringtrace.config.SipConfig;
import io.ringtrace.config.StoreConfig;
import io.ringtrace.http.HttpSettings;
import io.ringtrace.sip.SipSettings;
import io.ringtrace.sip.admission.FloodGuard;
import io.ringtrace.sip.trace.HepMirror;
import io.ringtrace.sip.transport.StreamLimits;
import io.ringtrace.sip.transport.TlsFiles;
import io.ringtrace.sip.transport.UdpEngine;
import io.ringtrace.store.db.StoreSettings;
import io.ringtrace.store.journal.JournalSettings;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/** What the configuration says, in the words of the module that it is said to. */
public final class ModuleSettings {
    private static final int MOST_LIVE_CALLS = 200_000;
    /** With its timers, its identity and the message it keeps; twice over, since there are as many of servers as of clients. */
    private static final int BYTES_FOR_A_TRANSACTION = 4_096;

    private static final int FEWEST_TRANSACTIONS = 50_000;
    private static final int MOST_TRANSACTIONS = 1_000_000;

    private ModuleSettings() {}

    /** What reads and writes the sockets of UDP. */
    public static UdpEngine udpEngine(SipConfig sip) {
        return UdpEngine.valueOf(sip.udpEngine().name());
    }

    static StoreSettings store(StoreConfig store, DataFolder data, Map<String, String> environment)
            throws StartException {
        StoreConfig.External external = store.external();
        if (external == null) {
            OptionalLong bufferPool = store.embedded().bufferPoolBytes();
            return bufferPool.isEmpty()
                    ? new StoreSettings.Embedded(data.path())
                    : new StoreSettings.Embedded(
                            data.path(), (int) (bufferPool.getAsLong() >> 20), StoreSettings.DEFAULT_CONNECTIONS);
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

    static JournalSettings journal(StoreConfig.Journal journal) {
        JournalSettings defaults = JournalSettings.defaults();
        return new JournalSettings(
                journal.segmentBytes(),
                journal.sizeLimitBytes(),
                defaults.retention(),
                defaults.forceInterval(),
                journal.forcedBeforeSend() ? JournalSettings.Force.BEFORE_SEND : JournalSettings.Force.GROUPED);
    }

    static HttpSettings http(HttpConfig http) {
        return HttpSettings.at(http.address().getHostAddress(), http.port())
                .with(
                        http.trustedProxies(),
                        new HttpSettings.Pages(http.newNumbersBySource(), http.newNumbersByPool()));
    }

    static SipSettings sip(SipConfig sip, Map<String, String> environment) throws StartException {
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
                .withProcessors(sip.processors())
                .withUdpEngine(udpEngine(sip))
                .withMost(transactions(sip.shards()), transactions(sip.shards()), MOST_LIVE_CALLS)
                .withAdvertisedHosts(Set.copyOf(sip.advertisedHosts()))
                .withMaximumDuration(sip.maximumCallDuration())
                .withTrying(sip.tryingAfter())
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
}
