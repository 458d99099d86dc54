package io.ringtrace.sip.proxy;

import io.netty.buffer.ByteBuf;
import io.ringtrace.routing.Supervision;
import io.ringtrace.sip.counters.Count;
import io.ringtrace.sip.message.SipMessage;
import io.ringtrace.sip.message.SipMethod;
import io.ringtrace.sip.message.SipUri;
import io.ringtrace.sip.message.Span;
import io.ringtrace.sip.transaction.ClientTransactionUser;
import io.ringtrace.sip.transaction.NonInviteClientTransaction;
import io.ringtrace.sip.transport.Hop;
import io.ringtrace.sip.transport.Listener;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Watches the answered calls of a shard, so that one whose BYE never comes ends all the same. Each call has one timer, which asks both sides
 * for a sign of life (where the trunk wants that), gives the call up as lost when there was none for too long, and ends it at its maximum
 * duration by a BYE of ours to both sides: a departure from RFC 3261 §16, in which a proxy sends none. Its shard's thread alone.
 */
final class CallSupervision implements LiveCalls.Watch {
    /** Drained segments of the journal are deleted after an hour; until then a call's facts must stand in a younger one. */
    static final long JOURNAL_AGAIN_MILLIS = Duration.ofMinutes(30).toMillis();

    private static final String TIMER_EXPIRY = "Q.850;cause=102;text=\"Maximum duration\"";
    private static final int ROOM_FOR_OWN_FIELDS = 512;
    private static final int BOTH = 3;

    private final ProxyParts parts;
    private final DialogHops hops;
    private final List<Listener> listeners;
    private final long longestMillis;
    private final long lingerMillis;
    private final SipUri next = new SipUri();

    /**
     * @param longest after it a call is ended, if it lives
     */
    CallSupervision(ProxyParts parts, List<Listener> listeners, Duration longest) {
        this.parts = parts;
        this.hops = new DialogHops(parts);
        this.listeners = listeners;
        this.longestMillis = longest.toMillis();
        this.lingerMillis = parts.transactions().timers().longestMillis();
    }

    /** Takes over the rules of the call's trunk; before the call is watched. */
    static void begin(LiveCall call, Supervision rules) {
        Duration every = rules.askEvery();
        call.askMillis = every == null ? 0 : every.toMillis();
        call.hangUp = rules.hangUpAtMaximum();
    }

    @Override
    public void watch(LiveCall call) {
        long now = parts.monotonicMillis().getAsLong();
        if (call.lastQuestion) {
            hangUp(call);
            return;
        }
        long wait = parts.longestMillis() - (now - call.answeredAt);
        long patience = patience(call);
        if (patience > 0) {
            wait = Math.min(wait, call.aliveAt + patience - now);
        }
        LiveDialog dialog = call.dialog;
        if (dialog != null) {
            wait = Math.min(wait, call.journaledAt + JOURNAL_AGAIN_MILLIS - now);
        }
        if (call.hangUp && reachable(call)) {
            wait = Math.min(wait, call.answeredAt + longestMillis - now);
        }
        if (asks(call)) {
            wait = Math.min(wait, Math.max(call.aliveAt, call.askedAt) + call.askMillis - now);
        }
        parts.liveCalls().keepFor(call, Math.max(wait, 0));
    }

    @Override
    public void due(LiveCall call) {
        long now = parts.monotonicMillis().getAsLong();
        long age = now - call.answeredAt;
        long patience = patience(call);
        boolean overdue = age >= longestMillis && call.hangUp && reachable(call);
        if (age >= parts.longestMillis() || call.lastQuestion || (patience > 0 && now - call.aliveAt >= patience)) {
            parts.recording().lost(call);
        } else if (overdue && patience > 0 && !call.unproven) {
            // It would have been lost by now without a proof of life in the last interval.
            hangUp(call);
        } else if (overdue) {
            call.lastQuestion = true;
            ask(call, now);
            parts.liveCalls().keepFor(call, lingerMillis + 1_000);
        } else {
            if (call.dialog != null && now - call.journaledAt >= JOURNAL_AGAIN_MILLIS) {
                parts.recording().continued(call);
            }
            if (asks(call) && now - Math.max(call.aliveAt, call.askedAt) >= call.askMillis) {
                ask(call, now);
            }
            watch(call);
        }
    }

