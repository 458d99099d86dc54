package io.ringtrace.sip;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.sip.counters.Count;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TwoShardsTest {
    private static final int CALLS = 20;
    private Ladder ladder;

    @BeforeEach
    void start() throws Exception {
        ladder = new Ladder(settings -> settings.withShards(2), 1);
    }

    @AfterEach
    void stop() {
        ladder.close();
    }

    @Test
    void datagramsReachTheShardOfTheirCallIdWhereverTheyArrive() {
        for (int i = 0; i < CALLS; i++) {
            ladder.connects(Ladder.PROMO);
            ladder.caller.hangsUp();
            ladder.gateway.receives("BYE");
            ladder.gateway.answers(200);
            ladder.caller.receives("200");
        }
        assertThat(ladder.journal.kinds().stream().filter("Ended"::equals)).hasSize(CALLS);
        // One address's datagrams all arrive on one shard, and about half of the Call-IDs belong to the other.
        assertThat(ladder.count(Count.HANDED_OVER)).isPositive();
        assertThat(ladder.count(Count.HANDOVER_DROPS)).isZero();
        assertThat(ladder.proxy.counters())
                .allSatisfy(c -> assertThat(c.read(Count.CALLS_ENDED)).isPositive());
    }
}
