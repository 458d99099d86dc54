package io.ringtrace.http.account;

import io.ringtrace.http.endpoint.Caller;
import io.ringtrace.http.endpoint.Problem;
import io.ringtrace.http.endpoint.Request;
import io.ringtrace.http.text.PlainText;
import org.jspecify.annotations.Nullable;

/** Which network a request is about: that of its token; the operator names one in the query. */
final class NetworkAsked {
    private NetworkAsked() {}

    /** Null when the operator names none, or a token another network than its own. */
    static @Nullable String of(Request request) {
        String named = request.query().get("network");
        return switch (request.caller()) {
            case Caller.OfNetwork(String own) -> named == null || named.equals(own) ? own : null;
            case Caller.Operator _ -> named != null && PlainText.id(named) ? named : null;
            case Caller.Anybody _ -> null;
        };
    }

    static Problem unknown() {
        return Problem.of(404, "unknown_network", "There is no such network; the operator names one as ?network=.");
    }
}
