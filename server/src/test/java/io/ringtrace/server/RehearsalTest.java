package io.ringtrace.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Before the listeners are opened, calls are rehearsed")
class RehearsalTest {
    @Test
    void theyAreAnsweredAndHungUpThroughAProxyOfTheirOwn() {
        Rehearsal rehearsal = Rehearsal.begin(100, Duration.ofSeconds(60));
        rehearsal.end();
        assertThat(rehearsal.calls()).isGreaterThanOrEqualTo(100);
    }
}
