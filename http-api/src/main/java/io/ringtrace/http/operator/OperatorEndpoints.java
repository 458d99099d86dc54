package io.ringtrace.http.operator;

import io.ringtrace.attribution.Accounts;
import io.ringtrace.attribution.NumberBank;
import io.ringtrace.call.PhoneNumber;
import io.ringtrace.call.StoreUnavailableException;
import io.ringtrace.http.endpoint.Access;
import io.ringtrace.http.endpoint.Answer;
import io.ringtrace.http.endpoint.Endpoint;
import io.ringtrace.http.endpoint.ErrorShape;
import io.ringtrace.http.endpoint.NumberPage;
import io.ringtrace.http.endpoint.Problem;
import io.ringtrace.http.endpoint.Reply;
import io.ringtrace.http.endpoint.Request;
import io.ringtrace.http.endpoint.RequestBody;
import io.ringtrace.http.text.CsvText;
import io.ringtrace.http.text.Json;
import io.ringtrace.http.text.JsonFields;
import io.ringtrace.http.text.PlainText;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Accounts, tokens and numbers, for whoever runs the server. Thread-safe; called on virtual threads, waits for the database. */
public final class OperatorEndpoints {
    private static final int MOST = 1000;
    private static final int MOST_ROW_ERRORS = 1000;

    private final Accounts accounts;
    private final NumberBank bank;

    public OperatorEndpoints(Accounts accounts, NumberBank bank) {
        this.accounts = accounts;
        this.bank = bank;
    }

    public List<Endpoint> endpoints() {
        return List.of(
                Endpoint.get(
                        "/v1/operator/networks", Access.OPERATOR, ErrorShape.OURS, Endpoint.waiting(this::networks)),
                Endpoint.get(
                        "/v1/operator/campaigns", Access.OPERATOR, ErrorShape.OURS, Endpoint.waiting(this::campaigns)),
                Endpoint.post(
                        "/v1/operator/campaigns",
                        Access.OPERATOR,
                        ErrorShape.OURS,
                        Endpoint.waiting(this::ensureCampaign)),
                Endpoint.post(
                        "/v1/operator/tokens", Access.OPERATOR, ErrorShape.OURS, Endpoint.waiting(this::createToken)),
                new Endpoint(
                        "POST",
                        "/v1/operator/numbers",
                        Access.OPERATOR,
                        RequestBody.IMPORT,
                        ErrorShape.OURS,
                        Endpoint.waiting(this::importNumbers)),
                Endpoint.get(
                        "/v1/operator/numbers", Access.OPERATOR, ErrorShape.OURS, Endpoint.waiting(this::listNumbers)),
                Endpoint.get(
                        "/v1/operator/numbers.csv",
                        Access.OPERATOR,
                        ErrorShape.OURS,
                        Endpoint.waiting(this::exportNumbers)),
                new Endpoint(
                        "PUT",
                        "/v1/operator/numbers/state",
                        Access.OPERATOR,
                        RequestBody.JSON,
                        ErrorShape.OURS,
                        Endpoint.waiting(this::retire)));
    }

    private Reply networks(Request request) throws StoreUnavailableException {
        ObjectNode body = Json.object();
        accounts.networks(MOST).forEach(body.putArray("networks")::add);
        return Answer.of(200, Answer.JSON, Json.bytes(body));
    }

    private Reply campaigns(Request request) throws StoreUnavailableException {
        String network = network(request);
        if (network == null) {
            return unknownNetwork();
        }
        ObjectNode body = Json.object();
        ArrayNode campaigns = body.putArray("campaigns");
        for (Accounts.Campaign each : accounts.campaigns(network, MOST)) {
            campaigns.addObject().put("advertiser", each.advertiser()).put("campaign", each.campaign());
        }
        return Answer.of(200, Answer.JSON, Json.bytes(body));
    }

    private Reply ensureCampaign(Request request) throws StoreUnavailableException {
        return switch (Json.parseObject(request.body())) {
            case Json.Parsed.Wrong(String message) -> Problem.of(400, "malformed_json", message);
            case Json.Parsed.Document(ObjectNode object) -> ensureCampaign(new JsonFields(object, false));
        };
    }

