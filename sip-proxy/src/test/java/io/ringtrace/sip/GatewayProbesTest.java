package io.ringtrace.sip;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.call.EndReason;
import io.ringtrace.routing.Gateway;
import io.ringtrace.routing.Probing;
import io.ringtrace.sip.counters.Count;
import io.ringtrace.sip.target.GatewayStatus;
import io.ringtrace.sip.target.GatewayStatus.State;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** A gateway that does not answer: suspect at once, probed by OPTIONS, down after three failed probes, up after two good ones. */
class GatewayProbesTest {
    private Ladder ladder;
    private Party caller;
    private Party gateway;
    private Party second;

    @BeforeEach
    void start() throws Exception {
        ladder = new Ladder(UnaryOperator.identity(), 2);
        caller = ladder.caller;
        gateway = ladder.gateway;
        second = ladder.secondGateway;
    }

    @AfterEach
    void stop() {
        ladder.close();
    }

    private void calls() {
        caller.invites(Ladder.PROMO);
        caller.receives("100");
    }

    private void isBusyAt(Party party) {
        party.receives("INVITE");
        party.answers(486);
        party.receives("ACK");
        caller.acksFailure(caller.receives("486"));
    }

    private GatewayStatus status(String name) {
        return ladder.proxy.gateways().stream()
                .filter(status -> status.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private SipText probe() {
        SipText probe = gateway.receivesProbe();
        assertThat(probe).as("a probe").isNotNull();
        return probe;
    }

    private void probeIsAnswered(int status) throws Exception {
        long heard = responses();
        gateway.answers(probe(), status, "");
        for (int i = 0; i < 300 && responses() == heard; i++) {
            Thread.sleep(5);
        }
        // What is counted first is handled before the next tick.
        ladder.proxy.tick();
    }

    private long responses() {
        return ladder.proxy.counters().stream()
                .mapToLong(c -> c.responsesReceived(2) + c.responsesReceived(4) + c.responsesReceived(5))
                .sum();
    }

    @Nested
    class Silent {
        @BeforeEach
        void aCallMeetsSilence() throws Exception {
            calls();
            gateway.receives("INVITE");
            ladder.passes(Duration.ofSeconds(3));
            isBusyAt(second);
        }

        @Test
        void theSecondCallDoesNotWait() {
            assertThat(status("gw1").state()).isEqualTo(State.SUSPECT);
            assertThat(status("gw1").reason()).isEqualTo("no answer within 3000 ms");
            assertThat(status("gw2").state()).isEqualTo(State.UP);
            calls();
            isBusyAt(second);
        }

        @Test
        void itIsProbedAtOnceAndEveryFiveSeconds() throws Exception {
            ladder.passes(Duration.ofMillis(110));
            SipText first = probe();
            assertThat(first.requestUri()).isEqualTo("sip:" + gateway.hostPort());
            ladder.passes(Duration.ofMillis(4_700));
            for (SipText again = gateway.receivesProbe(); again != null; again = gateway.receivesProbe()) {
                assertThat(again.text()).isEqualTo(first.text());
            }
            ladder.passes(Duration.ofMillis(300));
            assertThat(probe().header("Call-ID")).isNotEqualTo(first.header("Call-ID"));
        }

        @Test
        void threeFailedProbesMakeItDown() throws Exception {
            ladder.passes(Duration.ofMillis(12_500));
            assertThat(status("gw1").state()).isEqualTo(State.SUSPECT);
            ladder.passes(Duration.ofSeconds(1));
            assertThat(status("gw1").state()).isEqualTo(State.DOWN);
            assertThat(status("gw1").reason()).isEqualTo("no answer to OPTIONS within 3000 ms");
            assertThat(ladder.count(Count.PROBES_FAILED)).isEqualTo(3);
        }

        @Test
        void twoAnswersOfAnyStatusMakeItUp() throws Exception {
            ladder.passes(Duration.ofMillis(110));
            probeIsAnswered(404);
            assertThat(status("gw1").state()).isEqualTo(State.SUSPECT);
            ladder.passes(Duration.ofSeconds(5));
            probeIsAnswered(200);
            assertThat(status("gw1").state()).isEqualTo(State.UP);
            ladder.passes(Duration.ofSeconds(6));
            assertThat(gateway.receivesProbe()).isNull();
            calls();
            isBusyAt(gateway);
        }

        @Test
        void answersToCallsDoNotMakeItUp() throws Exception {
            gateway.skipsAll("INVITE", 40);
            ladder.reloads(ladder.gateways().subList(0, 1));
            calls();
            gateway.receives("INVITE");
            gateway.answers(100);
            gateway.answers(180);
            caller.receives("180");
            gateway.answers(486);
            gateway.receives("ACK");
            caller.acksFailure(caller.receives("486"));
            assertThat(status("gw1").state()).isEqualTo(State.SUSPECT);
        }

        @Test
        void a503IsNoSignOfLife() throws Exception {
            ladder.passes(Duration.ofMillis(110));
            for (int i = 0; i < 3; i++) {
                probeIsAnswered(503);
                ladder.passes(Duration.ofSeconds(5));
            }
            assertThat(status("gw1").state()).isEqualTo(State.DOWN);
            assertThat(status("gw1").reason()).isEqualTo("OPTIONS was answered with 503");
        }

        @Test
        void whenAllElseFailsItIsTriedAllTheSame() throws Exception {
            ladder.passes(Duration.ofMillis(13_500));
            assertThat(status("gw1").state()).isEqualTo(State.DOWN);
            gateway.skipsAll("INVITE", 40);
            calls();
            second.receives("INVITE");
            second.answers(503);
            second.receives("ACK");
            isBusyAt(gateway);
        }

        @Test
        void aReloadLeavesItSuspectAndProbed() throws Exception {
            ladder.reloads(ladder.gateways().stream()
                    .map(g -> g.withFailoverStatuses(Set.of(503)))
                    .toList());
            assertThat(status("gw1").state()).isEqualTo(State.SUSPECT);
            ladder.passes(Duration.ofMillis(13_500));
            assertThat(status("gw1").state()).isEqualTo(State.DOWN);
        }

        @Test
        void aGatewayThatIsNoLongerInThePlanIsNotProbed() throws Exception {
            Gateway removed = ladder.gateways().getFirst();
            ladder.reloads(ladder.gateways().subList(1, 2));
            ladder.passes(Duration.ofSeconds(6));
            while (gateway.receivesProbe() != null) {
                // those of before
            }
            ladder.passes(Duration.ofSeconds(10));
            assertThat(gateway.receivesProbe()).isNull();
            ladder.reloads(List.of(removed, ladder.gateways().getFirst()));
            assertThat(status("gw1").state()).isEqualTo(State.UP);
        }
    }

    @Nested
    class Refusing {
        @BeforeEach
        void nobodyListensThere() {
            gateway.close();
        }

        @Test
        void theNextGatewaysTurnComesWithinHalfASecond() throws Exception {
            calls();
            ladder.passes(Duration.ofMillis(210));
            isBusyAt(second);
            assertThat(ladder.journal.ended().attempts().getFirst().abandoned())
                    .isEqualTo("could not be reached: its port is closed");
            assertThat(status("gw1").state()).isEqualTo(State.SUSPECT);
            calls();
            isBusyAt(second);
        }

        @Test
        void theOnlyGatewayRefusingEndsTheCall() throws Exception {
            ladder.reloads(ladder.gateways().subList(0, 1));
            calls();
            ladder.passes(Duration.ofMillis(210));
            caller.receives("500");
            assertThat(ladder.journal.ended().reason()).isEqualTo(EndReason.DESTINATION_ERROR);
        }

        @Test
        void aGatewayThatIsOnlySlowIsNotTakenForOneThatRefuses() throws Exception {
            ladder.reloads(ladder.gateways().reversed());
            calls();
            second.receives("INVITE");
            ladder.passes(Duration.ofMillis(900));
            second.answers(180);
            second.skipsAll("INVITE", 3);
            caller.receives("180");
            assertThat(status("gw2").state()).isEqualTo(State.UP);
        }
    }

    @Test
    void aGatewayThatIsAskedAlwaysIsSuspectBeforeACallMeetsIt() throws Exception {
        Gateway first = ladder.gateways().getFirst();
        Gateway asked = new Gateway(
                first.name(),
                first.host(),
                first.port(),
                first.transport(),
                first.silence(),
                first.failoverStatuses(),
                first.sourceNetworks(),
                first.trusted(),
                first.limits(),
                new Probing(Duration.ofSeconds(10), true, Set.of()));
        ladder.reloads(List.of(asked, ladder.gateways().getLast()));
        ladder.passes(Duration.ofMillis(1_100));
        probeIsAnswered(503);
        assertThat(status("gw1").state()).isEqualTo(State.UP);
        ladder.passes(Duration.ofSeconds(13));
        assertThat(status("gw1").state()).isEqualTo(State.SUSPECT);
        calls();
        isBusyAt(second);
    }
}
