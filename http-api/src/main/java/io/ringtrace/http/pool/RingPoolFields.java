package io.ringtrace.http.pool;

import io.ringtrace.attribution.Autoscaling;
import io.ringtrace.attribution.CapturedField;
import io.ringtrace.attribution.HoursOfOperation;
import io.ringtrace.attribution.LocalNumberPreferences;
import io.ringtrace.attribution.NumberType;
import io.ringtrace.attribution.Pools;
import io.ringtrace.attribution.RingPool;
import io.ringtrace.call.PhoneNumber;
import io.ringtrace.http.text.Json;
import io.ringtrace.http.text.JsonFields;
import io.ringtrace.routing.NumberNormalisation;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** A RingPool's fields as JSON has them, read and written. */
final class RingPoolFields {
    private static final Duration LONGEST_HOLD = Duration.ofDays(365);
    private static final int MOST_SIZE = 1_000_000;
    private static final int LONGEST_NAME = 255;
    private static final BigDecimal MILLIS_PER_HOUR = BigDecimal.valueOf(3_600_000);

    /** The last two lines: what clients send back from an answer, and what Invoca's own examples send; neither means anything here. */
    private static final Set<String> KNOWN = Set.of(
            "id_from_network",
            "name",
            "number_type",
            "lifetime_seconds",
            "hold_hours",
            "max_pool_size",
            "allow_overflow",
            "fill_immediately",
            "preferred",
            "autoscale",
            "autoscale_max_size",
            "overflow_goal",
            "misattribution_goal",
            "destination_phone_number",
            "local_number_preferences",
            LocalCentreFields.CENTRE,
            LocalCentreFields.AREA_CODES,
            HoursFields.NAME,
            CapturedFields.NAME,
            "id",
            "object_url",
            "api_key",
            "pool_size",
            "by_tag",
            "oauth_token",
            "pool_type",
            "destination_type",
            "destination_url",
            "tracking_url",
            "test_click_url",
            "sample_api_url",
            "is_first_preference",
            "affiliate_id",
            "obfuscated_tag_id",
            "customer_phone_numbers",
            "default_customer_phone_number",
            "delete_detected_phone_number",
            "param1",
            "param2",
            "param3",
            "param4",
            "param5",
            "param6",
            "param7",
            "param8",
            "param9",
            "param10");

    private RingPoolFields() {}

    /** What a body was read as. */
    sealed interface Reading {
        record Defined(Pools.Definition definition, Autoscaling autoscaling) implements Reading {}

        record Invalid(String message) implements Reading {}
    }

    /**
     * @param idInPath null when the path names no pool
     * @param before the pool as it is: what the body does not name stays so; null for a new pool, which gets the defaults
     * @param autoscalingBefore the pool's, as it is
     */
    static Reading read(
            ObjectNode body, @Nullable String idInPath, @Nullable RingPool before, Autoscaling autoscalingBefore) {
        if (LocalCentreFields.hasUnknownKey(body)) {
            return new Reading.Invalid("Invalid Key in Local Center.");
        }
        JsonFields fields = new JsonFields(body, true);
        fields.onlyThese(KNOWN);
        String id = fields.id("id_from_network");
        if (idInPath != null) {
            if (id != null && !id.equals(idInPath)) {
                fields.wrong("id_from_network must be that of the path");
            }
            id = idInPath;
        }
        String name = fields.text("name", LONGEST_NAME);
        if (name == null) {
            name = before != null ? before.name() : "";
        }
        if (name.isBlank()) {
            fields.wrong("name is missing");
        }
        NumberType type = type(fields, before);
        Duration lifetime = lifetime(fields, before);
        Duration hold = hold(fields, before);
        if (hold.compareTo(lifetime) < 0) {
            fields.wrong("hold_hours must be at least lifetime_seconds");
        }
        Integer size = fields.integer("max_pool_size", Pools.Draft.SMALLEST, MOST_SIZE);
        Boolean overflow = fields.bool("allow_overflow");
        Boolean fill = fields.bool("fill_immediately");
        Boolean preferred = fields.bool("preferred");
        PhoneNumber destination = destination(fields, before);
        LocalNumberPreferences localNumbers = LocalCentreFields.read(
                body,
                fields,
                LocalNumberFields.read(
                        body, fields, before != null ? before.localNumbers() : LocalNumberPreferences.DEFAULT));
        HoursOfOperation hours = HoursFields.read(body, fields, before != null ? before.hours() : null);
        List<CapturedField> captured =
                CapturedFields.read(body, fields, before != null ? before.captured() : List.of());
        if (before == null && !body.hasNonNull("number_type") && localNumbers.centre() != null) {
            // A centre makes it a local pool, says Invoca.
            type = NumberType.LOCAL;
        }
        Autoscaling autoscaling = AutoscalingFields.read(fields, autoscalingBefore);
        if (!fields.errors().isEmpty() || destination == null) {
            return new Reading.Invalid(fields.errorText());
        }
        Pools.Draft draft = Pools.Definition.draft(id, name, type, destination)
                .lifetime(lifetime)
                .hold(hold)
                .localNumbers(localNumbers)
                .hours(hours)
                .captured(captured)
                .autoscaling(autoscaling.equals(autoscalingBefore) ? null : autoscaling);
        if (before != null) {
            draft.maxSize(before.maxSize())
                    .allowOverflow(before.allowOverflow())
                    .fillImmediately(before.fillImmediately())
                    .preferred(before.preferred())
                    .byTag(before.byTag());
        }
        if (size != null) {
            draft.maxSize(size);
        }
        if (overflow != null) {
            draft.allowOverflow(overflow);
        }
        if (fill != null) {
            draft.fillImmediately(fill);
        }
        if (preferred != null) {
            draft.preferred(preferred);
        }
        return new Reading.Defined(draft.definition(), autoscaling);
    }

