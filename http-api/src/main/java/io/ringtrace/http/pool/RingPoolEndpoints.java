package io.ringtrace.http.pool;

import io.ringtrace.attribution.Autoscaling;
import io.ringtrace.attribution.PoolSizes;
import io.ringtrace.attribution.Pools;
import io.ringtrace.attribution.RingPool;
import io.ringtrace.call.StoreUnavailableException;
import io.ringtrace.http.endpoint.Access;
import io.ringtrace.http.endpoint.Answer;
import io.ringtrace.http.endpoint.Endpoint;
import io.ringtrace.http.endpoint.ErrorShape;
import io.ringtrace.http.endpoint.Problem;
import io.ringtrace.http.endpoint.Reply;
import io.ringtrace.http.endpoint.Request;
import io.ringtrace.http.endpoint.RequestBody;
import io.ringtrace.http.endpoint.Work;
import io.ringtrace.http.text.Json;
import io.ringtrace.http.text.PlainText;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * RingPools in Invoca's shapes: read, create, update, delete. Create and update are one idempotent write; what a body does not name stays as
 * it is, or gets its default in a new pool. Thread-safe; called on virtual threads, waits for the database.
 */
public final class RingPoolEndpoints {
    static final String POOLS = "/api/:date/:network/advertisers/:advertiser/advertiser_campaigns/:campaign/ring_pools";
    private static final String ALL = POOLS + ".json";
    private static final String ONE = POOLS + "/:id.json";

    private final Pools pools;
    private final PoolSizes sizes;

    public RingPoolEndpoints(Pools pools, PoolSizes sizes) {
        this.pools = pools;
        this.sizes = sizes;
    }

    public List<Endpoint> endpoints() {
        return List.of(
                endpoint("GET", ALL, RequestBody.NONE, this::list),
                endpoint("GET", ONE, RequestBody.NONE, this::get),
                endpoint("POST", ALL, RequestBody.JSON, request -> save(request, null)),
                endpoint("POST", ONE, RequestBody.JSON, request -> save(request, request.path("id"))),
                endpoint("PUT", ONE, RequestBody.JSON, request -> save(request, request.path("id"))),
                endpoint("DELETE", ONE, RequestBody.NONE, this::delete));
    }

    private static Endpoint endpoint(String method, String path, RequestBody body, Work.WaitingWork work) {
        return new Endpoint(method, path, Access.NETWORK, body, ErrorShape.RECORD, new Work.Waiting(work));
    }

    private Reply list(Request request) throws StoreUnavailableException {
        ArrayNode all = Json.array();
        Map<String, Autoscaling> autoscaling = sizes.autoscaling(request.path("network"));
        for (Pools.WithKey pool :
                pools.list(request.path("network"), request.path("advertiser"), request.path("campaign"))) {
            String id = pool.pool().idFromNetwork();
            all.add(RingPoolFields.write(
                    pool, autoscaling.getOrDefault(id, Autoscaling.OFF), url(request, id), request.mayManage()));
        }
        return Answer.of(200, Answer.JSON, Json.bytes(all));
    }

    private Reply get(Request request) throws StoreUnavailableException {
        Pools.WithKey found = inCampaign(request, request.path("id"));
        return found == null
                ? Problem.notFound()
                : answer(200, request, found, autoscaling(request, found.pool().idFromNetwork()));
    }

    private Reply save(Request request, @Nullable String idInPath) throws StoreUnavailableException {
        if (idInPath != null && !PlainText.id(idInPath)) {
            return invalid(PlainText.idRule("id_from_network") + ".");
        }
        ObjectNode body;
        switch (Json.parseObject(request.body())) {
            case Json.Parsed.Wrong(String message) -> {
                return Problem.of(400, "malformed_json", message);
            }
            case Json.Parsed.Document(ObjectNode object) -> body = object;
        }
        String id = idInPath != null ? idInPath : body.path("id_from_network").asString("");
        Pools.WithKey before = PlainText.id(id) ? inCampaign(request, id) : null;
        Autoscaling autoscaling = before == null ? Autoscaling.OFF : autoscaling(request, id);
        return switch (RingPoolFields.read(body, idInPath, before == null ? null : before.pool(), autoscaling)) {
            case RingPoolFields.Reading.Invalid(String message) -> invalid(message);
            case RingPoolFields.Reading.Defined(Pools.Definition definition, Autoscaling wanted) ->
                switch (pools.save(
                        request.path("network"), request.path("advertiser"), request.path("campaign"), definition)) {
                    case Pools.Outcome.Saved(Pools.WithKey pool, boolean created) -> {
                        yield answer(created ? 201 : 200, request, pool, wanted);
                    }
                    case Pools.Outcome.Invalid(List<String> messages) -> invalid(String.join(" ", messages));
                    case Pools.Outcome.NotFound _ -> Problem.notFound();
                };
        };
    }

    private Reply delete(Request request) throws StoreUnavailableException {
        String id = request.path("id");
        if (inCampaign(request, id) != null) {
            pools.delete(request.path("network"), id);
        }
        return Answer.of(200, Answer.JSON, Json.bytes(Json.object()));
    }

    private Autoscaling autoscaling(Request request, String id) throws StoreUnavailableException {
        return sizes.autoscaling(request.path("network")).getOrDefault(id, Autoscaling.OFF);
    }

    private Pools.@Nullable WithKey inCampaign(Request request, String id) throws StoreUnavailableException {
        Pools.WithKey found = pools.get(request.path("network"), id);
        if (found == null) {
            return null;
        }
        RingPool pool = found.pool();
        return pool.advertiser().equals(request.path("advertiser"))
                        && pool.campaign().equals(request.path("campaign"))
                ? found
                : null;
    }

    private static Problem invalid(String message) {
        return Problem.of(403, "record_invalid", message);
    }

    private static Answer answer(int status, Request request, Pools.WithKey pool, Autoscaling autoscaling) {
        return Answer.of(
                status,
                Answer.JSON,
                Json.bytes(RingPoolFields.write(
                        pool, autoscaling, url(request, pool.pool().idFromNetwork()), request.mayManage())));
    }

    private static String url(Request request, String id) {
        return "/api/" + request.path("date") + "/" + request.path("network") + "/advertisers/"
                + request.path("advertiser") + "/advertiser_campaigns/" + request.path("campaign") + "/ring_pools/"
                + id + ".json";
    }
}
