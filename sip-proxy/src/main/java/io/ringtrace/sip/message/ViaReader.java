package io.ringtrace.sip.message;

/** Reads a Via value into its view. */
final class ViaReader {
    private ViaReader() {}

    static boolean read(SipMessage message, int span, Via into) {
        throw new UnsupportedOperationException("in work");
    }

    static boolean hasMagicCookie(SipMessage message, int branch) {
        throw new UnsupportedOperationException("in work");
    }
}
