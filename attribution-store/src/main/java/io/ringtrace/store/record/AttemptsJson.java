package io.ringtrace.store.record;

import io.ringtrace.call.GatewayAttempt;
import java.io.StringWriter;
import java.util.List;
import tools.jackson.core.JsonGenerator;

/** Writes the attempts of many calls as JSON, one after the other; {@link RecordJson#attempts} reads them. Used by one thread. */
final class AttemptsJson {
    private final StringWriter text = new StringWriter();
    /** Kept: to make one costs more than to write what a call has. */
    private JsonGenerator json = RecordJson.generator(text);

    String of(List<GatewayAttempt> attempts) {
        text.getBuffer().setLength(0);
        boolean whole = false;
        try {
            write(attempts);
            whole = true;
        } finally {
            if (!whole) {
                // Whatever stopped it in the middle, the next one begins anew.
                json = RecordJson.generator(text);
            }
        }
        return text.toString();
    }

    private void write(List<GatewayAttempt> attempts) {
        json.writeStartArray();
        for (GatewayAttempt attempt : attempts) {
            json.writeStartObject();
            json.writeStringProperty("gateway", attempt.gateway());
            json.writeNumberProperty("sent_at", attempt.sentAtMillis());
            json.writeNumberProperty("first_18x_at", attempt.first18xAtMillis());
            json.writeNumberProperty("status", attempt.status());
            json.writeStringProperty("reason", attempt.reason());
            json.writeStringProperty("abandoned", attempt.abandoned());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.flush();
    }
}
