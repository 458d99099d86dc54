package io.ringtrace.http.operator;

import io.ringtrace.call.PhoneNumber;
import io.ringtrace.call.StoreUnavailableException;
import io.ringtrace.http.Health;
import io.ringtrace.http.Operations;
import io.ringtrace.http.endpoint.Access;
import io.ringtrace.http.endpoint.Answer;
import io.ringtrace.http.endpoint.Endpoint;
import io.ringtrace.http.endpoint.ErrorShape;
import io.ringtrace.http.endpoint.NumberPage;
import io.ringtrace.http.endpoint.Problem;
import io.ringtrace.http.endpoint.Reply;
import io.ringtrace.http.endpoint.Request;
import io.ringtrace.http.text.Json;
import io.ringtrace.http.text.JsonFields;
import io.ringtrace.routing.StaticNumber;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Reload, status and the way of a call, for whoever runs the server. Thread-safe; called on virtual threads. */
public final class OperationEndpoints {
    private static final int MOST_FINDINGS = 1000;
    private static final int DEFAULT_LIVE_CALLS = 100;
    private static final int MOST_LIVE_CALLS = 1000;
    private static final int MOST_TRACE_SECONDS = 86_400;
    private static final int LONGEST_NUMBER = 128;
    /** In one question about who owns them. */
    public static final int MOST_NUMBERS = 10_000;

    private final Operations operations;
    private final Health health;

    public OperationEndpoints(Operations operations, Health health) {
        this.operations = operations;
        this.health = health;
    }

    public List<Endpoint> endpoints() {
        return List.of(
                Endpoint.post("/v1/operator/reload", Access.OPERATOR, ErrorShape.OURS, Endpoint.waiting(this::reload)),
                Endpoint.post(
                        "/v1/operator/rollback", Access.OPERATOR, ErrorShape.OURS, Endpoint.waiting(this::rollBack)),
                Endpoint.get("/v1/operator/plans", Access.OPERATOR, ErrorShape.OURS, Endpoint.waiting(this::plans)),
                Endpoint.get("/v1/operator/status", Access.OPERATOR, ErrorShape.OURS, Endpoint.observing(this::status)),
                Endpoint.get("/v1/operator/live", Access.OPERATOR, ErrorShape.OURS, Endpoint.waiting(this::live)),
                Endpoint.get("/v1/operator/trace", Access.OPERATOR, ErrorShape.OURS, Endpoint.observing(this::traces)),
                Endpoint.post("/v1/operator/trace", Access.OPERATOR, ErrorShape.OURS, Endpoint.waiting(this::trace)),
                Endpoint.get("/v1/operator/trunks", Access.OPERATOR, ErrorShape.OURS, Endpoint.observing(this::trunks)),
                Endpoint.get(
                        "/v1/operator/gateways", Access.OPERATOR, ErrorShape.OURS, Endpoint.observing(this::gateways)),
                Endpoint.post(
                        "/v1/operator/owned-numbers",
                        Access.OPERATOR,
                        ErrorShape.OURS,
                        Endpoint.waiting(this::ownedNumbers)),
                Endpoint.get(
                        "/v1/operator/static-numbers",
                        Access.OPERATOR,
                        ErrorShape.OURS,
                        Endpoint.waiting(this::staticNumbers)),
                Endpoint.get("/v1/operator/route", Access.OPERATOR, ErrorShape.OURS, Endpoint.observing(this::route)));
    }

    private Reply rollBack(Request request) {
        return reply(operations.rollBack(request.query().get("version")));
    }

    private Reply plans(Request request) {
        ObjectNode body = Json.object();
        ArrayNode plans = body.putArray("plans");
        for (Operations.KeptPlan plan : operations.plans()) {
            plans.addObject()
                    .put("version", plan.version())
                    .put("in_force_since", plan.inForceSince().toString());
        }
        return Answer.of(200, Answer.JSON, Json.bytes(body));
    }

