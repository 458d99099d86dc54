package io.ringtrace.sip.proxy;

import io.netty.buffer.ByteBuf;
import io.ringtrace.call.CallAttempt;
import io.ringtrace.call.EndReason;
import io.ringtrace.call.EndedBy;
import io.ringtrace.call.GatewayAttempt;
import io.ringtrace.routing.HeaderRules;
import io.ringtrace.routing.RouteDecision;
import io.ringtrace.sip.admission.CallCapacity;
import io.ringtrace.sip.admission.TrunkAdmission;
import io.ringtrace.sip.counters.Count;
import io.ringtrace.sip.message.SipHeader;
import io.ringtrace.sip.message.SipMessage;
import io.ringtrace.sip.message.SipUri;
import io.ringtrace.sip.message.Span;
import io.ringtrace.sip.target.CallTargets;
import io.ringtrace.sip.target.Target;
import io.ringtrace.sip.transaction.ClientTransactionUser;
import io.ringtrace.sip.transaction.InviteClientTransaction;
import io.ringtrace.sip.transaction.InviteServerTransaction;
import io.ringtrace.sip.transaction.ServerTransactionUser;
import io.ringtrace.sip.transaction.TimerWheel;
import io.ringtrace.sip.transport.Hop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * RFC 3261 §16.7 for a new call: tries the gateways one after another, passes provisional and successful responses on, and gives the INVITE
 * exactly one other final answer, the best. Used on the shard's thread.
 */
final class ResponseContext implements ServerTransactionUser {
    /** What a branch without a final response counts as (§16.7 step 6, §16.9). */
    static final int TIMED_OUT = 408;

    static final int UNREACHABLE = 503;
    static final int TOO_LONG = 513;
    /** RFC 5630 §5.1.1: nobody can be reached as securely as a sips URI wants it. */
    static final int NOT_SECURE = 480;

    private static final String ANSWERED_ELSEWHERE = "SIP;cause=200;text=\"Call completed elsewhere\"";

    private final ProxyParts parts;
    private final MergedRequests merged;
    private final InviteServerTransaction server;
    private final LiveCall call;
    private final CallCookie cookie;
    private final RouteDecision.Forward route;
    private final CallTargets targets;
    private final CallAttempt attempt;
    private final @Nullable String callData;
    private final int routesToRemove;
    private final int loopHash;
    private final List<Branch> branches = new ArrayList<>(1);
    private final RingTimer ringTimer = new RingTimer();
    private int breadthLeft;
    private @Nullable Redirects redirects;
    private boolean failoverEnded;
    private boolean cancelled;
    private @Nullable String cancelReason;
    private boolean rangTooLong;
    private boolean finished;
    /** Kept when the caller got another final answer than 2xx while a branch could still bring one: its dialog is read from both. */
    private @Nullable SipMessage invite;

    private @Nullable BestResponse best;

    private final class RingTimer extends TimerWheel.Entry {
        @Override
        protected void fired() {
            rangTooLong();
        }
    }

    /**
     * @param cookie with the trunk and caller of the call; each branch puts its own gateway into it
     * @param routesToRemove how many Route values of the request name us
     */
    ResponseContext(
            ProxyParts parts,
            MergedRequests merged,
            InviteServerTransaction server,
            LiveCall call,
            CallCookie cookie,
            RouteDecision.Forward route,
            TargetSelection.Selected selected,
            int routesToRemove,
            int loopHash) {
        this.parts = parts;
        this.merged = merged;
        this.server = server;
        this.call = call;
        this.cookie = cookie;
        this.route = route;
        this.attempt = selected.attempt();
        HeaderRules.CallDataHeader header = attempt.trunk().headers().callData();
        this.callData = header == null
                ? null
                : CallData.value(
                        header, attempt.callId(), CallData.fields(header, selected.attribution(), parts.lookup()));
        this.routesToRemove = routesToRemove;
        this.loopHash = loopHash;
        this.targets = new CallTargets(route.gateways(), parts.targets(), parts.health());
        this.breadthLeft = server.request().maxBreadthOrDefault();
    }

    void begin() {
        server.servedBy(this);
        tryNext();
    }

