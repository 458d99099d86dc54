package io.ringtrace.sip.message;

/**
 * A request's method (RFC 3261 §7.1 and the methods registered since). {@link #OTHER} is any method not listed; its bytes are
 * {@link SipMessage#methodSpan()}. Methods are case-sensitive.
 */
public enum SipMethod {
    INVITE,
    ACK,
    BYE,
    CANCEL,
    OPTIONS,
    PRACK,
    UPDATE,
    INFO,
    REFER,
    NOTIFY,
    MESSAGE,
    REGISTER,
    SUBSCRIBE,
    PUBLISH,
    OTHER;

    private static final SipMethod[] KNOWN = values();

    /** The method that these bytes name; {@link #OTHER} for a token not listed. */
    static SipMethod of(byte[] bytes, int from, int to) {
        for (SipMethod method : KNOWN) {
            if (method != OTHER && Ascii.same(method.name(), bytes, from, to)) {
                return method;
            }
        }
        return OTHER;
    }
}
