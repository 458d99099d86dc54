package io.ringtrace.sip;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A message as a test reads it, by means of its own. */
record SipText(String text) {
    private static final Map<String, String> COMPACT = Map.of(
            "via:", "v:", "from:", "f:", "to:", "t:", "call-id:", "i:", "contact:", "m:", "content-length:", "l:");
    private static final Pattern TAG = Pattern.compile(";\\s*tag=([^;>\\s]+)");
    private static final Pattern URI = Pattern.compile("<([^>]+)>");

    String startLine() {
        return text.substring(0, text.indexOf("\r\n"));
    }

    boolean isResponse() {
        return startLine().startsWith("SIP/2.0 ");
    }

    int status() {
        return Integer.parseInt(startLine().split(" ")[1]);
    }

    /** {@code INVITE} or {@code 180}. */
    String kind() {
        return startLine().split(" ")[isResponse() ? 1 : 0];
    }

    String method() {
        return header("CSeq").split(" ")[1];
    }

    String requestUri() {
        return startLine().split(" ")[1];
    }

    List<String> all(String name) {
        List<String> values = new ArrayList<>();
        String prefix = name.toLowerCase(Locale.ROOT) + ":";
        String compact = COMPACT.getOrDefault(prefix, prefix);
        for (String line : text.substring(0, text.indexOf("\r\n\r\n")).split("\r\n")) {
            String lower = line.toLowerCase(Locale.ROOT);
            if (lower.startsWith(prefix) || lower.startsWith(compact)) {
                values.add(line.substring(line.indexOf(':') + 1).strip());
            }
        }
        return values;
    }

    String header(String name) {
        List<String> values = all(name);
        return values.isEmpty() ? "" : values.getFirst();
    }

    String branch() {
        String via = header("Via");
        int at = via.indexOf("branch=") + 7;
        int end = via.indexOf(';', at);
        return end < 0 ? via.substring(at) : via.substring(at, end);
    }

    static String tag(String value) {
        Matcher matcher = TAG.matcher(value);
        return matcher.find() ? matcher.group(1) : "";
    }

    static String uri(String value) {
        Matcher matcher = URI.matcher(value);
        return matcher.find() ? matcher.group(1) : value;
    }
}
