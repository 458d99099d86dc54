package io.ringtrace.call;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One row for one admitted INVITE, as readers get it. Times are Unix milliseconds, 0 or null where it has not happened.
 *
 * @param attributionStatus as in {@code AttributionStatus.text()}
 * @param leaseId number and version of the lease: {@code 18005550123.7}
 * @param transactionId by which it was published last; null while it was not
 * @param visitorErased the visitor's id and marketing data were taken out
 * @param marketingSources where values came from, as {@code MarketingSource.text()}; those not named, by the API
 * @param postDialDelayMillis the INVITE's arrival to the first 18x or, without one, the final answer
 * @param postDialDelayTheirsMillis of these, from the INVITE to the gateway that brought it
 * @param postDialDelayOursMillis the rest, gateways tried before among it
 * @param complete false while the call runs, or when its beginning has not reached the store
 */
public record CallRecord(
        CallId callId,
        @Nullable Long transactionId,
        String sipCallId,
        String node,
        String trunk,
        @Nullable PhoneNumber caller,
        boolean callerWithheld,
        String dialedText,
        @Nullable PhoneNumber promoNumber,
        @Nullable PhoneNumber destination,
        @Nullable String network,
        @Nullable String advertiser,
        @Nullable String poolId,
        @Nullable String campaignId,
        @Nullable String leaseId,
        @Nullable String visitorId,
        boolean visitorErased,
        Map<String, String> marketingData,
        Map<String, String> marketingSources,
        String attributionStatus,
        @Nullable Double attributionConfidence,
        @Nullable Long leaseAgeMillis,
        @Nullable Long presentationAgeMillis,
        @Nullable Integer priorLeases,
        long attributionStaleMillis,
        List<GatewayAttempt> attempts,
        @Nullable String gateway,
        long startMillis,
        @Nullable Long progressMillis,
        @Nullable Long answerMillis,
        @Nullable Long endMillis,
        @Nullable Long ringMillis,
        @Nullable Long talkMillis,
        @Nullable Long postDialDelayMillis,
        @Nullable Long postDialDelayTheirsMillis,
        @Nullable Long postDialDelayOursMillis,
        @Nullable Integer sipCodeSent,
        @Nullable Integer sipCodeGateway,
        @Nullable String reasonHeader,
        @Nullable String endedBy,
        @Nullable String endReason,
        boolean durationExact,
        String configVersion,
        boolean complete) {
    public CallRecord {
        marketingData = Map.copyOf(marketingData);
        marketingSources = Map.copyOf(marketingSources);
        attempts = List.copyOf(attempts);
    }
}
