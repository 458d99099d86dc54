package io.ringtrace.store.db;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;

/** Work that one node at a time does: whoever claims it has it until his time is up, or he dies and it is. Used inside a transaction. */
public final class Claims {
    private final Connection connection;
    private final long nodeId;
    private final long nowMillis;

    public Claims(Connection connection, long nodeId, long nowMillis) {
        this.connection = connection;
        this.nodeId = nodeId;
        this.nowMillis = nowMillis;
    }

    /** True when this node has the work from now on for that long; it may claim what it has. */
    public boolean claim(String name, Duration lease) throws SQLException {
        // Assigned from left to right: until is this node's only when the node is.
        try (PreparedStatement upsert = connection.prepareStatement("INSERT INTO claim (name, node_id, until)"
                + " VALUES (?, ?, ?) ON DUPLICATE KEY UPDATE"
                + " node_id = IF(until <= ? OR node_id = VALUES(node_id), VALUES(node_id), node_id),"
                + " until = IF(node_id = VALUES(node_id), VALUES(until), until)")) {
            upsert.setString(1, name);
            upsert.setLong(2, nodeId);
            upsert.setLong(3, nowMillis + lease.toMillis());
            upsert.setLong(4, nowMillis);
            upsert.executeUpdate();
        }
        return has(name);
    }

    /** Whether this node still has it; nobody else gets it before the transaction ends. */
    public boolean has(String name) throws SQLException {
        try (PreparedStatement select =
                connection.prepareStatement("SELECT node_id FROM claim WHERE name = ? FOR UPDATE")) {
            select.setString(1, name);
            try (ResultSet row = select.executeQuery()) {
                return row.next() && row.getLong(1) == nodeId;
            }
        }
    }
}
