package io.ringtrace.sip.message;

import io.netty.buffer.ByteBuf;

/**
 * A response we make ourselves to a request (RFC 3261 §8.2.6): Via, From, To, Call-ID and CSeq copied in order, Record-Route too in 101 to
 * 299 (§12.1.1), Timestamp in a 100 (§8.2.6.1); no body. A shard owns one and reuses it: begin, state what is special, write. The request
 * is read when written, so a kept one serves as well as the one just parsed.
 */
public final class LocalResponse {
    /** Starts a response to an answerable request. Returns itself. */
    public LocalResponse begin(SipMessage request, int status, CharSequence reason) {
        throw new UnsupportedOperationException("in work");
    }

    /** Where the request came from; adds received and rport to the top Via as {@link RequestSplice#source} does. */
    public LocalResponse source(CharSequence address, int port) {
        throw new UnsupportedOperationException("in work");
    }

    /** The tag added to To when the request's To has none; not added to a 100. */
    public LocalResponse toTag(CharSequence tag) {
        throw new UnsupportedOperationException("in work");
    }

    /** Adds a field such as Retry-After, Allow, Unsupported, Warning. CR and LF must not be in it (throws IllegalArgumentException). */
    public LocalResponse field(CharSequence name, CharSequence value) {
        throw new UnsupportedOperationException("in work");
    }

    /** Adds one {@code Unsupported} field naming every entry of the request's header (Proxy-Require), for a 420 (§16.3 step 5). */
    public LocalResponse unsupported(SipHeader header) {
        throw new UnsupportedOperationException("in work");
    }

    /** Writes the response behind the buffer's writer index. */
    public void writeTo(ByteBuf out) {
        throw new UnsupportedOperationException("in work");
    }
}
