package io.ringtrace.http.account;

import io.ringtrace.attribution.AttributionModel;
import io.ringtrace.attribution.MarketingData;
import io.ringtrace.attribution.MarketingDictionaries;
import io.ringtrace.attribution.MarketingDictionaries.Declared;
import io.ringtrace.attribution.MarketingDictionary;
import io.ringtrace.attribution.MarketingDictionary.UnknownFields;
import io.ringtrace.attribution.MarketingField;
import io.ringtrace.call.StoreUnavailableException;
import io.ringtrace.http.endpoint.Answer;
import io.ringtrace.http.endpoint.AskedNetwork;
import io.ringtrace.http.endpoint.Endpoint;
import io.ringtrace.http.endpoint.Problem;
import io.ringtrace.http.endpoint.Reply;
import io.ringtrace.http.endpoint.Request;
import io.ringtrace.http.endpoint.RequestBody;
import io.ringtrace.http.text.Json;
import io.ringtrace.http.text.JsonFields;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code /v1/marketing_data_dictionary}: the marketing fields of a network. Thread-safe; called on virtual threads, waits for the database. */
public final class MarketingDictionaryEndpoints {
    private static final String ALL = "/v1/marketing_data_dictionary";
    private static final String ONE = ALL + "/:field";

    private final MarketingDictionaries dictionaries;
    private final AskedNetwork networks;

    public MarketingDictionaryEndpoints(MarketingDictionaries dictionaries, AskedNetwork networks) {
        this.dictionaries = dictionaries;
        this.networks = networks;
    }

    public List<Endpoint> endpoints() {
        return List.of(
                networks.endpoint("GET", ALL, RequestBody.NONE, (network, _) -> answer(network)),
                networks.endpoint("PUT", ALL, RequestBody.JSON, this::setUnknownFields),
                networks.endpoint("PUT", ONE, RequestBody.JSON, this::declare),
                networks.endpoint("DELETE", ONE, RequestBody.NONE, this::remove));
    }

    private Answer answer(String network) {
        MarketingDictionary dictionary = dictionaries.of(network);
        ObjectNode body =
                Json.object().put("unknown_fields", dictionary.unknownFields().text());
        ArrayNode fields = body.putArray("fields");
        dictionary.fields().forEach(field -> write(fields.addObject(), field));
        return Answer.of(200, Answer.JSON, Json.bytes(body));
    }

    private static ObjectNode write(ObjectNode into, MarketingField field) {
        return into.put("name", field.name())
                .put("partner_name", field.partnerName())
                .put("type", field.type().text())
                .put("length", field.longest())
                .put("model", field.model().text());
    }

    private Reply setUnknownFields(String network, Request request) throws StoreUnavailableException {
        return switch (Json.parseObject(request.body())) {
            case Json.Parsed.Wrong(String message) -> Problem.of(400, "malformed_json", message);
            case Json.Parsed.Document(ObjectNode object) -> {
                JsonFields fields = new JsonFields(object, false);
                fields.onlyThese(Set.of("unknown_fields"));
                String text = fields.text("unknown_fields", 16);
                UnknownFields policy = text == null ? null : UnknownFields.ofTextOrNull(text);
                if (policy == null && fields.errors().isEmpty()) {
                    fields.wrong("unknown_fields must be drop, keep or refuse");
                }
                if (policy == null || !fields.errors().isEmpty()) {
                    yield Problem.invalid(fields.errorText());
                }
                yield dictionaries.setUnknownFields(network, policy) ? answer(network) : AskedNetwork.unknown();
            }
        };
    }

    private Reply declare(String network, Request request) throws StoreUnavailableException {
        return switch (Json.parseObject(request.body())) {
            case Json.Parsed.Wrong(String message) -> Problem.of(400, "malformed_json", message);
            case Json.Parsed.Document(ObjectNode object) ->
                declare(network, request.path("field"), new JsonFields(object, false));
        };
    }

    private Reply declare(String network, String name, JsonFields fields) throws StoreUnavailableException {
        fields.onlyThese(Set.of("name", "partner_name", "type", "length", "model"));
        String said = fields.text("name", MarketingData.LONGEST_NAME);
        if (said != null && !said.equals(name)) {
            fields.wrong("name must be that of the path");
        }
        String partner = fields.text("partner_name", MarketingData.LONGEST_NAME);
        String typeText = fields.text("type", 16);
        MarketingField.Type type =
                typeText == null ? MarketingField.Type.STRING : MarketingField.Type.ofTextOrNull(typeText);
        if (type == null) {
            fields.wrong("type must be string, number, boolean, url or date");
        }
        Integer length = fields.integer("length", 1, MarketingData.LONGEST_VALUE);
        String modelText = fields.text("model", 16);
        AttributionModel model = modelText == null ? AttributionModel.LAST : AttributionModel.ofTextOrNull(modelText);
        if (model == null) {
            fields.wrong("model must be First, Last or Unique");
        }
        if (!fields.errors().isEmpty() || type == null || model == null) {
            return Problem.invalid(fields.errorText());
        }
        MarketingField field = new MarketingField(
                name,
                partner == null || partner.isEmpty() ? null : partner,
                type,
                length != null ? length : MarketingData.LONGEST_VALUE,
                model);
        return switch (dictionaries.declare(network, field)) {
            case Declared.Saved(boolean created) ->
                Answer.of(created ? 201 : 200, Answer.JSON, Json.bytes(write(Json.object(), field)));
            case Declared.Invalid(String message) -> Problem.invalid(message);
            case Declared.NoNetwork _ -> AskedNetwork.unknown();
        };
    }

    private Reply remove(String network, Request request) throws StoreUnavailableException {
        String name = request.path("field");
        return dictionaries.remove(network, name)
                ? Answer.of(
                        200,
                        Answer.JSON,
                        Json.bytes(Json.object().put("name", name).put("removed", true)))
                : Problem.notFound();
    }
}
