package io.ringtrace.server;

import io.ringtrace.attribution.LeaseClock;
import io.ringtrace.call.PhoneNumber;
import io.ringtrace.call.StoreUnavailableException;
import io.ringtrace.config.Finding;
import io.ringtrace.config.PlanReload;
import io.ringtrace.http.Operations;
import io.ringtrace.routing.ActivePlan;
import io.ringtrace.routing.Gateway;
import io.ringtrace.routing.IpNetwork;
import io.ringtrace.routing.RoutingPlan;
import io.ringtrace.routing.StaticNumber;
import io.ringtrace.routing.Transport;
import io.ringtrace.routing.Trunk;
import io.ringtrace.sip.SipProxy;
import io.ringtrace.sip.counters.Count;
import io.ringtrace.sip.proxy.LiveCallView;
import io.ringtrace.sip.target.GatewayStatus;
import io.ringtrace.store.directory.NumberDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** What the operator's commands ask of a running server. Thread-safe. */
final class ServerOperations implements Operations {
    private final String node;
    private final ActivePlan activePlan;
    private final PlanReload reload;
    private final SipProxy sip;
    private final NumberDirectory directory;
    private final LeaseClock clock;
    private final Instant startedAt = Instant.now();
    private final long startedNanos = System.nanoTime();

    ServerOperations(
            String node,
            ActivePlan activePlan,
            PlanReload reload,
            SipProxy sip,
            NumberDirectory directory,
            LeaseClock clock) {
        this.node = node;
        this.activePlan = activePlan;
        this.reload = reload;
        this.sip = sip;
        this.directory = directory;
        this.clock = clock;
    }

    @Override
    public Reload reload() {
        return outcome(reload.reload("operator"));
    }

    @Override
    public Reload rollBack(@Nullable String version) {
        return outcome(reload.rollBack(version));
    }

