package io.ringtrace.sip.proxy;

import io.ringtrace.routing.DigestUser;
import io.ringtrace.routing.OverloadControl;
import io.ringtrace.routing.Trunk;
import io.ringtrace.sip.admission.NewCallRates;
import io.ringtrace.sip.admission.Overload;
import io.ringtrace.sip.admission.TrunkAdmission;
import io.ringtrace.sip.counters.CallTallies;
import io.ringtrace.sip.message.OverloadParameters;
import io.ringtrace.sip.message.SipMessage;
import io.ringtrace.sip.transport.Hop;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What a response's topmost Via tells a trunk that offers overload control (RFC 7339, RFC 7415): nothing to keep back while all is well, else
 * by the shard's load which share, or how many new calls a second to send. Strangers are told nothing; a trunk known by digest alone is told
 * where it has proved itself within the last hour. One per shard.
 */
final class OverloadSignal {
    /** RFC 7339 §4.3. */
    private static final int VALID_MILLIS = 500;

    private static final int MOST_IN_A_MILLI = 100;
    private static final int PERCENT = 100;
    /** Beyond it the source that was silent longest is told nothing until it proves itself again. */
    private static final int MOST_PROOFS = 1_024;

    private static final long PROOF_COUNTS_MILLIS = Duration.ofHours(1).toMillis();

    private final TrunkAdmission admission;
    private final Overload overload;
    private final NewCallRates rates;
    private final LongSupplier nowMillis;
    private final StringBuilder text = new StringBuilder();
    private final Map<InetSocketAddress, Proof> proofs = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<InetSocketAddress, Proof> eldest) {
            return size() > MOST_PROOFS;
        }
    };
    private long lastMillis;
    private int inThatMilli;

    /** A trunk that its source does not tell has proved itself there by digest. */
    private record Proof(String username, long atMillis) {}

    /** @param nowMillis Unix milliseconds; never goes back */
    OverloadSignal(TrunkAdmission admission, Overload overload, NewCallRates rates, LongSupplier nowMillis) {
        this.admission = admission;
        this.overload = overload;
        this.rates = rates;
        this.nowMillis = nowMillis;
    }

    /** A new call has come by that trunk. */
    void arrived(Trunk trunk) {
        if (trunk.limits().overload() == OverloadControl.RATE) {
            rates.arrived(trunk.name(), nowMillis.getAsLong());
        }
    }

    /** A request from there has proved to be of that trunk. */
    void proved(Hop source, Trunk trunk) {
        DigestUser user = trunk.access().digest();
        if (user != null) {
            proofs.put(source.remote(), new Proof(user.username(), nowMillis.getAsLong()));
        }
    }

    /** Under which name refusals to that source are counted. */
    String sender(Hop source) {
        Trunk trunk = trunkAt(source);
        if (trunk != null) {
            return trunk.name();
        }
        return admission.gatewayAt(source.address()) ? CallTallies.GATEWAYS : CallTallies.STRANGERS;
    }

    private @Nullable Trunk trunkAt(Hop source) {
        Trunk trunk = admission.trunkFrom(source);
        Proof proof = trunk == null && !proofs.isEmpty() ? proofs.get(source.remote()) : null;
        return proof == null || nowMillis.getAsLong() - proof.atMillis > PROOF_COUNTS_MILLIS
                ? trunk
                : admission.trunkOfUser(proof.username);
    }

    /**
     * The parameters for a Via that somebody put, valid until the next call; null for none.
     *
     * @param message a request, or a response that is about to be passed on
     * @param via where the Via stands in it
     * @param source where the request came from
     */
    @Nullable
    CharSequence parameters(SipMessage message, int via, Hop source) {
        int offered = OverloadParameters.offered(message, via);
        if (offered == OverloadParameters.NONE) {
            return null;
        }
        Trunk trunk = trunkAt(source);
        OverloadControl control =
                trunk == null ? OverloadControl.OFF : trunk.limits().overload();
        return switch (control) {
            case OFF -> null;
            case LOSS -> loss();
            case RATE -> offered == OverloadParameters.LOSS_AND_RATE && trunk != null ? rate(trunk) : loss();
        };
    }

    private CharSequence loss() {
        return told(overload.lossPercent(), "loss");
    }

    private CharSequence rate(Trunk trunk) {
        int loss = overload.lossPercent();
        long rate = rates.perSecond(trunk.name(), nowMillis.getAsLong());
        return told(loss == 0 ? 0 : Math.max(1, rate * (PERCENT - loss) / PERCENT), "rate");
    }

    private CharSequence told(long value, String algorithm) {
        long now = nowMillis.getAsLong();
        if (now > lastMillis) {
            lastMillis = now;
            inThatMilli = 0;
        } else if (inThatMilli < MOST_IN_A_MILLI - 1) {
            inThatMilli++;
        }
        text.setLength(0);
        text.append(";oc=")
                .append(value)
                .append(";oc-algo=\"")
                .append(algorithm)
                .append("\";oc-validity=");
        // A validity of 0 ends whatever was told before.
        text.append(overload.lossPercent() == 0 ? 0 : VALID_MILLIS);
        text.append(";oc-seq=").append(lastMillis / 1000).append('.');
        int fraction = (int) (lastMillis % 1000) * MOST_IN_A_MILLI + inThatMilli;
        for (int digit = 10_000; digit > fraction && digit > 1; digit /= 10) {
            text.append('0');
        }
        return text.append(fraction);
    }
}
