package io.ringtrace.store.account;

import io.ringtrace.attribution.AttributionModel;
import io.ringtrace.attribution.MarketingData;
import io.ringtrace.attribution.MarketingDictionaries;
import io.ringtrace.attribution.MarketingDictionary;
import io.ringtrace.attribution.MarketingDictionary.UnknownFields;
import io.ringtrace.attribution.MarketingField;
import io.ringtrace.call.StoreUnavailableException;
import io.ringtrace.store.db.StoreDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** {@link MarketingDictionaries} on the database. Thread-safe. Made by {@link StoreAccounts}. */
final class DatabaseMarketingDictionaries implements MarketingDictionaries {
    private final StoreDatabase database;
    private final AccountCache cache;

    DatabaseMarketingDictionaries(StoreDatabase database, AccountCache cache) {
        this.database = database;
        this.cache = cache;
    }

    /** A network that has no field gets the standard ones, so what the tag sends is kept from the first visitor on. */
    static void begin(Connection connection, long networkId) throws SQLException {
        try (PreparedStatement insert =
                connection.prepareStatement("INSERT INTO marketing_field (network_id, name, field_type, longest, model)"
                        + " SELECT w.id, s.name, s.field_type, " + MarketingData.LONGEST_VALUE
                        + ", 'last' FROM network w JOIN standard_marketing_field s WHERE w.id = ? AND NOT EXISTS"
                        + " (SELECT 1 FROM advertiser a WHERE a.network_id = w.id)"
                        + " AND NOT EXISTS (SELECT 1 FROM marketing_field f WHERE f.network_id = w.id)")) {
            insert.setLong(1, networkId);
            insert.executeUpdate();
        }
    }

