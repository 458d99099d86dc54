package io.ringtrace.config;

import io.ringtrace.call.PhoneNumber;
import io.ringtrace.routing.IpNetwork;
import java.net.InetSocketAddress;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The schema's own formats: what a pattern alone cannot say of a text. */
final class Formats {
    private static final Pattern HOST_NAME =
            Pattern.compile("(?=.{1,253}$)([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\\.)*"
                    + "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\\.?");
    private static final Pattern NUMERIC_LAST_LABEL = Pattern.compile("(.*\\.)?[0-9]+\\.?");
    private static final Pattern DATABASE_URL =
            Pattern.compile("jdbc:mysql://[A-Za-z0-9.:,\\[\\]_-]{1,255}/[A-Za-z0-9_-]{1,64}(\\?[!-~]{0,1000})?");
    private static final Pattern ADDRESS_AND_PORT = Pattern.compile("([0-9.]+|\\[[0-9A-Fa-f:.]+\\]):([0-9]{1,5})");
    private static final int DNS_PORT = 53;
    private static final Set<String> EMERGENCY = Set.of("911", "112", "999", "988", "933", "110", "119", "000");

    private Formats() {}

    /** @param mend why it is wrong, or how to mend it; null when the expectation says it all */
    record Complaint(@Nullable String mend) {
        static final Complaint PLAIN = new Complaint(null);
    }

    /** @return null when the text is as its schema asks */
    static @Nullable Complaint complaint(String text, JsonNode schema) {
        return switch (schema.path("format").asString()) {
            case "ip-network" -> ipNetwork(text);
            case "ip-address" -> ipAddress(text);
            case "host" -> host(text);
            case "dns-server" -> dnsServerOrNull(text) == null ? Complaint.PLAIN : null;
            case "phone-number" -> phoneNumber(text);
            case "destination-number" -> destinationNumber(text);
            case "duration-text" -> duration(text, schema);
            case "secret-reference" -> secretReference(text);
            case "database-url" -> databaseUrl(text);
            case "path" -> path(text);
            case "time-zone" ->
                ClockText.timeZone(text)
                        ? null
                        : new Complaint(Suggestion.didYouMean(text, ZoneId.getAvailableZoneIds()));
            case "time-of-day" -> ClockText.minuteOrNull(text) == null ? Complaint.PLAIN : null;
            case "moment" -> ClockText.moment(text) ? null : Complaint.PLAIN;
            case "calendar-date" -> ClockText.date(text) ? null : Complaint.PLAIN;
            case String unknown -> throw new IllegalStateException("the schema names the unknown format " + unknown);
        };
    }

    private static @Nullable Complaint ipNetwork(String text) {
        if (isNetwork(text)) {
            return null;
        }
        int slash = text.indexOf('/');
        if (slash > 0 && isNetwork(text.substring(0, slash))) {
            int most = IpNetwork.parse(text.substring(0, slash)).prefixLength();
            return new Complaint("the prefix length must be 0 to " + most);
        }
        return Complaint.PLAIN;
    }

    private static boolean isNetwork(String text) {
        try {
            IpNetwork.parse(text);
            return true;
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    static boolean isAddress(String text) {
        return text.indexOf('/') < 0 && isNetwork(text);
    }

    private static @Nullable Complaint ipAddress(String text) {
        if (isAddress(text)) {
            return null;
        }
        return HOST_NAME.matcher(text).matches()
                        && !NUMERIC_LAST_LABEL.matcher(text).matches()
                ? new Complaint("an address, not a name")
                : Complaint.PLAIN;
    }

    private static @Nullable Complaint host(String text) {
        if (isAddress(text)) {
            return null;
        }
        // 10.0.0.256 has the form of a host name, but nobody means one
        if (HOST_NAME.matcher(text).matches()
                && !NUMERIC_LAST_LABEL.matcher(text).matches()) {
            return null;
        }
        if (text.toLowerCase(Locale.ROOT).startsWith("sip:") || text.indexOf('/') >= 0) {
            return new Complaint("only the host, without scheme, port or path");
        }
        int colon = text.indexOf(':');
        boolean port = colon > 0 && colon == text.lastIndexOf(':');
        return port ? new Complaint("only the host, without its port") : Complaint.PLAIN;
    }

    /** The address and port of a DNS server; null when the text is none. */
    static @Nullable InetSocketAddress dnsServerOrNull(String text) {
        if (isAddress(text)) {
            return new InetSocketAddress(IpNetwork.parse(text).address(), DNS_PORT);
        }
        Matcher parts = ADDRESS_AND_PORT.matcher(text);
        if (!parts.matches()) {
            return null;
        }
        String address = parts.group(1).replaceAll("[\\[\\]]", "");
        int port = Integer.parseInt(parts.group(2));
        boolean bracketed = parts.group(1).startsWith("[");
        return isAddress(address) && bracketed == address.indexOf(':') >= 0 && port > 0 && port <= 65_535
                ? new InetSocketAddress(IpNetwork.parse(address).address(), port)
                : null;
    }

    static @Nullable Complaint phoneNumber(String text) {
        boolean plus = text.startsWith("+");
        if (plus && PhoneNumber.parseOrNull(text) != null) {
            return null;
        }
        if (EMERGENCY.contains(text)) {
            return new Complaint("an emergency number is never routed to");
        }
        String digits = text.replaceAll("[-. ()]", "");
        boolean national = !plus && digits.matches("[2-9][0-9]{9}");
        String e164 = national ? "+1" + digits : plus ? digits : "+" + digits;
        if (PhoneNumber.parseOrNull(e164) == null || e164.startsWith("++")) {
            return Complaint.PLAIN;
        }
        return national
                ? new Complaint("write the country code: " + e164 + " for a North American number")
                : new Complaint("write " + e164);
    }

    static @Nullable Complaint destinationNumber(String text) {
        Complaint complaint = phoneNumber(text);
        if (complaint == null && PhoneNumber.parse(text).emergency()) {
            return new Complaint("area code 911 is never routed to");
        }
        return complaint == null && PhoneNumber.parse(text).premium()
                ? new Complaint("900 and 976 are premium numbers, which are never routed to")
                : complaint;
    }

    private static @Nullable Complaint duration(String text, JsonNode schema) {
        Duration duration = DurationText.parseOrNull(text);
        if (duration == null) {
            return text.matches("[0-9]+") ? new Complaint("write the unit: ms, s, m, h or d") : Complaint.PLAIN;
        }
        return duration.compareTo(bound(schema, "formatMinimum")) < 0
                        || duration.compareTo(bound(schema, "formatMaximum")) > 0
                ? Complaint.PLAIN
                : null;
    }

    private static Duration bound(JsonNode schema, String keyword) {
        return Objects.requireNonNull(
                DurationText.parseOrNull(schema.path(keyword).asString()));
    }

    private static @Nullable Complaint secretReference(String text) {
        return SecretReference.parseOrNull(text) == null
                ? new Complaint("put the secret into a file or an environment variable; what stands here is not shown")
                : null;
    }

    private static @Nullable Complaint databaseUrl(String text) {
        if (text.indexOf('@') >= 0 || text.toLowerCase(Locale.ROOT).matches(".*[?&](user|password)=.*")) {
            return new Complaint("user and password belong to store.user and store.password");
        }
        return DATABASE_URL.matcher(text).matches() ? null : Complaint.PLAIN;
    }

    private static @Nullable Complaint path(String text) {
        try {
            return Path.of(text).toString().isEmpty() ? Complaint.PLAIN : null;
        } catch (InvalidPathException _) {
            return Complaint.PLAIN;
        }
    }
}