    @Override
    public List<KeptPlan> plans() {
        try {
            return reload.kept().stream()
                    .map(kept -> new KeptPlan(kept.version(), kept.inForceSince()))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Reload outcome(PlanReload.Result result) {
        return switch (result) {
            case PlanReload.Result.Applied applied ->
                new Reload(
                        Outcome.APPLIED,
                        applied.version(),
                        applied.afterRestart(),
                        List.of(),
                        texts(applied.warnings()));
            case PlanReload.Result.Unchanged same ->
                new Reload(Outcome.UNCHANGED, same.version(), same.afterRestart(), List.of(), texts(same.warnings()));
            case PlanReload.Result.Refused(String version, List<Finding> findings) ->
                new Reload(Outcome.REFUSED, version, List.of(), texts(findings), List.of());
        };
    }

    @Override
    public Status status() {
        PlanReload.State state = reload.state();
        RoutingPlan plan = activePlan.plan();
        PlanReload.Failure failure = state.lastFailure();
        return new Status(
                node,
                Main.Version.text(),
                startedAt,
                Duration.ofNanos(System.nanoTime() - startedNanos),
                ServerMetrics.sum(sip, Count.LIVE_CALLS),
                new Plan(
                        plan.version(),
                        state.loadedAt(),
                        reload.file().toAbsolutePath().normalize().toString(),
                        plan.trunks().size(),
                        plan.gateways().size(),
                        plan.routes().size(),
                        plan.staticNumbers().size(),
                        state.bad(),
                        state.afterRestart(),
                        failure == null ? null : new Failure(failure.at(), texts(failure.findings())),
                        state.rolledBackFrom(),
                        state.changes(),
                        texts(state.warnings())));
    }

    @Override
    public Live live(int most) {
        List<LiveCallView> views;
        try {
            views = most == 0 ? List.of() : sip.liveCallViews(most);
        } catch (TimeoutException e) {
            throw new IllegalStateException("the SIP side does not answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            views = List.of();
        }
        return new Live(
                sip.liveCalls(),
                ServerMetrics.sum(sip, Count.SERVER_TRANSACTIONS),
                ServerMetrics.sum(sip, Count.CLIENT_TRANSACTIONS),
                views.stream().limit(most).map(ServerOperations::shown).toList());
    }

    private static LiveCall shown(LiveCallView call) {
        PhoneNumber caller = call.caller();
        PhoneNumber dialed = call.dialed();
        return new LiveCall(
                call.callId().toString(),
                call.state().name().toLowerCase(Locale.ROOT),
                call.trunk(),
                call.gateway(),
                caller == null ? null : caller.toString(),
                dialed == null ? null : dialed.toString(),
                Instant.ofEpochMilli(call.beganAtMillis()),
                moment(call.answeredAtMillis()),
                moment(call.aliveAtMillis()));
    }

    private static @Nullable Instant moment(long millis) {
        return millis == 0 ? null : Instant.ofEpochMilli(millis);
    }

    @Override
    public List<TrunkState> trunks() {
        return activePlan.plan().trunks().stream().map(ServerOperations::state).toList();
    }

    @Override
    public List<StaticNumber> staticNumbers(long after, int limit) {
        return activePlan.plan().staticNumbers().values().stream()
                .filter(number -> number.number().digits() > after)
                .sorted(Comparator.comparing(StaticNumber::number))
                .limit(limit)
                .toList();
    }

    @Override
    public boolean trace(String trunk, Duration time) {
        if (activePlan.plan().trunks().stream().noneMatch(t -> t.name().equals(trunk))) {
            return false;
        }
        if (time.isZero()) {
            sip.stopTrace(trunk);
        } else {
            sip.trace(trunk, time);
        }
        return true;
    }

    @Override
    public List<Trace> traces() {
        Map<String, Duration> asked = sip.traced();
        return activePlan.plan().trunks().stream()
                .filter(trunk -> trunk.traced() || asked.containsKey(trunk.name()))
                .map(trunk -> new Trace(trunk.name(), trunk.traced() ? null : asked.get(trunk.name())))
                .toList();
    }

    private static TrunkState state(Trunk trunk) {
        PhoneNumber otherwise = trunk.defaultDestination();
        return new TrunkState(
                trunk.name(),
                trunk.sourceNetworks().stream().map(IpNetwork::toString).toList(),
                otherwise == null ? null : otherwise.toString());
    }

    @Override
    public List<GatewayState> gateways() {
        Map<String, Gateway> plan = activePlan.plan().gateways();
        return sip.gateways().stream()
                .filter(status -> plan.containsKey(status.name()))
                .map(status -> state(status, Objects.requireNonNull(plan.get(status.name()))))
                .toList();
    }

    private static GatewayState state(GatewayStatus status, Gateway gateway) {
        String host = status.host().indexOf(':') < 0 ? status.host() : "[" + status.host() + "]";
        Transport transport = status.transport();
        return new GatewayState(
                status.name(),
                status.port() > 0 ? host + ":" + status.port() : host,
                transport == null ? "AUTO" : transport.name(),
                gateway.silence(),
                status.state().name(),
                status.since(),
                status.reason());
    }

    /** How the server is, in one line. */
    String statusLine() {
        PlanReload.State state = reload.state();
        return ServerMetrics.sum(sip, Count.LIVE_CALLS) + " live calls, routing plan " + state.version()
                + (state.warnings().isEmpty()
                        ? ""
                        : ", warnings: " + state.warnings().size())
                + (state.bad() ? "; THE FILES ARE WRONG, ringtrace check-config tells why" : "");
    }

    @Override
    public Map<PhoneNumber, String> ownedNumbers(List<PhoneNumber> numbers) throws StoreUnavailableException {
        return directory.among(numbers);
    }

    @Override
    public Explained explain(Question question) {
        return RouteQuestion.answer(question, activePlan.plan(), directory, clock.nowMillis());
    }

    private static List<String> texts(List<Finding> findings) {
        return findings.stream().map(Finding::text).toList();
    }
}
