package io.ringtrace.store.directory;

import com.github.shyiko.mysql.binlog.BinaryLogClient;
import com.github.shyiko.mysql.binlog.event.Event;
import com.github.shyiko.mysql.binlog.event.EventHeaderV4;
import com.github.shyiko.mysql.binlog.event.EventType;
import com.github.shyiko.mysql.binlog.event.RotateEventData;
import com.github.shyiko.mysql.binlog.event.TableMapEventData;
import com.github.shyiko.mysql.binlog.event.deserialization.EventDataDeserializer;
import com.github.shyiko.mysql.binlog.event.deserialization.EventDeserializer;
import com.github.shyiko.mysql.binlog.event.deserialization.EventHeaderV4Deserializer;
import com.github.shyiko.mysql.binlog.event.deserialization.FormatDescriptionEventDataDeserializer;
import com.github.shyiko.mysql.binlog.event.deserialization.NullEventDataDeserializer;
import com.github.shyiko.mysql.binlog.event.deserialization.RotateEventDataDeserializer;
import com.github.shyiko.mysql.binlog.event.deserialization.TableMapEventDataDeserializer;
import com.github.shyiko.mysql.binlog.network.SSLMode;
import com.github.shyiko.mysql.binlog.network.ServerException;
import io.ringtrace.store.db.DatabaseAddress;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Follows the binlog over one connection. {@link #follow} is called once, by the feed's thread; {@link #disconnect} by any. */
final class BinlogFollower {
    static final Duration HEARTBEAT = Duration.ofMillis(250);
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(3);
    /** "Could not find first log file name", "Client requested master to start replication from impossible position", … */
    private static final int READING_BINLOG = 1236;

    /** Held, since loggers are collected: what the library says at each connection is said by the feed. */
    private static final Logger LIBRARY = Logger.getLogger(BinaryLogClient.class.getName());

    static {
        LIBRARY.setLevel(Level.SEVERE);
    }

    /** What the feed does with what was heard. Called on the thread of {@link #follow}. */
    interface Heard {
        void rows(FeedRows rows);

        /** Everything that was in the binlog has been heard. */
        void caughtUp();

        /** Whether the rows of leases are of interest, too. */
        boolean wantsLeases();
    }

    /** How it ended. */
    sealed interface End {
        /** It may be resumed from here. */
        record Lost(DirectorySnapshot.BinlogPosition resume, String why) implements End {}

        /** Something is missing; only a new snapshot brings it. */
        record Gap(String why) implements End {}
    }

    private final BinaryLogClient client;
    private final Heard heard;
    private String file;
    private DirectorySnapshot.BinlogPosition resume;
    private @Nullable String gap;
    private @Nullable String lost;
    private volatile long lastPacketNanos = System.nanoTime();

    BinlogFollower(DatabaseAddress address, long serverId, DirectorySnapshot.BinlogPosition from, Heard heard) {
        this.heard = heard;
        this.file = from.file();
        this.resume = from;
        client = new BinaryLogClient(address.host(), address.port(), address.user(), address.password());
        client.setServerId(serverId);
        client.setBinlogFilename(from.file());
        client.setBinlogPosition(from.offset());
        client.setKeepAlive(false);
        client.setHeartbeatInterval(HEARTBEAT.toMillis());
        client.setConnectTimeout(CONNECT_TIMEOUT.toMillis());
        client.setSSLMode(sslMode(address.parameters()));
        client.setEventDeserializer(deserializer(address.database(), heard::wantsLeases));
        client.registerEventListener(this::onEvent);
        client.registerLifecycleListener(new BinaryLogClient.AbstractLifecycleListener() {
            @Override
            public void onCommunicationFailure(BinaryLogClient source, Exception e) {
                if (e instanceof ServerException refused && refused.getErrorCode() == READING_BINLOG) {
                    gap = "the database no longer has " + resume + " (" + e.getMessage() + ")";
                } else {
                    lost = String.valueOf(e.getMessage());
                }
            }

            @Override
            public void onEventDeserializationFailure(BinaryLogClient source, Exception e) {
                Throwable cause = e.getCause() == null ? e : e.getCause();
                stop("an event after " + resume + " cannot be read (" + cause.getMessage() + ")");
            }
        });
    }

    /** The driver's parameter, for this connection too. */
    private static SSLMode sslMode(String parameters) {
        for (SSLMode mode : SSLMode.values()) {
            if (parameters.toUpperCase(Locale.ROOT).contains("SSLMODE=" + mode.name())) {
                return mode;
            }
        }
        return SSLMode.PREFERRED;
    }

    /** Only what a feed needs is decoded; the rows of other tables are passed over. */
    private static EventDeserializer deserializer(String database, BooleanSupplier leasesToo) {
        Map<Long, TableMapEventData> tableMaps = new HashMap<>();
        Map<EventType, EventDataDeserializer<?>> decoded = new EnumMap<>(EventType.class);
        decoded.put(EventType.FORMAT_DESCRIPTION, new FormatDescriptionEventDataDeserializer());
        decoded.put(EventType.ROTATE, new RotateEventDataDeserializer());
        decoded.put(EventType.TABLE_MAP, new TableMapEventDataDeserializer());
        decoded.put(EventType.WRITE_ROWS, new FeedRows.Deserializer(tableMaps, database, false, false, leasesToo));
        decoded.put(EventType.EXT_WRITE_ROWS, new FeedRows.Deserializer(tableMaps, database, false, true, leasesToo));
        decoded.put(EventType.UPDATE_ROWS, new FeedRows.Deserializer(tableMaps, database, true, false, leasesToo));
        decoded.put(EventType.EXT_UPDATE_ROWS, new FeedRows.Deserializer(tableMaps, database, true, true, leasesToo));
        // Of a deleted number a new snapshot must tell; history is purged every day.
        decoded.put(EventType.DELETE_ROWS, new FeedRows.Deserializer(tableMaps, database, false, false, () -> false));
        decoded.put(
                EventType.EXT_DELETE_ROWS, new FeedRows.Deserializer(tableMaps, database, false, true, () -> false));
        @SuppressWarnings({"rawtypes", "unchecked"}) // the library's constructor is older than generics
        EventDeserializer deserializer = new EventDeserializer(
                new EventHeaderV4Deserializer(), new NullEventDataDeserializer(), (Map) decoded, tableMaps);
        return deserializer;
    }

    /** Returns when the connection is over. Throws IOException when there was none. */
    End follow() throws IOException {
        client.connect();
        if (gap != null) {
            return new End.Gap(gap);
        }
        return new End.Lost(resume, lost == null ? "the connection ended" : lost);
    }

    /** Nanoseconds since anything was heard, by System.nanoTime. */
    long silentNanos() {
        return System.nanoTime() - lastPacketNanos;
    }

    void disconnect() {
        try {
            client.disconnect();
        } catch (IOException e) {
            LIBRARY.log(Level.FINE, "disconnecting", e);
        }
    }

    private void stop(String why) {
        if (gap == null) {
            gap = why;
        }
        disconnect();
    }

    /** The library swallows what a listener throws, and would go on with the next event. */
    @SuppressWarnings("CatchAndPrintStackTrace")
    private void onEvent(Event event) {
        lastPacketNanos = System.nanoTime();
        if (gap != null) {
            return;
        }
        try {
            apply(event);
        } catch (RuntimeException e) {
            stop("an event after " + resume + " cannot be applied (" + e.getMessage() + ")");
        }
    }

    private void apply(Event event) {
        EventHeaderV4 header = event.getHeader();
        EventType type = header.getEventType();
        if (event.getData() instanceof FeedRows rows) {
            if (rows.ours()) {
                if (EventType.isDelete(type) && !rows.table().equals(FeedRows.MARKERS)) {
                    stop("rows were deleted from " + rows.table());
                } else {
                    heard.rows(rows);
                }
            }
        } else if (event.getData() instanceof RotateEventData rotated) {
            file = rotated.getBinlogFilename();
            resume = new DirectorySnapshot.BinlogPosition(file, rotated.getBinlogPosition());
        } else if (type == EventType.XID) {
            // A whole transaction: its table maps need not be heard again.
            resume = new DirectorySnapshot.BinlogPosition(file, header.getNextPosition());
        } else if (type == EventType.HEARTBEAT) {
            heard.caughtUp();
        } else if (type == EventType.INCIDENT) {
            stop("the database reports an incident: events are missing");
        }
    }
}
