package io.ringtrace.sip.message;

/** Reads URIs into their view. */
final class UriReader {
    private UriReader() {}

    static boolean read(byte[] bytes, int base, int span, SipUri into) {
        throw new UnsupportedOperationException("in work");
    }

    static int parameter(SipUri uri, CharSequence name) {
        throw new UnsupportedOperationException("in work");
    }

    static boolean phoneNumber(SipUri uri, StringBuilder into) {
        throw new UnsupportedOperationException("in work");
    }
}