    ByteBuf inviteFor(Branch branch, InviteClientTransaction client, Hop to) {
        CallCookie own = cookie.at(branch.gateway);
        branch.responseRules = ResponseRules.of(
                server.request(),
                attempt.trunk(),
                branch.gateway,
                true,
                attempt.trunk().headers().rewriteFrom());
        return parts.forwarding()
                .newCall(
                        server.request(),
                        server.source(),
                        routesToRemove,
                        attempt,
                        branch.number,
                        route.route().stepsFor(branch.gateway),
                        branch.gateway,
                        to,
                        own,
                        branch.breadth,
                        parts.transactions().branchOf(client, loopHash),
                        callData);
    }

    /** A provisional response other than 100 goes upstream (§16.7 step 5). */
    void provisional(Branch branch, SipMessage response) {
        int status = response.status();
        if (finished || call.answered) {
            return;
        }
        if (status / 10 == 18) {
            failoverEnded |= status == 180 || response.bodyLength() > 0;
            if (!call.progressed) {
                parts.transactions()
                        .wheel()
                        .start(ringTimer, route.ringTimeout().toMillis());
                parts.recording().progressed(call, branch.gateway.name(), status, branch.sentAtMillis());
            }
        }
        server.respond(status, parts.forwarding().response(response, server, branch.responseRules));
    }

    /**
     * Every 2xx goes upstream at once, from whatever branch and however late (§16.7 step 5, RFC 6026 §7). After another final answer the
     * caller's side ends what it no longer wants; silence would leave the callee talking to nobody.
     */
    void succeeded(Branch branch, SipMessage response) {
        if (call.answered) {
            afterSuccess(branch).responded(response);
            return;
        }
        ByteBuf out = parts.forwarding().response(response, server, branch.responseRules);
        parts.recording()
                .answered(
                        call,
                        finished ? invite : server.request(),
                        response,
                        cookie.at(branch.gateway),
                        branch.gateway.name(),
                        server.source().listener().index(),
                        listener(branch),
                        parts.admission().supervision(cookie.trunk()),
                        attempts());
        finished = true;
        leave();
        CancelForwarding.cancelPending(branches, branch, ANSWERED_ELSEWHERE);
        server.respond(response.status(), out);
    }

    /** Who hears the branch's further 2xx. */
    ClientTransactionUser afterSuccess(Branch branch) {
        return new LateAnswers(
                parts,
                server,
                call.callId,
                TrunkAdmission.hash(branch.gateway.name()),
                listener(branch),
                branch.responseRules);
    }

    private int listener(Branch branch) {
        Hop hop = branch.hop();
        return (hop == null ? server.source() : hop).listener().index();
    }

    LiveCall call() {
        return call;
    }

    /** Now, as the call's record has it. */
    long nowMillis() {
        return call.millisAt(parts.monotonicMillis().getAsLong());
    }

    /** The call counts at that gateway until it ends. */
    void keep(CallCapacity.Place place) {
        if (!call.answered) {
            parts.recording().goesOn(call);
        }
        call.hold(place);
    }

    /** A branch brought a final response other than 2xx. */
    void failed(Branch branch, SipMessage response) {
        breadthLeft += branch.breadth;
        if (finished) {
            return;
        }
        int status = response.status();
        if (status < 400 && !cancelled && !branch.abandoned() && follows(response)) {
            branch.abandon("answered " + status);
            tryNext();
            return;
        }
        BestResponse candidates = candidates();
        if (candidates.wants(response)) {
            candidates.add(response, parts.forwarding().responseBytes(response, server, branch.responseRules));
        }
        if (status >= 600) {
            // Nobody else is asked any more (§16.7 step 5); the answer waits for the others' 487, or their 2xx.
            CancelForwarding.cancelPending(branches, branch, null);
        }
        if (branch.abandoned()) {
            failoverEnded |= status >= 600;
            return;
        }
        if (mayFailOver() && branch.gateway.failoverStatuses().contains(status)) {
            branch.abandon("answered " + status);
            failOver();
        } else {
            finish();
        }
    }

