package io.ringtrace.store.account;

import io.ringtrace.attribution.Accounts.Part;
import io.ringtrace.attribution.Accounts.Removal;
import io.ringtrace.store.directory.NumberState;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Removes a part of an account, inside one transaction that holds its row: whoever hangs something on it shares that row, so that nothing
 * comes in between. The row stays, with the time of its removal. By {@link DatabaseAccounts}.
 */
final class AccountRemoval {
    private static final int NAMED = 5;

    private final Connection connection;
    private final long now;
    private final List<String> inTheWay = new ArrayList<>();

    AccountRemoval(Connection connection, long now) {
        this.connection = connection;
        this.now = now;
    }

    Removal remove(Part part) throws SQLException {
        String advertiser = part.advertiser();
        String campaign = part.campaign();
        if (advertiser == null) {
            return removeNetwork(locked("SELECT id FROM network WHERE id_from_network = ?", part.network()));
        }
        if (campaign == null) {
            return removeAdvertiser(locked(
                    "SELECT a.id FROM network w JOIN advertiser a ON a.network_id = w.id"
                            + " WHERE w.id_from_network = ? AND a.id_from_network = ? AND a.removed_at IS NULL",
                    part.network(),
                    advertiser));
        }
        return removeCampaign(locked(
                "SELECT c.id FROM network w JOIN advertiser a ON a.network_id = w.id"
                        + " JOIN campaign c ON c.advertiser_id = a.id WHERE w.id_from_network = ?"
                        + " AND a.id_from_network = ? AND c.id_from_network = ? AND c.removed_at IS NULL",
                part.network(),
                advertiser,
                campaign));
    }

    /** Its id; 0 when there is none. */
    private long locked(String select, String... names) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(select + " FOR UPDATE")) {
            for (int i = 0; i < names.length; i++) {
                statement.setString(i + 1, names[i]);
            }
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() ? rows.getLong(1) : 0;
            }
        }
    }

    private Removal removeNetwork(long id) throws SQLException {
        name(
                "campaign",
                "SELECT CONCAT(a.id_from_network, '/', c.id_from_network) FROM advertiser a JOIN campaign c"
                        + " ON c.advertiser_id = a.id WHERE a.network_id = ? AND c.removed_at IS NULL ORDER BY 1",
                id);
        name("token", "SELECT id FROM network_token WHERE network_id = ? AND revoked_at IS NULL ORDER BY 1", id);
        name("site", "SELECT id FROM site WHERE network_id = ? ORDER BY 1", id);
        count(
                "number",
                "that are not retired",
                "SELECT COUNT(*) FROM promo_number WHERE network_id = ? AND state <> " + NumberState.RETIRED.code(),
                id);
        name("webhook", "SELECT url FROM webhook WHERE network_id = ?", id);
        return end("UPDATE network", id);
    }

    private Removal removeAdvertiser(long id) throws SQLException {
        name(
                "campaign",
                "SELECT id_from_network FROM campaign WHERE advertiser_id = ? AND removed_at IS NULL ORDER BY 1",
                id);
        return end("UPDATE advertiser", id);
    }

    private Removal removeCampaign(long id) throws SQLException {
        name("RingPool", "SELECT id_from_network FROM ring_pool WHERE campaign_id = ? AND NOT deleted ORDER BY 1", id);
        count(
                "number",
                "of deleted RingPools still held by a visitor",
                "SELECT COUNT(*) FROM ring_pool p JOIN promo_number n ON n.pool_id = p.id AND n.state = "
                        + NumberState.DRAINING.code() + " WHERE p.campaign_id = ? AND p.deleted",
                id);
        return end("UPDATE campaign", id);
    }

    private void name(String what, String select, long id) throws SQLException {
        List<String> found = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(select)) {
            statement.setLong(1, id);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    found.add(rows.getString(1));
                }
            }
        }
        if (!found.isEmpty()) {
            String named = String.join(", ", found.subList(0, Math.min(NAMED, found.size())));
            inTheWay.add(counted(found.size(), what) + " (" + named + (found.size() > NAMED ? ", …" : "") + ")");
        }
    }

    private void count(String what, String which, String select, long id) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(select)) {
            statement.setLong(1, id);
            try (ResultSet rows = statement.executeQuery()) {
                if (rows.next() && rows.getLong(1) > 0) {
                    inTheWay.add(counted(rows.getLong(1), what) + " " + which);
                }
            }
        }
    }

    private static String counted(long count, String what) {
        return count + " " + what + (count == 1 ? "" : "s");
    }

    private Removal end(String update, long id) throws SQLException {
        if (id == 0) {
            return new Removal.Missing();
        }
        if (!inTheWay.isEmpty()) {
            return new Removal.InUse(List.copyOf(inTheWay));
        }
        try (PreparedStatement statement =
                connection.prepareStatement(update + " SET removed_at = ? WHERE id = ? AND removed_at IS NULL")) {
            statement.setLong(1, now);
            statement.setLong(2, id);
            return statement.executeUpdate() == 1 ? new Removal.Removed() : new Removal.Missing();
        }
    }
}
