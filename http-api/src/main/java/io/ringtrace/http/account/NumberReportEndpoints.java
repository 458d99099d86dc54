package io.ringtrace.http.account;

import io.ringtrace.attribution.NumberReports;
import io.ringtrace.attribution.NumberReports.DirtyDay;
import io.ringtrace.attribution.NumberReports.UsageDay;
import io.ringtrace.call.StoreUnavailableException;
import io.ringtrace.http.endpoint.Answer;
import io.ringtrace.http.endpoint.AskedNetwork;
import io.ringtrace.http.endpoint.Endpoint;
import io.ringtrace.http.endpoint.Problem;
import io.ringtrace.http.endpoint.Reply;
import io.ringtrace.http.endpoint.Request;
import io.ringtrace.http.endpoint.RequestBody;
import io.ringtrace.http.text.Json;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Reports of a network's numbers by day: calls that nobody was lent a number for, and how many are in use. Thread-safe; called on virtual threads, waits for the database. */
public final class NumberReportEndpoints {
    private static final int MOST = 10_000;
    private static final int DEFAULT_LIMIT = 1_000;

    private final NumberReports reports;
    private final AskedNetwork networks;

    public NumberReportEndpoints(NumberReports reports, AskedNetwork networks) {
        this.reports = reports;
        this.networks = networks;
    }

    public List<Endpoint> endpoints() {
        return List.of(
                networks.endpoint(
                        "GET",
                        "/v1/numbers/dirty",
                        RequestBody.NONE,
                        (network, request) -> report(network, request, this::dirty)),
                networks.endpoint(
                        "GET",
                        "/v1/numbers/usage",
                        RequestBody.NONE,
                        (network, request) -> report(network, request, this::usage)));
    }

    private interface Report {
        Reply of(String network, Request request, LocalDate from, LocalDate to) throws StoreUnavailableException;
    }

    private static Reply report(String network, Request request, Report report) throws StoreUnavailableException {
        LocalDate from = day(request.query().get("from"));
        LocalDate to = day(request.query().get("to"));
        return from == null
                        || to == null
                        || to.isBefore(from)
                        || from.plusDays(NumberReports.MOST_DAYS).isBefore(to)
                ? Problem.invalid(
                        "from and to must be days such as 2026-12-31, at most " + NumberReports.MOST_DAYS + " apart.")
                : report.of(network, request, from, to);
    }

    private static @Nullable LocalDate day(@Nullable String text) {
        try {
            LocalDate day = text == null || text.length() != 10 ? null : LocalDate.parse(text);
            return day == null || day.getYear() < 1970 ? null : day;
        } catch (DateTimeParseException _) {
            return null;
        }
    }

    private Reply dirty(String network, Request request, LocalDate from, LocalDate to)
            throws StoreUnavailableException {
        String limitText = request.query().get("limit");
        int limit =
                limitText == null ? DEFAULT_LIMIT : limitText.matches("[0-9]{1,5}") ? Integer.parseInt(limitText) : 0;
        if (limit < 1 || limit > MOST) {
            return Problem.invalid("limit must be 1 to " + MOST + ".");
        }
        List<DirtyDay> days = reports.dirty(network, from, to, limit);
        ObjectNode body = Json.object();
        ArrayNode told = body.putArray("days");
        for (DirtyDay day : days) {
            told.addObject()
                    .put("number", day.number().toString())
                    .put("day", day.day().toString())
                    .put("never_leased", day.neverLeased())
                    .put("expired", day.expired())
                    .put("resting", day.resting())
                    .put("unassigned", day.unassigned());
        }
        body.put("complete", days.size() < limit);
        return Answer.of(200, Answer.JSON, Json.bytes(body));
    }

    private Reply usage(String network, Request request, LocalDate from, LocalDate to)
            throws StoreUnavailableException {
        ObjectNode body = Json.object();
        ArrayNode told = body.putArray("days");
        for (UsageDay day : reports.usage(network, from, to)) {
            told.addObject().put("day", day.day().toString()).put("numbers_in_use", day.inUse());
        }
        return Answer.of(200, Answer.JSON, Json.bytes(body));
    }
}
