package io.ringtrace.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.http.Health;
import io.ringtrace.store.record.JournalDrain;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("The server's health")
class ServerHealthTest {
    @ParameterizedTest
    @EnumSource(JournalDrain.State.class)
    void saysWhenCallRecordsDoNotReachTheStoreAndStillTakesCalls(JournalDrain.State state) {
        Health.Check check = ServerHealth.drainCheck(state);
        assertThat(check.name()).isEqualTo("journal-drain");
        if (state == JournalDrain.State.FLOWING) {
            assertThat(check.state()).isEqualTo(Health.State.OK);
        } else {
            assertThat(check.state()).isEqualTo(Health.State.DEGRADED);
            assertThat(check.sentence()).contains("wait");
        }
    }
}