    private static NumberType type(JsonFields fields, @Nullable RingPool before) {
        String text = fields.text("number_type", 32);
        if (text == null) {
            return before != null ? before.numberType() : NumberType.TOLL_FREE;
        }
        for (NumberType type : NumberType.values()) {
            if (type.text().equals(text.toLowerCase(Locale.ROOT))) {
                return type;
            }
        }
        fields.wrong("number_type must be toll_free or local");
        return NumberType.TOLL_FREE;
    }

    private static Duration lifetime(JsonFields fields, @Nullable RingPool before) {
        Integer seconds = fields.integer("lifetime_seconds", 1, (int) LONGEST_HOLD.toSeconds());
        if (seconds != null) {
            return Duration.ofSeconds(seconds);
        }
        return before != null ? before.lifetime() : Pools.Draft.USUAL_LIFETIME;
    }

    private static Duration hold(JsonFields fields, @Nullable RingPool before) {
        BigDecimal hours = fields.number("hold_hours");
        if (hours == null) {
            return before != null ? before.hold() : Pools.Draft.USUAL_HOLD;
        }
        if (hours.signum() <= 0 || hours.compareTo(BigDecimal.valueOf(LONGEST_HOLD.toHours())) > 0) {
            fields.wrong("hold_hours must be more than 0 and at most " + LONGEST_HOLD.toHours());
            return LONGEST_HOLD;
        }
        return Duration.ofMillis(hours.multiply(MILLIS_PER_HOUR)
                .setScale(0, RoundingMode.HALF_UP)
                .longValueExact());
    }

    private static @Nullable PhoneNumber destination(JsonFields fields, @Nullable RingPool before) {
        String text = fields.text("destination_phone_number", 32);
        if (text == null && before != null) {
            return before.destination();
        }
        PhoneNumber number = text == null ? null : NumberNormalisation.NANP.normalise(text);
        if (number == null) {
            fields.wrong("destination_phone_number must be a phone number such as +18005550123 or 800-555-0123");
        }
        return number;
    }

    /**
     * @param url where the pool is managed
     * @param withKey the reader may lend numbers by it
     */
    static ObjectNode write(Pools.WithKey saved, Autoscaling autoscaling, String url, boolean withKey) {
        RingPool pool = saved.pool();
        BigDecimal hours = BigDecimal.valueOf(pool.hold().toMillis())
                .divide(MILLIS_PER_HOUR, 6, RoundingMode.HALF_UP)
                .stripTrailingZeros();
        ObjectNode json = Json.object()
                .put("id", pool.id())
                .put("id_from_network", pool.idFromNetwork())
                .put("object_url", url)
                .put("name", pool.name())
                .put("number_type", pool.numberType().text())
                .put("lifetime_seconds", pool.lifetime().toSeconds());
        // A whole number is written as one: 72, not 7.2E+1.
        json = hours.scale() <= 0 ? json.put("hold_hours", hours.longValueExact()) : json.put("hold_hours", hours);
        json = json.put("max_pool_size", pool.maxSize())
                .put("pool_size", pool.size())
                .put("allow_overflow", pool.allowOverflow())
                .put("fill_immediately", pool.fillImmediately())
                .put("preferred", pool.preferred())
                .put("destination_phone_number", pool.destination().toString());
        AutoscalingFields.write(json, autoscaling);
        if (pool.numberType() == NumberType.LOCAL) {
            LocalNumberFields.write(json, pool.localNumbers());
            LocalCentreFields.write(json, pool.localNumbers());
        }
        HoursOfOperation open = pool.hours();
        if (open != null) {
            HoursFields.write(json, open);
        }
        CapturedFields.write(json, pool.captured());
        if (pool.byTag()) {
            json.put("by_tag", true);
        }
        Long revokedAt = saved.keyRevokedAt();
        if (revokedAt != null) {
            return json.putNull("api_key")
                    .put("api_key_revoked_at", Instant.ofEpochMilli(revokedAt).toString());
        }
        return withKey ? json.put("api_key", saved.apiKey()) : json.putNull("api_key");
    }
}
