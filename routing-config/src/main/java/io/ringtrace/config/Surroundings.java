package io.ringtrace.config;

import io.ringtrace.attribution.OwnedNumbers;
import java.time.Instant;

/** What a configuration is held against besides itself: the store's numbers, where names lead, certificate files and the moment. */
public interface Surroundings {
    /** What the configuration is read for: the same fact may forbid one and not the other. */
    enum Purpose {
        /** A person wants to know. */
        CHECK,
        /** A server starts with it. */
        START,
        /** Only its routing plan comes in force, in a server that runs. */
        RELOAD
    }

    Instant now();

    OwnedNumbers numbers(StoreConfig store);

    GatewayAddresses gateways(SipConfig sip);
}
