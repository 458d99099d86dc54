package io.ringtrace.sip;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.sip.counters.Count;
import io.ringtrace.sip.message.SipMethod;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TwoShardsTest {
    private static final int CALLS = 20;
    private static final int RING = 64;
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
    void aFullRingStillTakesWhatBelongsToCalls() throws Exception {
        ladder.close();
        ladder = new Ladder(settings -> settings.withShards(2).withMostHandedOver(RING), 1);
        Party caller = ladder.caller;
        caller.sends(inviteOwnedBy(0, Ladder.UNKNOWN));
        caller.receives("100");
        caller.acksFailure(caller.receives("404"));
        ladder.proxy.tick();
        // All that the caller sends arrives at one shard; the other is kept busy until its ring is full.
        int busy = ladder.count(Count.HANDED_OVER) > 0 ? 0 : 1;
        do {
            ladder.connects(Ladder.PROMO);
        } while (ownerOf(caller.lastSent()) != busy);
        List<String> ofTheCall = List.of(caller.inDialog("ACK"), caller.inDialog("INVITE"), caller.inDialog("BYE"));
        caller.sends(inviteOwnedBy(busy, Ladder.BUSY_SHARD));
        ladder.busyShard.reached();

        for (int i = 0; i < RING; i++) {
            caller.sends(inviteOwnedBy(busy, Ladder.UNKNOWN));
        }
        String waiting = caller.lastSent();
        // The last eighth is not for them.
        ladder.until(() -> ladder.count(Count.HANDOVER_DROPS) == RING / 8);
        for (int i = 0; i < RING / 8; i++) {
            caller.receives("503");
        }
        long handedOver = ladder.count(Count.HANDED_OVER);
        ofTheCall.forEach(caller::sends);
        caller.sends(waiting.replaceAll("INVITE", "CANCEL"));
        long all = handedOver + ofTheCall.size() + 1;
        ladder.until(() -> ladder.count(Count.HANDED_OVER) == all);
        assertThat(ladder.count(Count.HANDOVER_DROPS)).isEqualTo(RING / 8);
        ladder.busyShard.goesOn();
        ladder.gateway.receives("ACK");
        ladder.gateway.receives("INVITE");
        ladder.gateway.receives("BYE");
        ladder.until(() -> received(SipMethod.CANCEL) == 1);
    }

    private long received(SipMethod method) {
        return ladder.proxy.counters().stream()
                .mapToLong(c -> c.requestsReceived(method))
                .sum();
    }

    private String inviteOwnedBy(int shard, String number) {
        String invite;
        do {
            invite = ladder.caller.inviteText("sip:" + number + "@" + ladder.caller.proxyHostPort());
        } while (ownerOf(invite) != shard);
        return invite;
    }

    private static int ownerOf(String message) {
        return CallShard.ownerOf(new SipText(message).header("Call-ID"), 2);
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
