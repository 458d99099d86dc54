package io.ringtrace.store.directory;

import com.github.shyiko.mysql.binlog.event.EventData;
import com.github.shyiko.mysql.binlog.event.TableMapEventData;
import com.github.shyiko.mysql.binlog.event.deserialization.AbstractRowsEventDataDeserializer;
import com.github.shyiko.mysql.binlog.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one binlog event on a table of the feed, as they are after the change; their columns are found by name.
 *
 * @param columns in the order of the rows' values
 */
@SuppressWarnings("serial") // the library asks for Serializable and never serializes
record FeedRows(String table, List<String> columns, List<@Nullable Serializable[]> rows) implements EventData {
    static final String NUMBERS = "promo_number";
    static final String POOLS = "ring_pool";
    static final String MARKERS = "directory_marker";
    static final String LEASES = "lease";
    private static final Set<String> TABLES = Set.of(NUMBERS, POOLS, MARKERS);

    /** An event of another table: its rows are not even decoded. */
    private static final FeedRows NOT_OURS = new FeedRows("", List.of(), List.of());

    boolean ours() {
        return !table.isEmpty();
    }

    /** Where the named column stands. Throws IllegalStateException when the table has none. */
    int column(String name) {
        int at = columns.indexOf(name);
        if (at < 0) {
            throw new IllegalStateException(table + " has no column " + name + " in the binlog");
        }
        return at;
    }

    /** Decodes rows events of both versions; called by the library on the feed's thread. */
    static final class Deserializer extends AbstractRowsEventDataDeserializer<FeedRows> {
        private final Map<Long, TableMapEventData> tableMaps;
        private final String database;
        private final boolean hasImageBefore;
        private final boolean hasExtraBytes;
        private final BooleanSupplier leasesToo;

        /**
         * @param tableMaps filled by the library, by table id
         * @param hasImageBefore the event is an update: each row stands there as it was and as it is
         * @param hasExtraBytes the event is of version 2
         * @param leasesToo whether the rows of leases are wanted, which are the most
         */
        Deserializer(
                Map<Long, TableMapEventData> tableMaps,
                String database,
                boolean hasImageBefore,
                boolean hasExtraBytes,
                BooleanSupplier leasesToo) {
            super(tableMaps);
            this.leasesToo = leasesToo;
            this.tableMaps = tableMaps;
            this.database = database;
            this.hasImageBefore = hasImageBefore;
            this.hasExtraBytes = hasExtraBytes;
        }

        @Override
        public FeedRows deserialize(ByteArrayInputStream in) throws IOException {
            long tableId = in.readLong(6);
            TableMapEventData map = tableMaps.get(tableId);
            if (map == null) {
                throw new IOException("rows of table " + tableId + " come without its description");
            }
            if (!map.getDatabase().equals(database) || !wanted(map.getTable())) {
                return NOT_OURS;
            }
            in.readInteger(2);
            if (hasExtraBytes) {
                in.read(in.readInteger(2) - 2);
            }
            int columnCount = in.readPackedInteger();
            BitSet before = hasImageBefore ? in.readBitSet(columnCount, true) : new BitSet();
            BitSet after = in.readBitSet(columnCount, true);
            List<@Nullable Serializable[]> rows = new ArrayList<>();
            while (in.available() > 0) {
                if (hasImageBefore) {
                    deserializeRow(tableId, before, in);
                }
                rows.add(deserializeRow(tableId, after, in));
            }
            return new FeedRows(map.getTable(), columns(map, after), rows);
        }

        private boolean wanted(String table) {
            return TABLES.contains(table) || (table.equals(LEASES) && leasesToo.getAsBoolean());
        }

        private static List<String> columns(TableMapEventData map, BitSet included) throws IOException {
            List<String> names = map.getEventMetadata() == null
                    ? null
                    : map.getEventMetadata().getColumnNames();
            if (names == null) {
                throw new IOException(
                        "the binlog has no column names for " + map.getTable() + ": binlog_row_metadata must be FULL");
            }
            if (included.cardinality() != names.size()) {
                throw new IOException(
                        "the binlog has only some columns of " + map.getTable() + ": binlog_row_image must be FULL");
            }
            return names;
        }
    }
}
