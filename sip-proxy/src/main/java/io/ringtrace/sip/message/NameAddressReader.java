package io.ringtrace.sip.message;

/** Reads name-addr and addr-spec values into their view. */
final class NameAddressReader {
    private NameAddressReader() {}

    static boolean read(byte[] bytes, int base, int span, NameAddress into) {
        throw new UnsupportedOperationException("in work");
    }

    static int parameter(byte[] bytes, int base, int parameters, CharSequence name) {
        throw new UnsupportedOperationException("in work");
    }
}
