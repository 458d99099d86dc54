package io.ringtrace.sip.proxy;

import io.netty.buffer.ByteBuf;
import io.ringtrace.sip.message.SipMessage;
import io.ringtrace.sip.transaction.ClientTransactionUser;
import io.ringtrace.sip.transaction.InviteServerTransaction;
import org.jspecify.annotations.Nullable;

/**
 * What is left of a branch once a 2xx of it was passed on: the 2xx that come again, and those of further branches beyond the gateway, go
 * upstream like the first (RFC 3261 §16.7 step 5, RFC 6026 §7.2). Everything else of its call is free by then. Used on the shard's thread.
 *
 * @param rules what becomes of the responses' headers
 */
record LateAnswers(
        ProxyParts parts,
        InviteServerTransaction server,
        LiveCall call,
        @Nullable ResponseRules rules) implements ClientTransactionUser {

    @Override
    public void responded(SipMessage response) {
        int status = response.status();
        ByteBuf out = parts.forwarding().response(response, server, rules);
        if (call.answered) {
            parts.recording().answeredAgain(call, response);
            server.respond(status, out);
        } else {
            // The caller's INVITE got another final answer. His side ends what it no longer wants; silence would leave
            // the callee talking to
            // nobody.
            parts.counters().responseSent(status);
            parts.transactions().send(out, server.peer());
        }
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
