package io.ringtrace.sip.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.attribution.LeaseClock;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Nonces that came with good credentials")
class NoncesTest {
    private static final int MANY = Nonces.MOST_IN_USE + 10_000;
    private long now = 1_000_000;
    private final Nonces nonces = new Nonces(new LeaseClock() {
        @Override
        public long nowMillis() {
            return now;
        }

        @Override
        public boolean mayAllocate() {
            return true;
        }
    });

    /** As many as of clients that take a new one for each call, four in a millisecond. */
    private void manyAreUsed() {
        for (int i = 0; i < MANY; i++) {
            now += i % 4 == 0 ? 1 : 0;
            assertThat(nonces.use(nonces.make(), 1)).isTrue();
        }
    }

    @Test
    void areTakenHoweverManyThereWereAndBounded() {
        manyAreUsed();
        assertThat(nonces.inUse()).isBetween(Nonces.MOST_IN_USE - 4, Nonces.MOST_IN_USE);
    }

    @Test
    void areNotTakenAgainWithTheSameCountWhenTheyWereForgotten() {
        String first = nonces.make();
        assertThat(nonces.use(first, 1)).isTrue();
        String neverUsed = nonces.make();
        assertThat(nonces.use(first, 2)).isTrue();
        manyAreUsed();
        assertThat(nonces.use(first, 1)).isFalse();
        assertThat(nonces.use(first, 3)).isFalse();
        assertThat(nonces.use(neverUsed, 1)).as("as old as a forgotten one").isFalse();
        assertThat(nonces.use(nonces.make(), 1)).isTrue();
    }

    @Test
    void areForgottenWhenTheyAreTooOld() {
        manyAreUsed();
        String young = nonces.make();
        now += Nonces.GOOD_FOR_MILLIS;
        assertThat(nonces.use(young, 1)).isTrue();
        now++;
        assertThat(nonces.use(young, 2)).isFalse();
        assertThat(nonces.use(nonces.make(), 1)).isTrue();
        assertThat(nonces.inUse()).isEqualTo(1);
    }

    @Test
    void areNotThoseThatWeDidNotMake() {
        assertThat(nonces.use("x".repeat(43), 1)).isFalse();
        assertThat(nonces.use("", 1)).isFalse();
        assertThat(new Nonces(new LeaseClock() {
                            @Override
                            public long nowMillis() {
                                return now;
                            }

                            @Override
                            public boolean mayAllocate() {
                                return true;
                            }
                        })
                        .use(nonces.make(), 1))
                .isFalse();
    }
}
