package io.ringtrace.http.operator;

import io.ringtrace.http.Health;
import io.ringtrace.http.Operations;
import io.ringtrace.http.endpoint.Access;
import io.ringtrace.http.endpoint.Answer;
import io.ringtrace.http.endpoint.Endpoint;
import io.ringtrace.http.endpoint.ErrorShape;
import io.ringtrace.http.endpoint.Reply;
import io.ringtrace.http.endpoint.Request;
import io.ringtrace.http.text.Json;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Reload and status, for whoever runs the server. Thread-safe; called on virtual threads. */
public final class OperationEndpoints {
    private static final int MOST_FINDINGS = 1000;

    private final Operations operations;
    private final Health health;

    public OperationEndpoints(Operations operations, Health health) {
        this.operations = operations;
        this.health = health;
    }

    public List<Endpoint> endpoints() {
        return List.of(
                Endpoint.post("/v1/operator/reload", Access.OPERATOR, ErrorShape.OURS, Endpoint.waiting(this::reload)),
                Endpoint.get(
                        "/v1/operator/status", Access.OPERATOR, ErrorShape.OURS, Endpoint.observing(this::status)));
    }

    private Reply reload(Request request) {
        Operations.Reload reload = operations.reload();
        ObjectNode body = Json.object()
                .put("result", reload.outcome().name().toLowerCase(Locale.ROOT))
                .put("version", reload.version());
        add(body.putArray("after_restart"), reload.afterRestart());
        add(body.putArray("findings"), reload.findings());
        return Answer.of(200, Answer.JSON, Json.bytes(body));
    }

    private Reply status(Request request) {
        Operations.Status status = operations.status();
        ObjectNode body = Json.object()
                .put("node", status.node())
                .put("version", status.version())
                .put("started_at", status.startedAt().toString())
                .put("uptime_seconds", status.uptime().toSeconds())
                .put("live_calls", status.liveCalls());
        ArrayNode checks = body.putArray("checks");
        for (Health.Check check : health.ready()) {
            checks.addObject()
                    .put("name", check.name())
                    .put("status", check.state().name().toLowerCase(Locale.ROOT))
                    .put("message", check.sentence());
        }
        plan(body.putObject("plan"), status.plan());
        return Answer.of(200, Answer.JSON, Json.bytes(body));
    }

    private static void plan(ObjectNode body, Operations.Plan plan) {
        body.put("version", plan.version())
                .put("loaded_at", plan.loadedAt().toString())
                .put("file", plan.file())
                .put("trunks", plan.trunks())
                .put("gateways", plan.gateways())
                .put("routes", plan.routes())
                .put("static_numbers", plan.staticNumbers())
                .put("bad", plan.bad());
        add(body.putArray("after_restart"), plan.afterRestart());
        Operations.Failure failure = plan.lastFailure();
        if (failure == null) {
            body.putNull("last_failure");
        } else {
            ObjectNode told =
                    body.putObject("last_failure").put("at", failure.at().toString());
            add(told.putArray("findings"), failure.findings());
        }
    }

    private static void add(ArrayNode array, List<String> texts) {
        texts.stream().limit(MOST_FINDINGS).forEach(array::add);
    }
}
