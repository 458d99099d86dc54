package io.ringtrace.sip.transport;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** IP addresses as text. */
public final class Addresses {
    private Addresses() {}

    /** Without brackets and zone. */
    public static String text(InetAddress address) {
        String text = address.getHostAddress();
        int zone = text.indexOf('%');
        return zone < 0 ? text : text.substring(0, zone);
    }

    /** {@code 192.0.2.1:5060} or {@code [2001:db8::1]:5060}. */
    static String text(InetSocketAddress address) {
        String host = text(address.getAddress());
        return (address.getAddress() instanceof Inet6Address ? "[" + host + "]" : host) + ":" + address.getPort();
    }
}
