package io.ringtrace.routing;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;

/**
 * An IPv4 or IPv6 network in CIDR notation (RFC 4632, RFC 4291).
 *
 * @param address the network's first address: bits beyond the prefix are cleared
 */
public record IpNetwork(InetAddress address, int prefixLength) {
    private static final Pattern IPV4 = Pattern.compile("(0|[1-9][0-9]{0,2})(\\.(0|[1-9][0-9]{0,2})){3}");
    private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");
    private static final Pattern LENGTH = Pattern.compile("[0-9]{1,3}");

    private static final int IPV4_BITS = 32;
    private static final int IPV6_BITS = 128;

    public IpNetwork {
        int most = address.getAddress().length * 8;
        if (prefixLength < 0 || prefixLength > most) {
            throw new IllegalArgumentException("the prefix length must be 0 to " + most);
        }
        address = masked(address, prefixLength);
    }

    /** Reads {@code 203.0.113.0/24}, {@code 2001:db8::/32} or a bare address; throws IllegalArgumentException saying what is wrong. */
    public static IpNetwork parse(String text) {
        int slash = text.indexOf('/');
        String host = slash < 0 ? text : text.substring(0, slash);
        // the JDK also takes 10.1 for 10.0.0.1 and 010 for ten: what is no plain literal is refused, not guessed
        if (!IPV4.matcher(host).matches() && !IPV6.matcher(host).matches()) {
            throw new IllegalArgumentException("'" + text + "' is not an IP network such as 203.0.113.0/24");
        }
        InetAddress address;
        try {
            address = InetAddress.ofLiteral(host);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("'" + text + "' is not an IP network such as 203.0.113.0/24", e);
        }
        int most = address.getAddress().length * 8;
        if (slash < 0) {
            return new IpNetwork(address, most);
        }
        String length = text.substring(slash + 1);
        if (!LENGTH.matcher(length).matches() || Integer.parseInt(length) > most) {
            throw new IllegalArgumentException("'" + text + "': the prefix length must be 0 to " + most);
        }
        return new IpNetwork(address, Integer.parseInt(length));
    }

    public boolean contains(InetAddress other) {
        if (prefixLength == (address instanceof Inet4Address ? IPV4_BITS : IPV6_BITS)) {
            // One address, as most are; the bytes are copies, made anew each time.
            return address.equals(other);
        }
        byte[] ours = address.getAddress();
        byte[] theirs = other.getAddress();
        if (ours.length != theirs.length) {
            return false;
        }
        int whole = prefixLength / 8;
        for (int i = 0; i < whole; i++) {
            if (ours[i] != theirs[i]) {
                return false;
            }
        }
        int rest = prefixLength % 8;
        return rest == 0 || ((ours[whole] ^ theirs[whole]) & (0xFF << (8 - rest)) & 0xFF) == 0;
    }

    private static InetAddress masked(InetAddress address, int length) {
        byte[] bytes = address.getAddress();
        for (int i = 0; i < bytes.length; i++) {
            int kept = Math.clamp(length - i * 8L, 0, 8);
            bytes[i] &= (byte) (0xFF << (8 - kept));
        }
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address has 4 or 16 bytes", e);
        }
    }

    @Override
    public String toString() {
        return address.getHostAddress() + "/" + prefixLength;
    }
}
