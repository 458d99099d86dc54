package io.ringtrace.http.pool;

import io.ringtrace.attribution.AttributionModel;
import io.ringtrace.attribution.CapturedField;
import io.ringtrace.attribution.MarketingData;
import io.ringtrace.http.text.JsonFields;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A RingPool's {@code marketing_data}: which fields of the dictionary it keeps, and by which model. */
final class CapturedFields {
    static final String NAME = "marketing_data";

    private CapturedFields() {}

    /**
     * @param fields hears what is wrong
     * @param before what holds where the body says nothing
     */
    static List<CapturedField> read(ObjectNode body, JsonFields fields, List<CapturedField> before) {
        JsonNode value = body.path(NAME);
        if (value.isMissingNode()) {
            return before;
        }
        List<CapturedField> captured = new ArrayList<>();
        if (value.isNull()) {
            return captured;
        }
        if (!(value instanceof ArrayNode array) || array.size() > MarketingData.MOST_FIELDS) {
            fields.wrong(NAME + " must be an array of at most " + MarketingData.MOST_FIELDS + " fields");
            return captured;
        }
        for (JsonNode each : array) {
            String name = each.path("name").asString("");
            AttributionModel model =
                    AttributionModel.ofTextOrNull(each.path("model").asString("Last"));
            if (name.isEmpty()
                    || model == null
                    || captured.stream().anyMatch(one -> one.name().equals(name))) {
                fields.wrong(NAME + " must name each field once, with model First, Last or Unique");
                return captured;
            }
            captured.add(new CapturedField(name, model));
        }
        return captured;
    }

    static void write(ObjectNode json, List<CapturedField> captured) {
        if (!captured.isEmpty()) {
            ArrayNode array = json.putArray(NAME);
            captured.forEach(field -> array.addObject()
                    .put("name", field.name())
                    .put("model", field.model().text()));
        }
    }
}
