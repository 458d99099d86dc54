package io.ringtrace.sip.message;

import org.jspecify.annotations.Nullable;

/**
 * Turns a received request into the one a proxy forwards (RFC 3261 §16.6). The proxy core calls it on its shard's thread: begin, state the
 * edits, write. Max-Forwards is decremented, or inserted with 70, by itself (§16.6 step 3).
 */
public final class RequestSplice extends Splice {
    private static final int FIRST_MAX_FORWARDS = 70;
    private static final int NO_BREADTH = -1;
    private final NameAddress route = new NameAddress();
    private final Scratch requestUri = new Scratch();
    private final Scratch appendedRoute = new Scratch();
    private final Scratch via = new Scratch();
    private final Scratch upperRecordRoute = new Scratch();
    private final Scratch lowerRecordRoute = new Scratch();
    private CharSequence recordRouteParameter = "";
    private @Nullable CharSequence sourceAddress;
    private int sourcePort;
    private boolean secure;
    private int breadth;
    private int topRoutesRemoved;
    private int lastRoutesRemoved;

    /** Starts with a good request; forgets every edit made before. Returns itself. */
    public RequestSplice begin(SipMessage request) {
        start(request);
        requestUri.clear();
        appendedRoute.clear();
        via.clear();
        upperRecordRoute.clear();
        lowerRecordRoute.clear();
        recordRouteParameter = "";
        secure = false;
        sourceAddress = null;
        breadth = NO_BREADTH;
        topRoutesRemoved = 0;
        lastRoutesRemoved = 0;
        return this;
    }

    /** The Request-URI to send (§16.6 step 2). */
    public RequestSplice requestUri(CharSequence uri) {
        Wire.requireOneLine(uri);
        requestUri.clear();
        requestUri.append(uri);
        return this;
    }

    /**
     * Where the request came from: the caller's Via gets {@code received} when its sent-by host is not that address (§18.2.1), and both
     * "received" and "rport" with their values when it asked for that (RFC 3581 §4). Values of either that the caller wrote himself are
     * replaced.
     *
     * @param address textual IP address, without brackets
     */
    public RequestSplice source(CharSequence address, int port) {
        sourceAddress = address;
        sourcePort = port;
        return this;
    }

    /** How many branches may be open beyond this one at a time (RFC 5393 §5.3.3). Uncalled, Max-Breadth stays as it came. */
    public RequestSplice maxBreadth(int branches) {
        breadth = branches;
        return this;
    }

    /** Our Via, put on top (§16.6 step 8). */
    public RequestSplice via(SentBy sentBy, byte[] branch, int from, int to) {
        beginVia(sentBy);
        via.append(branch, from, to);
        via.append("\r\n");
        return this;
    }

    /** As {@link #via(SentBy, byte[], int, int)}. */
    public RequestSplice via(SentBy sentBy, CharSequence branch) {
        Wire.requireOneLine(branch);
        beginVia(sentBy);
        via.append(branch);
        via.append("\r\n");
        return this;
    }

    private void beginVia(SentBy sentBy) {
        via.clear();
        via.append("Via: ");
        sentBy.appendVia(via);
    }

    /**
     * Our Record-Route, put before all others (§16.6 step 4): {@code <sip:user@host:port;lr>}, with the transport named unless it is UDP.
     * Called twice (between transports), the later call's value is the upper one.
     *
     * @param user the user part: our call cookie's bytes
     */
    public RequestSplice recordRoute(SentBy sentBy, byte[] user, int from, int to) {
        Scratch value = beginRecordRoute();
        if (to > from) {
            value.append(user, from, to);
            value.append('@');
        }
        endRecordRoute(sentBy, value);
        return this;
    }

    /** As {@link #recordRoute(SentBy, byte[], int, int)}; an empty user gives a URI without one. */
    public RequestSplice recordRoute(SentBy sentBy, CharSequence user) {
        Wire.requireOneLine(user);
        Scratch value = beginRecordRoute();
        if (!user.isEmpty()) {
            value.append(user);
            value.append('@');
        }
        endRecordRoute(sentBy, value);
        return this;
    }

    /** The Record-Routes that are put from now on are {@code sips} URIs, as the Request-URI is (§16.6 step 4). */
    public RequestSplice secureRecordRoutes() {
        secure = true;
        return this;
    }

    /** A URI parameter ({@code name=value}) of the Record-Routes that are put from now on. */
    public RequestSplice recordRouteParameter(CharSequence parameter) {
        Wire.requireOneLine(parameter);
        recordRouteParameter = parameter;
        return this;
    }

    private Scratch beginRecordRoute() {
        Scratch value = lowerRecordRoute.length() == 0 ? lowerRecordRoute : upperRecordRoute;
        value.clear();
        value.append(secure ? "Record-Route: <sips:" : "Record-Route: <sip:");
        return value;
    }

