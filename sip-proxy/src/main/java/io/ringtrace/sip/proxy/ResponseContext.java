package io.ringtrace.sip.proxy;

import io.netty.buffer.ByteBuf;
import io.ringtrace.call.EndReason;
import io.ringtrace.call.EndedBy;
import io.ringtrace.call.GatewayAttempt;
import io.ringtrace.routing.Gateway;
import io.ringtrace.routing.RouteDecision;
import io.ringtrace.sip.counters.Count;
import io.ringtrace.sip.message.SipHeader;
import io.ringtrace.sip.message.SipMessage;
import io.ringtrace.sip.message.Span;
import io.ringtrace.sip.transaction.InviteClientTransaction;
import io.ringtrace.sip.transaction.InviteServerTransaction;
import io.ringtrace.sip.transaction.ServerTransactionUser;
import io.ringtrace.sip.transaction.TimerWheel;
import io.ringtrace.sip.transport.Hop;
import java.net.InetAddress;
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
    private static final String ANSWERED_ELSEWHERE = "SIP;cause=200;text=\"Call completed elsewhere\"";

    private final ProxyParts parts;
    private final MergedRequests merged;
    private final InviteServerTransaction server;
    private final LiveCall call;
    private final CallCookie cookie;
    private final RouteDecision.Forward route;
    private final List<Gateway> gateways;
    private final int routesToRemove;
    private final int loopHash;
    private final List<Branch> branches = new ArrayList<>(1);
    private final RingTimer ringTimer = new RingTimer();
    private int nextGateway;
    private boolean failoverEnded;
    private boolean cancelled;
    private boolean rangTooLong;
    private boolean finished;

    private int bestStatus;
    private byte @Nullable [] best;
    private @Nullable String bestReason;

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
            int routesToRemove,
            int loopHash) {
        this.parts = parts;
        this.merged = merged;
        this.server = server;
        this.call = call;
        this.cookie = cookie;
        this.route = route;
        this.routesToRemove = routesToRemove;
        this.loopHash = loopHash;
        this.gateways =
                parts.health().inOrder(route.gateways(), parts.monotonicMillis().getAsLong());
    }

    void begin() {
        server.servedBy(this);
        tryNextGateway();
    }

    ByteBuf inviteFor(Branch branch, InviteClientTransaction client, Hop to) {
        CallCookie own = cookie.at(branch.gateway);
        return parts.forwarding()
                .newCall(
                        server.request(),
                        server.source(),
                        routesToRemove,
                        route.destination(),
                        route.route().stepsFor(branch.gateway),
                        branch.gateway,
                        to,
                        own,
                        parts.transactions().branchOf(client, loopHash));
    }

    /** A 100 is for us alone; every other provisional response goes upstream (§16.7 step 5). */
    void provisional(Branch branch, SipMessage response) {
        int status = response.status();
        if (status == 100 || finished || call.answered) {
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
        server.respond(status, parts.forwarding().response(response, server.peer()));
    }

    /** Every 2xx goes upstream at once, from whatever branch and however late (§16.7 step 5, RFC 6026 §7). */
    void succeeded(Branch branch, SipMessage response) {
        ByteBuf out = parts.forwarding().response(response, server.peer());
        if (finished && !call.answered) {
            // Too late for this transaction. The caller's side ends what it no longer wants; silence would leave the
            // callee talking to nobody.
            parts.counters().responseSent(response.status());
            parts.transactions().send(out, server.peer());
            return;
        }
        parts.recording()
                .answered(
                        call,
                        CookieSigner.tagHash(response, response.toTag()),
                        branch.gateway.name(),
                        response.status(),
                        SessionTimer.intervalMillis(response),
                        call.answered ? List.of() : attempts());
        if (!finished) {
            finished = true;
            leave();
            CancelForwarding.cancelPending(branches, branch, ANSWERED_ELSEWHERE);
        }
        server.respond(response.status(), out);
    }

    /** A branch brought a final response other than 2xx. */
    void failed(Branch branch, SipMessage response) {
        if (finished) {
            return;
        }
        int status = response.status();
        if (betterThanBest(status)) {
            keepBest(status, parts.forwarding().responseBytes(response, server.peer()), reasonOf(response));
        }
        if (branch.abandoned()) {
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
        parts.health().failed(branch.gateway, parts.monotonicMillis().getAsLong());
        if (!finished && mayFailOver()) {
            branch.abandon("no answer within " + branch.gateway.silence().toMillis() + " ms");
            failOver();
        }
    }

    /** A branch ended without a final response. */
    void gone(Branch branch, int asStatus) {
        if (finished) {
            return;
        }
        if (betterThanBest(asStatus)) {
            keepBest(asStatus, null, null);
        }
        if (branch != branches.getLast()) {
            return;
        }
        if (mayFailOver()) {
            failOver();
        } else {
            finish();
        }
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
    public void cancelled() {
        cancelled = true;
        CancelForwarding.cancelPending(branches, null, null);
    }

    @Override
    public void failed() {
        if (!finished) {
            CancelForwarding.cancelPending(branches, null, null);
            end(EndReason.DESTINATION_ERROR, EndedBy.RINGTRACE, 500, 0, null);
            parts.answers().respond(server, 500, "Server Internal Error");
        }
    }

    static @Nullable String reasonOf(SipMessage response) {
        int reason = response.value(SipHeader.REASON);
        return Span.present(reason) ? response.text(reason) : null;
    }

    private boolean mayFailOver() {
        return !cancelled && !failoverEnded && nextGateway < gateways.size();
    }

    private void failOver() {
        parts.counters().add(Count.FAILOVERS);
        tryNextGateway();
    }

    private void tryNextGateway() {
        Gateway gateway = gateways.get(nextGateway++);
        Branch branch = new Branch(this, parts, gateway);
        branches.add(branch);
        branch.awaitAnswer();
        parts.targets().resolve(gateway.host(), parts.loop(), address -> resolved(branch, address));
    }

    private void resolved(Branch branch, @Nullable InetAddress address) {
        if (finished || branch.abandoned()) {
            return;
        }
        if (cancelled) {
            finish();
            return;
        }
        Hop to = address == null
                ? null
                : parts.hops()
                        .to(
                                address,
                                branch.gateway.port(),
                                branch.gateway.transport(),
                                branch.gateway.host(),
                                server.source().listener());
        if (to == null) {
            branch.transportFailed();
        } else {
            branch.send(to);
        }
    }

    /**
     * §16.7 step 6: a 6xx before all others, else the lowest class, and in it what tells the caller what to do. A 503 is never better than
     * another 5xx, because it is not passed on.
     */
    private boolean betterThanBest(int status) {
        return bestStatus == 0 || rank(status) < rank(bestStatus);
    }

    private static int rank(int status) {
        int byClass = status >= 600 ? 0 : status / 100;
        return switch (status) {
            case 401, 407, 415, 420, 484 -> byClass * 10;
            // What a gateway says is worth more than our own "nobody answered".
            case 408, 503 -> byClass * 10 + 2;
            default -> byClass * 10 + 1;
        };
    }

    private void keepBest(int status, byte @Nullable [] response, @Nullable String reason) {
        bestStatus = status;
        best = response;
        bestReason = reason;
    }

    private void finish() {
        if (finished) {
            return;
        }
        byte[] passed = best;
        int statusGateway = passed == null ? 0 : bestStatus;
        if (rangTooLong) {
            end(EndReason.DESTINATION_NO_ANSWER, EndedBy.RINGTRACE, 408, statusGateway, bestReason);
            parts.answers().respond(server, 408, "Request Timeout");
        } else if (passed != null && bestStatus != UNREACHABLE) {
            EndReason reason = cancelled ? EndReason.CALLER_CANCELLED : EndReason.ofGatewayFinal(bestStatus);
            EndedBy by = cancelled ? EndedBy.CALLER : EndedBy.DESTINATION;
            end(reason, by, bestStatus, statusGateway, bestReason);
            server.respond(
                    bestStatus,
                    parts.transactions().buffer(server.peer(), passed.length).writeBytes(passed));
        } else if (cancelled) {
            end(EndReason.CALLER_CANCELLED, EndedBy.CALLER, 487, statusGateway, bestReason);
            parts.answers().respond(server, 487, "Request Terminated");
        } else if (bestStatus == TIMED_OUT) {
            end(EndReason.DESTINATION_NO_ANSWER, EndedBy.RINGTRACE, 408, 0, null);
            parts.answers().respond(server, 408, "Request Timeout");
        } else {
            // 503 would make the caller's side avoid us, not the gateway (§16.7 step 6).
            EndedBy by = passed == null ? EndedBy.RINGTRACE : EndedBy.DESTINATION;
            end(EndReason.DESTINATION_ERROR, by, 500, statusGateway, bestReason);
            parts.answers().respond(server, 500, "Server Internal Error");
        }
    }

    private void end(EndReason reason, EndedBy by, int statusSent, int statusGateway, @Nullable String reasonHeader) {
        finished = true;
        parts.recording().endedUnanswered(call, reason, by, statusSent, statusGateway, reasonHeader, attempts());
        leave();
    }

    private void leave() {
        ringTimer.stop();
        merged.answered(server.request(), this);
    }

    private List<GatewayAttempt> attempts() {
        List<GatewayAttempt> attempts = new ArrayList<>(branches.size());
        for (int i = 0; i < branches.size(); i++) {
            attempts.add(branches.get(i).attempt());
        }
        return attempts;
    }
}
