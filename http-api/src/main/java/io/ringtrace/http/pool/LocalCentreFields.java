package io.ringtrace.http.pool;

import io.ringtrace.attribution.LocalCentre;
import io.ringtrace.attribution.LocalNumberPreferences;
import io.ringtrace.http.text.JsonFields;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A RingPool's {@code local_center} and {@code tn_prefix_whitelist}, read and written in Invoca's words. */
final class LocalCentreFields {
    static final String CENTRE = "local_center";
    static final String AREA_CODES = "tn_prefix_whitelist";

    private static final Set<String> KEYS = Set.of("tn_prefix", "zipcode", "latitude", "longitude");
    private static final int MOST_AREA_CODES = 100;

    private LocalCentreFields() {}

    /** As Invoca refuses it, before anything else is looked at. */
    static boolean hasUnknownKey(ObjectNode body) {
        return body.get(CENTRE) instanceof ObjectNode centre && !KEYS.containsAll(centre.propertyNames());
    }

    /**
     * @param fields hears what is wrong
     * @param before what holds where the body says nothing
     */
    static LocalNumberPreferences read(ObjectNode body, JsonFields fields, LocalNumberPreferences before) {
        JsonNode centre = body.path(CENTRE);
        JsonNode areaCodes = body.path(AREA_CODES);
        return before.within(
                centre.isMissingNode() ? before.centre() : centre(centre, fields),
                areaCodes.isMissingNode() ? before.areaCodes() : areaCodes(areaCodes, fields));
    }

    private static @Nullable LocalCentre centre(JsonNode value, JsonFields fields) {
        if (value.isNull()) {
            return null;
        }
        if (!(value instanceof ObjectNode object)) {
            fields.wrong(CENTRE + " must be an object");
            return null;
        }
        ObjectNode filled = object.deepCopy();
        // Clients send all four, those that do not count as empty texts.
        KEYS.forEach(key -> {
            if (filled.path(key).isString() && filled.path(key).asString().isEmpty()) {
                filled.remove(key);
            }
        });
        JsonFields inner = new JsonFields(filled, true);
        inner.onlyThese(KEYS);
        Integer tnPrefix = inner.integer("tn_prefix", 200, 999);
        String zipCode = inner.text("zipcode", 10);
        BigDecimal latitude = inner.number("latitude");
        BigDecimal longitude = inner.number("longitude");
        inner.errors().forEach(error -> fields.wrong(CENTRE + ": " + error));
        return tnPrefix == null && zipCode == null && latitude == null && longitude == null
                ? null
                : new LocalCentre(
                        tnPrefix,
                        zipCode,
                        latitude == null ? null : latitude.doubleValue(),
                        longitude == null ? null : longitude.doubleValue());
    }

    private static List<Integer> areaCodes(JsonNode value, JsonFields fields) {
        List<Integer> codes = new ArrayList<>();
        if (value.isNull()) {
            return codes;
        }
        boolean good = value instanceof ArrayNode array && array.size() <= MOST_AREA_CODES;
        if (good) {
            for (JsonNode each : value) {
                String text = each.isString() || each.isIntegralNumber() ? each.asString() : "";
                if (text.matches("[2-9][0-9]{2}")) {
                    codes.add(Integer.valueOf(text));
                } else {
                    good = false;
                }
            }
        }
        if (!good) {
            fields.wrong(
                    AREA_CODES + " must be an array of at most " + MOST_AREA_CODES + " area codes such as \"805\"");
        }
        return codes;
    }

    static void write(ObjectNode json, LocalNumberPreferences preferences) {
        LocalCentre centre = preferences.centre();
        if (centre != null) {
            Integer tnPrefix = centre.tnPrefix();
            String zipCode = centre.zipCode();
            json.putObject(CENTRE)
                    .put("tn_prefix", tnPrefix == null ? "" : tnPrefix.toString())
                    .put("zipcode", zipCode == null ? "" : zipCode)
                    .put("latitude", centre.latitude())
                    .put("longitude", centre.longitude());
        }
        if (!preferences.areaCodes().isEmpty()) {
            ArrayNode codes = json.putArray(AREA_CODES);
            preferences.areaCodes().forEach(code -> codes.add(code.toString()));
        }
    }
}
