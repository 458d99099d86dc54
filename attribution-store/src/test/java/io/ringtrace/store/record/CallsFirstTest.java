package io.ringtrace.store.record;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The database gives way to calls")
class CallsFirstTest {
    private final List<Boolean> told = new ArrayList<>();
    private long now = Long.MAX_VALUE - 1_000;
    private final CallsFirst callsFirst = new CallsFirst(told::add, () -> now);

    @Test
    void notWhileFewAreRecorded() {
        callsFirst.found(0);
        callsFirst.found(CallsFirst.MANY_EVENTS - 1);
        assertThat(told).isEmpty();
    }

    @Test
    void fromTheFirstLargeBatchOnAndUntilThereHasBeenNoneForTwoSecondsOrTheDrainEnds() {
        callsFirst.found(CallsFirst.MANY_EVENTS);
        now += CallsFirst.QUIET_NANOS - 1;
        callsFirst.found(8_000);
        now += CallsFirst.QUIET_NANOS - 1;
        callsFirst.found(0);
        assertThat(told).containsExactly(true);
        now++;
        callsFirst.found(1);
        callsFirst.found(0);
        assertThat(told).containsExactly(true, false);
        callsFirst.found(CallsFirst.MANY_EVENTS);
        assertThat(told).containsExactly(true, false, true);
        callsFirst.end();
        assertThat(told).containsExactly(true, false, true, false);
    }
}