    private Reply reload(Request request) {
        return reply(operations.reload());
    }

    private static Reply reply(Operations.Reload reload) {
        ObjectNode body = Json.object()
                .put("result", reload.outcome().name().toLowerCase(Locale.ROOT))
                .put("version", reload.version());
        add(body.putArray("after_restart"), reload.afterRestart());
        add(body.putArray("findings"), reload.findings());
        add(body.putArray("warnings"), reload.warnings());
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

    private Reply live(Request request) {
        String limit = request.query().get("limit");
        int most = DEFAULT_LIVE_CALLS;
        if (limit != null) {
            if (!limit.matches("[0-9]{1,4}") || Integer.parseInt(limit) > MOST_LIVE_CALLS) {
                return Problem.invalid("limit must be a number of 0 to " + MOST_LIVE_CALLS + ".");
            }
            most = Integer.parseInt(limit);
        }
        Operations.Live live = operations.live(most);
        ObjectNode body = Json.object()
                .put("live_calls", live.total())
                .put("server_transactions", live.serverTransactions())
                .put("client_transactions", live.clientTransactions());
        ArrayNode calls = body.putArray("calls");
        for (Operations.LiveCall call : live.calls()) {
            Instant answered = call.answeredAt();
            Instant alive = call.aliveAt();
            calls.addObject()
                    .put("call_id", call.id())
                    .put("state", call.state())
                    .put("trunk", call.trunk())
                    .put("gateway", call.gateway())
                    .put("caller", call.caller())
                    .put("dialed", call.dialed())
                    .put("began_at", call.beganAt().toString())
                    .put("answered_at", answered == null ? null : answered.toString())
                    .put("alive_at", alive == null ? null : alive.toString());
        }
        return Answer.of(200, Answer.JSON, Json.bytes(body));
    }

    private Reply trace(Request request) {
        String trunk = request.query().get("trunk");
        String seconds = request.query().get("seconds");
        if (trunk == null || seconds == null || !seconds.matches("[0-9]{1,6}") || tooLong(seconds)) {
            return Problem.invalid("trunk and seconds, 0 to " + MOST_TRACE_SECONDS + ", are needed.");
        }
        if (!operations.trace(trunk, Duration.ofSeconds(Integer.parseInt(seconds)))) {
            return Problem.of(404, "unknown_trunk", "The plan in force has no such trunk.");
        }
        return traces(request);
    }

    private static boolean tooLong(String seconds) {
        return Integer.parseInt(seconds) > MOST_TRACE_SECONDS;
    }

    private Reply traces(Request request) {
        ObjectNode body = Json.object();
        ArrayNode traces = body.putArray("traces");
        for (Operations.Trace trace : operations.traces()) {
            Duration left = trace.left();
            traces.addObject().put("trunk", trace.trunk()).put("seconds_left", left == null ? null : left.toSeconds());
        }
        return Answer.of(200, Answer.JSON, Json.bytes(body));
    }

    private Reply trunks(Request request) {
        ObjectNode body = Json.object();
        ArrayNode trunks = body.putArray("trunks");
        for (Operations.TrunkState trunk : operations.trunks()) {
            ObjectNode told = trunks.addObject().put("name", trunk.name());
            add(told.putArray("source_networks"), trunk.sourceNetworks());
            told.put("default_destination", trunk.defaultDestination());
        }
        return Answer.of(200, Answer.JSON, Json.bytes(body));
    }

    private Reply gateways(Request request) {
        ObjectNode body = Json.object();
        ArrayNode gateways = body.putArray("gateways");
        for (Operations.GatewayState gateway : operations.gateways()) {
            Instant since = gateway.since();
            gateways.addObject()
                    .put("name", gateway.name())
                    .put("address", gateway.address())
                    .put("transport", gateway.transport().toLowerCase(Locale.ROOT))
                    .put("silence_ms", gateway.silence().toMillis())
                    .put("state", gateway.state().toLowerCase(Locale.ROOT))
                    .put("since", since == null ? null : since.toString())
                    .put("reason", gateway.reason());
        }
        return Answer.of(200, Answer.JSON, Json.bytes(body));
    }

    private Reply staticNumbers(Request request) {
        return switch (NumberPage.read(request)) {
            case NumberPage.Wrong(Problem problem) -> problem;
            case NumberPage.Asked(long after, int limit) -> {
                List<StaticNumber> found = operations.staticNumbers(after, limit);
                ObjectNode body = Json.object();
                ArrayNode numbers = body.putArray("numbers");
                for (StaticNumber one : found) {
                    numbers.addObject()
                            .put("number", one.number().toString())
                            .put("state", "static")
                            .put("destination", one.destination().toString())
                            .put("campaign", one.campaign())
                            .put("source", one.source());
                }
                body.put(
                        "next_after",
                        found.size() < limit ? null : found.getLast().number().toString());
                yield Answer.of(200, Answer.JSON, Json.bytes(body));
            }
        };
    }

    private Reply ownedNumbers(Request request) throws StoreUnavailableException {
        return switch (Json.parseObject(request.body())) {
            case Json.Parsed.Wrong(String message) -> Problem.of(400, "malformed_json", message);
            case Json.Parsed.Document(ObjectNode object) -> ownedNumbers(object);
        };
    }

    private Reply ownedNumbers(ObjectNode object) throws StoreUnavailableException {
        JsonFields fields = new JsonFields(object, false);
        fields.onlyThese(Set.of("numbers"));
        List<PhoneNumber> numbers = fields.phoneNumbers("numbers", MOST_NUMBERS);
        if (!fields.errors().isEmpty()) {
            return Problem.invalid(fields.errorText());
        }
        ObjectNode body = Json.object();
        ArrayNode owned = body.putArray("owned");
        operations
                .ownedNumbers(numbers)
                .forEach((number, state) ->
                        owned.addObject().put("number", number.toString()).put("state", state));
        return Answer.of(200, Answer.JSON, Json.bytes(body));
    }

    private Reply route(Request request) {
        String number = request.query().get("number");
        if (number == null || number.isBlank() || number.length() > LONGEST_NUMBER) {
            return Problem.invalid("number is needed: the dialed number.");
        }
        String at = request.query().get("at");
        Instant moment;
        try {
            moment = at == null ? null : Instant.parse(at);
        } catch (DateTimeParseException _) {
            return Problem.invalid("at must be a moment such as 2026-12-25T17:00:00Z.");
        }
        String from = request.query().get("from");
        return switch (operations.explain(new Operations.Question(
                plus(number), request.query().get("trunk"), from == null ? null : plus(from), moment))) {
            case Operations.Explained.Unanswerable(String why) -> Problem.invalid(why);
            case Operations.Explained.Answer answer -> {
                ObjectNode body = Json.object()
                        .put("plan", answer.planVersion())
                        .put("forwarded", answer.forwarded())
                        .put("conclusion", answer.conclusion());
                ArrayNode reasons = body.putArray("reasons");
                answer.reasons()
                        .forEach(reason ->
                                reasons.addObject().put("said", reason.said()).put("source", reason.source()));
                yield Answer.of(200, Answer.JSON, Json.bytes(body));
            }
        };
    }

    /** An unescaped plus sign reads as a blank in a query. */
    private static String plus(String number) {
        return number.startsWith(" ") ? "+" + number.substring(1) : number;
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
        body.put("rolled_back_from", plan.rolledBackFrom());
        add(body.putArray("changes"), plan.changes());
        add(body.putArray("warnings"), plan.warnings());
    }

    private static void add(ArrayNode array, List<String> texts) {
        texts.stream().limit(MOST_FINDINGS).forEach(array::add);
    }
}
