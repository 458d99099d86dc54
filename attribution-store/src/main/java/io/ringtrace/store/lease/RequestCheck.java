package io.ringtrace.store.lease;

import io.ringtrace.attribution.LeaseAnswer.Reason;
import io.ringtrace.attribution.LeaseAnswer.Refused;
import io.ringtrace.attribution.LeaseRequest;
import io.ringtrace.attribution.MarketingData;
import org.jspecify.annotations.Nullable;

/** The bounds of a lease request, checked before it may wait for the database. */
final class RequestCheck {
    static final int LONGEST_VISITOR_ID = 64;

    private RequestCheck() {}

    /** Null when all is well. */
    static @Nullable Refused refusal(LeaseRequest request) {
        if (request.visitorId() != null && !visitorId(request.visitorId())) {
            return new Refused(
                    Reason.INVALID_VISITOR,
                    "visitor_id must be 1 to " + LONGEST_VISITOR_ID
                            + " printable ASCII characters without a space at its ends");
        }
        String wrong = MarketingData.wrong(request.marketingData().values());
        return wrong == null ? null : new Refused(Reason.INVALID_MARKETING_DATA, wrong);
    }

    /** Spaces at the end would not count in the database's comparison. */
    private static boolean visitorId(String id) {
        return !id.isEmpty()
                && id.length() <= LONGEST_VISITOR_ID
                && id.charAt(0) != ' '
                && id.charAt(id.length() - 1) != ' '
                && id.chars().allMatch(c -> c >= ' ' && c <= '~');
    }
}
