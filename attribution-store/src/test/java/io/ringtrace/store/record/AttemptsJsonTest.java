package io.ringtrace.store.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringtrace.call.GatewayAttempt;
import java.util.AbstractList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The attempts of one call after the other")
class AttemptsJsonTest {
    private static final GatewayAttempt BUSY =
            new GatewayAttempt("west", 5, 0, 486, "Q.850;cause=17;text=\"Busy\"", null);
    private static final GatewayAttempt SILENT = new GatewayAttempt("east", 7, 9, 0, null, "no answer within 3000 ms");

    private final AttemptsJson json = new AttemptsJson();

    @Test
    void areReadAsTheyWereWritten() {
        for (List<GatewayAttempt> attempts : List.of(List.of(BUSY), List.<GatewayAttempt>of(), List.of(SILENT, BUSY))) {
            assertThat(RecordJson.attempts(json.of(attempts))).isEqualTo(attempts);
        }
    }

    @Test
    void areWholeAlsoAfterOnesThatCouldNotBeWritten() {
        List<GatewayAttempt> faulty = new AbstractList<>() {
            @Override
            public GatewayAttempt get(int index) {
                if (index == 1) {
                    throw new IllegalStateException("a fault of ours");
                }
                return BUSY;
            }

            @Override
            public int size() {
                return 2;
            }
        };
        assertThatThrownBy(() -> json.of(faulty)).isInstanceOf(IllegalStateException.class);
        assertThat(RecordJson.attempts(json.of(List.of(SILENT)))).containsExactly(SILENT);
    }
}
