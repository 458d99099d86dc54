package io.ringtrace.http.pool;

import io.ringtrace.attribution.HoursOfOperation;
import io.ringtrace.attribution.HoursOfOperation.Opening;
import io.ringtrace.http.text.Json;
import io.ringtrace.http.text.JsonFields;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A RingPool's {@code hours_of_operation}, read and written in Invoca's words: {@code open_24_7}, {@code time_zone} and {@code schedules}.
 * Time zones by their names in the IANA database, or by those that Rails has for North America.
 */
final class HoursFields {
    static final String NAME = "hours_of_operation";

    private static final int MOST_SCHEDULES = 7 * 24;
    private static final Map<String, String> RAILS = Map.ofEntries(
            Map.entry("Hawaii", "Pacific/Honolulu"),
            Map.entry("Alaska", "America/Juneau"),
            Map.entry("Pacific Time (US & Canada)", "America/Los_Angeles"),
            Map.entry("Arizona", "America/Phoenix"),
            Map.entry("Mountain Time (US & Canada)", "America/Denver"),
            Map.entry("Central Time (US & Canada)", "America/Chicago"),
            Map.entry("Saskatchewan", "America/Regina"),
            Map.entry("Eastern Time (US & Canada)", "America/New_York"),
            Map.entry("Indiana (East)", "America/Indiana/Indianapolis"),
            Map.entry("Atlantic Time (Canada)", "America/Halifax"),
            Map.entry("Puerto Rico", "America/Puerto_Rico"),
            Map.entry("Newfoundland", "America/St_Johns"),
            Map.entry("Guam", "Pacific/Guam"),
            Map.entry("American Samoa", "Pacific/Pago_Pago"),
            Map.entry("London", "Europe/London"),
            Map.entry("UTC", "Etc/UTC"));

    private HoursFields() {}

    /**
     * @param fields hears what is wrong
     * @param before what holds where the body says nothing; null, an empty text, array or object ends the hours
     */
    static @Nullable HoursOfOperation read(ObjectNode body, JsonFields fields, @Nullable HoursOfOperation before) {
        JsonNode value = body.path(NAME);
        if (value.isMissingNode()) {
            return before;
        }
        if (value.isNull()
                || (value.isContainer() && value.isEmpty())
                || (value.isString() && value.asString().isEmpty())) {
            return null;
        }
        if (!(value instanceof ObjectNode object)) {
            fields.wrong(NAME + " must be an object");
            return null;
        }
        JsonFields inner = new JsonFields(object, true);
        inner.onlyThese(Set.of("open_24_7", "time_zone", "schedules"));
        Boolean always = inner.bool("open_24_7");
        String zoneName = inner.text("time_zone", 64);
        ZoneId zone = zoneName == null ? null : zone(zoneName);
        if (zone == null && inner.errors().isEmpty()) {
            inner.wrong("time_zone must be a time zone such as America/New_York or Eastern Time (US & Canada)");
        }
        List<Opening> openings = openings(object, inner);
        HoursOfOperation hours = null;
        if (inner.errors().isEmpty() && zone != null && zoneName != null) {
            hours = new HoursOfOperation(Boolean.TRUE.equals(always), zoneName, zone, openings);
            String wrong = hours.wrong();
            if (wrong != null) {
                inner.wrong(wrong);
            }
        }
        inner.errors().forEach(error -> fields.wrong(NAME + ": " + error));
        return hours;
    }

    private static @Nullable ZoneId zone(String name) {
        try {
            return ZoneId.of(RAILS.getOrDefault(name, name));
        } catch (DateTimeException _) {
            return null;
        }
    }

    private static List<Opening> openings(ObjectNode object, JsonFields errors) {
        List<Opening> openings = new ArrayList<>();
        JsonNode value = object.path("schedules");
        if (value.isMissingNode() || value.isNull()) {
            return openings;
        }
        if (!(value instanceof ArrayNode array) || array.size() > MOST_SCHEDULES) {
            errors.wrong("schedules must be an array of at most " + MOST_SCHEDULES + " schedules");
            return openings;
        }
        for (JsonNode each : array) {
            Opening opening = each instanceof ObjectNode schedule ? opening(schedule) : null;
            if (opening == null) {
                errors.wrong(
                        "every schedule must have day_of_week such as Monday, and open_time and close_time such as 09:00");
                return openings;
            }
            openings.add(opening);
        }
        return openings;
    }

    private static @Nullable Opening opening(ObjectNode schedule) {
        DayOfWeek day = day(schedule.path("day_of_week").asString(""));
        int from = minutes(schedule.path("open_time").asString(""));
        int to = minutes(schedule.path("close_time").asString(""));
        return schedule.size() != 3 || day == null || from < 0 || to < 0 ? null : new Opening(day, from, to);
    }

    private static @Nullable DayOfWeek day(String name) {
        for (DayOfWeek day : DayOfWeek.values()) {
            if (day.name().equals(name.toUpperCase(Locale.ROOT))) {
                return day;
            }
        }
        return null;
    }

    /** Negative for what is no time of day. */
    private static int minutes(String text) {
        return text.matches("([01][0-9]|2[0-3]):[0-5][0-9]|24:00")
                ? Integer.parseInt(text.substring(0, 2)) * 60 + Integer.parseInt(text.substring(3))
                : -1;
    }

    static void write(ObjectNode json, HoursOfOperation hours) {
        ObjectNode object =
                json.putObject(NAME).put("open_24_7", hours.always()).put("time_zone", hours.zoneName());
        ArrayNode schedules = object.putArray("schedules");
        for (Opening one : hours.openings()) {
            String day = one.day().name();
            schedules.add(Json.object()
                    .put("day_of_week", day.charAt(0) + day.substring(1).toLowerCase(Locale.ROOT))
                    .put("open_time", time(one.from()))
                    .put("close_time", time(one.to())));
        }
    }

    private static String time(int minutes) {
        return String.format(Locale.ROOT, "%02d:%02d", minutes / 60, minutes % 60);
    }
}
