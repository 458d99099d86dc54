package io.ringtrace.store.lease;

import io.ringtrace.attribution.LeaseAnswer.Reason;
import io.ringtrace.attribution.LeaseAnswer.Refused;
import io.ringtrace.attribution.LeaseRequest;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The bounds of a lease request, checked before it may wait for the database. */
final class RequestCheck {
    static final int LONGEST_VISITOR_ID = 64;
    static final int MOST_FIELDS = 25;
    static final int LONGEST_NAME = 64;
    static final int LONGEST_VALUE = 512;

    private RequestCheck() {}

    /** Null when all is well. */
    static @Nullable Refused refusal(LeaseRequest request) {
        if (request.visitorId() != null && !visitorId(request.visitorId())) {
            return new Refused(
                    Reason.INVALID_VISITOR,
                    "visitor_id must be 1 to " + LONGEST_VISITOR_ID
                            + " printable ASCII characters without a space at its ends");
        }
        if (request.marketingData().size() > MOST_FIELDS) {
            return new Refused(
                    Reason.INVALID_MARKETING_DATA,
                    "at most " + MOST_FIELDS + " marketing fields, not "
                            + request.marketingData().size());
        }
        for (Map.Entry<String, String> field : request.marketingData().entrySet()) {
            String name = field.getKey();
            if (name.isBlank() || name.length() > LONGEST_NAME) {
                return new Refused(
                        Reason.INVALID_MARKETING_DATA,
                        "the name of a marketing field must have 1 to " + LONGEST_NAME + " characters, not "
                                + name.length());
            }
            if (field.getValue().length() > LONGEST_VALUE) {
                return new Refused(
                        Reason.INVALID_MARKETING_DATA,
                        "the marketing field '" + name + "' must have at most " + LONGEST_VALUE + " characters, not "
                                + field.getValue().length());
            }
        }
        return null;
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
