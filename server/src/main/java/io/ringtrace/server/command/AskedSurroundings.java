package io.ringtrace.server.command;

import io.ringtrace.attribution.OwnedNumbers;
import io.ringtrace.config.GatewayAddresses;
import io.ringtrace.config.SipConfig;
import io.ringtrace.config.StoreConfig;
import io.ringtrace.config.Surroundings;
import io.ringtrace.server.Ringtrace;
import java.time.Instant;
import java.util.Map;

/** What {@code check-config} holds a configuration against: the running server's numbers, else the store's, and DNS. For one command. */
record AskedSurroundings(Map<String, String> environment) implements Surroundings {
    @Override
    public Instant now() {
        return Instant.now();
    }

    @Override
    public OwnedNumbers numbers(StoreConfig store) {
        return new AskedNumbers(store, environment);
    }

    @Override
    public GatewayAddresses gateways(SipConfig sip) {
        return Ringtrace.gatewayAddresses(sip);
    }
}
