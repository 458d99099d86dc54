package io.ringtrace.http.operator;

import io.ringtrace.attribution.MatchingRung;
import io.ringtrace.attribution.NumberMatching;
import io.ringtrace.attribution.NumberMatching.Choice;
import io.ringtrace.attribution.NumberMatching.ExchangeError;
import io.ringtrace.attribution.NumberMatching.ExchangeImport;
import io.ringtrace.attribution.NumberMatching.Explanation;
import io.ringtrace.attribution.NumberMatching.Home;
import io.ringtrace.attribution.NumberMatching.ZipCodeRow;
import io.ringtrace.call.PhoneNumber;
import io.ringtrace.call.StoreUnavailableException;
import io.ringtrace.http.endpoint.Access;
import io.ringtrace.http.endpoint.Answer;
import io.ringtrace.http.endpoint.Endpoint;
import io.ringtrace.http.endpoint.ErrorShape;
import io.ringtrace.http.endpoint.Problem;
import io.ringtrace.http.endpoint.Reply;
import io.ringtrace.http.endpoint.Request;
import io.ringtrace.http.endpoint.RequestBody;
import io.ringtrace.http.pool.LocalNumberFields;
import io.ringtrace.http.text.CsvReader;
import io.ringtrace.http.text.Json;
import io.ringtrace.http.text.PlainText;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Rate centers, and why a pool takes a number, for whoever runs the server. Thread-safe; called on virtual threads, waits for the database. */
public final class MatchingEndpoints {
    private static final int DEFAULT_LIMIT = 20;
    private static final int MOST = 1000;
    private static final int MOST_ROW_ERRORS = 1000;

    private final NumberMatching matching;

    public MatchingEndpoints(NumberMatching matching) {
        this.matching = matching;
    }

    public List<Endpoint> endpoints() {
        return List.of(
                new Endpoint(
                        "POST",
                        "/v1/operator/rate-centers",
                        Access.OPERATOR,
                        RequestBody.IMPORT,
                        ErrorShape.OURS,
                        Endpoint.waiting(this::importExchanges)),
                new Endpoint(
                        "POST",
                        "/v1/operator/zip-codes",
                        Access.OPERATOR,
                        RequestBody.IMPORT,
                        ErrorShape.OURS,
                        Endpoint.waiting(this::importZipCodes)),
                Endpoint.get(
                        "/v1/operator/numbers/explain",
                        Access.OPERATOR,
                        ErrorShape.OURS,
                        Endpoint.waiting(this::explain)));
    }

    private Reply importExchanges(Request request) throws StoreUnavailableException {
        return switch (RateCenterFile.read(request.body())) {
            case RateCenterFile.Wrong(String message) -> Problem.invalid(message);
            case RateCenterFile.Rows file ->
                imported(matching.importExchanges(file.rows()), file.leftOut(), file.errors());
        };
    }

    private static Answer imported(ExchangeImport result, int leftOut, List<ExchangeError> unreadable) {
        List<ExchangeError> errors = new ArrayList<>(result.errors());
        errors.addAll(unreadable);
        errors.sort(Comparator.comparingInt(ExchangeError::line));
        ObjectNode body = Json.object()
                .put("imported", result.imported())
                .put("left_out", leftOut)
                .put("wrong", errors.size());
        ArrayNode told = body.putArray("errors");
        for (ExchangeError error : errors.subList(0, Math.min(errors.size(), MOST_ROW_ERRORS))) {
            told.addObject()
                    .put("line", error.line())
                    .put("exchange", error.exchange())
                    .put("message", error.message());
        }
        return Answer.of(200, Answer.JSON, Json.bytes(body));
    }

    private Reply importZipCodes(Request request) throws StoreUnavailableException {
        CsvReader reader = new CsvReader(new String(request.body(), StandardCharsets.UTF_8));
        CsvReader.Row header = reader.next();
        if (header == null || !header.fields().equals(List.of("zip", "lat", "lon"))) {
            return Problem.invalid("The first line must be the header zip,lat,lon.");
        }
        List<ZipCodeRow> rows = new ArrayList<>();
        List<ExchangeError> errors = new ArrayList<>();
        for (CsvReader.Row row = reader.next(); row != null; row = reader.next()) {
            List<String> fields = row.fields();
            if (row.wrong() != null || fields.size() != 3) {
                errors.add(new ExchangeError(row.line(), "", "has not three fields"));
            } else {
                rows.add(new ZipCodeRow(row.line(), fields.get(0), fields.get(1), fields.get(2)));
            }
        }
        return imported(matching.importZipCodes(rows), 0, errors);
    }

    private Reply explain(Request request) throws StoreUnavailableException {
        String network = request.query().get("network");
        String pool = request.query().get("pool");
        if (network == null || pool == null || !PlainText.id(network) || !PlainText.id(pool)) {
            return Problem.invalid("network and pool are needed.");
        }
        String limitText = request.query().get("limit");
        int limit =
                limitText == null ? DEFAULT_LIMIT : limitText.matches("[0-9]{1,4}") ? Integer.parseInt(limitText) : 0;
        if (limit < 1 || limit > MOST) {
            return Problem.invalid("limit must be 1 to " + MOST + ".");
        }
        // An unescaped plus sign reads as a blank in a query.
        String numberText = request.query().get("number");
        PhoneNumber number = numberText == null ? null : PhoneNumber.parseOrNull(numberText.strip());
        if (numberText != null && number == null) {
            return Problem.invalid("number must be an E.164 number such as +18005550123.");
        }
        Explanation explanation = matching.explain(network, pool, number, limit);
        return explanation == null ? Problem.notFound() : Answer.of(200, Answer.JSON, Json.bytes(body(explanation)));
    }

    private static ObjectNode body(Explanation explanation) {
        ObjectNode body = Json.object()
                .put("destination", explanation.destination().toString())
                .put("number_type", explanation.type().text());
        body.set("home", home(explanation.home()));
        LocalNumberFields.write(body, explanation.preferences());
        ArrayNode choices = body.putArray("choices");
        for (Choice choice : explanation.choices()) {
            MatchingRung rung = choice.rung();
            ObjectNode told = choices.addObject()
                    .put("number", choice.number().toString())
                    .put("number_type", choice.type().text())
                    .put("rung", rung == null ? null : rung.text())
                    .put("because", rung == null ? "it does not serve this destination" : rung.sentence());
            told.set("home", home(choice.home()));
            told.put("miles", rounded(choice.miles()))
                    .put("unused_since", time(choice.unusedSince()))
                    .put("in_pool", choice.unusedSince() == null);
        }
        return body;
    }

    private static ObjectNode home(Home home) {
        return Json.object()
                .put("rate_center", home.rateCenter())
                .put("state", home.state())
                .put("latitude", home.latitude())
                .put("longitude", home.longitude());
    }

    private static @Nullable Double rounded(@Nullable Double miles) {
        return miles == null ? null : Math.round(miles * 10) / 10.0;
    }

    private static @Nullable String time(@Nullable Long millis) {
        return millis == null || millis == 0
                ? null
                : Instant.ofEpochMilli(millis).toString();
    }
}
