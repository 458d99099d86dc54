package io.ringtrace.sip.message;

/** Hosts in URIs and Via (RFC 3261 §25.1): names, IPv4 addresses, IPv6 references in brackets. */
final class Hosts {
    private Hosts() {}

    /** The end of the host that starts at {@code from}; {@code from} when there is none. Underscores pass, because names in use have them. */
    static int end(byte[] bytes, int from, int to) {
        if (from < to && bytes[from] == '[') {
            int at = from + 1;
            while (at < to && (Ascii.hexDigit(bytes[at]) || bytes[at] == ':' || bytes[at] == '.')) {
                at++;
            }
            return at < to && at > from + 2 && bytes[at] == ']' ? at + 1 : from;
        }
        int at = from;
        while (at < to && nameCharacter(bytes[at])) {
            at++;
        }
        return at;
    }

    private static boolean nameCharacter(byte b) {
        return (b >= 'a' && b <= 'z')
                || (b >= 'A' && b <= 'Z')
                || (b >= '0' && b <= '9')
                || b == '.'
                || b == '-'
                || b == '_';
    }
}
