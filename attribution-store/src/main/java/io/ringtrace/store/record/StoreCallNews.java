package io.ringtrace.store.record;

import io.ringtrace.call.CallEvent;
import io.ringtrace.call.CallId;
import io.ringtrace.call.CallNews;
import io.ringtrace.call.StoreUnavailableException;
import io.ringtrace.store.db.StoreDatabase;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** {@link CallNews} of this node's drain, which tells what it has written. Thread-safe. */
public final class StoreCallNews implements CallNews {
    private record Listener(long network, Consumer<CallEvent> ear) {}

    private final StoreDatabase database;
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();

    public StoreCallNews(StoreDatabase database) {
        this.database = database;
    }

    @Override
    public Subscription subscribe(String network, Consumer<CallEvent> ear) throws StoreUnavailableException {
        long id = database.transact(connection -> {
            try (PreparedStatement select =
                    connection.prepareStatement("SELECT id FROM network WHERE id_from_network = ?")) {
                select.setString(1, network);
                try (ResultSet row = select.executeQuery()) {
                    return row.next() ? row.getLong(1) : -1L;
                }
            }
        });
        Listener listener = new Listener(id, ear);
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    /** @param networks of the events' calls */
    void tell(List<CallEvent> events, Map<CallId, Long> networks) {
        if (listeners.isEmpty()) {
            return;
        }
        for (CallEvent event : events) {
            long network = networks.getOrDefault(event.callId(), 0L);
            for (Listener listener : listeners) {
                if (listener.network() == network) {
                    listener.ear().accept(event);
                }
            }
        }
    }
}
