package io.ringtrace.sip.proxy;

import io.netty.buffer.ByteBuf;
import io.ringtrace.call.CallId;
import io.ringtrace.sip.message.SipMessage;
import io.ringtrace.sip.transaction.ClientTransactionUser;
import io.ringtrace.sip.transaction.InviteServerTransaction;
import org.jspecify.annotations.Nullable;

/**
 * What is left of a branch once a 2xx of it was passed on: the 2xx that come again, and those of further branches beyond the gateway, go
 * upstream like the first (RFC 3261 §16.7 step 5, RFC 6026 §7.2). Everything else of its call is free by then. Used on the shard's thread.
 *
 * @param gateway hash of the name of the branch's gateway
 * @param listener index of the one that the gateway's messages come by
 * @param rules what becomes of the responses' headers
 */
record LateAnswers(
        ProxyParts parts,
        InviteServerTransaction server,
        CallId call,
        int gateway,
        int listener,
        @Nullable ResponseRules rules)
        implements ClientTransactionUser {

    @Override
    public void responded(SipMessage response) {
        ByteBuf out = parts.forwarding().response(response, server, rules);
        parts.recording().answeredAgain(call, response, gateway, listener);
        server.respond(response.status(), out);
    }

    @Override
    public void timedOut() {
        throw new IllegalStateException("an answered INVITE waits for nothing");
    }

    @Override
    public void transportFailed() {
        throw new IllegalStateException("an answered INVITE is not sent");
    }
}
