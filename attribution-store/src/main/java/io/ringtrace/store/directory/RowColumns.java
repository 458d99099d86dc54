package io.ringtrace.store.directory;

import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** From the columns of promo_number and ring_pool to rows, by name, out of the binlog or a result set. */
final class RowColumns {
    static final String POOL_COLUMNS = "id, network_id, campaign_id, id_from_network, destination, deleted, version";

    private RowColumns() {}

    static List<NumberRow> numbers(FeedRows event) {
        Values at = new Values(event);
        return event.rows().stream()
                .map(row -> new NumberRow(
                        at.whole(row, "number"),
                        at.whole(row, "network_id"),
                        NumberState.ofCode((int) at.whole(row, "state")),
                        at.whole(row, "pool_id"),
                        at.whole(row, "campaign_id"),
                        at.text(row, "visitor_id"),
                        at.whole(row, "destination"),
                        at.whole(row, "lease_version"),
                        at.whole(row, "leased_at"),
                        at.whole(row, "presented_at"),
                        at.whole(row, "guaranteed_until"),
                        at.whole(row, "held_until"),
                        at.whole(row, "rest_until"),
                        at.whole(row, "version")))
                .toList();
    }

    static List<PoolRow> pools(FeedRows event) {
        Values at = new Values(event);
        return event.rows().stream()
                .map(row -> new PoolRow(
                        at.whole(row, "id"),
                        at.whole(row, "network_id"),
                        at.whole(row, "campaign_id"),
                        String.valueOf(at.text(row, "id_from_network")),
                        at.whole(row, "destination"),
                        at.whole(row, "deleted") != 0,
                        at.whole(row, "version")))
                .toList();
    }

    /** What is forwarded of new leases. */
    static List<ForwardedFields> fields(FeedRows event, Set<String> names) {
        Values at = new Values(event);
        return event.rows().stream()
                .map(row -> ForwardedFields.of(
                        at.whole(row, "number"),
                        at.whole(row, "version"),
                        String.valueOf(at.text(row, "marketing_data")),
                        names))
                .toList();
    }

    /** The newest marker that the node wrote in this event; 0 for none. */
    static long marker(FeedRows event, long nodeId) {
        Values at = new Values(event);
        return event.rows().stream()
                .filter(row -> at.whole(row, "node_id") == nodeId)
                .mapToLong(row -> at.whole(row, "marker"))
                .max()
                .orElse(0);
    }

    static PoolRow pool(ResultSet row) throws SQLException {
        return new PoolRow(
                row.getLong("id"),
                row.getLong("network_id"),
                row.getLong("campaign_id"),
                row.getString("id_from_network"),
                row.getLong("destination"),
                row.getBoolean("deleted"),
                row.getLong("version"));
    }

    private record Values(FeedRows event) {
        long whole(@Nullable Serializable[] row, String column) {
            return row[event.column(column)] instanceof Number number ? number.longValue() : 0;
        }

        @Nullable
        String text(@Nullable Serializable[] row, String column) {
            return switch (row[event.column(column)]) {
                case String text -> text;
                // as the library gives columns of large texts
                case byte[] bytes -> new String(bytes, StandardCharsets.UTF_8);
                case null, default -> null;
            };
        }
    }
}
