package io.ringtrace.sip.target;

import io.netty.buffer.ByteBuf;
import io.ringtrace.routing.ActivePlan;
import io.ringtrace.routing.Gateway;
import io.ringtrace.routing.RoutingPlan;
import io.ringtrace.sip.counters.Count;
import io.ringtrace.sip.message.LocalRequests;
import io.ringtrace.sip.message.SentBy;
import io.ringtrace.sip.message.SipMessage;
import io.ringtrace.sip.message.SipMethod;
import io.ringtrace.sip.transaction.ClientTransactionUser;
import io.ringtrace.sip.transaction.NonInviteClientTransaction;
import io.ringtrace.sip.transaction.TimerWheel;
import io.ringtrace.sip.transaction.TransactionLayer;
import io.ringtrace.sip.transport.Hop;
import io.ringtrace.sip.transport.Listener;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks suspect and down addresses of gateways by OPTIONS whether they live, and those of gateways that are to be asked always; keeps the
 * gateways' names looked up. Lives in one shard, on its thread, and follows the plan in force: what it knows of a gateway outlasts a reload
 * that leaves the gateway where it is.
 */
public final class GatewayProbes {
    private static final int LOOK_MILLIS = 100;
    private static final int FOLLOW_MILLIS = 1_000;
    private static final int ROOM = 1_024;
    private static final int MAX_FORWARDS = 70;
    private final TransactionLayer transactions;
    private final ActivePlan activePlan;
    private final GatewayTargets targets;
    private final GatewayHealth health;
    private final Hops hops;
    private final Listener preferred;
    private final Supplier<String> callIds;
    private final Map<Target, Probe> probes = new HashMap<>();
    private int looks;

    /**
     * @param preferred the listener to ask by where it fits
     * @param callIds makes Call-IDs whose answers come to this shard
     */
    public GatewayProbes(
            TransactionLayer transactions,
            ActivePlan activePlan,
            GatewayTargets targets,
            GatewayHealth health,
            Hops hops,
            Listener preferred,
            Supplier<String> callIds) {
        this.transactions = transactions;
        this.activePlan = activePlan;
        this.targets = targets;
        this.health = health;
        this.hops = hops;
        this.preferred = preferred;
        this.callIds = callIds;
    }

    /** Begins; ends with the shard. */
    public void begin() {
        new Look().fired();
    }

    /** Sees whom there is to ask. */
    private final class Look extends TimerWheel.Entry {
        @Override
        protected void fired() {
            RoutingPlan plan = activePlan.plan();
            if (looks++ % (FOLLOW_MILLIS / LOOK_MILLIS) == 0) {
                targets.follow(plan.gateways().values());
                for (Gateway gateway : plan.gateways().values()) {
                    if (gateway.probing().always()) {
                        askAll(gateway);
                    }
                }
            }
            health.unwell().forEach(GatewayProbes.this::ask);
            transactions.wheel().start(this, LOOK_MILLIS);
        }
    }

    private void askAll(Gateway gateway) {
        Targets known = targets.known(gateway);
        if (known != null) {
            known.all().forEach(this::ask);
        }
    }

    private void ask(Target target) {
        if (!probes.containsKey(target)) {
            Probe probe = new Probe(target);
            probes.put(target, probe);
            probe.fired();
        }
    }

    /** One address and the question that is asked there, again and again while there is reason to. */
    private final class Probe extends TimerWheel.Entry implements ClientTransactionUser {
        private final Target target;
        private @Nullable NonInviteClientTransaction asking;
        private long intervalMillis;
        private int number;

        Probe(Target target) {
            this.target = target;
        }

        /** The next question is due, or the answer to the last one is overdue. */
        @Override
        protected void fired() {
            Gateway gateway = activePlan.plan().gateways().get(target.gateway());
            Targets known = gateway == null ? null : targets.known(gateway);
            NonInviteClientTransaction unanswered = asking;
            if (unanswered != null) {
                asking = null;
                unanswered.forget();
            }
            if (gateway == null || known == null || !known.all().contains(target)) {
                health.forget(target);
                probes.remove(target);
            } else if (unanswered != null) {
                long waited = gateway.silence().toMillis();
                failed("no answer to OPTIONS within " + waited + " ms", waited);
            } else if (gateway.probing().always() || health.state(target) != GatewayStatus.State.UP) {
                ask(gateway);
            } else {
                probes.remove(target);
            }
        }

        private void ask(Gateway gateway) {
            intervalMillis = gateway.probing().interval().toMillis();
            transactions.wheel().start(this, gateway.silence().toMillis());
            Hop to = hops.to(target, preferred);
            NonInviteClientTransaction transaction =
                    to == null ? null : transactions.newNonInviteClient(to, SipMethod.OPTIONS, this);
            if (to != null && transaction != null) {
                asking = transaction;
                transactions.counters().add(Count.PROBES_SENT);
                transaction.begin(options(transaction, to));
            }
        }

        private ByteBuf options(NonInviteClientTransaction transaction, Hop to) {
            ByteBuf out = transactions.buffer(to, ROOM);
            SentBy sentBy = transactions.sentBy(to);
            String host = target.host().indexOf(':') < 0 ? target.host() : "[" + target.host() + "]";
            String callId = callIds.get();
            LocalRequests.options(
                    sentBy,
                    new String(transactions.branchOf(transaction, 0), StandardCharsets.US_ASCII),
                    "sip:" + host + ":" + target.port(),
                    "sip:" + sentBy.hostPort(),
                    Integer.toHexString(callId.hashCode()),
                    callId,
                    ++number,
                    MAX_FORWARDS,
                    out);
            return out;
        }

        @Override
        public boolean forwards() {
            return false;
        }

        @Override
        public void responded(SipMessage response) {
            if (response.status() < 200) {
                return;
            }
            asking = null;
            Gateway gateway = activePlan.plan().gateways().get(target.gateway());
            if (gateway != null && gateway.probing().failingStatuses().contains(response.status())) {
                failed("OPTIONS was answered with " + response.status(), 0);
            } else {
                health.probed(target);
                transactions.wheel().start(this, intervalMillis);
            }
        }

        @Override
        public void timedOut() {
            transportFailed();
        }

        @Override
        public void transportFailed() {
            asking = null;
            failed("OPTIONS could not be sent", 0);
        }

        private void failed(String why, long waitedMillis) {
            transactions.counters().add(Count.PROBES_FAILED);
            health.probeFailed(target, why);
            transactions.wheel().start(this, Math.max(intervalMillis - waitedMillis, LOOK_MILLIS));
        }
    }
}
