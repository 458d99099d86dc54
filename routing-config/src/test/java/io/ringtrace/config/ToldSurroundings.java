package io.ringtrace.config;

import io.ringtrace.attribution.OwnedNumbers;
import io.ringtrace.call.PhoneNumber;
import io.ringtrace.call.StoreUnavailableException;
import io.ringtrace.routing.Gateway;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A world as the tests tell it, on the first of June 2026: the store has some numbers, or is away; names that end in {@code .invalid} lead
 * nowhere, those in {@code .slow} get no answer, {@code us.example.com} is ourselves, and all others are somebody else.
 *
 * @param owned numbers of the store with their states; null while it is away
 */
record ToldSurroundings(@Nullable Map<String, String> owned) implements Surroundings, OwnedNumbers, GatewayAddresses {
    static final Map<String, String> SOME =
            Map.of("+18005550111", "pooled", "+18005550112", "bank", "+18005550113", "overflow");

    @Override
    public Instant now() {
        return Instant.parse("2026-06-01T00:00:00Z");
    }

    @Override
    public OwnedNumbers numbers(StoreConfig store) {
        return this;
    }

    @Override
    public GatewayAddresses gateways(SipConfig sip) {
        return this;
    }

    @Override
    public Map<PhoneNumber, String> among(Collection<PhoneNumber> numbers) throws StoreUnavailableException {
        if (owned == null) {
            throw new StoreUnavailableException("no server runs on the data folder data");
        }
        Map<PhoneNumber, String> found = new HashMap<>();
        owned.forEach((number, state) -> {
            if (numbers.contains(PhoneNumber.parse(number))) {
                found.put(PhoneNumber.parse(number), state);
            }
        });
        return found;
    }

    @Override
    public boolean available() {
        return owned != null;
    }

    @Override
    public Map<String, Answer> of(Collection<Gateway> gateways) {
        Map<String, Answer> answers = new HashMap<>();
        for (Gateway gateway : gateways) {
            answers.put(gateway.name(), answer(gateway));
        }
        return answers;
    }

    private static Answer answer(Gateway gateway) {
        String host = gateway.host();
        if (host.endsWith(".invalid")) {
            return new Answer.Nowhere();
        } else if (host.endsWith(".slow")) {
            return new Answer.Unavailable("no answer within 3 s");
        }
        InetAddress address = InetAddress.ofLiteral(host.equals("us.example.com") ? "192.0.2.1" : "192.0.2.99");
        return new Answer.Found(List.of(new InetSocketAddress(address, gateway.port() == 0 ? 5060 : gateway.port())));
    }
}
