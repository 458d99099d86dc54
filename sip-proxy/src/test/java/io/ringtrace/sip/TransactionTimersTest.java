package io.ringtrace.sip;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.routing.Transport;
import io.ringtrace.sip.counters.Count;
import java.time.Duration;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayName("RFC 3261 §17, how long a transaction lives")
class TransactionTimersTest {
    private static final Duration NEARLY = Duration.ofMillis(100);

    @Nested
    @DisplayName("over UDP")
    class OverUdp {
        @Test
        @DisplayName("a failed INVITE: timer D 32 s at the gateway's side, timer I 5 s after the caller's ACK")
        void failedInvite() throws Exception {
            try (Ladder ladder = new Ladder()) {
                fails(ladder);
                ladder.caller.acksFailure(ladder.caller.receives("486"));
                ends(ladder, Count.SERVER_TRANSACTIONS, Duration.ofSeconds(5));
                ends(ladder, Count.CLIENT_TRANSACTIONS, Duration.ofSeconds(27));
            }
        }

        @Test
        @DisplayName(
                "its final response without an ACK: sent again by timer G, at most each 4 s, until timer H at 32 s")
        void finalWithoutAck() throws Exception {
            try (Ladder ladder = new Ladder()) {
                fails(ladder);
                long before = ladder.count(Count.RETRANSMISSIONS_SENT);
                for (int millis : new int[] {500, 1000, 2000, 4000, 4000, 4000, 4000, 4000, 4000}) {
                    ladder.passes(Duration.ofMillis(millis).minusMillis(50));
                    long soFar = ladder.count(Count.RETRANSMISSIONS_SENT);
                    ladder.passes(Duration.ofMillis(50));
                    assertThat(ladder.count(Count.RETRANSMISSIONS_SENT)).isEqualTo(soFar + 1);
                }
                assertThat(ladder.count(Count.RETRANSMISSIONS_SENT)).isEqualTo(before + 9);
                assertThat(ladder.count(Count.ACKS_MISSING)).isZero();
                ends(ladder, Count.SERVER_TRANSACTIONS, Duration.ofMillis(4_500));
                assertThat(ladder.count(Count.ACKS_MISSING)).isEqualTo(1);
            }
        }

        @Test
        @DisplayName("an answered INVITE: timers L and M, 32 s (RFC 6026)")
        void answeredInvite() throws Exception {
            try (Ladder ladder = new Ladder()) {
                ladder.connects(Ladder.PROMO);
                ladder.passes(Duration.ofSeconds(32).minus(NEARLY));
                assertThat(ladder.count(Count.SERVER_TRANSACTIONS)).isEqualTo(1);
                ends(ladder, Count.CLIENT_TRANSACTIONS, NEARLY);
                assertThat(ladder.count(Count.SERVER_TRANSACTIONS)).isZero();
            }
        }

        @Test
        @DisplayName("another answered request: timer K 5 s, timer J 32 s")
        void answeredRequest() throws Exception {
            try (Ladder ladder = new Ladder()) {
                hasAnsweredInfo(ladder);
                ends(ladder, Count.CLIENT_TRANSACTIONS, Duration.ofSeconds(5));
                ends(ladder, Count.SERVER_TRANSACTIONS, Duration.ofSeconds(27));
            }
        }

        @Test
        @DisplayName("one that nobody answers: sent again by timer E, at most each 4 s, until timer F at 32 s")
        void unansweredRequest() throws Exception {
            try (Ladder ladder = new Ladder()) {
                asksInfo(ladder);
                sentAgainAfter(ladder, 500, 1000, 2000, 4000, 4000, 4000, 4000, 4000, 4000, 4000);
                ends(ladder, Count.CLIENT_TRANSACTIONS, Duration.ofMillis(500));
            }
        }

        @Test
        @DisplayName("one with a provisional response: timer E runs in steps of T2 from then on (§17.1.2.2)")
        void provisionalRequest() throws Exception {
            try (Ladder ladder = new Ladder()) {
                asksInfo(ladder);
                ladder.gateway.answers(100);
                ladder.hears();
                sentAgainAfter(ladder, 500, 4000, 4000, 4000);
            }
        }
    }

    @Nested
    @DisplayName("over TCP")
    class OverTcp {
        @Test
        @DisplayName("a failed INVITE: timers D and I are zero, and nothing is sent again")
        void failedInvite() throws Exception {
            try (Ladder ladder = new Ladder(UnaryOperator.identity(), 1, Transport.TCP, Transport.TCP)) {
                fails(ladder);
                ladder.passes(Duration.ofMillis(20));
                assertThat(ladder.count(Count.CLIENT_TRANSACTIONS)).isZero();
                SipText failure = ladder.caller.receives("486");
                ladder.passes(Duration.ofSeconds(10));
                assertThat(ladder.count(Count.RETRANSMISSIONS_SENT)).isZero();
                assertThat(ladder.count(Count.SERVER_TRANSACTIONS)).isEqualTo(1);
                ladder.caller.acksFailure(failure);
                ladder.passes(Duration.ofMillis(20));
                assertThat(ladder.count(Count.SERVER_TRANSACTIONS)).isZero();
            }
        }

        @Test
        @DisplayName("another answered request: timers J and K are zero")
        void answeredRequest() throws Exception {
            try (Ladder ladder = new Ladder(UnaryOperator.identity(), 1, Transport.TCP, Transport.TCP)) {
                hasAnsweredInfo(ladder);
                ladder.passes(Duration.ofMillis(20));
                assertThat(ladder.count(Count.CLIENT_TRANSACTIONS)).isZero();
                assertThat(ladder.count(Count.SERVER_TRANSACTIONS)).isZero();
            }
        }
    }

    private static void fails(Ladder ladder) throws InterruptedException {
        ladder.caller.invites(Ladder.PROMO);
        ladder.caller.receives("100");
        ladder.gateway.receives("INVITE");
        ladder.gateway.answers(486);
        ladder.gateway.receives("ACK");
        ladder.hears();
    }

    private static void asksInfo(Ladder ladder) throws InterruptedException {
        ladder.connects(Ladder.PROMO);
        ladder.passes(Duration.ofSeconds(33));
        assertThat(ladder.count(Count.CLIENT_TRANSACTIONS)).isZero();
        ladder.caller.sends(ladder.caller.inDialog("INFO"));
        ladder.gateway.receives("INFO");
    }

    private static void hasAnsweredInfo(Ladder ladder) throws InterruptedException {
        asksInfo(ladder);
        ladder.gateway.answers(200);
        ladder.caller.receives("200");
    }

    private static void sentAgainAfter(Ladder ladder, int... intervals) throws InterruptedException {
        for (int millis : intervals) {
            ladder.passes(Duration.ofMillis(millis).minusMillis(50));
            ladder.gateway.receivesNothing();
            ladder.passes(Duration.ofMillis(50));
            ladder.gateway.receives("INFO");
        }
    }

    /** The last one of that kind lives so long from now on, and no longer. */
    private static void ends(Ladder ladder, Count kind, Duration after) throws InterruptedException {
        if (after.compareTo(NEARLY) > 0) {
            ladder.passes(after.minus(NEARLY));
        }
        assertThat(ladder.count(kind)).isEqualTo(1);
        ladder.passes(NEARLY.plusMillis(20));
        assertThat(ladder.count(kind)).isZero();
    }
}