    static Map<String, MarketingDictionary> all(Connection connection) throws SQLException {
        Map<String, UnknownFields> unknown = new HashMap<>();
        try (PreparedStatement select =
                        connection.prepareStatement("SELECT id_from_network, unknown_fields FROM network");
                ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
                unknown.put(
                        rows.getString(1),
                        UnknownFields.valueOf(rows.getString(2).toUpperCase(Locale.ROOT)));
            }
        }
        Map<String, List<MarketingField>> fields = new HashMap<>();
        try (PreparedStatement select = connection.prepareStatement(
                        "SELECT w.id_from_network, f.name, f.partner_name, f.field_type, f.longest, f.model"
                                + " FROM marketing_field f JOIN network w ON w.id = f.network_id ORDER BY w.id, f.name");
                ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
                fields.computeIfAbsent(rows.getString(1), _ -> new ArrayList<>())
                        .add(new MarketingField(
                                rows.getString(2),
                                rows.getString(3),
                                MarketingField.Type.valueOf(rows.getString(4).toUpperCase(Locale.ROOT)),
                                rows.getInt(5),
                                model(rows.getString(6))));
            }
        }
        Map<String, MarketingDictionary> dictionaries = new HashMap<>();
        unknown.forEach((network, policy) ->
                dictionaries.put(network, new MarketingDictionary(policy, fields.getOrDefault(network, List.of()))));
        return dictionaries;
    }

    static AttributionModel model(String text) {
        return Objects.requireNonNull(AttributionModel.ofTextOrNull(text), text);
    }

    @Override
    public MarketingDictionary of(String network) {
        return cache.dictionary(network);
    }

    @Override
    public boolean setUnknownFields(String network, UnknownFields unknownFields) throws StoreUnavailableException {
        int found = database.transact(connection -> {
            try (PreparedStatement update =
                    connection.prepareStatement("UPDATE network SET unknown_fields = ? WHERE id_from_network = ?")) {
                update.setString(1, unknownFields.text());
                update.setString(2, network);
                return update.executeUpdate();
            }
        });
        cache.refresh();
        return found > 0;
    }

    @Override
    public Declared declare(String network, MarketingField field) throws StoreUnavailableException {
        String wrong = wrong(field);
        if (wrong != null) {
            return new Declared.Invalid(wrong);
        }
        String gathering = field.wrongModel(AttributionModel.UNIQUE);
        String gatheringPool = gathering == null ? null : cache.poolThatGathers(network, field.name());
        if (gatheringPool != null) {
            return new Declared.Invalid("The field '" + field.name() + "' " + gathering + "; the pool '" + gatheringPool
                    + "' keeps it by that model.");
        }
        Declared declared = database.transact(connection -> declare(connection, network, field));
        cache.refresh();
        return declared;
    }

    private static @Nullable String wrong(MarketingField field) {
        String partner = field.partnerName();
        String wrongName = MarketingData.wrongField(field.name(), "");
        String wrongPartner = partner == null ? null : MarketingData.wrongField(partner, "");
        if (wrongName != null || wrongPartner != null) {
            String message = wrongName != null ? wrongName : wrongPartner;
            return message == null ? null : "T" + message.substring(1) + ".";
        }
        if (field.longest() < 1 || field.longest() > MarketingData.LONGEST_VALUE) {
            return "length must be 1 to " + MarketingData.LONGEST_VALUE + ", not " + field.longest() + ".";
        }
        String unfit = field.wrongModel(field.model());
        return unfit == null ? null : "The field '" + field.name() + "' " + unfit + ".";
    }

    private static Declared declare(Connection connection, String network, MarketingField field) throws SQLException {
        long networkId;
        // The lock makes the counting below true.
        try (PreparedStatement select =
                connection.prepareStatement("SELECT id FROM network WHERE id_from_network = ? FOR UPDATE")) {
            select.setString(1, network);
            try (ResultSet rows = select.executeQuery()) {
                if (!rows.next()) {
                    return new Declared.NoNetwork();
                }
                networkId = rows.getLong(1);
            }
        }
        int others = 0;
        boolean there = false;
        try (PreparedStatement select =
                connection.prepareStatement("SELECT name, partner_name FROM marketing_field WHERE network_id = ?")) {
            select.setLong(1, networkId);
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    String name = rows.getString(1);
                    String partner = rows.getString(2);
                    if (name.equals(field.name())) {
                        there = true;
                        continue;
                    }
                    others++;
                    if (name.equals(field.partnerName())
                            || field.name().equals(partner)
                            || (partner != null && partner.equals(field.partnerName()))) {
                        return new Declared.Invalid("The field '" + name + "' has that name or partner name already.");
                    }
                }
            }
        }
        if (others >= MarketingDictionary.MOST_FIELDS) {
            return new Declared.Invalid(
                    "A network may declare at most " + MarketingDictionary.MOST_FIELDS + " marketing data fields.");
        }
        try (PreparedStatement insert = connection.prepareStatement(
                "INSERT INTO marketing_field (network_id, name, partner_name, field_type, longest, model)"
                        + " VALUES (?,?,?,?,?,?) ON DUPLICATE KEY UPDATE partner_name = VALUES(partner_name),"
                        + " field_type = VALUES(field_type), longest = VALUES(longest), model = VALUES(model)")) {
            insert.setLong(1, networkId);
            insert.setString(2, field.name());
            insert.setString(3, field.partnerName());
            insert.setString(4, field.type().text());
            insert.setInt(5, field.longest());
            insert.setString(6, field.model().text().toLowerCase(Locale.ROOT));
            insert.executeUpdate();
        }
        return new Declared.Saved(!there);
    }

    @Override
    public boolean remove(String network, String name) throws StoreUnavailableException {
        int removed = database.transact(connection -> {
            try (PreparedStatement delete = connection.prepareStatement("DELETE f FROM marketing_field f JOIN network w"
                    + " ON w.id = f.network_id WHERE w.id_from_network = ? AND f.name = ?")) {
                delete.setString(1, network);
                delete.setString(2, name);
                return delete.executeUpdate();
            }
        });
        cache.refresh();
        return removed > 0;
    }
}
