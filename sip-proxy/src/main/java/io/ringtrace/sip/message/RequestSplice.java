package io.ringtrace.sip.message;

/**
 * Turns a received request into the one a proxy forwards (RFC 3261 §16.6). The proxy core calls it on its shard's thread: begin, state the
 * edits, write. Max-Forwards is decremented, or inserted with 70, by itself (§16.6 step 3).
 */
public final class RequestSplice extends Splice {
    /** Starts with a good request; forgets every edit made before. Returns itself. */
    public RequestSplice begin(SipMessage request) {
        throw new UnsupportedOperationException("in work");
    }

    /** The Request-URI to send (§16.6 step 2). */
    public RequestSplice requestUri(CharSequence uri) {
        throw new UnsupportedOperationException("in work");
    }

    /**
     * Where the request came from: the caller's Via gets {@code received} when its sent-by host is not that address (§18.2.1), and both
     * {@code received} and {@code rport} with their values when it asked for rport (RFC 3581 §4). A received or rport value that the caller
     * wrote himself is replaced.
     *
     * @param address textual IP address, without brackets
     */
    public RequestSplice source(CharSequence address, int port) {
        throw new UnsupportedOperationException("in work");
    }

    /** Our Via, put on top (§16.6 step 8). */
    public RequestSplice via(SentBy sentBy, byte[] branch, int from, int to) {
        throw new UnsupportedOperationException("in work");
    }

    /** As {@link #via(SentBy, byte[], int, int)}. */
    public RequestSplice via(SentBy sentBy, CharSequence branch) {
        throw new UnsupportedOperationException("in work");
    }

    /**
     * Our Record-Route, put before all others (§16.6 step 4): {@code <sip:user@host:port;lr>}, with the transport named unless it is UDP.
     * Called twice (between transports), the later call's value is the upper one.
     *
     * @param user the user part: our call cookie's bytes
     */
    public RequestSplice recordRoute(SentBy sentBy, byte[] user, int from, int to) {
        throw new UnsupportedOperationException("in work");
    }

    /** As {@link #recordRoute(SentBy, byte[], int, int)}; an empty user gives a URI without one. */
    public RequestSplice recordRoute(SentBy sentBy, CharSequence user) {
        throw new UnsupportedOperationException("in work");
    }

    /** Removes that many Route values from the top: the ones that name us (§16.4). Those beyond the last are no error. */
    public RequestSplice removeTopRoutes(int count) {
        throw new UnsupportedOperationException("in work");
    }

    /**
     * Undoes a strict router's rewriting, when the Request-URI is one we put into Record-Route (§16.4): the last Route value becomes the
     * Request-URI and is removed. Call it instead of {@link #requestUri}; false when there is no Route, or its last value is malformed.
     */
    public boolean restoreFromStrictRouter() {
        throw new UnsupportedOperationException("in work");
    }

    /**
     * Prepares the request for a strict router (§16.6 step 6), when the first Route value left has no {@code lr}: the Request-URI, as
     * edited so far, is appended as the last Route value, and the first Route's URI becomes the Request-URI. False when no Route is left
     * or its URI is malformed.
     */
    public boolean rewriteForStrictRouter() {
        throw new UnsupportedOperationException("in work");
    }
}
