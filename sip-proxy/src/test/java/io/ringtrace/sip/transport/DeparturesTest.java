package io.ringtrace.sip.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What a shard sends leaves")
class DeparturesTest {
    private long now = TimeUnit.HOURS.toNanos(1);
    private final Departures departures = new Departures(now);

    private boolean due(long microsLater) {
        now += TimeUnit.MICROSECONDS.toNanos(microsLater);
        return departures.due(now);
    }

    private boolean dueWithSomethingAwaited(long microsLater) {
        departures.awaited();
        return due(microsLater);
    }

    private void makeBusy() {
        for (int i = 0; i < 20; i++) {
            assertThat(dueWithSomethingAwaited(300)).isTrue();
        }
    }

    @Test
    void atEachRoundsEndWhileThereAreFew() {
        for (int i = 0; i < 20; i++) {
            assertThat(due(1_500)).isTrue();
        }
    }

    @Test
    void withTheNextThatSomebodyWaitsForWhileTheseFollowCloselyOneAnother() {
        makeBusy();
        assertThat(due(300)).isFalse();
        assertThat(due(300)).isFalse();
        assertThat(dueWithSomethingAwaited(300)).isTrue();
        assertThat(due(300)).isFalse();
    }

    @Test
    void twoMillisecondsAfterTheLastDepartureAtTheNextRound() {
        makeBusy();
        assertThat(due(1_999)).isFalse();
        assertThat(due(1)).isTrue();
    }

    @Test
    void atEachRoundsEndAgainSoonAfterABurst() {
        makeBusy();
        for (int i = 0; i < 8; i++) {
            due(2_500);
        }
        assertThat(due(100)).isTrue();
    }
}
