package io.ringtrace.http.lease;

import io.ringtrace.http.text.PlainText;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Bounds of what a visitor's request may bring along. Each check answers null when all is well, else a sentence. */
public final class VisitorFields {
    public static final int LONGEST_VISITOR_ID = 64;
    public static final int MOST_MARKETING_FIELDS = 50;
    public static final int LONGEST_NAME = 64;
    public static final int LONGEST_VALUE = 2048;

    private VisitorFields() {}

    public static @Nullable String wrongVisitorId(@Nullable String visitorId) {
        if (visitorId == null) {
            return null;
        }
        return visitorId.isEmpty() || visitorId.length() > LONGEST_VISITOR_ID || !PlainText.printableAscii(visitorId)
                ? "visitor_id must be 1 to " + LONGEST_VISITOR_ID + " printable ASCII characters."
                : null;
    }

    public static @Nullable String wrongMarketingData(Map<String, String> fields) {
        if (fields.size() > MOST_MARKETING_FIELDS) {
            return "There may be at most " + MOST_MARKETING_FIELDS + " marketing data fields.";
        }
        for (Map.Entry<String, String> field : fields.entrySet()) {
            String name = field.getKey();
            if (name.isEmpty() || name.length() > LONGEST_NAME || !PlainText.clean(name)) {
                return "The name of a marketing data field must be 1 to " + LONGEST_NAME
                        + " characters, none of them a control character.";
            }
            if (field.getValue().length() > LONGEST_VALUE || !PlainText.clean(field.getValue())) {
                return "The marketing data field '" + name + "' must be at most " + LONGEST_VALUE
                        + " characters, none of them a control character.";
            }
        }
        return null;
    }
}
