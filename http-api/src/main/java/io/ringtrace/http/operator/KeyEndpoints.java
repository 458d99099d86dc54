package io.ringtrace.http.operator;

import io.ringtrace.attribution.Accounts;
import io.ringtrace.attribution.Pools;
import io.ringtrace.call.StoreUnavailableException;
import io.ringtrace.http.endpoint.Access;
import io.ringtrace.http.endpoint.Answer;
import io.ringtrace.http.endpoint.AskedNetwork;
import io.ringtrace.http.endpoint.Endpoint;
import io.ringtrace.http.endpoint.ErrorShape;
import io.ringtrace.http.endpoint.Problem;
import io.ringtrace.http.endpoint.Reply;
import io.ringtrace.http.endpoint.Request;
import io.ringtrace.http.endpoint.RequestBody;
import io.ringtrace.http.endpoint.Work;
import io.ringtrace.http.text.Json;
import io.ringtrace.http.text.PlainText;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The life of tokens, by the operator, and of pool keys, by their network. Thread-safe; called on virtual threads, waits for the database. */
public final class KeyEndpoints {
    private static final String TOKENS = "/v1/operator/tokens";
    private static final int MOST = 1000;

    private final Accounts accounts;
    private final Pools pools;

    public KeyEndpoints(Accounts accounts, Pools pools) {
        this.accounts = accounts;
        this.pools = pools;
    }

    public List<Endpoint> endpoints() {
        return List.of(
                Endpoint.get(TOKENS, Access.OPERATOR, ErrorShape.OURS, Endpoint.waiting(this::list)),
                withoutBody(TOKENS + "/:token/revoke", this::revoke),
                withoutBody(TOKENS + "/:token/rotate", this::rotate),
                ofNetwork("POST", "/v1/pools/:pool/key", this::rotatePoolKey),
                ofNetwork("POST", "/v1/pools/:pool/key/revoke", this::revokePoolKey),
                ofNetwork("GET", "/v1/pool-keys", this::listPoolKeys));
    }

    private Endpoint ofNetwork(String method, String path, AskedNetwork.NetworkWork work) {
        return new AskedNetwork(accounts).endpoint(method, path, RequestBody.NONE, work);
    }

    private static Endpoint withoutBody(String path, Work.WaitingWork work) {
        return new Endpoint("POST", path, Access.OPERATOR, RequestBody.NONE, ErrorShape.OURS, Endpoint.waiting(work));
    }

    private Reply list(Request request) throws StoreUnavailableException {
        String network = network(request);
        if (network == null || !accounts.networkExists(network)) {
            return Problem.of(404, "unknown_network", "There is no such network.");
        }
        ObjectNode body = Json.object();
        ArrayNode tokens = body.putArray("tokens");
        for (Accounts.Token token : accounts.tokens(network, MOST)) {
            tokens.addObject()
                    .put("id", token.id())
                    .put("name", token.name())
                    .put("scope", token.scope().text())
                    .put("created_at", Instant.ofEpochMilli(token.createdAt()).toString())
                    .put("revoked_at", text(token.revokedAt()));
        }
        return Answer.of(200, Answer.JSON, Json.bytes(body));
    }

    private Reply revoke(Request request) throws StoreUnavailableException {
        String network = network(request);
        long id = id(request);
        if (network == null || id == 0 || !accounts.revokeToken(network, id)) {
            return Problem.notFound();
        }
        return Answer.of(
                200, Answer.JSON, Json.bytes(Json.object().put("id", id).put("revoked", true)));
    }

    private Reply rotate(Request request) throws StoreUnavailableException {
        String network = network(request);
        long id = id(request);
        String token = network == null || id == 0 ? null : accounts.rotateToken(network, id);
        return token == null
                ? Problem.notFound()
                : Answer.of(
                        200, Answer.JSON, Json.bytes(Json.object().put("id", id).put("token", token)));
    }

    private Reply rotatePoolKey(String network, Request request) throws StoreUnavailableException {
        String pool = request.path("pool");
        Pools.WithKey rotated = PlainText.id(pool) ? pools.rotateKey(network, pool) : null;
        return rotated == null
                ? Problem.notFound()
                : Answer.of(
                        200,
                        Answer.JSON,
                        Json.bytes(Json.object().put("pool", pool).put("api_key", rotated.apiKey())));
    }

    private Reply revokePoolKey(String network, Request request) throws StoreUnavailableException {
        String pool = request.path("pool");
        return PlainText.id(pool) && pools.revokeKey(network, pool)
                ? Answer.of(
                        200,
                        Answer.JSON,
                        Json.bytes(Json.object().put("pool", pool).put("revoked", true)))
                : Problem.notFound();
    }

    private Reply listPoolKeys(String network, Request request) throws StoreUnavailableException {
        String after = request.query().get("after");
        if (after != null && !PlainText.id(after)) {
            return Problem.invalid("after must be a RingPool ID");
        }
        List<Pools.KeyState> keys = pools.keys(network, after == null ? "" : after, MOST);
        ObjectNode body = Json.object();
        ArrayNode listed = body.putArray("pool_keys");
        for (Pools.KeyState key : keys) {
            listed.addObject()
                    .put("pool", key.pool())
                    .put("advertiser", key.advertiser())
                    .put("campaign", key.campaign())
                    .put("revoked_at", text(key.revokedAt()));
        }
        body.put("next_after", keys.size() < MOST ? null : keys.getLast().pool());
        return Answer.of(200, Answer.JSON, Json.bytes(body));
    }

    private static @Nullable String text(@Nullable Long millis) {
        return millis == null ? null : Instant.ofEpochMilli(millis).toString();
    }

    private static @Nullable String network(Request request) {
        String network = request.query().get("network");
        return network != null && PlainText.id(network) ? network : null;
    }

    /** 0 when the path has no number there. */
    private static long id(Request request) {
        String text = request.path("token");
        return text.matches("[0-9]{1,18}") ? Long.parseLong(text) : 0;
    }
}
