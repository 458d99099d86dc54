package io.ringtrace.http.operator;

import io.ringtrace.attribution.Accounts;
import io.ringtrace.attribution.Site;
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
import io.ringtrace.http.text.JsonFields;
import io.ringtrace.http.text.PlainText;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Web sites with the tag, for whoever runs the server. Thread-safe; called on virtual threads, waits for the database. */
public final class SiteEndpoints {
    private static final String SITES = "/v1/operator/sites";
    private static final int MOST = 1000;
    private static final int MOST_ORIGINS = 20;
    private static final int LONGEST_ORIGINS = 4096;
    private static final Pattern ORIGIN =
            Pattern.compile("https?://([a-z0-9.-]{1,253}|\\[[0-9a-f:.]{2,45}\\])(:[0-9]{1,5})?");

    private final Accounts accounts;

    public SiteEndpoints(Accounts accounts) {
        this.accounts = accounts;
    }

    public List<Endpoint> endpoints() {
        return List.of(
                Endpoint.get(SITES, Access.OPERATOR, ErrorShape.OURS, Endpoint.waiting(this::list)),
                Endpoint.post(SITES, Access.OPERATOR, ErrorShape.OURS, Endpoint.waiting(this::create)),
                new Endpoint(
                        "PUT",
                        SITES + "/:site",
                        Access.OPERATOR,
                        RequestBody.JSON,
                        ErrorShape.OURS,
                        Endpoint.waiting(this::change)),
                new Endpoint(
                        "POST",
                        SITES + "/:site/rotate",
                        Access.OPERATOR,
                        RequestBody.NONE,
                        ErrorShape.OURS,
                        Endpoint.waiting(this::rotate)),
                new Endpoint(
                        "DELETE",
                        SITES + "/:site",
                        Access.OPERATOR,
                        RequestBody.NONE,
                        ErrorShape.OURS,
                        Endpoint.waiting(this::delete)));
    }

    /** What a body says, checked: either wrong, or both are there. */
    private sealed interface Wanted {
        record Wrong(Problem problem) implements Wanted {}

        record Origins(String network, List<String> origins) implements Wanted {}
    }

    private Reply create(Request request) throws StoreUnavailableException {
        return switch (read(request)) {
            case Wanted.Wrong(Problem problem) -> problem;
            case Wanted.Origins(String network, List<String> origins) ->
                accounts.networkExists(network)
                        ? Answer.of(
                                201,
                                Answer.JSON,
                                Json.bytes(fields(Json.object(), accounts.createSite(network, origins))))
                        : unknownNetwork();
        };
    }

    private Reply change(Request request) throws StoreUnavailableException {
        return switch (read(request)) {
            case Wanted.Wrong(Problem problem) -> problem;
            case Wanted.Origins(String network, List<String> origins) -> {
                Site changed = accounts.changeSite(network, request.path("site"), origins);
                yield changed == null
                        ? Problem.notFound()
                        : Answer.of(200, Answer.JSON, Json.bytes(fields(Json.object(), changed)));
            }
        };
    }

    private Reply rotate(Request request) throws StoreUnavailableException {
        String network = network(request);
        Site rotated = network == null ? null : accounts.rotateSite(network, request.path("site"));
        return rotated == null
                ? Problem.notFound()
                : Answer.of(200, Answer.JSON, Json.bytes(fields(Json.object(), rotated)));
    }

    private Reply delete(Request request) throws StoreUnavailableException {
        String network = network(request);
        String id = request.path("site");
        if (network == null || !accounts.deleteSite(network, id)) {
            return Problem.notFound();
        }
        return Answer.of(
                200, Answer.JSON, Json.bytes(Json.object().put("site", id).put("deleted", true)));
    }

    private Reply list(Request request) throws StoreUnavailableException {
        String network = network(request);
        if (network == null || !accounts.networkExists(network)) {
            return unknownNetwork();
        }
        ObjectNode body = Json.object();
        ArrayNode sites = body.putArray("sites");
        accounts.sites(network, MOST).forEach(site -> fields(sites.addObject(), site));
        return Answer.of(200, Answer.JSON, Json.bytes(body));
    }

    private static Wanted read(Request request) {
        return switch (Json.parseObject(request.body())) {
            case Json.Parsed.Wrong(String message) -> new Wanted.Wrong(Problem.of(400, "malformed_json", message));
            case Json.Parsed.Document(ObjectNode object) -> read(object, new JsonFields(object, false));
        };
    }

    private static Wanted read(ObjectNode object, JsonFields fields) {
        fields.onlyThese(Set.of("network", "origins"));
        String network = fields.id("network");
        List<String> origins = new ArrayList<>();
        if (object.get("origins") instanceof ArrayNode array && array.size() <= MOST_ORIGINS) {
            for (JsonNode each : array) {
                origins.add(each.isString() ? each.asString() : "");
            }
        }
        if (origins.isEmpty()
                || !origins.stream().allMatch(ORIGIN.asMatchPredicate())
                || String.join(" ", origins).length() > LONGEST_ORIGINS) {
            fields.wrong("origins must be 1 to " + MOST_ORIGINS
                    + " origins such as https://www.example.org, in small letters and without a path");
        }
        if (network == null) {
            fields.wrong("network is needed");
        }
        return network == null || !fields.errors().isEmpty()
                ? new Wanted.Wrong(Problem.invalid(fields.errorText()))
                : new Wanted.Origins(network, origins);
    }

    private static ObjectNode fields(ObjectNode into, Site site) {
        into.put("site", site.id()).put("network", site.network());
        site.origins().forEach(into.putArray("origins")::add);
        return into;
    }

    private static @Nullable String network(Request request) {
        String network = request.query().get("network");
        return network != null && PlainText.id(network) ? network : null;
    }

    private static Problem unknownNetwork() {
        return Problem.of(404, "unknown_network", "There is no such network.");
    }
}