    /** How long a call may give no sign of life; 0 when none is expected before its longest time. */
    private long patience(LiveCall call) {
        long session = call.sessionMillis == 0 ? Long.MAX_VALUE : call.sessionMillis + lingerMillis;
        long asked = asks(call) ? 2 * call.askMillis + lingerMillis : Long.MAX_VALUE;
        long shorter = Math.min(session, asked);
        return shorter == Long.MAX_VALUE ? 0 : shorter;
    }

    private static boolean asks(LiveCall call) {
        return call.askMillis > 0 && reachable(call);
    }

    private static boolean reachable(LiveCall call) {
        LiveDialog dialog = call.dialog;
        return dialog != null && dialog.reachable();
    }

    private void ask(LiveCall call, long now) {
        call.askedAt = now;
        call.proved = 0;
        parts.counters().add(Count.CALLS_ASKED);
        sendToBoth(call, call.dialog, SipMethod.OPTIONS);
    }

    private void hangUp(LiveCall call) {
        parts.recording().reachedMaximum(call);
        for (LiveDialog leg = call.dialog; leg != null; leg = leg.next) {
            sendToBoth(call, leg, SipMethod.BYE);
        }
    }

    private void sendToBoth(LiveCall call, @Nullable LiveDialog dialog, SipMethod method) {
        if (dialog != null) {
            send(call, dialog, LiveDialog.Side.CALLER, method);
            send(call, dialog, LiveDialog.Side.DESTINATION, method);
        }
    }

    private void send(LiveCall call, LiveDialog dialog, LiveDialog.Side to, SipMethod method) {
        if (!dialog.readNext(to, next)) {
            return;
        }
        int written = next.transport();
        hops.find(
                dialog.text(DialogHops.host(next)),
                next.port(),
                DialogHops.transport(next, Span.present(written) ? dialog.text(written) : null),
                listeners.get(Math.min(dialog.listener(to), listeners.size() - 1)),
                hop -> {
                    if (hop != null) {
                        send(call, dialog, to, method, hop);
                    }
                });
    }

    private void send(LiveCall call, LiveDialog dialog, LiveDialog.Side to, SipMethod method, Hop hop) {
        NonInviteClientTransaction client =
                parts.transactions().newNonInviteClient(hop, method, new Outcome(call, dialog, to, method));
        if (client == null) {
            return;
        }
        ByteBuf out = parts.transactions().buffer(hop, dialog.length() + ROOM_FOR_OWN_FIELDS);
        byte[] branch = parts.transactions().branchOf(client, 0);
        if (method == SipMethod.BYE) {
            dialog.writeBye(to, parts.transactions().sentBy(hop), branch, TIMER_EXPIRY, out);
        } else {
            dialog.writeOptions(to, parts.transactions().sentBy(hop), branch, out);
        }
        client.begin(out);
    }

    /** What one side says to a request of ours. To a BYE nothing more is to be done: the call is over. */
    private final class Outcome implements ClientTransactionUser {
        private final LiveCall call;
        private final LiveDialog dialog;
        private final LiveDialog.Side side;
        private final SipMethod method;

        Outcome(LiveCall call, LiveDialog dialog, LiveDialog.Side side, SipMethod method) {
            this.call = call;
            this.dialog = dialog;
            this.side = side;
            this.method = method;
        }

        @Override
        public boolean forwards() {
            return false;
        }

        @Override
        public void responded(SipMessage response) {
            int status = response.status();
            if (method != SipMethod.OPTIONS || status < 200 || !call.watched()) {
                return;
            }
            if (status == 481) {
                if (parts.recording().unknownThere(call, dialog)) {
                    ask(call, parts.monotonicMillis().getAsLong());
                }
            } else if (status < 300 || status == 500) {
                // 500: it has the dialog, in which a later number was used than we knew of (§12.2.2).
                call.proved |= side == LiveDialog.Side.CALLER ? 1 : 2;
                if (call.proved == BOTH) {
                    parts.recording().alive(call);
                }
            }
        }

        @Override
        public void timedOut() {
            // The call's own timer says when silence has lasted too long.
        }

        @Override
        public void transportFailed() {
            // Likewise.
        }
    }
}
