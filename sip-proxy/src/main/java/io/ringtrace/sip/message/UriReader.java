package io.ringtrace.sip.message;

/** Reads URIs into their view. */
final class UriReader {
    private UriReader() {}

    static boolean read(byte[] bytes, int base, int span, SipUri into) {
        throw inWork();
    }

    static int parameter(SipUri uri, CharSequence name) {
        throw inWork();
    }

    static boolean phoneNumber(SipUri uri, StringBuilder into) {
        throw inWork();
    }

    private static UnsupportedOperationException inWork() {
        return new UnsupportedOperationException("in work");
    }
}
