package io.ringtrace.sip.proxy;

import io.ringtrace.attribution.AttributionLookup;
import io.ringtrace.attribution.LeaseClock;
import io.ringtrace.call.CallRecorder;
import io.ringtrace.call.CookieKeys;
import io.ringtrace.call.RunningCall;
import io.ringtrace.routing.ActivePlan;
import io.ringtrace.routing.Trunk;
import io.ringtrace.sip.admission.CallCapacity;
import io.ringtrace.sip.admission.DigestCheck;
import io.ringtrace.sip.admission.FloodGuard;
import io.ringtrace.sip.admission.NewCallRates;
import io.ringtrace.sip.admission.OurNames;
import io.ringtrace.sip.admission.Overload;
import io.ringtrace.sip.admission.TrunkAdmission;
import io.ringtrace.sip.counters.CallTallies;
import io.ringtrace.sip.counters.Count;
import io.ringtrace.sip.counters.RefusalReason;
import io.ringtrace.sip.message.SipMessage;
import io.ringtrace.sip.message.SipMethod;
import io.ringtrace.sip.message.SipUri;
import io.ringtrace.sip.message.Span;
import io.ringtrace.sip.target.GatewayHealth;
import io.ringtrace.sip.target.GatewayTargets;
import io.ringtrace.sip.target.Hops;
import io.ringtrace.sip.target.LongMessages;
import io.ringtrace.sip.trace.MessageWatch;
import io.ringtrace.sip.transaction.InviteServerTransaction;
import io.ringtrace.sip.transaction.ServerTransaction;
import io.ringtrace.sip.transaction.TimerWheel;
import io.ringtrace.sip.transaction.TransactionLayer;
import io.ringtrace.sip.transport.Hop;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What a proxy does with a request that no transaction knows yet, RFC 3261 §16 in order: who sends it, is it sound (16.3), its routes
 * (16.4), its targets (16.5), forwarding (16.6); what opens a call goes to
 * {@link FirstInvites}. Responses then go to the {@link ResponseContext}. One per shard, used by its thread.
 */
public final class ProxyCore {
    private static final Duration COOKIE_SLACK = Duration.ofHours(1);
    private final CallTallies tallies = new CallTallies();
    private final Overload overload;
    private final OverloadSignal signal;
    private final MessageWatch watch;
    private final RefusedInvites refused;
    private final ProxyParts parts;
    private final RandomGenerator random;
    private final RequestValidation validation;
    private final RouteProcessing routes;
    private final DialogRequests dialogRequests;
    private final Strangers strangers;
    private final CancelForwarding cancelForwarding;
    private final FirstInvites firstInvites;
    private final BooleanSupplier stopping;

    /**
     * The other modules, as a proxy sees them.
     *
     * @param recorder the shard's own
     * @param rejoining what an earlier run left, for all shards
     * @param stopping true as soon as we are about to stop, and take no new calls
     * @param capacity what limits calls, for all shards
     * @param digests how trunks prove themselves, for all shards
     * @param guard who is banned, for all shards
     * @param rates how many new calls trunks send, for all shards
     * @param seen what is mirrored and logged, for all shards
     */
    public record Surroundings(
            ActivePlan activePlan,
            AttributionLookup lookup,
            LeaseClock clock,
            CookieKeys cookieKeys,
            CallRecorder recorder,
            GatewayTargets targets,
            GatewayHealth health,
            RejoiningInvites rejoining,
            BooleanSupplier stopping,
            CallCapacity capacity,
            DigestCheck digests,
            FloodGuard guard,
            NewCallRates rates,
            MessageWatch.Shared seen) {}

    /**
     * @param maximumDuration how long a call may last; its cookie is good for an hour more
     * @param mostLiveCalls most calls of the shard
     * @param noAnswerLimit how long the last gateway of a call may leave its INVITE without any answer
     * @param sheds whether new calls are refused when the shard has more to do than it can
     * @param toTag the To tag of our own answers
     */
    public record Rules(
            Duration maximumDuration, int mostLiveCalls, Duration noAnswerLimit, boolean sheds, String toTag) {}

