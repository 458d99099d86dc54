package io.ringtrace.http.record;

import io.ringtrace.call.CallId;
import io.ringtrace.call.CallRecord;
import io.ringtrace.call.PhoneNumber;
import io.ringtrace.call.StoreUnavailableException;
import io.ringtrace.call.Transactions;
import io.ringtrace.call.Transactions.Scope;
import io.ringtrace.http.endpoint.Access;
import io.ringtrace.http.endpoint.Answer;
import io.ringtrace.http.endpoint.Endpoint;
import io.ringtrace.http.endpoint.ErrorShape;
import io.ringtrace.http.endpoint.Problem;
import io.ringtrace.http.endpoint.Reply;
import io.ringtrace.http.endpoint.Request;
import io.ringtrace.http.text.Json;
import io.ringtrace.http.text.QueryString;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The calls that are connected now, on all nodes, in the shape of Invoca's Calls In Progress API. A call has no transaction_id before its
 * end; its call_record_id is the complete_call_id that its transaction will have. Thread-safe; called on virtual threads, waits for the
 * database.
 */
public final class CallsInProgressEndpoint {
    private static final int MOST = 1000;
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ssxxx").withZone(ZoneOffset.UTC);

    private final Transactions transactions;

    public CallsInProgressEndpoint(Transactions transactions) {
        this.transactions = transactions;
    }

    public List<Endpoint> endpoints() {
        return List.of(Endpoint.get(
                "/api/:date/calls_in_progress/current_calls.json",
                Access.NETWORK,
                ErrorShape.RECORD,
                Endpoint.waiting(this::list)));
    }

    private Reply list(Request request) throws StoreUnavailableException {
        QueryString query = request.query();
        String id = query.get("id");
        String type = String.valueOf(query.get("organization_type")).toLowerCase(Locale.ROOT);
        if (id == null || !(type.equals("network") || type.equals("advertiser"))) {
            return Problem.of(
                    403, "record_invalid", "id and organization_type, which is Network or Advertiser, are needed.");
        }
        String network = TransactionEndpoints.network(request);
        if (type.equals("network") && !id.equals(network)) {
            return Problem.notFound();
        }
        String calling = query.get("calling_phone_number");
        String destination = query.get("destination_phone_number");
        if ((calling == null) != (destination == null)) {
            return Problem.of(
                    403,
                    "record_invalid",
                    "calling_phone_number and destination_phone_number are needed both, or neither.");
        }
        PhoneNumber from = number(calling);
        PhoneNumber to = number(destination);
        if (calling != null && (from == null || to == null)) {
            return Problem.of(403, "record_invalid", "A phone number is none, such as 800-555-1234 or +18005551234.");
        }
        CallId call = null;
        try {
            String text = query.get("call_record_id");
            call = text == null ? null : CallId.parse(text);
        } catch (IllegalArgumentException _) {
            return Problem.of(403, "record_invalid", "call_record_id must be one as it was given.");
        }
        // Calls that run have neither yet; whoever asks by them asks for none.
        boolean none = query.get("transaction_id") != null || query.get("external_unique_id") != null;
        CallId wanted = call;
        List<CallRecord> running = none
                ? List.of()
                : transactions.inProgress(new Scope(network, type.equals("advertiser") ? id : null), MOST).stream()
                        .filter(record -> wanted == null || record.callId().equals(wanted))
                        .filter(record -> from == null
                                || (from.equals(record.caller()) && Objects.equals(to, record.destination())))
                        .sorted(Comparator.comparingLong(CallsInProgressEndpoint::connected)
                                .reversed())
                        .toList();
        ObjectNode body = Json.object();
        ArrayNode calls = body.putArray("current_calls");
        running.forEach(record -> calls.add(json(record)));
        return Answer.of(200, Answer.JSON, Json.bytes(body));
    }

    private static long connected(CallRecord record) {
        Long answer = record.answerMillis();
        return answer == null ? record.startMillis() : answer;
    }

    /** Reads the forms that Invoca's document names. */
    private static @Nullable PhoneNumber number(@Nullable String text) {
        if (text == null) {
            return null;
        }
        String digits = text.replaceAll("[^0-9]", "");
        return PhoneNumber.parseOrNull("+" + (digits.length() == 10 ? "1" : "") + digits);
    }

    private static ObjectNode json(CallRecord record) {
        ObjectNode json = Json.object()
                .putNull("transaction_id")
                .put("call_status", "bridged")
                .putNull("external_unique_id")
                .put("calling_phone_number", text(record.caller()))
                .put("destination_phone_number", text(record.destination()))
                .put("called_phone_number", text(record.promoNumber()))
                .put("bridge_start_time", TIME.format(Instant.ofEpochMilli(connected(record))))
                .put("call_record_id", record.callId().toString())
                .put("advertiser_campaign_id_from_network", record.campaignId())
                .put("advertiser_id_from_network", record.advertiser())
                .put("start_time", TIME.format(Instant.ofEpochMilli(record.startMillis())));
        ObjectNode custom = json.putObject("custom_data");
        new TreeMap<>(record.marketingData())
                .forEach((name, value) -> custom.putObject(name)
                        .put("value", value)
                        .put("source", record.marketingSources().getOrDefault(name, "DynamicAttribution")));
        return json;
    }

    private static @Nullable String text(@Nullable PhoneNumber number) {
        return number == null ? null : number.toString();
    }
}
