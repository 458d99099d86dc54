package io.ringtrace.store.record;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The drain's pause")
class DrainPauseTest {
    @Test
    void doublesUpToTwoSecondsAndBeginsAgainAfterASuccess() {
        DrainPause pause = new DrainPause();
        assertThat(Stream.generate(pause::next).limit(7).map(Duration::toMillis))
                .containsExactly(100L, 200L, 400L, 800L, 1600L, 2000L, 2000L);
        pause.reset();
        assertThat(pause.next()).isEqualTo(Duration.ofMillis(100));
    }
}
