package io.ringtrace.store.db;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.call.StoreUnavailableException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A thread that looks every so often")
class PeriodicLookTest {
    private static final Duration LONG = Duration.ofDays(1);
    private static final Duration SHORT = Duration.ofMillis(1);

    @Test
    void looksOnAfterLooksThatFailed() throws Exception {
        AtomicInteger looks = new AtomicInteger();
        CountDownLatch third = new CountDownLatch(1);
        try (PeriodicLook look = new PeriodicLook("test", PeriodicLook.First.AT_THE_START, SHORT, () -> {
            switch (looks.incrementAndGet()) {
                case 1 -> throw new StoreUnavailableException("the store is away");
                case 2 -> throw new IllegalStateException("a fault of ours");
                default -> third.countDown();
            }
        })) {
            look.start();
            assertThat(third.await(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void looksAtTheStartOrAfterTheFirstPause() throws Exception {
        CountDownLatch atTheStart = new CountDownLatch(1);
        AtomicBoolean early = new AtomicBoolean();
        try (PeriodicLook one = new PeriodicLook("one", PeriodicLook.First.AT_THE_START, LONG, atTheStart::countDown);
                PeriodicLook other = new PeriodicLook(
                        "other", PeriodicLook.First.AFTER_THE_FIRST_PAUSE, LONG, () -> early.set(true))) {
            other.start();
            one.start();
            assertThat(atTheStart.await(10, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(early).isFalse();
    }

    @Test
    void endsALookThatRestsWhenItIsClosed() throws Exception {
        CountDownLatch resting = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(1);
        PeriodicLook[] itself = new PeriodicLook[1];
        itself[0] = new PeriodicLook("test", PeriodicLook.First.AT_THE_START, LONG, () -> {
            resting.countDown();
            if (itself[0].closedWithin(LONG) && itself[0].isClosed()) {
                ended.countDown();
            }
        });
        itself[0].start();
        assertThat(resting.await(10, TimeUnit.SECONDS)).isTrue();
        itself[0].close();
        assertThat(ended.getCount()).isZero();
    }

    @Test
    void isClosedAtOnceWhenItNeverBegan() {
        PeriodicLook look = new PeriodicLook("test", PeriodicLook.First.AT_THE_START, LONG, () -> {});
        look.close();
        assertThat(look.isClosed()).isTrue();
    }
}
