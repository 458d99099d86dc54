package io.ringtrace.http.lease;

import io.ringtrace.attribution.LeaseRequest;
import io.ringtrace.attribution.MarketingDictionaries;
import io.ringtrace.attribution.MarketingDictionary.Capture;
import io.ringtrace.attribution.MarketingSource;
import io.ringtrace.attribution.Pools;
import io.ringtrace.attribution.RingPool;
import io.ringtrace.call.PhoneNumber;
import io.ringtrace.http.text.PlainText;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What a visitor's request brings along, made into what is asked of the pool: by its network's dictionary, and within its hours. Thread-safe, never waits. */
public final class VisitorFields {
    public static final int LONGEST_VISITOR_ID = 64;

    private final Pools pools;
    private final MarketingDictionaries dictionaries;

    public VisitorFields(Pools pools, MarketingDictionaries dictionaries) {
        this.pools = pools;
        this.dictionaries = dictionaries;
    }

    /** Null when all is well, else a sentence. */
    public static @Nullable String wrongVisitorId(@Nullable String visitorId) {
        if (visitorId == null) {
            return null;
        }
        return visitorId.isEmpty() || visitorId.length() > LONGEST_VISITOR_ID || !PlainText.printableAscii(visitorId)
                ? "visitor_id must be 1 to " + LONGEST_VISITOR_ID + " printable ASCII characters."
                : null;
    }

    /** Why calls of the pool's visitor may not end at the number that he asked for, as a sentence; null when they may. */
    @Nullable
    String wrongDestination(RingPool pool, @Nullable PhoneNumber destination) {
        return destination == null || destination.equals(pool.destination())
                ? null
                : pools.refusal(pool.network(), destination);
    }

    public sealed interface Asked {
        record Ready(LeaseRequest request) implements Asked {}

        /** @param message what is wrong with the marketing data, as a sentence */
        record Wrong(String message) implements Asked {}
    }

    /**
     * @param sourceOf where the value of a field came from
     * @param fromPage data of a page: what does not fit is left out
     */
    public Asked asked(
            RingPool pool,
            @Nullable String visitorId,
            @Nullable PhoneNumber destination,
            Map<String, String> sent,
            Function<String, MarketingSource> sourceOf,
            boolean fromPage,
            boolean newAttribution) {
        return switch (dictionaries.of(pool.network()).capture(pool.captured(), sent, sourceOf, fromPage)) {
            case Capture.Refused(String message) -> new Asked.Wrong(message);
            case Capture.Kept(var data) ->
                new Asked.Ready(
                        new LeaseRequest(pool.id(), visitorId, destination, data, newAttribution, !pools.isOpen(pool)));
        };
    }
}
