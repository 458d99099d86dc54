package io.ringtrace.sip.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.routing.CallLimits;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Places for calls, over all shards")
class CallCapacityTest {
    private static final int MOST = 100;
    private final CallCapacity capacity = new CallCapacity(() -> 0);

    @Test
    void areNeverMoreThanTheLimitAndAllComeBack() throws InterruptedException {
        CallLimits limits = new CallLimits(0, MOST);
        AtomicInteger now = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        List<Thread> shards = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            shards.add(Thread.ofPlatform().start(() -> {
                List<CallCapacity.Place> own = new ArrayList<>();
                for (int n = 0; n < 20_000; n++) {
                    CallCapacity.Place place = capacity.ofTrunk("acme", limits);
                    if (place != null) {
                        most.accumulateAndGet(now.incrementAndGet(), Math::max);
                        own.add(place);
                    }
                    if (place == null || own.size() > 60) {
                        own.forEach(held -> {
                            now.decrementAndGet();
                            held.release();
                            held.release();
                        });
                        own.clear();
                    }
                }
                own.forEach(held -> {
                    now.decrementAndGet();
                    held.release();
                });
            }));
        }
        for (Thread shard : shards) {
            shard.join();
        }
        assertThat(most.get()).isLessThanOrEqualTo(MOST).isGreaterThan(MOST / 2);
        for (int i = 0; i < MOST; i++) {
            assertThat(capacity.ofTrunk("acme", limits)).isNotNull();
        }
        assertThat(capacity.ofTrunk("acme", limits)).isNull();
    }

    @Test
    void ofATrunkAGatewayAndANumberAreNotTheSame() {
        CallLimits one = new CallLimits(0, 1);
        assertThat(capacity.ofTrunk("1", one)).isNotNull();
        assertThat(capacity.ofGateway("1", one)).isNotNull();
        assertThat(capacity.ofNumber(1, one)).isNotNull();
        assertThat(capacity.ofNumber(1, one)).isNull();
    }

    @Test
    void ofManyNumbersAreForgottenWhenTheyAreFree() {
        CallLimits one = new CallLimits(0, 1);
        CallCapacity.Place kept = capacity.ofNumber(7, one);
        for (long number = 1_000; number < 200_000; number++) {
            CallCapacity.Place place = capacity.ofNumber(number, one);
            assertThat(place).isNotNull();
            place.release();
        }
        assertThat(capacity.size()).isLessThanOrEqualTo(65_537);
        assertThat(capacity.ofNumber(7, one)).isNull();
        assertThat(kept).isNotNull();
    }
}
