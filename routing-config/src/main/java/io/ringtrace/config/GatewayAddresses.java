package io.ringtrace.config;

import io.ringtrace.routing.Gateway;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** Finds out where gateways' names lead, as calls would. */
@FunctionalInterface
public interface GatewayAddresses {
    /** Where one name leads. */
    sealed interface Answer {
        record Found(List<InetSocketAddress> addresses) implements Answer {
            public Found {
                addresses = List.copyOf(addresses);
            }
        }

        /** There is no such name, or nothing that calls can be sent to. */
        record Nowhere() implements Answer {}

        /** Nobody could be asked. */
        record Unavailable(String why) implements Answer {}
    }

    /** An answer for each gateway, by its name. Waits a bounded time, some seconds. */
    Map<String, Answer> of(Collection<Gateway> gateways);
}
