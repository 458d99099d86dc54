package io.ringtrace.store.record;

import io.ringtrace.call.CallEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps what the database refuses, with its reason, one JSON object a line, in a file beside the journal. Used by the drain's thread. */
final class DeadLetters {
    private static final Logger LOG = LoggerFactory.getLogger(DeadLetters.class);
    private static final long LARGEST_FILE = 64L << 20;

    private final Path file;
    private final AtomicLong count = new AtomicLong();

    DeadLetters(Path file) {
        this.file = file;
    }

    long count() {
        return count.get();
    }

    void setAside(int shard, @Nullable CallEvent event, String why) {
        count.incrementAndGet();
        LOG.error(
                "call records: an event of call {} was refused ({}); it is kept in {}",
                event == null ? "unknown" : event.callId(),
                why,
                file);
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("set_aside_at", Instant.now().toString());
        fields.put("shard", Integer.toString(shard));
        fields.put("why", why);
        if (event != null) {
            fields.put("call_id", event.callId().toString());
            fields.put("event", event.toString());
        }
        try {
            if (Files.exists(file) && Files.size(file) > LARGEST_FILE) {
                LOG.error(
                        "call records: {} is full; the event is in the journal's segment until that is deleted", file);
                return;
            }
            Files.writeString(
                    file, RecordJson.line(fields) + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            LOG.error("call records: {} cannot be written: {}", file, e.getMessage());
        }
    }
}
