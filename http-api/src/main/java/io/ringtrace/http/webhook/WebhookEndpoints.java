package io.ringtrace.http.webhook;

import io.ringtrace.call.StoreUnavailableException;
import io.ringtrace.call.Webhooks;
import io.ringtrace.http.endpoint.Answer;
import io.ringtrace.http.endpoint.AskedNetwork;
import io.ringtrace.http.endpoint.Endpoint;
import io.ringtrace.http.endpoint.Problem;
import io.ringtrace.http.endpoint.Reply;
import io.ringtrace.http.endpoint.Request;
import io.ringtrace.http.endpoint.RequestBody;
import io.ringtrace.http.text.Json;
import io.ringtrace.http.text.JsonFields;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A network's webhook and its dead letters; the operator names the network. Thread-safe; called on virtual threads, waits for the database and DNS. */
public final class WebhookEndpoints {
    private static final String WEBHOOK = "/v1/webhook";
    private static final String LETTERS = WEBHOOK + "/dead-letters";
    private static final int MOST = 1000;

    private final Webhooks webhooks;
    private final WebhookTargets targets;
    private final AskedNetwork networks;

    public WebhookEndpoints(Webhooks webhooks, WebhookTargets targets, AskedNetwork networks) {
        this.webhooks = webhooks;
        this.targets = targets;
        this.networks = networks;
    }

    public List<Endpoint> endpoints() {
        return List.of(
                networks.endpoint("GET", WEBHOOK, RequestBody.NONE, (network, _) -> get(network)),
                networks.endpoint("PUT", WEBHOOK, RequestBody.JSON, this::set),
                networks.endpoint("DELETE", WEBHOOK, RequestBody.NONE, (network, _) -> remove(network)),
                networks.endpoint("GET", LETTERS, RequestBody.NONE, this::letters),
                networks.endpoint("POST", LETTERS + "/retry", RequestBody.NONE, this::retry));
    }

    private Reply get(String network) throws StoreUnavailableException {
        Webhooks.Webhook webhook = webhooks.get(network);
        if (webhook == null) {
            return Problem.notFound();
        }
        ObjectNode body = Json.object()
                .put("network", webhook.network())
                .put("url", webhook.url().toString())
                .put("made_at", time(webhook.madeAtMillis()))
                .put("delivered_until_transaction_id", webhook.cursor())
                .put("attempts", webhook.attempts())
                .put("next_attempt_at", time(webhook.nextAttemptAtMillis()))
                .put("last_error", webhook.lastError())
                .put("dead_letters", webhook.deadLetters());
        return Answer.of(200, Answer.JSON, Json.bytes(body));
    }

    private Reply set(String network, Request request) throws StoreUnavailableException {
        return switch (Json.parseObject(request.body())) {
            case Json.Parsed.Wrong(String message) -> Problem.of(400, "malformed_json", message);
            case Json.Parsed.Document(ObjectNode object) -> set(network, new JsonFields(object, false));
        };
    }

    private Reply set(String network, JsonFields fields) throws StoreUnavailableException {
        fields.onlyThese(Set.of("url"));
        String url = fields.text("url", 2048);
        if (fields.errors().isEmpty() && url == null) {
            fields.wrong("url is needed");
        }
        if (!fields.errors().isEmpty() || url == null) {
            return Problem.invalid(fields.errorText());
        }
        return switch (targets.of(url)) {
            case WebhookTargets.Target.Refused(String why) -> Problem.invalid(why);
            case WebhookTargets.Target.Allowed target -> {
                ObjectNode body = Json.object()
                        .put("network", network)
                        .put("url", target.url().toString())
                        .put("secret", webhooks.set(network, target.url()));
                yield Answer.of(200, Answer.JSON, Json.bytes(body));
            }
        };
    }

    private Reply remove(String network) throws StoreUnavailableException {
        return webhooks.remove(network)
                ? Answer.of(200, Answer.JSON, Json.bytes(Json.object().put("removed", true)))
                : Problem.notFound();
    }

    private Reply letters(String network, Request request) throws StoreUnavailableException {
        String after = request.query().get("after");
        if (after != null && !after.matches("[0-9]{1,18}")) {
            return Problem.invalid("after must be a transaction id.");
        }
        List<Webhooks.DeadLetter> found =
                webhooks.deadLetters(network, after == null ? 0 : Long.parseLong(after), MOST);
        ObjectNode body = Json.object();
        ArrayNode letters = body.putArray("dead_letters");
        for (Webhooks.DeadLetter letter : found) {
            letters.addObject()
                    .put("transaction_id", letter.transactionId())
                    .put("reason", letter.reason())
                    .put("attempts", letter.attempts())
                    .put("set_aside_at", time(letter.setAsideAtMillis()))
                    .put("again", letter.again());
        }
        body.put(
                "next_after",
                found.size() < MOST ? null : (Long) found.getLast().transactionId());
        return Answer.of(200, Answer.JSON, Json.bytes(body));
    }

    private Reply retry(String network, Request request) throws StoreUnavailableException {
        String one = request.query().get("transaction_id");
        if (one != null && !one.matches("[0-9]{1,18}")) {
            return Problem.invalid("transaction_id must be one of the list.");
        }
        int again = webhooks.retry(network, one == null ? null : (Long) Long.parseLong(one));
        return Answer.of(202, Answer.JSON, Json.bytes(Json.object().put("again", again)));
    }

    private static @Nullable String time(long millis) {
        return millis == 0 ? null : Instant.ofEpochMilli(millis).toString();
    }
}
