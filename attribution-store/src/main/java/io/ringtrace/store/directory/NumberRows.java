package io.ringtrace.store.directory;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;

/** How promo_number's columns and {@link NumberRow} become each other: what Java writes as 0 stands as NULL in nullable columns. */
public final class NumberRows {
    /** In the order that {@link #read} and {@link #write} use. */
    public static final String COLUMNS =
            "number, network_id, state, pool_id, campaign_id, visitor_id, destination, lease_version,"
                    + " leased_at, presented_at, guaranteed_until, held_until, rest_until, version";

    /** One parameter for each column. */
    public static final String PLACES = "(?,?,?,?,?,?,?,?,?,?,?,?,?,?)";

    public static final int WIDTH = 14;

    private NumberRows() {}

    /** Reads the row that begins at column 1. */
    public static NumberRow read(ResultSet rows) throws SQLException {
        return new NumberRow(
                rows.getLong(1),
                rows.getLong(2),
                NumberState.ofCode(rows.getInt(3)),
                rows.getLong(4),
                rows.getLong(5),
                rows.getString(6),
                rows.getLong(7),
                rows.getLong(8),
                rows.getLong(9),
                rows.getLong(10),
                rows.getLong(11),
                rows.getLong(12),
                rows.getLong(13),
                rows.getLong(14));
    }

    /** Sets the parameters from the given one on; returns the first one after them. */
    public static int write(PreparedStatement statement, int from, NumberRow row) throws SQLException {
        int at = from;
        statement.setLong(at++, row.number());
        statement.setLong(at++, row.networkId());
        statement.setInt(at++, row.state().code());
        setNullable(statement, at++, row.poolId());
        setNullable(statement, at++, row.campaignId());
        statement.setString(at++, row.visitorId());
        setNullable(statement, at++, row.destination());
        setNullable(statement, at++, row.leaseVersion());
        setNullable(statement, at++, row.leasedAt());
        statement.setLong(at++, row.presentedAt());
        statement.setLong(at++, row.guaranteedUntil());
        statement.setLong(at++, row.heldUntil());
        statement.setLong(at++, row.restUntil());
        statement.setLong(at++, row.version());
        return at;
    }

    /** 0 stands for NULL. */
    public static void setNullable(PreparedStatement statement, int at, long value) throws SQLException {
        if (value == 0) {
            statement.setNull(at, Types.BIGINT);
        } else {
            statement.setLong(at, value);
        }
    }
}
