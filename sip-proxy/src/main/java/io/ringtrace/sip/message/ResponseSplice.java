package io.ringtrace.sip.message;

/** Turns a received response into the one a proxy passes upstream (RFC 3261 §16.7): our Via, the topmost, is gone (step 3). */
public final class ResponseSplice extends Splice {
    /** Starts with a good response, our Via on top; forgets every edit made before. Returns itself. */
    public ResponseSplice begin(SipMessage response) {
        throw new UnsupportedOperationException("in work");
    }
}