    private void endRecordRoute(SentBy sentBy, Scratch value) {
        sentBy.appendHostPort(value);
        switch (sentBy.transport()) {
            case UDP -> {}
            case TCP -> value.append(";transport=tcp");
            case TLS -> {
                if (!secure) {
                    value.append(";transport=tls");
                }
            }
        }
        value.append(";lr");
        if (!recordRouteParameter.isEmpty()) {
            value.append(';');
            value.append(recordRouteParameter);
        }
        value.append(">\r\n");
    }

    /** Removes that many Route values from the top: the ones that name us (§16.4). Those beyond the last are no error. */
    public RequestSplice removeTopRoutes(int count) {
        topRoutesRemoved += count;
        return this;
    }

    /**
     * Undoes a strict router's rewriting, when the Request-URI is one we put into Record-Route (§16.4): the last Route value becomes the
     * Request-URI and is removed. Call it instead of {@link #requestUri}; false when there is no Route, or its last value is malformed.
     */
    public boolean restoreFromStrictRouter() {
        int last = message.entryCount(SipHeader.ROUTE) - 1 - lastRoutesRemoved;
        if (last < topRoutesRemoved || !takeRequestUri(last)) {
            return false;
        }
        lastRoutesRemoved++;
        return true;
    }

    /**
     * Prepares the request for a strict router (§16.6 step 6), when the first Route value left has no {@code lr}: the Request-URI, as
     * edited so far, is appended as the last Route value, and the first Route's URI becomes the Request-URI. Call it after the other Route
     * edits. False when no Route is left or its URI is malformed.
     */
    public boolean rewriteForStrictRouter() {
        if (topRoutesRemoved >= message.entryCount(SipHeader.ROUTE) - lastRoutesRemoved
                || !route.read(message, message.entry(SipHeader.ROUTE, topRoutesRemoved))
                || !Span.present(route.uri().span())) {
            return false;
        }
        appendedRoute.append("Route: <");
        if (requestUri.length() > 0) {
            appendedRoute.append(requestUri.bytes(), 0, requestUri.length());
        } else {
            int uri = message.requestUriSpan();
            appendedRoute.append(message, Span.start(uri), Span.end(uri));
        }
        appendedRoute.append(">\r\n");
        takeRequestUri(topRoutesRemoved);
        topRoutesRemoved++;
        return true;
    }

    private boolean takeRequestUri(int routeIndex) {
        if (!route.read(message, message.entry(SipHeader.ROUTE, routeIndex))
                || !Span.present(route.uri().span())) {
            return false;
        }
        requestUri.clear();
        requestUri.append(message, Span.start(route.uriSpan()), Span.end(route.uriSpan()));
        return true;
    }

    @Override
    void completeEdits() {
        if (requestUri.length() > 0) {
            int uri = message.requestUriSpan();
            replace(Span.start(uri), Span.end(uri), requestUri);
        }
        replace(message.firstLineEnd, message.firstLineEnd, via);
        replace(message.firstLineEnd, message.firstLineEnd, upperRecordRoute);
        replace(message.firstLineEnd, message.firstLineEnd, lowerRecordRoute);
        if (sourceAddress != null) {
            int start = text.length();
            ViaStamp.write(message, sourceAddress, sourcePort, text);
            int top = message.topVia().span();
            edit(Span.start(top), Span.end(top), start);
        }
        countHop();
        divideBreadth();
        if (topRoutesRemoved + lastRoutesRemoved > 0) {
            removeEntries(SipHeader.ROUTE, topRoutesRemoved, lastRoutesRemoved);
        }
        if (appendedRoute.length() > 0) {
            int end = Span.end(message.line(lastField(SipHeader.ROUTE)));
            replace(end, end, appendedRoute);
        }
    }

    private void countHop() {
        int start = text.length();
        if (message.maxForwards() < 0) {
            text.append("Max-Forwards: ");
            text.append(FIRST_MAX_FORWARDS);
            text.append("\r\n");
            edit(message.firstLineEnd, message.firstLineEnd, start);
        } else {
            text.append(Math.max(0, message.maxForwards() - 1));
            int value = message.value(SipHeader.MAX_FORWARDS);
            edit(Span.start(value), Span.end(value), start);
        }
    }

    private void divideBreadth() {
        int came = message.maxBreadth();
        if (breadth == came || breadth == NO_BREADTH) {
            return;
        }
        int start = text.length();
        if (came < 0) {
            text.append("Max-Breadth: ");
            text.append(breadth);
            text.append("\r\n");
            edit(message.firstLineEnd, message.firstLineEnd, start);
        } else {
            text.append(breadth);
            int value = message.value(SipHeader.MAX_BREADTH);
            edit(Span.start(value), Span.end(value), start);
        }
    }

    private int lastField(SipHeader header) {
        int last = message.first(header);
        for (int field = last; field >= 0; field = message.next(field)) {
            last = field;
        }
        return last;
    }

    private void replace(int from, int to, Scratch with) {
        int start = text.length();
        text.append(with.bytes(), 0, with.length());
        edit(from, to, start);
    }
}
