package io.ringtrace.http.pool;

import io.ringtrace.attribution.LocalNumberPreferences;
import io.ringtrace.attribution.LocalNumberPreferences.Fallback;
import io.ringtrace.http.text.JsonFields;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A RingPool's {@code local_number_preferences}, read and written in Invoca's words. */
public final class LocalNumberFields {
    private static final String NAME = "local_number_preferences";
    private static final int LONGEST_RADIUS_MILES = 12_500;
    private static final String USE_TOLL_FREE = "UseTollFree";
    private static final String WAIT = "Wait";

    private LocalNumberFields() {}

    /**
     * @param fields hears what is wrong
     * @param before what holds where the body says nothing
     */
    public static LocalNumberPreferences read(ObjectNode body, JsonFields fields, LocalNumberPreferences before) {
        JsonNode value = body.path(NAME);
        if (value.isMissingNode() || value.isNull()) {
            return before;
        }
        if (!(value instanceof ObjectNode object)) {
            fields.wrong(NAME + " must be an object");
            return before;
        }
        JsonFields inner = new JsonFields(object, true);
        inner.onlyThese(Set.of("search_radius_miles", "restrict_search_to_state", "allocation_fallback_strategy"));
        Integer radius = inner.integer("search_radius_miles", 1, LONGEST_RADIUS_MILES);
        Boolean withinState = inner.bool("restrict_search_to_state");
        String strategy = inner.text("allocation_fallback_strategy", 32);
        Fallback fallback = before.fallback();
        if (strategy != null) {
            switch (strategy) {
                case USE_TOLL_FREE -> fallback = Fallback.USE_TOLL_FREE;
                case WAIT -> fallback = Fallback.WAIT;
                default -> inner.wrong("allocation_fallback_strategy must be " + USE_TOLL_FREE + " or " + WAIT);
            }
        }
        inner.errors().forEach(error -> fields.wrong(NAME + ": " + error));
        return new LocalNumberPreferences(
                radius != null ? radius : before.searchRadiusMiles(),
                withinState != null ? withinState : before.restrictSearchToState(),
                fallback,
                before.centre(),
                before.areaCodes());
    }

    public static void write(ObjectNode json, LocalNumberPreferences preferences) {
        json.putObject(NAME)
                .put("search_radius_miles", preferences.searchRadiusMiles())
                .put("restrict_search_to_state", preferences.restrictSearchToState())
                .put(
                        "allocation_fallback_strategy",
                        switch (preferences.fallback()) {
                            case USE_TOLL_FREE -> USE_TOLL_FREE;
                            case WAIT -> WAIT;
                        });
    }
}
