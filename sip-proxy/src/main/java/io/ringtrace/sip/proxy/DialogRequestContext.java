package io.ringtrace.sip.proxy;

import io.netty.buffer.ByteBuf;
import io.ringtrace.sip.message.SipMessage;
import io.ringtrace.sip.message.SipMethod;
import io.ringtrace.sip.transaction.ClientTransactionUser;
import io.ringtrace.sip.transaction.InviteClientTransaction;
import io.ringtrace.sip.transaction.InviteServerTransaction;
import io.ringtrace.sip.transaction.NonInviteClientTransaction;
import io.ringtrace.sip.transaction.NonInviteServerTransaction;
import io.ringtrace.sip.transaction.ServerTransaction;
import io.ringtrace.sip.transaction.ServerTransactionUser;
import io.ringtrace.sip.transaction.TimerWheel;
import io.ringtrace.sip.transport.Hop;
import org.jspecify.annotations.Nullable;

/**
 * The response context (RFC 3261 §16.7) of a request within a dialog: one branch, every response passed on. A BYE's final response, or its
 * absence, ends the call's record. Used on the shard's thread.
 */
final class DialogRequestContext implements ClientTransactionUser, ServerTransactionUser {
    private final ProxyParts parts;
    private final DialogRequests requests;
    private final Dialog dialog;
    private final SipMethod method;
    private final ServerTransaction server;
    private final int loopHash;
    private final long arrivedAtMillis;
    private final long arrivedMonotonic;
    private final @Nullable String reasonHeader;
    private final @Nullable ResponseRules responseRules;
    /** Of an INVITE, timer C; of any other request, when a 100 is due. */
    private final TimerWheel.Entry timer;

    private @Nullable InviteClientTransaction invite;

    /**
     * RFC 4320 §4.1: a request other than INVITE gets a 100, and no earlier than its sender's timer E reaches T2, when nothing else could be
     * said until then. It stops the sender's retransmissions. A 408 of the other side is not passed on (§4.2): what is sent again until the
     * sender gives up is absorbed.
     */
    private final class Trying extends TimerWheel.Entry {
        private boolean refused;

        void refused() {
            refused = true;
            parts.transactions()
                    .wheel()
                    .start(this, parts.transactions().timers().longestMillis());
        }

        @Override
        protected void fired() {
            if (refused && server instanceof NonInviteServerTransaction silent) {
                silent.forget();
            } else if (server.unanswered()) {
                parts.answers().respond(server, 100, "Trying");
            }
        }
    }

    private boolean cancelled;
    private @Nullable String cancelReason;
    private boolean cancelSent;

    private DialogRequestContext(
            ProxyParts parts, DialogRequests requests, Dialog dialog, int loopHash, ServerTransaction server) {
        this.parts = parts;
        this.requests = requests;
        this.dialog = dialog;
        this.server = server;
        this.loopHash = loopHash;
        this.method = server.request().method();
        this.arrivedAtMillis = parts.clock().nowMillis();
        this.arrivedMonotonic = parts.monotonicMillis().getAsLong();
        this.reasonHeader = method == SipMethod.BYE ? ResponseContext.reasonOf(server.request()) : null;
        this.responseRules = ResponseRules.of(
                server.request(), dialog.trunk(), dialog.gateway(), dialog.fromCaller(), dialog.fromReplaced());
        this.timer = method == SipMethod.INVITE ? new TimerC(parts.transactions(), this::timerCFired) : new Trying();
    }

    static DialogRequestContext ofInvite(
            ProxyParts parts, DialogRequests requests, Dialog dialog, int loopHash, InviteServerTransaction server) {
        DialogRequestContext context = new DialogRequestContext(parts, requests, dialog, loopHash, server);
        server.servedBy(context);
        parts.answers().trying(server);
        return context;
    }

    static DialogRequestContext ofOther(
            ProxyParts parts, DialogRequests requests, Dialog dialog, int loopHash, NonInviteServerTransaction server) {
        DialogRequestContext context = new DialogRequestContext(parts, requests, dialog, loopHash, server);
        parts.transactions()
                .wheel()
                .start(context.timer, parts.transactions().timers().untilTrying());
        return context;
    }

    /** Sends the request on; the hop is null when its target has no address. */
    void resolved(@Nullable Hop to) {
        if (!server.unanswered()) {
            return;
        }
        if (cancelled) {
            parts.answers().respond(server, 487, "Request Terminated");
            return;
        }
        if (to == null) {
            transportFailed();
        } else if (method == SipMethod.INVITE) {
            sendInvite(to);
        } else {
            send(to);
        }
    }

