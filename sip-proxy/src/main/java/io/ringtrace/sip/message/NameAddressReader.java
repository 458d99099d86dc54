package io.ringtrace.sip.message;

/** Reads name-addr and addr-spec values into their view. */
final class NameAddressReader {
    private NameAddressReader() {}

    static boolean read(byte[] bytes, int base, int span, NameAddress into) {
        throw inWork();
    }

    static int parameter(byte[] bytes, int base, int parameters, CharSequence name) {
        throw inWork();
    }

    private static UnsupportedOperationException inWork() {
        return new UnsupportedOperationException("in work");
    }
}
