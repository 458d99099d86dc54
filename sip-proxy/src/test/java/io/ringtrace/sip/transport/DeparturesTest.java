package io.ringtrace.sip.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayName("What nobody waits for leaves")
class DeparturesTest {
    private static final int MOST = 32;
    private long now = TimeUnit.HOURS.toNanos(1);
    private final Departures departures = new Departures(now);

    private boolean due(long microsLater) {
        now += TimeUnit.MICROSECONDS.toNanos(microsLater);
        return departures.due(now);
    }

    private boolean dueWithOneMore(long microsLater) {
        boolean _ = departures.gathers();
        return due(microsLater);
    }

    @Test
    void atEachRoundsEndWhileThereAreFew() {
        for (int i = 0; i < 100; i++) {
            assertThat(departures.gathers()).isFalse();
            assertThat(due(1_500)).isTrue();
        }
    }

    @Test
    @DisplayName("at no round that has none of it, however many these are")
    void none() {
        for (int i = 0; i < 100; i++) {
            assertThat(due(100)).isFalse();
        }
        assertThat(departures.gathers()).isFalse();
    }

    @Nested
    @DisplayName("of a shard that has much of it")
    class Gathered {
        @BeforeEach
        void much() {
            for (int i = 0; i < 100; i++) {
                boolean _ = dueWithOneMore(300);
            }
            for (int i = 0; i < 100 && !dueWithOneMore(300); i++) {
                assertThat(departures.gathers()).isTrue();
            }
            assertThat(departures.gathers()).isTrue();
        }

        @Test
        @DisplayName("4 ms after what left before, at the next round's end")
        void four() {
            assertThat(due(3_999)).isFalse();
            assertThat(due(1)).isTrue();
        }

        @Test
        @DisplayName("when there are 32 of it")
        void many() {
            for (int i = 2; i < MOST; i++) {
                assertThat(dueWithOneMore(1)).isFalse();
            }
            assertThat(dueWithOneMore(1)).isTrue();
            assertThat(due(3_999)).isFalse();
        }

        @Test
        void atEachRoundsEndAgainSoonAfterABurst() {
            for (int i = 0; i < 8; i++) {
                boolean _ = dueWithOneMore(5_000);
            }
            assertThat(departures.gathers()).isFalse();
            assertThat(due(100)).isTrue();
        }

        @Test
        @DisplayName("at once, for a second, when nothing else came meanwhile: it may be what everybody waited for")
        void stalled() {
            departures.nothingElseCame(now);
            assertThat(due(0)).isTrue();
            for (int i = 0; i < 3_333; i++) {
                assertThat(departures.gathers()).isFalse();
                assertThat(due(300)).isTrue();
            }
            assertThat(dueWithOneMore(300)).isTrue();
            assertThat(departures.gathers()).isTrue();
        }

        @Test
        @DisplayName("as before when an alarm finds none of it waiting")
        void idle() {
            for (int i = 0; i < 20; i++) {
                assertThat(dueWithOneMore(1)).isFalse();
            }
            assertThat(due(4_000)).isTrue();
            departures.nothingElseCame(now);
            assertThat(departures.gathers()).isTrue();
        }
    }
}
