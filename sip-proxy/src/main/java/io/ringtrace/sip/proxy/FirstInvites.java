package io.ringtrace.sip.proxy;

import io.ringtrace.call.CallEvent;
import io.ringtrace.call.CallId;
import io.ringtrace.call.EndReason;
import io.ringtrace.call.EndedBy;
import io.ringtrace.call.InviteKey;
import io.ringtrace.call.PhoneNumber;
import io.ringtrace.call.RecentInvite;
import io.ringtrace.routing.CallLimits;
import io.ringtrace.routing.RouteDecision;
import io.ringtrace.routing.RoutingPlan;
import io.ringtrace.routing.Trunk;
import io.ringtrace.sip.admission.CallCapacity;
import io.ringtrace.sip.admission.Overload;
import io.ringtrace.sip.admission.TrunkAdmission;
import io.ringtrace.sip.counters.Count;
import io.ringtrace.sip.counters.RefusalReason;
import io.ringtrace.sip.message.SipMessage;
import io.ringtrace.sip.trace.MessageWatch;
import io.ringtrace.sip.transaction.InviteServerTransaction;
import io.ringtrace.sip.transport.Hop;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * INVITEs that open a call, from their admission to the response context that carries the call on: whether there is room, whether an earlier run
 * or an earlier refusal knows them, what the plan and the lease say, and the record's beginning. One per shard, used by its thread.
 */
final class FirstInvites {
    private final ProxyParts parts;
    private final RouteProcessing routes;
    private final TargetSelection targetSelection;
    private final MergedRequests merged;
    private final RejoiningInvites rejoining;
    private final RefusedInvites refused;
    private final Overload overload;
    private final OverloadSignal signal;
    private final MessageWatch watch;
    private final RandomGenerator random;

    FirstInvites(
            ProxyParts parts,
            RouteProcessing routes,
            RejoiningInvites rejoining,
            RefusedInvites refused,
            Overload overload,
            OverloadSignal signal,
            MessageWatch watch,
            RandomGenerator random) {
        this.parts = parts;
        this.routes = routes;
        this.targetSelection = new TargetSelection(parts.lookup());
        this.merged = new MergedRequests(random.nextLong());
        this.rejoining = rejoining;
        this.refused = refused;
        this.overload = overload;
        this.signal = signal;
        this.watch = watch;
        this.random = random;
    }

    /** A sound INVITE of a trunk that no transaction knows yet. */
    void received(SipMessage request, Hop source, Trunk trunk, int loopHash) {
        if (merged.pending(request, trunk)) {
            parts.answers().refuse(request, source, Refusal.MERGED);
            return;
        }
        InviteKey key = parts.transactions().lastingKey(request);
        long now = parts.monotonicMillis().getAsLong();
        Refusal before = refused.find(key, now);
        if (before != null) {
            parts.answers().refuse(request, source, before);
            return;
        }
        Refusal noRoom = noRoom(trunk);
        if (noRoom != null) {
            refused.refused(key, noRoom, now);
            parts.answers().refuse(request, source, noRoom);
        } else {
            admitted(request, source, trunk, loopHash, key);
        }
    }

    private @Nullable Refusal noRoom(Trunk trunk) {
        signal.arrived(trunk);
        if (parts.transactions().fullForCalls()) {
            return Refusal.TABLE_FULL;
        } else if (!parts.recording().acceptsNewCalls()) {
            return parts.liveCalls().full() ? Refusal.TABLE_FULL : Refusal.JOURNAL_FULL;
        }
        boolean shed = trunk.access().digest() != null && overload.shedding() && overload.refuses(random.nextDouble());
        return shed ? Refusal.OVERLOAD : null;
    }

    /** A first INVITE of a trunk, for which there is room. */
    private void admitted(SipMessage request, Hop source, Trunk trunk, int loopHash, InviteKey key) {
        long now = parts.clock().nowMillis();
        RecentInvite first = rejoining.find(key, now);
        if (first != null) {
            again(first, request, source, trunk, loopHash, now);
            return;
        }
        CallCapacity.Place place =
                parts.capacity().ofTrunk(trunk.name(), trunk.limits().trunk());
        if (place == null) {
            boolean calls =
                    parts.capacity().hasAllCalls(trunk.name(), trunk.limits().trunk());
            Refusal limit = calls ? Refusal.TRUNK_CALLS : Refusal.TRUNK_RATE;
            refused.refused(key, limit, parts.monotonicMillis().getAsLong());
            parts.answers().refuse(request, source, limit);
            return;
        }
        CallId callId = new CallId((now << 16) | (random.nextInt() & 0xFFFF), random.nextLong());
        newCall(parts.transactions().newInviteServer(request, source), trunk, loopHash, callId, now, key, place);
    }

    /**
     * An INVITE whose first arrival an earlier run of ours recorded, and which comes again because its caller has heard nothing since. The
     * call goes on in the same record; where it had come further than that, the caller's retransmission has crossed what we sent.
     */
    private void again(RecentInvite first, SipMessage request, Hop source, Trunk trunk, int loopHash, long now) {
        parts.counters().add(Count.RETRANSMISSIONS_RECEIVED);
        if (first.finalStatus() > 0) {
            rejoining.joined(first.key());
            InviteServerTransaction server = parts.transactions().newInviteServer(request, source);
            parts.answers().respond(server, first.finalStatus(), LocalAnswers.reasonPhrase(first.finalStatus()));
        } else if (!first.heard()) {
            rejoining.joined(first.key());
            newCall(
                    parts.transactions().newInviteServer(request, source),
                    trunk,
                    loopHash,
                    first.callId(),
                    now,
                    null,
                    CallCapacity.unlimited());
        }
    }

