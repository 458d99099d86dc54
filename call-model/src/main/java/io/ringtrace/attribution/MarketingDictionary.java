package io.ringtrace.attribution;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The marketing fields of one network, and what becomes of others. Immutable. */
public final class MarketingDictionary {
    /** Most fields that a network may declare. */
    public static final int MOST_FIELDS = 500;

    public static final MarketingDictionary EMPTY = new MarketingDictionary(UnknownFields.DROP, List.of());

    /** What becomes of a field that the network has not declared. */
    public enum UnknownFields {
        /** It is left out. */
        DROP,
        /** It is kept as a text, by the model Last. */
        KEEP,
        /** The request is refused; pages, which cannot help what stands in their address, have it left out. */
        REFUSE;

        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }

        public static @Nullable UnknownFields ofTextOrNull(String text) {
            for (UnknownFields each : values()) {
                if (each.text().equals(text)) {
                    return each;
                }
            }
            return null;
        }
    }

    /** What of the data sent goes with a lease. */
    public sealed interface Capture {
        record Kept(MarketingData data) implements Capture {}

        /** @param message a sentence for whoever sent it */
        record Refused(String message) implements Capture {}
    }

    private final UnknownFields unknownFields;
    private final Map<String, MarketingField> byName = new LinkedHashMap<>();
    private final List<MarketingField> fields;
    private final Carried carried = new Carried(new LinkedHashMap<>(), new LinkedHashMap<>());

    /** What a lease may have of the ones before it: models of fields, and the lengths of those that gather. */
    private record Carried(Map<String, AttributionModel> models, Map<String, Integer> lengths) {
        void add(MarketingField field, AttributionModel model) {
            if (model != AttributionModel.LAST) {
                models.put(field.name(), model);
            }
            if (model == AttributionModel.UNIQUE) {
                lengths.put(field.name(), field.longest());
            }
        }
    }

    public MarketingDictionary(UnknownFields unknownFields, Collection<MarketingField> fields) {
        this.unknownFields = unknownFields;
        this.fields = List.copyOf(fields);
        for (MarketingField field : fields) {
            if (field.partnerName() != null) {
                byName.put(field.partnerName(), field);
            }
        }
        // A field's own name goes before another one's partner name.
        fields.forEach(field -> byName.put(field.name(), field));
        fields.forEach(field -> carried.add(field, field.model()));
    }

    public UnknownFields unknownFields() {
        return unknownFields;
    }

    /** In the order in which they are listed. */
    public List<MarketingField> fields() {
        return fields;
    }

    /** By its name or its partner name; null when it is not declared. */
    public @Nullable MarketingField field(String name) {
        return byName.get(name);
    }

    /**
     * What of the data sent goes with a lease of a pool.
     *
     * @param ofPool the fields that the pool keeps; empty for all that are declared
     * @param sourceOf where the value of a field came from
     * @param fromPage the data stood on a page: what does not fit is left out, so that a broken link costs nobody the number
     */
    public Capture capture(
            List<CapturedField> ofPool,
            Map<String, String> sent,
            Function<String, MarketingSource> sourceOf,
            boolean fromPage) {
        Map<String, String> values = new LinkedHashMap<>();
        Map<String, MarketingSource> sources = new LinkedHashMap<>();
        List<String> wrong = new ArrayList<>();
        for (Map.Entry<String, String> each : sent.entrySet()) {
            String value = each.getValue();
            MarketingField field = byName.get(each.getKey());
            String name = field == null ? each.getKey() : field.name();
            AttributionModel model = model(ofPool, field);
            String unfit = MarketingData.wrongField(each.getKey(), value);
            if (unfit == null && field != null && !value.isEmpty()) {
                unfit = field.wrongValue(value);
            }
            if (unfit == null && field == null && unknownFields == UnknownFields.REFUSE) {
                unfit = "the marketing data field '" + name + "' is not in the network's dictionary";
            }
            if (unfit != null) {
                wrong.add(unfit);
            } else if (model != null && !value.isEmpty()) {
                values.put(name, value);
                sources.put(name, sourceOf.apply(each.getKey()));
            }
        }
        if (!fromPage && !wrong.isEmpty()) {
            String first = wrong.getFirst();
            return new Capture.Refused(first.substring(0, 1).toUpperCase(Locale.ROOT) + first.substring(1) + ".");
        }
        if (values.size() > MarketingData.MOST_FIELDS) {
            if (!fromPage) {
                String tooMany = MarketingData.tooMany(values.size());
                return new Capture.Refused("T" + tooMany.substring(1) + ".");
            }
            List<String> beyond = List.copyOf(values.keySet()).subList(MarketingData.MOST_FIELDS, values.size());
            values.keySet().removeAll(beyond);
            sources.keySet().removeAll(beyond);
        }
        Carried ofLease = carried(ofPool);
        return new Capture.Kept(new MarketingData(values, sources, ofLease.models(), ofLease.lengths()));
    }

    /** Whether this visit brings a value or not: an earlier one may have. */
    private Carried carried(List<CapturedField> ofPool) {
        if (ofPool.isEmpty()) {
            return carried;
        }
        Carried named = new Carried(new LinkedHashMap<>(), new LinkedHashMap<>());
        for (CapturedField captured : ofPool) {
            MarketingField field = byName.get(captured.name());
            if (field != null) {
                named.add(field, captured.model());
            }
        }
        return named;
    }

    /** The model that holds in the pool; null when the field is left out there. */
    private @Nullable AttributionModel model(List<CapturedField> ofPool, @Nullable MarketingField field) {
        if (field == null) {
            return unknownFields == UnknownFields.KEEP ? AttributionModel.LAST : null;
        }
        if (ofPool.isEmpty()) {
            return field.model();
        }
        for (CapturedField captured : ofPool) {
            if (field.equals(byName.get(captured.name()))) {
                return captured.model();
            }
        }
        return null;
    }
}
