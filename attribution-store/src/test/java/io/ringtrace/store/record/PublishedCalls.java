package io.ringtrace.store.record;

import io.ringtrace.attribution.AttributionResult;
import io.ringtrace.call.CallEvent;
import io.ringtrace.call.CallId;
import io.ringtrace.call.EndReason;
import io.ringtrace.call.PhoneNumber;
import io.ringtrace.store.db.StoreDatabase;
import io.ringtrace.store.journal.SampleEvents;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** Finished calls to one number. */
public final class PublishedCalls {
    private final SampleEvents sample = new SampleEvents(System.nanoTime());
    private final RecordWriter writer = new RecordWriter("node-a");
    private final StoreDatabase database;
    private final PhoneNumber number;

    public PublishedCalls(StoreDatabase database, long number) {
        this.database = database;
        this.number = new PhoneNumber(number);
    }

    /** Publishes so many; returns their transaction ids in order. */
    public List<Long> publish(int calls) throws Exception {
        List<Long> ids = new ArrayList<>();
        for (int i = 0; i < calls; i++) {
            CallId call = sample.callId();
            CallEvent.Began began = new CallEvent.Began(
                    call,
                    SampleEvents.NOON,
                    "sip",
                    "carrier",
                    null,
                    false,
                    "dialed",
                    number,
                    AttributionResult.UNASSIGNED,
                    null,
                    "v",
                    0,
                    null);
            ids.add(database.transact(connection -> {
                writer.write(connection, List.of(began, sample.ended(call, EndReason.CALLER_HANGUP)));
                try (Statement statement = connection.createStatement();
                        ResultSet row = statement.executeQuery("SELECT last_id FROM publication")) {
                    row.next();
                    return row.getLong(1);
                }
            }));
        }
        return ids;
    }
}