    /**
     * @param hops the shard's own
     * @param loop runs a task on the shard's thread
     */
    public ProxyCore(
            TransactionLayer transactions,
            Surroundings surroundings,
            Rules rules,
            OurNames names,
            Hops hops,
            Executor loop,
            LongSupplier monotonicMillis,
            RandomGenerator random) {
        Duration longest = rules.maximumDuration().plus(COOKIE_SLACK);
        CookieSigner signer = new CookieSigner(surroundings.cookieKeys());
        LiveCalls liveCalls = new LiveCalls(
                transactions.wheel(),
                rules.mostLiveCalls(),
                transactions.timers().longestMillis(),
                random.nextLong());
        CallRecording recording = new CallRecording(
                surroundings.recorder(),
                surroundings.clock(),
                monotonicMillis,
                liveCalls,
                transactions.counters(),
                tallies,
                new DialogReader(names),
                surroundings.rejoining());
        TrunkAdmission admission = new TrunkAdmission(
                surroundings.activePlan(),
                surroundings.targets(),
                surroundings.guard(),
                surroundings.clock(),
                longest.toMillis());
        this.overload = new Overload(rules.sheds(), TimerWheel.LONGEST_TICK_MILLIS);
        this.signal = new OverloadSignal(admission, overload, surroundings.rates(), surroundings.clock()::nowMillis);
        this.watch = new MessageWatch(
                surroundings.seen(),
                transactions.counters(),
                surroundings.clock()::nowMillis,
                admission::trunkFrom,
                transactions::ourEnd);
        transactions.seenBy(watch);
        this.parts = new ProxyParts(
                transactions,
                new LocalAnswers(transactions, rules.toTag(), signal, tallies),
                recording,
                tallies,
                liveCalls,
                new RequestForwarding(
                        transactions, signer, new CallHeaders(new FromSeal(surroundings.cookieKeys())), signal),
                signer,
                admission,
                surroundings.capacity(),
                surroundings.lookup(),
                surroundings.clock(),
                monotonicMillis,
                surroundings.targets(),
                surroundings.health(),
                hops,
                new LongMessages(hops, monotonicMillis),
                names,
                loop,
                longest.toMillis(),
                rules.noAnswerLimit().toMillis());
        liveCalls.watchedBy(new CallSupervision(parts, hops.listeners(), rules.maximumDuration()));
        this.refused = new RefusedInvites(parts.transactions().timers().longestMillis());
        this.random = random;
        this.validation = new RequestValidation(parts.names());
        this.routes = new RouteProcessing(parts.names());
        this.dialogRequests = new DialogRequests(parts, routes);
        this.strangers =
                new Strangers(parts.admission(), surroundings.digests(), surroundings.guard(), parts.answers());
        this.cancelForwarding = new CancelForwarding(parts.transactions(), parts.answers());
        this.firstInvites =
                new FirstInvites(parts, routes, surroundings.rejoining(), refused, overload, signal, watch, random);
        this.stopping = surroundings.stopping();
    }

    /** An answered call of an earlier run, which this shard has to watch from now on; before the first request. */
    public void resume(RunningCall running) {
        List<LiveDialog> legs = legs(running);
        if (!legs.isEmpty()) {
            TrunkAdmission admission = parts.admission();
            int trunk = legs.getFirst().trunk();
            parts.recording().resume(running, legs, admission.trunkName(trunk), admission.supervision(trunk));
        }
    }

    /** The Call-ID by which a call of an earlier run finds its shard; empty when this version cannot read its dialog. */
    public static byte[] sipCallId(RunningCall running) {
        List<LiveDialog> legs = legs(running);
        return legs.isEmpty() ? new byte[0] : legs.getFirst().bytes(LiveDialog.Text.CALL_ID);
    }

    /** Without those that this version cannot read. */
    private static List<LiveDialog> legs(RunningCall running) {
        return running.dialogs().stream()
                .map(LiveDialog::of)
                .filter(Objects::nonNull)
                .toList();
    }

    /** A message has come, good or not, and is about to be dealt with. */
    public void received(SipMessage message, Hop source) {
        watch.received(message, source);
    }

    /** A good request that belongs to no transaction. */
    public void request(SipMessage request, Hop source) {
        if (overload.shedding() && shedAtOnce(request, source)) {
            return;
        }
        boolean inDialog = Span.present(request.toTag());
        Trunk trunk = parts.admission().trunkFrom(source);
        boolean known = trunk != null || parts.admission().gatewayAt(source.address());
        if (inDialog && !known) {
            if (parts.answers().acknowledges(request)) {
                return;
            }
            if (!dialogRequests.admits(request, source)) {
                strangers.refuse(request, source);
                return;
            }
        } else if (!inDialog && (trunk == null ? !known : trunk.access().digest() != null)) {
            trunk = strangers.proved(request, source, trunk);
            if (trunk == null) {
                return;
            }
            watch.proved(request, source, trunk);
            signal.proved(source, trunk);
        }
        int origin = trunk == null || inDialog ? 0 : TrunkAdmission.hash(trunk.name());
        int loopHash = RequestValidation.loopHash(request, origin);
        Refusal unsound = validation.check(request, source, loopHash);
        if (unsound != null) {
            parts.answers().refuse(request, source, unsound);
            return;
        }
        routes.process(request);
        if (request.method() == SipMethod.ACK) {
            dialogRequests.ack(request, source, loopHash);
        } else if (inDialog) {
            dialogRequests.request(request, source, loopHash);
        } else {
            outOfDialog(request, source, trunk, loopHash);
        }
    }

