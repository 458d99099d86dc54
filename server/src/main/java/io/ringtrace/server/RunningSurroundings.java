package io.ringtrace.server;

import io.ringtrace.attribution.OwnedNumbers;
import io.ringtrace.config.GatewayAddresses;
import io.ringtrace.config.SipConfig;
import io.ringtrace.config.StoreConfig;
import io.ringtrace.config.Surroundings;
import java.time.Instant;

/** What a running server's configuration is held against: the numbers that it has in memory, and DNS. Any thread. */
record RunningSurroundings(OwnedNumbers directory) implements Surroundings {
    @Override
    public Instant now() {
        return Instant.now();
    }

    @Override
    public OwnedNumbers numbers(StoreConfig store) {
        return directory;
    }

    @Override
    public GatewayAddresses gateways(SipConfig sip) {
        return new DnsGatewayAddresses(sip);
    }
}
