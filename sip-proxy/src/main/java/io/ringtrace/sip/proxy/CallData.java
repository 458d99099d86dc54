package io.ringtrace.sip.proxy;

import io.ringtrace.call.CallId;
import io.ringtrace.routing.HeaderRules;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** The value of the header that tells a destination which call this is. */
final class CallData {
    private static final String USER_TO_USER = "User-to-User";
    /** Q.931 §4.5.30: what follows is text in IA5 characters. */
    private static final String IA5_TEXT = "04";

    private static final String HEX_ENCODING = ";encoding=hex";

    private CallData() {}

    /** {@code call_id=01J…}; in User-to-User as hexadecimal digits (RFC 7433 §3.1) behind the protocol discriminator of RFC 7434. */
    static String value(HeaderRules.CallDataHeader header, CallId callId) {
        String text = "call_id=" + callId;
        return header.name().equalsIgnoreCase(USER_TO_USER)
                ? IA5_TEXT + HexFormat.of().formatHex(text.getBytes(StandardCharsets.US_ASCII)) + HEX_ENCODING
                : text;
    }
}
