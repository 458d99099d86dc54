package io.ringtrace.sip.proxy;

import io.ringtrace.attribution.AttributionLookup;
import io.ringtrace.attribution.AttributionResult;
import io.ringtrace.attribution.Lease;
import io.ringtrace.call.CallId;
import io.ringtrace.routing.HeaderRules;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The value of the header that tells a destination which call this is, and what its visitor came by. */
final class CallData {
    private static final String USER_TO_USER = "User-to-User";
    /** Q.931 §4.5.30: what follows is text in IA5 characters. */
    private static final String IA5_TEXT = "04";

    private static final String HEX_ENCODING = ";encoding=hex";
    private static final String UNRESERVED = "-._~";

    private CallData() {}

    /**
     * {@code call_id=01J…;utm_source=…}, each field's value percent-encoded (RFC 3986 §2.1); in User-to-User as hexadecimal digits (RFC 7433
     * §3.1) behind the protocol discriminator of RFC 7434. A field that makes it longer than it may be is left out.
     */
    static String value(HeaderRules.CallDataHeader header, CallId callId, Map<String, String> fields) {
        boolean hex = header.name().equalsIgnoreCase(USER_TO_USER);
        int most = hex ? (header.mostBytes() - IA5_TEXT.length() - HEX_ENCODING.length()) / 2 : header.mostBytes();
        StringBuilder text = new StringBuilder("call_id=").append(callId);
        for (int i = 0; i < header.fields().size(); i++) {
            String name = header.fields().get(i);
            String field = fields.get(name);
            if (field != null) {
                int before = text.length();
                encode(field, text.append(';').append(name).append('='));
                if (text.length() > most) {
                    text.setLength(before);
                }
            }
        }
        return hex
                ? IA5_TEXT
                        + HexFormat.of().formatHex(text.toString().getBytes(StandardCharsets.US_ASCII))
                        + HEX_ENCODING
                : text.toString();
    }

    /** Of what was dialed, when it is lent. */
    static Map<String, String> fields(
            HeaderRules.CallDataHeader header, @Nullable AttributionResult attribution, AttributionLookup lookup) {
        if (header.fields().isEmpty()) {
            return Map.of();
        }
        return switch (attribution) {
            case AttributionResult.Leased(Lease lease) -> lookup.forwardedFields(lease);
            case AttributionResult.Held(Lease lease) -> lookup.forwardedFields(lease);
            case null, default -> Map.of();
        };
    }

    private static void encode(String value, StringBuilder to) {
        for (byte b : value.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xFF);
            boolean plain = (c >= '0' && c <= '9')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= 'a' && c <= 'z')
                    || UNRESERVED.indexOf(c) >= 0;
            if (plain) {
                to.append(c);
            } else {
                to.append('%').append(HexFormat.of().withUpperCase().toHexDigits(b));
            }
        }
    }
}
