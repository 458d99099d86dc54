package io.ringtrace.store.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.store.lease.LeaseTime.State;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The lease clock")
class LeaseTimeTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long WALL = 1_700_000_000_000L;
    private static final long LONGEST_LIFETIME = 300_000;

    /** The database's time at monotonic 0. */
    private long databaseMillis = WALL;

    private long monotonic = 77 * SECOND;
    private boolean guaranteed;
    private State state = LeaseTime.unmeasured(WALL - 5_000, monotonic);

    private void measure() {
        measure(2_000_000);
    }

    private void measure(long roundTripNanos) {
        long asked = monotonic;
        long databaseMicros = databaseMillis * 1_000 + (asked + roundTripNanos / 2) / 1_000;
        monotonic += roundTripNanos;
        state = LeaseTime.measured(state, databaseMicros, asked, monotonic, LONGEST_LIFETIME, guaranteed);
    }

    private void passSeconds(int seconds) {
        for (int i = 0; i < seconds / 10; i++) {
            monotonic += 10 * SECOND;
            measure();
        }
    }

    private long offFromDatabase() {
        return state.millisAt(monotonic) - (databaseMillis + monotonic / 1_000_000);
    }

    @Test
    void mayNotAllocateUntilTheDatabaseWasAsked() {
        assertThat(state.mayAllocateAt(monotonic)).isFalse();
        measure();
        assertThat(state.mayAllocateAt(monotonic)).isTrue();
        assertThat(offFromDatabase()).isBetween(-1L, 1L);
    }

    @Test
    void halvesTheRoundTrip() {
        measure(800_000_000);
        assertThat(offFromDatabase()).isBetween(-1L, 1L);
    }

    @Test
    void learnsNothingFromAnAnswerThatTookOverASecond() {
        measure(1_500_000_000);
        assertThat(state.mayAllocateAt(monotonic)).isFalse();
    }

    @Test
    void goesOnByTheMonotonicClockWhileTheDatabaseIsAway() {
        measure();
        monotonic += 59 * SECOND;
        assertThat(offFromDatabase()).isBetween(-1L, 1L);
        assertThat(state.mayAllocateAt(monotonic)).isTrue();
    }

    @Test
    void mayNotAllocateAMinuteAfterTheLastMeasurement() {
        measure();
        monotonic += 61 * SECOND;
        assertThat(state.mayAllocateAt(monotonic)).isFalse();
    }

    @Test
    void followsADriftOfLessThanASecond() {
        measure();
        databaseMillis += 700;
        passSeconds(10);
        assertThat(state.offMillis()).isBetween(690L, 710L);
        assertThat(state.mayAllocateAt(monotonic)).isTrue();
        assertThat(offFromDatabase()).isBetween(-1L, 1L);
    }

    @Test
    void doesNotAllocateWhileTheDatabaseIsOverASecondAhead() {
        measure();
        databaseMillis += 3_600_000;
        passSeconds(10);
        assertThat(state.mayAllocateAt(monotonic)).isFalse();
        assertThat(offFromDatabase()).isBetween(-3_600_001L, -3_599_999L);
    }

    @Test
    void takesTheNewTimeOverWhenEveryGuaranteeOfTheOldOneHasRunOut() {
        measure();
        databaseMillis += 3_600_000;
        passSeconds(300);
        assertThat(state.mayAllocateAt(monotonic)).isFalse();
        passSeconds(20);
        assertThat(state.mayAllocateAt(monotonic)).isTrue();
        assertThat(offFromDatabase()).isBetween(-1L, 1L);
    }

    @Test
    void waitsForAGuaranteeThatIsLongerThanAnyLifetimeOfNow() {
        measure();
        long steppedAt = state.millisAt(monotonic);
        databaseMillis += 3_600_000;
        guaranteed = true;
        passSeconds(600);
        assertThat(state.mayAllocateAt(monotonic)).isFalse();
        assertThat(LeaseTime.waitedOut(state, monotonic, LONGEST_LIFETIME)).isTrue();
        assertThat(LeaseTime.waitedOut(state, monotonic, 700_000)).isFalse();
        // A node that cannot ask goes on by the old time for a minute.
        assertThat(LeaseTime.lastPresentedMillis(state)).isBetween(steppedAt + 60_000, steppedAt + 80_000);
        guaranteed = false;
        passSeconds(10);
        assertThat(state.mayAllocateAt(monotonic)).isTrue();
        assertThat(offFromDatabase()).isBetween(-1L, 1L);
    }

    @Test
    void waitsAgainWhenTheDatabaseIsSteppedAgain() {
        measure();
        databaseMillis += 3_600_000;
        passSeconds(250);
        databaseMillis += 60_000;
        passSeconds(250);
        assertThat(state.mayAllocateAt(monotonic)).isFalse();
    }

    @Test
    void neverFollowsBackwardsOverASecondButGoesOnWhenTheDatabaseIsSetRight() {
        measure();
        databaseMillis -= 3_600_000;
        passSeconds(1_000);
        assertThat(state.mayAllocateAt(monotonic)).isFalse();
        assertThat(offFromDatabase()).isBetween(3_599_999L, 3_600_001L);
        databaseMillis += 3_600_000;
        passSeconds(10);
        assertThat(state.mayAllocateAt(monotonic)).isTrue();
    }

    @Test
    void aServerStartedAfterAStepForwardGoesOnByTheTimeThatItKnewUntilTheGuaranteesAreOver() {
        long known = databaseMillis + monotonic / 1_000_000;
        databaseMillis += 3_600_000;
        measure();
        state = LeaseTime.first(state, monotonic, known);
        assertThat(state.mayAllocateAt(monotonic)).isFalse();
        assertThat(state.millisAt(monotonic)).isEqualTo(known);
        assertThat(state.offMillis()).isBetween(3_599_990L, 3_600_010L);
        passSeconds(320);
        assertThat(state.mayAllocateAt(monotonic)).isTrue();
        assertThat(offFromDatabase()).isBetween(-1L, 1L);
    }

    @Test
    void aServerStartedAfterAStepBackOrNoneFollowsTheDatabase() {
        measure();
        for (int behind : new int[] {0, 3_600_000}) {
            assertThat(LeaseTime.first(state, monotonic, state.millisAt(monotonic) + behind))
                    .isEqualTo(state);
        }
    }
}
