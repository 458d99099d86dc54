package io.ringtrace.store.bank;

import io.ringtrace.attribution.AttributionModel;
import io.ringtrace.attribution.CapturedField;
import io.ringtrace.attribution.HoursOfOperation;
import io.ringtrace.attribution.HoursOfOperation.Opening;
import io.ringtrace.attribution.LocalCentre;
import io.ringtrace.attribution.LocalNumberPreferences;
import io.ringtrace.attribution.LocalNumberPreferences.Fallback;
import io.ringtrace.attribution.Pools.Definition;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.DayOfWeek;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** ring_pool_setting: what a pool has beyond the row that the feed tells of. Stateless. */
public final class PoolSettingRows {
    /** Of ring_pool_setting s; it may be missing. {@link #preferences} reads search_radius, within_state and fallback before them. */
    public static final String COLUMNS =
            "s.tn_prefix, s.zip_code, s.latitude, s.longitude, s.npas, s.hours, s.captured, s.by_tag";

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private PoolSettingRows() {}

    public static void write(Connection connection, long poolId, Definition definition) throws SQLException {
        LocalCentre centre = definition.localNumbers().centre();
        try (PreparedStatement insert = connection.prepareStatement("REPLACE INTO ring_pool_setting"
                + " (pool_id, by_tag, tn_prefix, zip_code, latitude, longitude, npas, hours, captured)"
                + " VALUES (?,?,?,?,?,?,?,?,?)")) {
            int at = 1;
            insert.setLong(at++, poolId);
            insert.setBoolean(at++, definition.byTag());
            insert.setObject(at++, centre == null ? null : centre.tnPrefix());
            insert.setString(at++, centre == null ? null : centre.zipCode());
            insert.setObject(at++, centre == null ? null : centre.latitude());
            insert.setObject(at++, centre == null ? null : centre.longitude());
            insert.setString(
                    at++,
                    definition.localNumbers().areaCodes().stream()
                            .map(String::valueOf)
                            .collect(Collectors.joining(" ")));
            insert.setString(at++, definition.hours() == null ? null : text(definition.hours()));
            insert.setString(at, definition.captured().isEmpty() ? null : text(definition.captured()));
            insert.executeUpdate();
        }
    }

    /**
     * @param rules the column of search_radius; within_state and fallback follow it
     * @param settings the first of {@link #COLUMNS}
     */
    public static LocalNumberPreferences preferences(ResultSet rows, int rules, int settings) throws SQLException {
        String npas = rows.getString(settings + 4);
        return new LocalNumberPreferences(
                rows.getInt(rules),
                rows.getBoolean(rules + 1),
                Fallback.valueOf(rows.getString(rules + 2).toUpperCase(Locale.ROOT)),
                centre(rows, settings),
                npas == null || npas.isEmpty()
                        ? List.of()
                        : Arrays.stream(npas.split(" ")).map(Integer::valueOf).toList());
    }

    private static @Nullable LocalCentre centre(ResultSet rows, int settings) throws SQLException {
        int npa = rows.getInt(settings);
        Integer tnPrefix = rows.wasNull() ? null : npa;
        String zip = rows.getString(settings + 1);
        double latitude = rows.getDouble(settings + 2);
        Double north = rows.wasNull() ? null : latitude;
        double longitude = rows.getDouble(settings + 3);
        Double east = rows.wasNull() ? null : longitude;
        return tnPrefix == null && zip == null && north == null ? null : new LocalCentre(tnPrefix, zip, north, east);
    }

    public static @Nullable HoursOfOperation hours(ResultSet rows, int settings) throws SQLException {
        String json = rows.getString(settings + 5);
        if (json == null) {
            return null;
        }
        JsonNode object = JSON.readTree(json);
        List<Opening> openings = new ArrayList<>();
        for (JsonNode each : object.path("openings")) {
            openings.add(new Opening(
                    DayOfWeek.of(each.path(0).asInt()),
                    each.path(1).asInt(),
                    each.path(2).asInt()));
        }
        return new HoursOfOperation(
                object.path("always").asBoolean(),
                object.path("zone_name").asString(),
                ZoneId.of(object.path("zone").asString()),
                openings);
    }

    private static String text(HoursOfOperation hours) {
        ObjectNode object = JSON.createObjectNode()
                .put("always", hours.always())
                .put("zone_name", hours.zoneName())
                .put("zone", hours.zone().getId());
        ArrayNode openings = object.putArray("openings");
        hours.openings()
                .forEach(one -> openings.addArray()
                        .add(one.day().getValue())
                        .add(one.from())
                        .add(one.to()));
        return object.toString();
    }

    public static List<CapturedField> captured(ResultSet rows, int settings) throws SQLException {
        String json = rows.getString(settings + 6);
        List<CapturedField> captured = new ArrayList<>();
        if (json != null) {
            for (JsonNode each : JSON.readTree(json)) {
                String model = each.path(1).asString();
                captured.add(new CapturedField(
                        each.path(0).asString(), Objects.requireNonNull(AttributionModel.ofTextOrNull(model), model)));
            }
        }
        return captured;
    }

    private static String text(List<CapturedField> captured) {
        ArrayNode array = JSON.createArrayNode();
        captured.forEach(
                field -> array.addArray().add(field.name()).add(field.model().text()));
        return array.toString();
    }

    public static boolean byTag(ResultSet rows, int settings) throws SQLException {
        return rows.getBoolean(settings + 7);
    }
}