    /** Nothing was heard within the gateway's silence: the next one's turn, when there is one. */
    void silent(Branch branch) {
        if (finished) {
            return;
        }
        if (mayFailOver()) {
            branch.abandon(noAnswerWithin(branch.gateway.silence()));
            failOver();
        } else if (targetsLeft() == 0 || cancelled) {
            // Where Max-Breadth keeps the next one waiting, timer B ends this one.
            long longer = parts.noAnswerLimitMillis() - branch.gateway.silence().toMillis();
            branch.awaitLonger(Math.max(longer, 0));
        }
    }

    /** Nothing was heard from the last gateway either: the caller gets 408, and who answers after it CANCEL. */
    void silentToTheEnd(Branch branch) {
        branch.abandon(noAnswerWithin(Duration.ofMillis(parts.noAnswerLimitMillis())));
        candidates().addUnanswered(TIMED_OUT);
        finish();
    }

    static String noAnswerWithin(Duration silence) {
        return "no answer within " + silence.toMillis() + " ms";
    }

    /** A branch ended without a final response. */
    void gone(Branch branch, int asStatus) {
        breadthLeft += branch.breadth;
        if (finished) {
            return;
        }
        candidates().addUnanswered(asStatus);
        if (branch != branches.getLast()) {
            return;
        }
        if (mayFailOver()) {
            failOver();
        } else {
            finish();
        }
    }

    /** True when the caller wants TLS all the way (RFC 3261 §26.2.2). */
    boolean secure() {
        return server.request().requestUri().scheme() == SipUri.Scheme.SIPS;
    }

    /** The ring timer or timer C (§16.8) fired: CANCEL downstream and, without waiting for its 487, 408 upstream. */
    void rangTooLong() {
        if (!finished) {
            rangTooLong = true;
            CancelForwarding.cancelPending(branches, null, null);
            finish();
        }
    }

    @Override
    public void cancelled(@Nullable String reason) {
        cancelled = true;
        cancelReason = reason;
        CancelForwarding.cancelPending(branches, null, reason);
    }

    @Override
    public void failed() {
        if (!finished) {
            CancelForwarding.cancelPending(branches, null, null);
            end(EndReason.DESTINATION_ERROR, EndedBy.RINGTRACE, 500, 0, null);
            parts.answers().respond(server, 500, "Server Internal Error");
        }
    }

    static @Nullable String reasonOf(SipMessage message) {
        int reason = message.value(SipHeader.REASON);
        return Span.present(reason) ? message.text(reason) : null;
    }

    private boolean mayFailOver() {
        return !cancelled && !failoverEnded && breadthLeft > 0 && targetsLeft() > 0;
    }

    /** All that is left, but one for each gateway whose turn may come while this one is silent (RFC 5393 §5.3.3). */
    private int shareOfBreadth() {
        int share = Math.max(1, breadthLeft - targetsLeft());
        breadthLeft -= share;
        return share;
    }

    private void failOver() {
        parts.counters().add(Count.FAILOVERS);
        tryNext();
    }

    private int targetsLeft() {
        return targets.left() + (redirects == null ? 0 : redirects.size());
    }

    /** §16.7 step 4: true when the 3xx is worked off here, by calling some of its Contacts. */
    private boolean follows(SipMessage response) {
        if (!route.route().followRedirects()) {
            return false;
        }
        Redirects known = redirects;
        if (known == null) {
            known = new Redirects(attempt, route.gateways(), route.destination());
            redirects = known;
        }
        return known.add(
                response,
                parts.admission().plan(),
                parts.lookup(),
                parts.clock().nowMillis());
    }

    /** Where a 3xx leads to comes before the gateways that are left. */
    private void tryNext() {
        Redirects known = redirects;
        if (known != null && known.hasNext()) {
            Redirects.Target redirected = known.next();
            begin(new Branch(this, parts, redirected.gateway(), redirected.number(), shareOfBreadth()), null);
        } else {
            CallTargets.Candidate next = targets.next();
            begin(new Branch(this, parts, next.gateway(), route.destination(), shareOfBreadth()), next.target());
        }
    }

    private void begin(Branch branch, @Nullable Target known) {
        branches.add(branch);
        if (known != null) {
            branch.send(known, server.source().listener());
        } else {
            branch.awaitAnswer();
            parts.targets().resolve(branch.gateway, parts.loop(), found -> resolved(branch, found));
        }
    }