    private Reply ensureCampaign(JsonFields fields) throws StoreUnavailableException {
        fields.onlyThese(Set.of("network", "advertiser", "campaign"));
        String network = fields.id("network");
        String advertiser = fields.id("advertiser");
        String campaign = fields.id("campaign");
        if (fields.errors().isEmpty() && (network == null || advertiser == null || campaign == null)) {
            fields.wrong("network, advertiser and campaign are needed");
        }
        if (!fields.errors().isEmpty() || network == null || advertiser == null || campaign == null) {
            return Problem.invalid(fields.errorText());
        }
        accounts.ensureCampaign(network, advertiser, campaign);
        ObjectNode body = Json.object()
                .put("network", network)
                .put("advertiser", advertiser)
                .put("campaign", campaign);
        return Answer.of(200, Answer.JSON, Json.bytes(body));
    }

    private Reply createToken(Request request) throws StoreUnavailableException {
        return switch (Json.parseObject(request.body())) {
            case Json.Parsed.Wrong(String message) -> Problem.of(400, "malformed_json", message);
            case Json.Parsed.Document(ObjectNode object) -> createToken(new JsonFields(object, false));
        };
    }

    private Reply createToken(JsonFields fields) throws StoreUnavailableException {
        fields.onlyThese(Set.of("network", "name", "scope"));
        String network = fields.id("network");
        String name = fields.text("name", 64);
        String scopeText = fields.text("scope", 16);
        Accounts.TokenScope scope = Accounts.TokenScope.MANAGE;
        if (scopeText != null) {
            switch (scopeText) {
                case "manage" -> {}
                case "read" -> scope = Accounts.TokenScope.READ;
                default -> fields.wrong("scope must be manage or read");
            }
        }
        if (fields.errors().isEmpty() && (network == null || name == null || name.isBlank())) {
            fields.wrong("network and name are needed");
        }
        if (!fields.errors().isEmpty() || network == null || name == null) {
            return Problem.invalid(fields.errorText());
        }
        if (!accounts.networkExists(network)) {
            return unknownNetwork();
        }
        ObjectNode body = Json.object()
                .put("network", network)
                .put("name", name)
                .put("scope", scope.text())
                .put("token", accounts.createToken(network, name, scope));
        return Answer.of(201, Answer.JSON, Json.bytes(body));
    }

    private Reply importNumbers(Request request) throws StoreUnavailableException {
        String network = network(request);
        if (network == null) {
            return unknownNetwork();
        }
        return switch (NumberFile.read(request.body())) {
            case NumberFile.Wrong(String message) -> Problem.invalid(message);
            case NumberFile.Rows(List<NumberBank.Row> rows, List<NumberBank.RowError> unreadable) -> {
                NumberBank.ImportResult result = bank.importNumbers(network, rows);
                List<NumberBank.RowError> errors = new ArrayList<>(result.errors());
                errors.addAll(unreadable);
                errors.sort(Comparator.comparingInt(NumberBank.RowError::line));
                ObjectNode body = Json.object()
                        .put("added", result.added())
                        .put("unchanged", result.unchanged())
                        .put("wrong", errors.size());
                tell(errors, body);
                yield Answer.of(200, Answer.JSON, Json.bytes(body));
            }
        };
    }

    private static void tell(List<NumberBank.RowError> errors, ObjectNode body) {
        ArrayNode told = body.putArray("errors");
        for (NumberBank.RowError error : errors.subList(0, Math.min(errors.size(), MOST_ROW_ERRORS))) {
            told.addObject()
                    .put("line", error.line())
                    .put("number", error.number())
                    .put("message", error.message());
        }
    }

    private Reply retire(Request request) throws StoreUnavailableException {
        return switch (Json.parseObject(request.body())) {
            case Json.Parsed.Wrong(String message) -> Problem.of(400, "malformed_json", message);
            case Json.Parsed.Document(ObjectNode object) -> retire(new JsonFields(object, false));
        };
    }

