package io.ringtrace.sip.admission;

import io.ringtrace.sip.message.SentBy;
import io.ringtrace.sip.message.SipMessage;
import io.ringtrace.sip.message.SipUri;
import io.ringtrace.sip.message.Via;
import io.ringtrace.sip.transport.LocalAddresses;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The hosts and ports by which others name us: our listeners, the host names that the operator advertises, and every address of this machine
 * when a listener is on all of them. Any thread.
 */
public final class OurNames {
    private final List<SentBy> sentBys;
    private final List<String> hosts;
    private final List<Integer> ports;
    private final @Nullable LocalAddresses local;

    /**
     * @param hosts further host names and addresses; they count with any of the listeners' ports
     * @param local all addresses of this machine; null when every listener is on one of them
     */
    public OurNames(List<SentBy> sentBys, Collection<String> hosts, @Nullable LocalAddresses local) {
        this.local = local;
        this.sentBys = List.copyOf(sentBys);
        this.hosts = Stream.concat(sentBys.stream().map(SentBy::host), hosts.stream())
                .distinct()
                .toList();
        this.ports = sentBys.stream().map(SentBy::port).distinct().toList();
    }

    /** True when the URI's host is ours and its port, if it has one, is a listener's. */
    public boolean names(SipUri uri) {
        if (uri.scheme() != SipUri.Scheme.SIP && uri.scheme() != SipUri.Scheme.SIPS) {
            return false;
        }
        return oursByPort(uri.port()) && oursByHost(uri);
    }

    /** True when the Via was put there by one of our listeners (§18.1.2). */
    public boolean names(SipMessage message, Via via) {
        for (int i = 0; i < sentBys.size(); i++) {
            if (sentBys.get(i).names(message, via)) {
                return true;
            }
        }
        return local != null && oursByPort(via.port()) && local.has(withoutBrackets(message.text(via.host())));
    }

    private static String withoutBrackets(String host) {
        return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    }

    private boolean oursByPort(int port) {
        if (port < 0) {
            return true;
        }
        for (int i = 0; i < ports.size(); i++) {
            if (ports.get(i) == port) {
                return true;
            }
        }
        return false;
    }

    private boolean oursByHost(SipUri uri) {
        for (int i = 0; i < hosts.size(); i++) {
            if (uri.hostIs(hosts.get(i))) {
                return true;
            }
        }
        return local != null && local.all().stream().anyMatch(uri::hostIs);
    }
}