    private void sendInvite(Hop to) {
        InviteClientTransaction client = parts.transactions().newInviteClient(to, this);
        ByteBuf out = client == null
                ? null
                : requests.forwarded(
                        server.request(),
                        server.source(),
                        dialog,
                        to,
                        parts.transactions().branchOf(client, loopHash));
        if (client == null || out == null) {
            if (client != null) {
                client.abandon();
            }
            transportFailed();
        } else {
            invite = client;
            client.begin(out);
        }
    }

    private void send(Hop to) {
        NonInviteClientTransaction client = parts.transactions().newNonInviteClient(to, method, this);
        ByteBuf out = client == null
                ? null
                : requests.forwarded(
                        server.request(),
                        server.source(),
                        dialog,
                        to,
                        parts.transactions().branchOf(client, loopHash));
        if (client == null || out == null) {
            if (client != null) {
                client.abandon();
            }
            transportFailed();
        } else {
            client.begin(out);
        }
    }

    @Override
    public void responded(SipMessage response) {
        int status = response.status();
        if (status < 200) {
            provisional(response, status);
            return;
        }
        timer.stop();
        if (status < 300 || status == 408 || status == 481) {
            dialogEnded(status < 300);
        }
        // A 2xx that comes again is passed on like the first (RFC 6026 §7.2), and tells nothing new.
        if (status < 300 && method != SipMethod.BYE && server.unanswered()) {
            boolean refreshes = method == SipMethod.INVITE || method == SipMethod.UPDATE;
            parts.recording().alive(dialog, server.request(), response, refreshes);
        }
        if (status < 300 || server.unanswered()) {
            last(response, status);
        }
    }

    private void provisional(SipMessage response, int status) {
        if (!(timer instanceof TimerC timerC)) {
            // RFC 4320 §4.1 knows no provisional response to such a request but our own 100.
            return;
        }
        if (cancelled) {
            cancelInvite();
        } else if (status == 100) {
            timerC.startOnce();
        } else {
            timerC.restart();
        }
        if (status > 100 && server.unanswered()) {
            server.respond(status, parts.forwarding().response(response, server, responseRules));
        }
    }

    private void last(SipMessage response, int status) {
        if (status == 503) {
            // It would make the other side avoid us, not who is behind us (§16.7 step 6).
            parts.answers().respond(server, 500, "Server Internal Error");
        } else if (status == 408 && timer instanceof Trying trying) {
            trying.refused();
        } else {
            server.respond(status, parts.forwarding().response(response, server, responseRules));
        }
    }

    @Override
    public void timedOut() {
        timer.stop();
        dialogEnded(false);
        if (!server.unanswered()) {
            return;
        }
        if (server instanceof NonInviteServerTransaction silent) {
            // A 408 would come after the other side has given up (RFC 4320 §4.1).
            silent.forget();
        } else {
            unanswered();
        }
    }

    @Override
    public void transportFailed() {
        Hop udp = server.unanswered() && !cancelled
                ? requests.backToUdp(server.request(), server.source(), dialog)
                : null;
        if (udp != null) {
            resolved(udp);
            return;
        }
        timer.stop();
        dialogEnded(false);
        if (server.unanswered()) {
            parts.answers().respond(server, 500, "Server Internal Error");
        }
    }

    @Override
    public void cancelled(@Nullable String reason) {
        cancelled = true;
        cancelReason = reason;
        cancelInvite();
    }

    @Override
    public void failed() {
        if (server.unanswered()) {
            parts.answers().respond(server, 500, "Server Internal Error");
        }
    }

    private void cancelInvite() {
        InviteClientTransaction client = invite;
        if (client != null && !cancelSent && client.state() == InviteClientTransaction.State.PROCEEDING) {
            cancelSent = true;
            if (timer instanceof TimerC timerC) {
                timerC.cancelSent();
            }
            client.cancel(cancelReason);
        }
    }

    /** §16.8: CANCEL downstream and 408 upstream; what does not even end then, ends here. */
    private void timerCFired() {
        InviteClientTransaction client = invite;
        if (client != null && cancelSent) {
            client.giveUp();
        } else {
            cancelInvite();
        }
        if (server.unanswered()) {
            unanswered();
        }
    }

    private void unanswered() {
        parts.answers().respond(server, cancelled ? 487 : 408, cancelled ? "Request Terminated" : "Request Timeout");
    }

    /** A BYE got 2xx, 408, 481 or no answer: its dialog is over, at the moment the BYE arrived. */
    private void dialogEnded(boolean accepted) {
        if (method == SipMethod.BYE) {
            parts.recording()
                    .hungUp(
                            dialog.cookie().callId(),
                            dialog.leg(),
                            dialog.fromCaller(),
                            accepted,
                            arrivedAtMillis,
                            arrivedMonotonic,
                            reasonHeader);
        }
    }
}
