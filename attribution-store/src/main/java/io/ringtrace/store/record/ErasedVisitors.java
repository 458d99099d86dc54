package io.ringtrace.store.record;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which visitors were erased, and when: their data must not come out of a journal again. Only a hash of network and visitor is kept. Read on
 * under the lock of {@link Publication}, so that an erasure finds a record either here, before it is written, or in the database. Used by
 * one thread at a time.
 */
final class ErasedVisitors {
    private final Map<ByteBuffer, Long> erasedAt = new HashMap<>();
    private long readUntil;

    /** Reads what was erased since the last time; false when nothing was. */
    boolean readOn(Connection connection, long erasedId) throws SQLException {
        if (erasedId == readUntil) {
            return false;
        }
        try (PreparedStatement select = connection.prepareStatement(
                "SELECT visitor_hash, erased_at FROM erased_visitor WHERE id > ? AND id <= ? ORDER BY id")) {
            select.setLong(1, readUntil);
            select.setLong(2, erasedId);
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    erasedAt.merge(ByteBuffer.wrap(rows.getBytes(1)), rows.getLong(2), Math::max);
                }
            }
        }
        readUntil = erasedId;
        return true;
    }

    /** When the visitor of a lease that began then was erased; null when he was not, or came again after it. */
    @Nullable
    Long erasedAt(@Nullable Long networkId, @Nullable String visitor, long leasedAt) {
        if (erasedAt.isEmpty() || networkId == null || visitor == null) {
            return null;
        }
        Long at = erasedAt.get(ByteBuffer.wrap(hash(networkId, visitor)));
        return at != null && leasedAt <= at ? at : null;
    }

    static byte[] hash(long networkId, String visitor) {
        try {
            return MessageDigest.getInstance("SHA-256")
                    .digest((networkId + "|" + visitor).getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JDK has no SHA-256", e);
        }
    }
}
