package io.ringtrace.http.operator;

import io.ringtrace.attribution.Accounts;
import io.ringtrace.attribution.Accounts.Part;
import io.ringtrace.attribution.Accounts.Removal;
import io.ringtrace.call.StoreUnavailableException;
import io.ringtrace.http.endpoint.Access;
import io.ringtrace.http.endpoint.Answer;
import io.ringtrace.http.endpoint.Endpoint;
import io.ringtrace.http.endpoint.ErrorShape;
import io.ringtrace.http.endpoint.Problem;
import io.ringtrace.http.endpoint.Reply;
import io.ringtrace.http.endpoint.Request;
import io.ringtrace.http.endpoint.RequestBody;
import io.ringtrace.http.text.Json;
import io.ringtrace.http.text.PlainText;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Removes networks, advertisers and campaigns, for whoever runs the server. Thread-safe; called on virtual threads, waits for the database. */
public final class RemovalEndpoints {
    private final Accounts accounts;

    public RemovalEndpoints(Accounts accounts) {
        this.accounts = accounts;
    }

    /** Which part a request names; null where an id is missing or none. */
    @FunctionalInterface
    private interface Named {
        @Nullable
        Part of(Request request);
    }

    public List<Endpoint> endpoints() {
        return List.of(
                endpoint("networks/:network", request -> {
                    String network = id(request.path("network"));
                    return network == null ? null : new Part(network, null, null);
                }),
                endpoint("advertisers/:advertiser", request -> {
                    String network = id(request.query().get("network"));
                    String advertiser = id(request.path("advertiser"));
                    return network == null || advertiser == null ? null : new Part(network, advertiser, null);
                }),
                endpoint("campaigns/:campaign", request -> {
                    String network = id(request.query().get("network"));
                    String advertiser = id(request.query().get("advertiser"));
                    String campaign = id(request.path("campaign"));
                    return network == null || advertiser == null || campaign == null
                            ? null
                            : new Part(network, advertiser, campaign);
                }));
    }

    private Endpoint endpoint(String path, Named named) {
        return new Endpoint(
                "DELETE",
                "/v1/operator/" + path,
                Access.OPERATOR,
                RequestBody.NONE,
                ErrorShape.OURS,
                Endpoint.waiting(request -> remove(named.of(request))));
    }

    private Reply remove(@Nullable Part part) throws StoreUnavailableException {
        if (part == null) {
            return Problem.notFound();
        }
        return switch (accounts.remove(part)) {
            case Removal.Removed _ ->
                Answer.of(200, Answer.JSON, Json.bytes(Json.object().put("removed", true)));
            case Removal.Missing _ -> Problem.notFound();
            case Removal.InUse(List<String> by) ->
                Problem.of(409, "in_use", "It cannot be removed: it has " + String.join(", ", by) + ".");
        };
    }

    private static @Nullable String id(@Nullable String text) {
        return text != null && PlainText.id(text) ? text : null;
    }
}