    private void resolved(Branch branch, List<Target> found) {
        if (finished || branch.abandoned()) {
            return;
        }
        if (branch.cancelWanted()) {
            finish();
            return;
        }
        if (found.isEmpty()) {
            branch.hasNoTarget();
        } else {
            if (branch.number.equals(route.destination())) {
                targets.resolved(branch.gateway, found);
            }
            branch.send(found.getFirst(), server.source().listener());
        }
    }

    private BestResponse candidates() {
        BestResponse present = best;
        if (present == null) {
            present = new BestResponse();
            best = present;
        }
        return present;
    }

    private void finish() {
        if (finished) {
            return;
        }
        if (!rangTooLong && !cancelled && branches.stream().allMatch(Branch::limited)) {
            end(EndReason.REFUSED, EndedBy.RINGTRACE, UNREACHABLE, 0, null);
            parts.answers().respond(server, UNREACHABLE, "Service Unavailable", "Retry-After", "5");
            return;
        }
        BestResponse candidates = candidates();
        int status = candidates.status();
        byte[] passed = candidates.upstream();
        int statusGateway = passed == null ? 0 : status;
        String reason = candidates.reason();
        if (rangTooLong) {
            end(EndReason.DESTINATION_NO_ANSWER, EndedBy.RINGTRACE, 408, statusGateway, reason);
            parts.answers().respond(server, 408, "Request Timeout");
        } else if (passed != null && status != UNREACHABLE) {
            EndReason why = cancelled ? EndReason.CALLER_CANCELLED : EndReason.ofGatewayFinal(status);
            EndedBy by = cancelled ? EndedBy.CALLER : EndedBy.DESTINATION;
            end(why, by, status, statusGateway, cancelled && cancelReason != null ? cancelReason : reason);
            server.respond(
                    status,
                    parts.transactions().buffer(server.peer(), passed.length).writeBytes(passed));
        } else if (cancelled) {
            end(EndReason.CALLER_CANCELLED, EndedBy.CALLER, 487, statusGateway, cancelReason);
            parts.answers().respond(server, 487, "Request Terminated");
        } else if (status == TIMED_OUT) {
            end(EndReason.DESTINATION_NO_ANSWER, EndedBy.RINGTRACE, 408, 0, null);
            parts.answers().respond(server, 408, "Request Timeout");
        } else if (status == NOT_SECURE) {
            end(EndReason.DESTINATION_ERROR, EndedBy.RINGTRACE, NOT_SECURE, 0, null);
            parts.answers().respond(server, NOT_SECURE, "Temporarily Unavailable");
        } else if (status == TOO_LONG) {
            end(EndReason.DESTINATION_ERROR, EndedBy.RINGTRACE, TOO_LONG, 0, null);
            parts.answers().respond(server, TOO_LONG, "Message Too Large");
        } else {
            // 503 would make the caller's side avoid us, not the gateway (§16.7 step 6).
            EndedBy by = passed == null ? EndedBy.RINGTRACE : EndedBy.DESTINATION;
            end(EndReason.DESTINATION_ERROR, by, 500, statusGateway, reason);
            parts.answers().respond(server, 500, "Server Internal Error");
        }
    }

    private void end(EndReason reason, EndedBy by, int statusSent, int statusGateway, @Nullable String reasonHeader) {
        finished = true;
        if (server.unanswered() && branches.stream().anyMatch(branch -> !branch.finished())) {
            invite = new SipMessage();
            invite.copyFrom(server.request());
        }
        parts.recording().endedUnanswered(call, reason, by, statusSent, statusGateway, reasonHeader, attempts());
        leave();
    }

    private void leave() {
        ringTimer.stop();
        // When the shard ends, its server transactions go first.
        if (server.unanswered()) {
            merged.answered(server.request(), this);
        }
    }

    private List<GatewayAttempt> attempts() {
        List<GatewayAttempt> attempts = new ArrayList<>(branches.size());
        for (int i = 0; i < branches.size(); i++) {
            attempts.add(branches.get(i).attempt());
        }
        return attempts;
    }
}