    private Reply retire(JsonFields fields) throws StoreUnavailableException {
        fields.onlyThese(Set.of("network", "numbers", "retired"));
        String network = fields.id("network");
        Boolean retired = fields.bool("retired");
        List<PhoneNumber> numbers = fields.phoneNumbers("numbers", MOST);
        if (fields.errors().isEmpty() && (network == null || retired == null || numbers.isEmpty())) {
            fields.wrong("network, retired and 1 to " + MOST + " numbers are needed");
        }
        if (!fields.errors().isEmpty() || network == null || retired == null) {
            return Problem.invalid(fields.errorText());
        }
        if (!accounts.networkExists(network)) {
            return unknownNetwork();
        }
        NumberBank.RetireResult result = bank.retire(network, numbers, retired);
        ObjectNode body = Json.object()
                .put("changed", result.changed())
                .put("wrong", result.errors().size());
        tell(result.errors(), body);
        return Answer.of(200, Answer.JSON, Json.bytes(body));
    }

    private Reply listNumbers(Request request) throws StoreUnavailableException {
        return numbers(request, OperatorEndpoints::json);
    }

    private Reply exportNumbers(Request request) throws StoreUnavailableException {
        return numbers(request, OperatorEndpoints::csv);
    }

    private Reply numbers(Request request, BiFunction<List<NumberBank.Entry>, String, Answer> write)
            throws StoreUnavailableException {
        String network = network(request);
        if (network == null) {
            return unknownNetwork();
        }
        return switch (NumberPage.read(request)) {
            case NumberPage.Wrong(Problem problem) -> problem;
            case NumberPage.Asked(long after, int limit) -> {
                List<NumberBank.Entry> entries = bank.list(network, after, limit);
                yield write.apply(
                        entries, entries.size() < limit ? "" : entries.getLast().number());
            }
        };
    }

    /** The columns of an import first, so that an export can be imported elsewhere once the others are cut off. */
    private static Answer csv(List<NumberBank.Entry> entries, String next) {
        CsvText text = new CsvText();
        for (String column : List.of(
                "number",
                "rate_center",
                "state",
                "number_type",
                "in",
                "pool",
                "visitor_id",
                "destination",
                "lease_id",
                "rest_until")) {
            text.value(column);
        }
        text.endLine();
        for (NumberBank.Entry entry : entries) {
            text.value(entry.number())
                    .value(entry.rateCenter())
                    .value(entry.region())
                    .value(entry.type().text())
                    .value(entry.state())
                    .value(entry.poolId())
                    .foreign(entry.visitorId())
                    .value(entry.destination())
                    .value(entry.leaseId())
                    .value(time(entry.restUntil()))
                    .endLine();
        }
        Answer answer = Answer.of(200, Answer.CSV, text.toString());
        return next.isEmpty() ? answer : answer.with("next-after", next);
    }

    private static @Nullable String time(@Nullable Long millis) {
        return millis == null ? null : Instant.ofEpochMilli(millis).toString();
    }

    private static Answer json(List<NumberBank.Entry> entries, String next) {
        ObjectNode body = Json.object();
        ArrayNode numbers = body.putArray("numbers");
        for (NumberBank.Entry entry : entries) {
            numbers.addObject()
                    .put("number", entry.number())
                    .put("number_type", entry.type().text())
                    .put("state", entry.state())
                    .put("pool", entry.poolId())
                    .put("visitor_id", entry.visitorId())
                    .put("destination", entry.destination())
                    .put("lease_id", entry.leaseId())
                    .put("rate_center", entry.rateCenter())
                    .put("region", entry.region())
                    .put("rest_until", time(entry.restUntil()));
        }
        body.put("next_after", next.isEmpty() ? null : next);
        return Answer.of(200, Answer.JSON, Json.bytes(body));
    }

    private @Nullable String network(Request request) throws StoreUnavailableException {
        String network = request.query().get("network");
        return network != null && PlainText.id(network) && accounts.networkExists(network) ? network : null;
    }

    private static Problem unknownNetwork() {
        return Problem.of(404, "unknown_network", "There is no such network.");
    }
}
