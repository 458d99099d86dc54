package io.ringtrace.sip.transaction;

import io.netty.buffer.ByteBuf;
import io.ringtrace.sip.message.SipMessage;
import io.ringtrace.sip.transport.Hop;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** A request that we have to answer, RFC 3261 §17.2. Found by what makes it equal to its retransmissions (§17.2.3). Used on the shard's thread. */
public abstract sealed class ServerTransaction extends Transaction
        permits InviteServerTransaction, NonInviteServerTransaction {
    /** Both of its {@link TransactionIdentity}. */
    final long key;

    final long check;
    private final Hop source;

    @Nullable
    ServerTransaction nextInBucket;

    private @Nullable SipMessage request;

    ServerTransaction(TransactionLayer layer, TransactionIdentity identity, SipMessage request, Hop source) {
        super(layer, replyTo(request, source));
        this.key = identity.key();
        this.check = identity.check();
        this.request = request;
        this.source = source;
    }

    /** The request, until the final response was given; reading it later is a fault. */
    public final SipMessage request() {
        SipMessage message = request;
        if (message == null) {
            throw new IllegalStateException("the request was answered and is gone");
        }
        return message;
    }

    /** Where the request came from; responses go to {@link #peer()}. */
    public final Hop source() {
        return source;
    }

    /** True until a final response was given. */
    public final boolean unanswered() {
        return request != null;
    }

    /** Answers, or passes a response on. Takes over one reference of the buffer. */
    public final void respond(int status, ByteBuf response) {
        layer.counters().responseSent(status);
        SipMessage answered = status >= 200 ? request : null;
        if (answered != null) {
            request = null;
            layer.giveBack(answered);
        }
        take(status, response);
    }

    abstract void take(int status, ByteBuf response);

    /** The request arrived again. */
    abstract void requestAgain();

    @Override
    public final boolean awaitsAnswer() {
        return false;
    }

    @Override
    final void passUp(SipMessage message) {
        // What a server machine passes up, the ACK to a 2xx, is handled by who gave it the ACK.
    }

    @Override
    final void acknowledge(SipMessage response) {
        throw new IllegalStateException("a server transaction acknowledges nothing");
    }

    final void end() {
        stopTimers();
        letGo();
        SipMessage left = request;
        request = null;
        if (left != null) {
            layer.giveBack(left);
        }
        layer.remove(this);
    }

    /**
     * Where responses to the request go (RFC 3261 §18.2.2): back by the connection it came by, and when that is gone to sent-by's port; over
     * UDP by RFC 3581 §4.
     */
    public static Hop replyTo(SipMessage request, Hop source) {
        if (source.reliable()) {
            return source.withPort(request.topVia().port());
        }
        int port =
                request.topVia().rport() >= 0 ? source.port() : request.topVia().port();
        return port == source.port()
                ? source
                : new Hop(new InetSocketAddress(source.address(), port), source.listener());
    }
}