    /** New calls of a trunk that needs no proof, and the ACKs of those refused, are done with before anything more is thought about them. */
    private boolean shedAtOnce(SipMessage request, Hop source) {
        if (parts.answers().acknowledges(request)) {
            return true;
        }
        if (request.method() != SipMethod.INVITE || Span.present(request.toTag())) {
            return false;
        }
        Trunk trunk = parts.admission().trunkFrom(source);
        if (trunk == null || trunk.access().digest() != null || !overload.refuses(random.nextDouble())) {
            return false;
        }
        signal.arrived(trunk);
        refused.refused(
                parts.transactions().lastingKey(request),
                Refusal.OVERLOAD,
                parts.monotonicMillis().getAsLong());
        parts.answers().refuse(request, source, Refusal.OVERLOAD);
        return true;
    }

    /** A CANCEL; it never belongs to a transaction of its own here, because it is answered the same way each time it comes. */
    public void cancel(SipMessage cancel, Hop source) {
        if (stranger(source) && !cancelForwarding.cancelsInviteOf(cancel, source)) {
            strangers.refuse(cancel, source);
        } else {
            cancelForwarding.received(cancel, source);
        }
    }

    /** A request that the parser refused. */
    public void malformed(SipMessage request, Hop source, int status, String reason) {
        if (!request.answerable()) {
            parts.answers().count(source, Count.MALFORMED, RefusalReason.MALFORMED);
            if (stranger(source)) {
                strangers.offended(source);
            }
        } else if (stranger(source)) {
            strangers.refuse(request, source);
        } else {
            parts.answers().refuse(request, source, Refusal.malformed(status, reason));
        }
    }

    /** True when a ban of its network does not concern that source: it is a trunk's or a gateway's address, or shows a trunk's certificate. */
    public boolean spares(Hop source) {
        return parts.admission().sideAt(source.address()) || parts.admission().trunkFrom(source) != null;
    }

    private boolean stranger(Hop source) {
        return parts.admission().trunkFrom(source) == null && !parts.admission().gatewayAt(source.address());
    }

    /** A request for which the shard of its Call-ID has no room: a new INVITE, or what came by a connection and will not come again. */
    public void shed(SipMessage request, Hop source) {
        parts.answers().refuse(request, source, Refusal.RING_FULL);
    }

    /** A fault of ours while handling this request: it gets 500, by its transaction if that is still open. */
    public void fault(SipMessage request, Hop source) {
        ServerTransaction server = parts.transactions().find(request);
        if (server == null) {
            parts.answers().refuse(request, source, Refusal.FAULT);
        } else if (server.unanswered() && !(server instanceof InviteServerTransaction invite && invite.failed())) {
            parts.answers().respond(server, Refusal.FAULT.status(), Refusal.FAULT.reason());
        }
    }

    /** How much the shard has to do. */
    public Overload overload() {
        return overload;
    }

    /** What is counted by trunk and by gateway. */
    public CallTallies tallies() {
        return tallies;
    }

    /** Some of the shard's running calls, at most so many. */
    public List<LiveCallView> liveCalls(int most) {
        return parts.liveCalls().views(most);
    }

    /** With each tick: see {@link CallRecording#recordWaiting}. */
    public boolean recordWaiting() {
        return parts.recording().recordWaiting();
    }

    /** Writes the gauges. */
    public void gauge() {
        parts.counters().set(Count.LIVE_CALLS, parts.liveCalls().size());
        parts.counters().set(Count.LAG_MILLIS, overload.lagMillis());
        parts.counters().set(Count.SERVER_TRANSACTIONS, parts.transactions().serverTransactions());
        parts.counters().set(Count.CLIENT_TRANSACTIONS, parts.transactions().clientTransactions());
    }

    private void outOfDialog(SipMessage request, Hop source, @Nullable Trunk trunk, int loopHash) {
        SipMethod method = request.method();
        if (method != SipMethod.INVITE && method != SipMethod.OPTIONS) {
            parts.answers().refuse(request, source, Refusal.NOT_ALLOWED);
            return;
        }
        boolean foreign = request.requestUri().scheme() != SipUri.Scheme.TEL
                && !parts.names().names(request.requestUri());
        if (foreign || routes.foreign() || routes.routesLeft()) {
            parts.answers().refuse(request, source, Refusal.FORBIDDEN);
        } else if (stopping.getAsBoolean()) {
            parts.answers().refuse(request, source, Refusal.STOPPING);
        } else if (method == SipMethod.OPTIONS) {
            parts.answers().capabilities(request, source);
        } else if (trunk == null) {
            parts.answers().refuse(request, source, Refusal.FORBIDDEN);
        } else {
            firstInvites.received(request, source, trunk, loopHash);
        }
    }
}
