package io.ringtrace.store.account;

import io.ringtrace.attribution.LeaseClock;
import io.ringtrace.attribution.Site;
import io.ringtrace.call.StoreUnavailableException;
import io.ringtrace.store.db.StoreDatabase;
import java.security.SecureRandom;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Sites with the tag, in the database. Thread-safe. {@link DatabaseAccounts} calls it, and refreshes the memory of it. */
final class SiteTable {
    private static final String PREFIX = "site_";
    private static final int UNIQUE_BYTES = 12;
    private static final int LONGEST_ORIGINS = 4096;

    private final StoreDatabase database;
    private final LeaseClock clock;
    private final SecureRandom random = new SecureRandom();

    SiteTable(StoreDatabase database, LeaseClock clock) {
        this.database = database;
        this.clock = clock;
    }

    Site create(String network, List<String> origins) throws StoreUnavailableException {
        String together = together(origins);
        String id = freshId();
        int made = database.transact(connection -> {
            try (PreparedStatement insert =
                    connection.prepareStatement("INSERT INTO site (id, network_id, origins, created_at)"
                            + " SELECT ?, id, ?, ? FROM network WHERE id_from_network = ? AND removed_at IS NULL"
                            + " LOCK IN SHARE MODE")) {
                insert.setString(1, id);
                insert.setString(2, together);
                insert.setLong(3, clock.nowMillis());
                insert.setString(4, network);
                return insert.executeUpdate();
            }
        });
        if (made == 0) {
            throw new IllegalArgumentException("there is no network '" + network + "'");
        }
        return new Site(id, network, origins);
    }

    private String freshId() {
        byte[] unique = new byte[UNIQUE_BYTES];
        random.nextBytes(unique);
        return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(unique);
    }

    List<Site> list(String network, int limit) throws StoreUnavailableException {
        return database.transact(connection -> {
            List<Site> sites = new ArrayList<>();
            try (PreparedStatement select = connection.prepareStatement(
                    "SELECT s.id, s.origins FROM site s JOIN network w ON w.id = s.network_id"
                            + " WHERE w.id_from_network = ? ORDER BY s.created_at, s.id LIMIT ?")) {
                select.setString(1, network);
                select.setInt(2, limit);
                try (ResultSet rows = select.executeQuery()) {
                    while (rows.next()) {
                        sites.add(new Site(
                                rows.getString(1),
                                network,
                                List.of(rows.getString(2).split(" "))));
                    }
                }
            }
            return sites;
        });
    }

    /** False when the network has no such site. */
    boolean change(String network, String id, List<String> origins) throws StoreUnavailableException {
        String together = together(origins);
        return database.transact(connection -> {
                    // Found rows count, changed or not: the driver's default.
                    try (PreparedStatement update =
                            connection.prepareStatement("UPDATE site s JOIN network w ON w.id = s.network_id"
                                    + " SET s.origins = ? WHERE s.id = ? AND w.id_from_network = ?")) {
                        update.setString(1, together);
                        update.setString(2, id);
                        update.setString(3, network);
                        return update.executeUpdate();
                    }
                })
                > 0;
    }

    /** Null when the network has no such site. */
    @Nullable
    Site rotate(String network, String id) throws StoreUnavailableException {
        String fresh = freshId();
        Optional<Site> rotated = database.transact(connection -> {
            try (PreparedStatement update =
                    connection.prepareStatement("UPDATE site s JOIN network w ON w.id = s.network_id"
                            + " SET s.id = ? WHERE s.id = ? AND w.id_from_network = ?")) {
                update.setString(1, fresh);
                update.setString(2, id);
                update.setString(3, network);
                if (update.executeUpdate() == 0) {
                    return Optional.empty();
                }
            }
            try (PreparedStatement select = connection.prepareStatement("SELECT origins FROM site WHERE id = ?")) {
                select.setString(1, fresh);
                try (ResultSet row = select.executeQuery()) {
                    row.next();
                    return Optional.of(
                            new Site(fresh, network, List.of(row.getString(1).split(" "))));
                }
            }
        });
        return rotated.orElse(null);
    }

    boolean delete(String network, String id) throws StoreUnavailableException {
        return database.transact(connection -> {
                    try (PreparedStatement delete =
                            connection.prepareStatement("DELETE s FROM site s JOIN network w ON w.id = s.network_id"
                                    + " WHERE s.id = ? AND w.id_from_network = ?")) {
                        delete.setString(1, id);
                        delete.setString(2, network);
                        return delete.executeUpdate();
                    }
                })
                > 0;
    }

    private static String together(List<String> origins) {
        String together = String.join(" ", origins);
        if (origins.isEmpty() || together.length() > LONGEST_ORIGINS) {
            throw new IllegalArgumentException(
                    "a site's origins must have 1 to " + LONGEST_ORIGINS + " characters in all");
        }
        return together;
    }
}
