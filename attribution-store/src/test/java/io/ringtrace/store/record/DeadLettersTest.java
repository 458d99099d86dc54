package io.ringtrace.store.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringtrace.call.CallEvent;
import io.ringtrace.call.EndReason;
import io.ringtrace.store.journal.EncodedEvent;
import io.ringtrace.store.journal.SampleEvents;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@DisplayName("Dead letters")
class DeadLettersTest {
    private final SampleEvents sample = new SampleEvents(3);
    private final CallEvent event = sample.ended(sample.callId(), EndReason.LOST);

    @TempDir
    Path folder;

    @Test
    void haveTheEventAsItWasAndTheReason() throws Exception {
        DeadLetters letters = new DeadLetters(folder.resolve(DeadLetters.FILE));
        letters.setAside(3, event, EncodedEvent.of(event), "too \"long\"");
        letters.setAside(4, null, "AAAA", "entry version 9 is not known here");
        assertThat(letters.count()).isEqualTo(2);
        assertThat(letters.file()).content().hasLineCount(2);
        JsonNode first =
                JsonMapper.shared().readTree(Files.readAllLines(letters.file()).getFirst());
        assertThat(first.path("why").asString()).isEqualTo("too \"long\"");
        assertThat(first.path("call_id").asString()).isEqualTo(event.callId().toString());
        assertThat(EncodedEvent.decode(first.path("entry").asString())).isEqualTo(event);
    }

    @Test
    void areRefusedBeyondTheBoundAndTakenAgainWhenTheFileIsMovedAway() throws Exception {
        DeadLetters letters = new DeadLetters(folder.resolve(DeadLetters.FILE), 4000);
        int kept = 0;
        while (Files.notExists(letters.file()) || Files.size(letters.file()) < 3000) {
            letters.setAside(0, event, EncodedEvent.of(event), "why");
            kept++;
        }
        String full = Files.readString(letters.file());
        assertThatThrownBy(() -> letters.setAside(0, event, "A".repeat(1001), "why"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is full");
        assertThat(letters.file()).content().isEqualTo(full);
        assertThat(letters.count()).isEqualTo(kept);

        Files.move(letters.file(), folder.resolve("looked-at.jsonl"));
        letters.setAside(0, event, EncodedEvent.of(event), "why");
        assertThat(letters.file()).content().hasLineCount(1);
    }
}
