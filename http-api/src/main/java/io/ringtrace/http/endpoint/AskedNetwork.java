package io.ringtrace.http.endpoint;

import io.ringtrace.attribution.Accounts;
import io.ringtrace.call.StoreUnavailableException;
import io.ringtrace.http.text.PlainText;
import org.jspecify.annotations.Nullable;

/** Which network a request is about: its token's, or the one that the operator names in the field {@code network}. Waits for the database. */
public record AskedNetwork(Accounts accounts) {
    /** Null when the operator names none that exists. */
    public @Nullable String of(Request request) throws StoreUnavailableException {
        return switch (request.caller()) {
            case Caller.OfNetwork(String network) -> network;
            case Caller.Operator _ -> {
                String named = request.query().get("network");
                yield named != null && PlainText.id(named) && accounts.networkExists(named) ? named : null;
            }
            case Caller.Anybody _ -> null;
        };
    }

    public static Problem unknown() {
        return Problem.of(404, "unknown_network", "There is no such network; name one in the field network.");
    }
}
