package io.ringtrace.sip.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TimerWheelTest {
    private final TimerWheel wheel = new TimerWheel(1_000);
    private final List<String> fired = new ArrayList<>();

    private final class Named extends TimerWheel.Entry {
        private final String name;
        private final Runnable then;

        Named(String name) {
            this(name, () -> {});
        }

        Named(String name, Runnable then) {
            this.name = name;
            this.then = then;
        }

        @Override
        protected void fired() {
            fired.add(name);
            then.run();
        }
    }

    @Test
    void firesNeverEarlyAndAtMostATickLate() {
        Random random = new Random(42);
        Map<Named, Long> due = new HashMap<>();
        long now = 1_000;
        for (int i = 0; i < 300; i++) {
            Named entry = new Named("");
            long delay = 1L + random.nextInt(120_000);
            wheel.start(entry, delay);
            due.put(entry, now + delay);
        }
        while (!due.isEmpty()) {
            now += 7;
            wheel.advance(now);
            long time = now;
            due.entrySet().removeIf(e -> {
                if (e.getKey().running()) {
                    assertThat(time - e.getValue()).isLessThan(2 * TimerWheel.TICK_MILLIS);
                    return false;
                }
                assertThat(time).isGreaterThanOrEqualTo(e.getValue());
                return true;
            });
        }
    }

    @Test
    void stoppedEntryDoesNotFire() {
        Named entry = new Named("a");
        wheel.start(entry, 50);
        entry.stop();
        entry.stop();
        wheel.advance(5_000);
        assertThat(fired).isEmpty();
        assertThat(entry.running()).isFalse();
    }

    @Test
    void startedAgainItCountsFromThen() {
        Named entry = new Named("a");
        wheel.start(entry, 50);
        wheel.advance(1_040);
        wheel.start(entry, 50);
        wheel.advance(1_080);
        assertThat(fired).isEmpty();
        wheel.advance(1_090);
        assertThat(fired).containsExactly("a");
    }

    @Test
    void anEntryMayStopAnotherThatIsDueAtTheSameTime() {
        List<Named> other = new ArrayList<>();
        wheel.start(new Named("first", () -> other.forEach(TimerWheel.Entry::stop)), 50);
        other.add(new Named("second"));
        wheel.start(other.getFirst(), 50);
        wheel.advance(1_100);
        assertThat(fired).containsExactly("first");
    }

    @Test
    void anEntryThatAnotherOneStartsAgainWaitsForItsNewTime() {
        List<Named> other = new ArrayList<>();
        wheel.start(new Named("first", () -> other.forEach(o -> wheel.start(o, 50))), 50);
        other.add(new Named("second"));
        wheel.start(other.getFirst(), 50);
        wheel.advance(1_060);
        assertThat(fired).containsExactly("first");
        wheel.advance(1_120);
        assertThat(fired).containsExactly("first", "second");
    }

    @Test
    void thoseOfOneTickFireInTheOrderOfTheirStartHoweverManyWereStopped() {
        List<String> kept = new ArrayList<>();
        for (int i = 0; i < 5_000; i++) {
            Named entry = new Named("e" + i);
            wheel.start(entry, 50);
            if (i % 7 == 0) {
                kept.add("e" + i);
            } else {
                entry.stop();
            }
        }
        wheel.advance(1_060);
        assertThat(fired).isEqualTo(kept);
    }

    @Test
    void afterAStallEverythingDueFiresOnce() {
        for (int i = 0; i < 100; i++) {
            wheel.start(new Named("x"), 1 + i * 997L);
        }
        wheel.advance(1_000 + 10_000_000);
        assertThat(fired).isEqualTo(Collections.nCopies(100, "x"));
    }

    @Test
    void timersThatFailLeaveTheOthersForTheNextAdvance() {
        wheel.start(
                new Named("broken", () -> {
                    throw new IllegalStateException("broken");
                }),
                20);
        wheel.start(new Named("sound"), 20);
        try {
            wheel.advance(1_030);
        } catch (IllegalStateException _) {
            fired.add("caught");
        }
        wheel.advance(1_040);
        assertThat(fired).containsExactly("broken", "caught", "sound");
    }
}