    /**
     * @param now when the INVITE arrived, by the lease clock
     * @param key null for a call whose record has begun
     * @param place what it counts for at its trunk
     */
    private void newCall(
            InviteServerTransaction server,
            Trunk trunk,
            int loopHash,
            CallId callId,
            long now,
            @Nullable InviteKey key,
            CallCapacity.Place place) {
        LiveCall call = parts.liveCalls().add(callId);
        call.hold(place);
        RoutingPlan plan = parts.admission().plan();
        boolean recorded = key == null;
        try {
            SipMessage invite = server.request();
            parts.answers().trying(server);
            TargetSelection.Selected selected =
                    withinNumberLimit(targetSelection.select(plan, invite, callId, trunk, now), call);
            watch.named(invite, callId);
            parts.recording().opened(call, selected, invite, watch.traces(trunk));
            if (key != null && !parts.recording().began(began(plan, invite, selected, now, key))) {
                parts.recording().refused(call);
                parts.answers().count(server.source(), Count.SHED, RefusalReason.JOURNAL_FULL);
                parts.answers().respond(server, 503, "Service Unavailable", "Retry-After", "5");
                return;
            }
            recorded = true;
            switch (selected.decision()) {
                case RouteDecision.Reject reject -> reject(server, call, reject);
                case RouteDecision.Forward forward -> forward(server, call, trunk, selected, forward, loopHash);
            }
        } catch (RuntimeException e) {
            faulted(server, call, trunk, plan, now, recorded ? null : key);
            throw e;
        }
    }

    private void forward(
            InviteServerTransaction server,
            LiveCall call,
            Trunk trunk,
            TargetSelection.Selected selected,
            RouteDecision.Forward forward,
            int loopHash) {
        SipMessage invite = server.request();
        CallCookie cookie = new CallCookie(call.callId, TrunkAdmission.hash(trunk.name()), 0, (int)
                CookieSigner.tagHash(invite, invite.fromTag()));
        ResponseContext context =
                new ResponseContext(parts, merged, server, call, cookie, forward, selected, routes.removed(), loopHash);
        merged.add(invite, context, trunk);
        context.begin();
    }

    /**
     * A fault of ours in an admitted INVITE, whose caller gets 500: the call has one record, and no more of it stays.
     *
     * @param key of a record that has not begun; null for one that has
     */
    private void faulted(
            InviteServerTransaction server,
            LiveCall call,
            Trunk trunk,
            RoutingPlan plan,
            long now,
            @Nullable InviteKey key) {
        if (server.served()) {
            return;
        }
        boolean ended = false;
        try {
            TargetSelection.Selected unknown = targetSelection.failed(server.request(), call.callId, trunk);
            if (key == null || parts.recording().began(began(plan, server.request(), unknown, now, key))) {
                int status = Refusal.FAULT.status();
                parts.recording()
                        .endedUnanswered(
                                call, EndReason.DESTINATION_ERROR, EndedBy.RINGTRACE, status, 0, null, List.of());
                ended = true;
            }
        } finally {
            if (!ended) {
                parts.recording().refused(call);
            }
        }
    }

    /** The same, or a refusal when the dialed number has as many calls as this trunk may bring it to. */
    private TargetSelection.Selected withinNumberLimit(TargetSelection.Selected chosen, LiveCall call) {
        PhoneNumber dialed = chosen.attempt().dialed();
        CallLimits limits = chosen.attempt().trunk().limits().number();
        if (limits.none() || dialed == null || !(chosen.decision() instanceof RouteDecision.Forward)) {
            return chosen;
        }
        CallCapacity.Place place = parts.capacity().ofNumber(dialed.digits(), limits);
        if (place != null) {
            call.hold(place);
            return chosen;
        }
        parts.counters().add(Count.NUMBER_LIMITED);
        return chosen.refusedWith(
                new RouteDecision.Reject(486, EndReason.REFUSED, 0, dialed + " has as many calls as it may"));
    }

    private void reject(InviteServerTransaction server, LiveCall call, RouteDecision.Reject reject) {
        parts.recording()
                .endedUnanswered(call, reject.reason(), EndedBy.RINGTRACE, reject.status(), 0, null, List.of());
        String retryAfter = reject.retryAfterSeconds() > 0 ? Integer.toString(reject.retryAfterSeconds()) : null;
        parts.answers()
                .respond(
                        server,
                        reject.status(),
                        LocalAnswers.reasonPhrase(reject.status()),
                        retryAfter == null ? null : "Retry-After",
                        retryAfter);
    }

    private static CallEvent.Began began(
            RoutingPlan plan, SipMessage invite, TargetSelection.Selected selected, long now, InviteKey key) {
        PhoneNumber destination =
                selected.decision() instanceof RouteDecision.Forward forward ? forward.destination() : null;
        return new CallEvent.Began(
                selected.attempt().callId(),
                now,
                invite.text(invite.callId()),
                selected.attempt().trunk().name(),
                selected.attempt().caller(),
                selected.attempt().callerWithheld(),
                selected.attempt().dialedText(),
                selected.attempt().dialed(),
                selected.attribution(),
                destination,
                plan.version(),
                selected.staleMillis(),
                key);
    }
}
