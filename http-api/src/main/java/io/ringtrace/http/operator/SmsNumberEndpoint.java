package io.ringtrace.http.operator;

import io.ringtrace.attribution.Accounts;
import io.ringtrace.attribution.SmsNumbers;
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
import io.ringtrace.http.text.Json;
import io.ringtrace.http.text.JsonFields;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/** {@code PUT /v1/operator/sms-numbers}: which promo numbers take text messages. Thread-safe; called on virtual threads, waits for the database. */
public final class SmsNumberEndpoint {
    private static final int MOST = 1000;

    private final Accounts accounts;
    private final SmsNumbers smsNumbers;

    public SmsNumberEndpoint(Accounts accounts, SmsNumbers smsNumbers) {
        this.accounts = accounts;
        this.smsNumbers = smsNumbers;
    }

    public List<Endpoint> endpoints() {
        return List.of(new Endpoint(
                "PUT",
                "/v1/operator/sms-numbers",
                Access.OPERATOR,
                RequestBody.JSON,
                ErrorShape.OURS,
                Endpoint.waiting(this::mark)));
    }

    private Reply mark(Request request) throws StoreUnavailableException {
        return switch (Json.parseObject(request.body())) {
            case Json.Parsed.Wrong(String message) -> Problem.of(400, "malformed_json", message);
            case Json.Parsed.Document(ObjectNode object) -> mark(new JsonFields(object, false));
        };
    }

    private Reply mark(JsonFields fields) throws StoreUnavailableException {
        fields.onlyThese(Set.of("network", "numbers", "takes_sms"));
        String network = fields.id("network");
        Boolean takesSms = fields.bool("takes_sms");
        List<PhoneNumber> numbers = fields.phoneNumbers("numbers", MOST);
        if (fields.errors().isEmpty() && (network == null || takesSms == null || numbers.isEmpty())) {
            fields.wrong("network, takes_sms and 1 to " + MOST + " numbers are needed");
        }
        if (!fields.errors().isEmpty() || network == null || takesSms == null) {
            return Problem.invalid(fields.errorText());
        }
        if (!accounts.networkExists(network)) {
            return Problem.of(404, "unknown_network", "There is no such network.");
        }
        int marked = smsNumbers.mark(network, numbers, takesSms);
        ObjectNode body = Json.object().put("marked", marked).put("not_of_network", numbers.size() - marked);
        return Answer.of(200, Answer.JSON, Json.bytes(body));
    }
}
