package io.ringtrace.http.endpoint;

import io.ringtrace.attribution.Accounts;
import io.ringtrace.call.StoreUnavailableException;
import io.ringtrace.http.text.PlainText;
import org.jspecify.annotations.Nullable;

/**
 * Which network a request is about: its token's, or the one that the operator names as {@code ?network=}. A token that names another network
 * than its own is answered like one that names none there is. Thread-safe; waits for the database.
 */
public record AskedNetwork(Accounts accounts) {
    /** What an endpoint does for the network it was asked of. */
    @FunctionalInterface
    public interface NetworkWork {
        Reply reply(String network, Request request) throws StoreUnavailableException;
    }

    /** One for a network's programs and for the operator; it may wait. */
    public Endpoint endpoint(String method, String path, RequestBody body, NetworkWork work) {
        return new Endpoint(
                method, path, Access.NETWORK_OR_OPERATOR, body, ErrorShape.OURS, Endpoint.waiting(request -> {
                    String network = of(request);
                    return network == null ? unknown() : work.reply(network, request);
                }));
    }

    private @Nullable String of(Request request) throws StoreUnavailableException {
        String named = request.query().get("network");
        return switch (request.caller()) {
            case Caller.OfNetwork(String own) -> named == null || named.equals(own) ? own : null;
            case Caller.Operator _ ->
                named != null && PlainText.id(named) && accounts.networkKnown(named) ? named : null;
            case Caller.Anybody _ -> null;
        };
    }

    public static Problem unknown() {
        return Problem.of(404, "unknown_network", "There is no such network; the operator names one as ?network=.");
    }
}
