package io.ringtrace.sip.message;

/** Turns a received response into the one a proxy passes upstream (RFC 3261 §16.7): our Via, the topmost, is gone (step 3). */
public final class ResponseSplice extends Splice {
    /** Starts with a good response, our Via on top; forgets every edit made before. Returns itself. */
    public ResponseSplice begin(SipMessage response) {
        start(response);
        removeTopVia();
        return this;
    }

    /** Replaces what the next hop's Via offered of overload control by what it is told (RFC 7339 §5.3). */
    public ResponseSplice overload(CharSequence parameters) {
        if (message.entryCount(SipHeader.VIA) > 1) {
            OverloadParameters.replace(this, message, message.entry(SipHeader.VIA, 1), parameters);
        }
        return this;
    }

    @Override
    void completeEdits() {}

    /** Touches no field but the first Via, so it costs the same however long the list is. */
    private void removeTopVia() {
        int field = message.first(SipHeader.VIA);
        int value = message.value(field);
        int entry = message.topVia().span();
        if (Span.end(entry) == Span.end(value)) {
            removeField(field);
            return;
        }
        int end = message.offset + Span.end(value);
        int comma = HeaderLists.entryEnd(message.bytes, message.offset + Span.start(entry), end);
        delete(Span.start(value), Ascii.skipWhite(message.bytes, comma + 1, end) - message.offset);
    }
}
