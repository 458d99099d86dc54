package io.ringtrace.sip.admission;

import io.ringtrace.sip.message.SentBy;
import io.ringtrace.sip.message.SipMessage;
import io.ringtrace.sip.message.SipUri;
import io.ringtrace.sip.message.Via;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;

/** The hosts and ports by which others name us: our listeners, and the host names that the operator advertises. Immutable, any thread. */
public final class OurNames {
    private final List<SentBy> sentBys;
    private final List<String> hosts;
    private final List<Integer> ports;

    /**
     * @param hosts further host names and addresses; they count with any of the listeners' ports
     */
    public OurNames(List<SentBy> sentBys, Collection<String> hosts) {
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
        return false;
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
        return false;
    }
}
