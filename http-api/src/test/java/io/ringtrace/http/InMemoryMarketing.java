package io.ringtrace.http;

import io.ringtrace.attribution.MarketingDictionaries;
import io.ringtrace.attribution.MarketingDictionary;
import io.ringtrace.attribution.MarketingDictionary.UnknownFields;
import io.ringtrace.attribution.MarketingField;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Dictionaries in memory: without a word said, networks keep all fields. Thread-safe. */
final class InMemoryMarketing implements MarketingDictionaries {
    private static final MarketingDictionary KEEPS = new MarketingDictionary(UnknownFields.KEEP, List.of());

    private final Map<String, MarketingDictionary> dictionaries = new HashMap<>();

    @Override
    public synchronized MarketingDictionary of(String network) {
        return dictionaries.getOrDefault(network, KEEPS);
    }

    @Override
    public synchronized boolean setUnknownFields(String network, UnknownFields unknownFields) {
        dictionaries.put(
                network, new MarketingDictionary(unknownFields, of(network).fields()));
        return !network.equals("none");
    }

    @Override
    public synchronized Declared declare(String network, MarketingField field) {
        if (field.name().equals("taken")) {
            return new Declared.Invalid("That name is taken.");
        }
        List<MarketingField> fields = new ArrayList<>(of(network).fields());
        boolean there = fields.removeIf(each -> each.name().equals(field.name()));
        fields.add(field);
        dictionaries.put(network, new MarketingDictionary(of(network).unknownFields(), fields));
        return new Declared.Saved(!there);
    }

    @Override
    public synchronized boolean remove(String network, String name) {
        List<MarketingField> fields = new ArrayList<>(of(network).fields());
        boolean there = fields.removeIf(each -> each.name().equals(name));
        dictionaries.put(network, new MarketingDictionary(of(network).unknownFields(), fields));
        return there;
    }
}
