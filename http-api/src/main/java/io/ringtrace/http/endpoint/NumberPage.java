package io.ringtrace.http.endpoint;

import io.ringtrace.call.PhoneNumber;

/** Which part of a list of numbers is asked for: {@code after} and {@code limit}. */
public sealed interface NumberPage {
    int DEFAULT_LIMIT = 100;
    int MOST = 1000;

    /** @param after the digits of the number that the list goes on behind; 0 for its beginning */
    record Asked(long after, int limit) implements NumberPage {}

    record Wrong(Problem problem) implements NumberPage {}

    static NumberPage read(Request request) {
        String limitText = request.query().get("limit");
        int limit =
                limitText == null ? DEFAULT_LIMIT : limitText.matches("[0-9]{1,4}") ? Integer.parseInt(limitText) : 0;
        if (limit < 1 || limit > MOST) {
            return new Wrong(Problem.invalid("limit must be 1 to " + MOST + "."));
        }
        String afterText = request.query().get("after");
        // An unescaped plus sign reads as a blank in a query.
        PhoneNumber after = afterText == null ? null : PhoneNumber.parseOrNull(afterText.strip());
        return afterText != null && after == null
                ? new Wrong(Problem.invalid("after must be an E.164 number such as +18005550123."))
                : new Asked(after == null ? 0 : after.digits(), limit);
    }
}
