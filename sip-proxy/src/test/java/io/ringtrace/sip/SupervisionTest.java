package io.ringtrace.sip;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.call.CallEvent;
import io.ringtrace.call.EndReason;
import io.ringtrace.call.EndedBy;
import io.ringtrace.routing.Supervision;
import io.ringtrace.sip.counters.Count;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayName("An answered call whose BYE never comes")
class SupervisionTest {
    private static final Duration LONGEST = Duration.ofHours(3);
    private static final Duration FIVE_MINUTES = Duration.ofMinutes(5);
    private static final String HALF_AN_HOUR = "Session-Expires: 1800;refresher=uac\r\n";

    private Ladder ladder;
    private Party caller;
    private Party gateway;

    @BeforeEach
    void start() throws Exception {
        ladder = new Ladder();
        caller = ladder.caller;
        gateway = ladder.gateway;
    }

    @AfterEach
    void stop() {
        ladder.close();
    }

    @Nested
    @DisplayName("at its maximum duration")
    class AtItsMaximumDuration {
        @Test
        void isAskedOnceAndEndedTowardsBothSidesWhenBothAnswer() throws Exception {
            ladder.connects(Ladder.PROMO);
            long answeredAt = ladder.journal.answered().atMillis();
            ladder.jumps(LONGEST.minusSeconds(1));
            caller.receivesNothing();
            ladder.jumps(Duration.ofSeconds(2));
            bothAnswerOptions();
            SipText toCaller = caller.receives("BYE");
            SipText toGateway = gateway.receives("BYE");
            CallEvent.Ended ended = ladder.journal.ended();
            assertThat(ended.reason()).isEqualTo(EndReason.MAX_DURATION);
            assertThat(ended.by()).isEqualTo(EndedBy.RINGTRACE);
            assertThat(ended.durationExact()).isTrue();
            assertThat(ended.talkMillis())
                    .isBetween(
                            LONGEST.plusSeconds(1).toMillis(),
                            LONGEST.plusSeconds(2).toMillis());
            assertThat(ended.atMillis()).isEqualTo(answeredAt + ended.talkMillis());
            assertThat(toCaller.requestUri()).isEqualTo("sip:caller@" + caller.hostPort());
            assertThat(toGateway.requestUri()).isEqualTo("sip:gateway@" + gateway.hostPort());
            assertThat(SipText.tag(toCaller.header("To"))).isEqualTo(SipText.tag(toGateway.header("From")));
            assertThat(SipText.tag(toCaller.header("From"))).isEqualTo(SipText.tag(toGateway.header("To")));
            assertThat(toGateway.header("CSeq")).isEqualTo("2 BYE");
            assertThat(toGateway.header("Call-ID")).isEqualTo(toCaller.header("Call-ID"));
            assertThat(toGateway.header("Reason")).contains("cause=102");
            caller.answers(200);
            gateway.answers(200);
            ladder.passes(Duration.ofSeconds(1));
            caller.receivesNothing();
            gateway.receivesNothing();
            assertThat(ladder.count(Count.LIVE_CALLS)).isZero();
        }

        @Test
        void isLostAndGetsNoByeWhenOneSideIsSilent() throws Exception {
            ladder.connects(Ladder.PROMO);
            ladder.jumps(LONGEST.plusSeconds(1));
            callerAnswersOptions();
            gateway.receives("OPTIONS");
            ladder.jumps(Duration.ofSeconds(34));
            CallEvent.Ended ended = ladder.journal.ended();
            assertThat(ended.reason()).isEqualTo(EndReason.LOST);
            assertThat(ended.talkMillis()).isZero();
            assertThat(ended.durationExact()).isFalse();
            caller.receivesNothing();
            assertThat(ladder.count(Count.CALLS_LOST)).isEqualTo(1);
        }

        @Test
        void isEndedAtOnceWhenItsSessionWasRefreshed() throws Exception {
            connects(HALF_AN_HOUR);
            for (int i = 0; i < 6; i++) {
                ladder.jumps(Duration.ofMinutes(28));
                refreshes("UPDATE");
            }
            ladder.jumps(Duration.ofMinutes(13));
            caller.receives("BYE");
            assertThat(gateway.receives("BYE").header("CSeq")).isEqualTo("8 BYE");
            assertThat(ladder.journal.ended().reason()).isEqualTo(EndReason.MAX_DURATION);
        }

        @Test
        void isNotEndedByUsWhenItsTrunkWantsNoBye() throws Exception {
            ladder.supervises(new Supervision(null, false));
            ladder.connects(Ladder.PROMO);
            ladder.jumps(LONGEST.plusMinutes(59));
            caller.receivesNothing();
            gateway.receivesNothing();
            assertThat(ladder.count(Count.LIVE_CALLS)).isEqualTo(1);
            ladder.jumps(Duration.ofMinutes(2));
            assertThat(ladder.journal.ended().reason()).isEqualTo(EndReason.LOST);
            assertThat(ladder.count(Count.LIVE_CALLS)).isZero();
        }

        @Test
        void isCorrectedOnceByAByeThatCrossesOurs() throws Exception {
            ladder.connects(Ladder.PROMO);
            ladder.jumps(LONGEST.plusSeconds(1));
            bothAnswerOptions();
            caller.receives("BYE");
            gateway.receives("BYE");
            caller.hangsUp();
            gateway.receives("BYE");
            gateway.answers(481);
            caller.receives("481");
            gateway.sends(gateway.inDialog("BYE"));
            caller.receives("BYE");
            caller.answers(481);
            gateway.receives("481");
            assertThat(ladder.journal.ended().reason()).isEqualTo(EndReason.MAX_DURATION);
            assertThat(ladder.journal.kinds().stream().filter("Corrected"::equals))
                    .hasSize(1);
            assertThat(ladder.journal.events().getLast())
                    .isInstanceOfSatisfying(CallEvent.Corrected.class, corrected -> {
                        assertThat(corrected.instead()).isEqualTo(EndReason.MAX_DURATION);
                        assertThat(corrected.reason()).isEqualTo(EndReason.CALLER_HANGUP);
                        assertThat(corrected.talkMillis()).isGreaterThanOrEqualTo(LONGEST.toMillis());
                    });
            assertThat(ladder.count(Count.LIVE_CALLS)).isZero();
        }
    }

    @Nested
    @DisplayName("whose INVITE was answered by two branches behind the gateway, RFC 3261 §13.2.2.4")
    class Forked {
        private String leg1 = "";

        @BeforeEach
        void connects() {
            caller.invites(Ladder.PROMO);
            caller.receives("100");
            SipText invite = gateway.receives("INVITE");
            gateway.answers(invite, 200, "leg1", "");
            leg1 = caller.receives("200").header("To");
            caller.acks();
            gateway.receives("ACK");
            gateway.answers(invite, 200, "leg2", "");
            caller.receives("200");
        }

        @Test
        void isAskedAndEndedByTheLegThatIsLeft() throws Exception {
            assertThat(SipText.tag(leg1)).isEqualTo("leg1");
            endsLeg("leg1");
            ladder.jumps(LONGEST.plusSeconds(1));
            assertThat(SipText.tag(gateway.receives("OPTIONS").header("To"))).isEqualTo("leg2");
            gateway.answers(200);
            assertThat(SipText.tag(caller.receives("OPTIONS").header("From"))).isEqualTo("leg2");
            long before = ladder.responses();
            caller.answers(200);
            ladder.until(() -> ladder.responses() > before);
            SipText bye = gateway.receives("BYE");
            assertThat(SipText.tag(bye.header("To"))).isEqualTo("leg2");
            assertThat(bye.requestUri()).isEqualTo("sip:gateway@" + gateway.hostPort());
            assertThat(SipText.tag(caller.receives("BYE").header("From"))).isEqualTo("leg2");
            assertThat(ladder.journal.ended().reason()).isEqualTo(EndReason.MAX_DURATION);
        }

        @Test
        void getsAByeForEachLegAtItsMaximumDuration() throws Exception {
            ladder.jumps(LONGEST.plusSeconds(1));
            bothAnswerOptions();
            assertThat(List.of(
                            SipText.tag(gateway.receives("BYE").header("To")),
                            SipText.tag(gateway.receives("BYE").header("To"))))
                    .containsExactlyInAnyOrder("leg1", "leg2");
            caller.receives("BYE");
            caller.receives("BYE");
        }

        @Test
        @DisplayName("goes on in the other leg when a side has no such dialog any more (481)")
        void losesOneLeg() throws Exception {
            ladder.supervises(new Supervision(FIVE_MINUTES, true));
            ladder.proxyRestarts();
            ladder.jumps(FIVE_MINUTES);
            caller.receives("OPTIONS");
            assertThat(SipText.tag(gateway.receives("OPTIONS").header("To"))).isEqualTo("leg1");
            long before = ladder.responses();
            gateway.answers(481);
            ladder.until(() -> ladder.responses() > before);
            assertThat(SipText.tag(gateway.receives("OPTIONS").header("To"))).isEqualTo("leg2");
            assertThat(ladder.count(Count.LIVE_CALLS)).isEqualTo(1);
            assertThat(ladder.journal.kinds()).doesNotContain("Ended");
        }

        @Test
        void endsByTheByeOfItsLastLegAfterARestartToo() throws Exception {
            ladder.proxyRestarts();
            endsLeg("leg2");
            assertThat(ladder.journal.kinds()).containsExactly("Began", "Answered");
            ladder.proxyRestarts();
            ladder.jumps(Duration.ofMinutes(1));
            endsLeg("leg1");
            assertThat(ladder.journal.ended().reason()).isEqualTo(EndReason.CALLER_HANGUP);
            assertThat(ladder.journal.ended().atMillis())
                    .isGreaterThanOrEqualTo(ladder.journal.answered().atMillis() + 60_000);
        }

        private void endsLeg(String leg) {
            caller.sends(caller.inDialog("BYE").replaceFirst("tag=leg.", "tag=" + leg));
            gateway.receives("BYE");
            gateway.answers(200);
            caller.receives("200");
        }
    }

    @Nested
    @DisplayName("asked every five minutes, RFC 3261 §11.2")
    class Asked {
        @Test
        void livesAsLongAsBothAnswer() throws Exception {
            ladder.supervises(new Supervision(FIVE_MINUTES, true));
            ladder.connects(Ladder.PROMO);
            for (int i = 0; i < 35; i++) {
                ladder.jumps(FIVE_MINUTES);
                bothAnswerOptions();
            }
            assertThat(ladder.count(Count.LIVE_CALLS)).isEqualTo(1);
            ladder.jumps(FIVE_MINUTES);
            caller.receives("BYE");
            gateway.receives("BYE");
            assertThat(ladder.journal.ended().reason()).isEqualTo(EndReason.MAX_DURATION);
        }

        @Test
        void isLostAtTheLastSignOfLifeWhenOneSideFallsSilent() throws Exception {
            ladder.supervises(new Supervision(FIVE_MINUTES, true));
            ladder.connects(Ladder.PROMO);
            ladder.jumps(FIVE_MINUTES);
            bothAnswerOptions();
            long alive = ladder.clock.nowMillis();
            for (int i = 0; i < 2; i++) {
                ladder.jumps(FIVE_MINUTES.plusMillis(20));
                callerAnswersOptions();
            }
            ladder.jumps(Duration.ofSeconds(33));
            CallEvent.Ended ended = ladder.journal.ended();
            assertThat(ended.reason()).isEqualTo(EndReason.LOST);
            assertThat(ended.atMillis()).isEqualTo(alive);
            assertThat(ended.talkMillis()).isEqualTo(FIVE_MINUTES.toMillis());
        }

        @Test
        @DisplayName("is lost at once when a side has no such dialog (481, §12.2.2)")
        void isLostAtOnce() throws Exception {
            ladder.supervises(new Supervision(FIVE_MINUTES, true));
            ladder.connects(Ladder.PROMO);
            ladder.jumps(FIVE_MINUTES);
            gateway.receives("OPTIONS");
            gateway.answers(481);
            ladder.until(() -> ladder.journal.kinds().size() == 4);
            assertThat(ladder.journal.ended().reason()).isEqualTo(EndReason.LOST);
        }

        @Test
        @DisplayName(
                "disturbs no numbering: with the last number of the other side (§12.2.1.1), and 500 for too low a one proves life")
        void disturbsNoNumbering() throws Exception {
            ladder.supervises(new Supervision(FIVE_MINUTES, true));
            connects("");
            refreshes("UPDATE");
            gateway.sends(gateway.inDialog("INFO"));
            caller.receives("INFO");
            caller.answers(200);
            gateway.receives("200");
            ladder.jumps(FIVE_MINUTES);
            long before = ladder.responses();
            assertThat(caller.receives("OPTIONS").header("CSeq")).isEqualTo("1001 OPTIONS");
            caller.answers(500);
            assertThat(gateway.receives("OPTIONS").header("CSeq")).isEqualTo("2 OPTIONS");
            gateway.answers(500);
            ladder.until(() -> ladder.responses() == before + 2);
            ladder.jumps(FIVE_MINUTES);
            caller.receives("OPTIONS");
            ladder.jumps(FIVE_MINUTES.plusSeconds(31));
            assertThat(ladder.count(Count.LIVE_CALLS)).isEqualTo(1);
        }
    }

    @Test
    void byeGoesToTheTargetThatAReInviteGave() throws Exception {
        connects("");
        caller.sends(caller.inDialog("INVITE").replace("sip:caller@", "sip:moved@"));
        caller.receives("100");
        gateway.receives("INVITE");
        gateway.answers(200);
        caller.receives("200");
        ladder.jumps(LONGEST.plusSeconds(1));
        bothAnswerOptions();
        assertThat(caller.receives("BYE").requestUri()).isEqualTo("sip:moved@" + caller.hostPort());
    }

    @Test
    @DisplayName("is ended by way of the proxies on either side of us, RFC 3261 §12.1")
    void hasRouteSets() throws Exception {
        String before = "<sip:" + caller.hostPort() + ";lr>";
        String behind = "<sip:" + gateway.hostPort() + ";lr>";
        caller.sends(caller.inviteText("sip:" + Ladder.PROMO + "@" + caller.proxyHostPort())
                .replace("Contact: ", "Record-Route: " + before + ", <sip:first.example.com;lr>\r\nContact: "));
        caller.receives("100");
        SipText invite = gateway.receives("INVITE");
        gateway.answers(
                new SipText(invite.text()
                        .replaceFirst(
                                "Record-Route: ",
                                "Record-Route: <sip:last.example.com;lr>\r\nRecord-Route: " + behind
                                        + "\r\nRecord-Route: ")),
                200,
                "");
        caller.receives("200");
        ladder.jumps(LONGEST.plusSeconds(1));
        SipText toCaller = caller.receives("OPTIONS");
        SipText toGateway = gateway.receives("OPTIONS");
        assertThat(toCaller.header("Route")).isEqualTo(before + ",<sip:first.example.com;lr>");
        assertThat(toGateway.header("Route")).isEqualTo(behind + ",<sip:last.example.com;lr>");
    }

    @Nested
    @DisplayName("after a restart in mid-call")
    class AfterARestart {
        @Test
        void isWatchedToItsMaximumDuration() throws Exception {
            ladder.connects(Ladder.PROMO);
            ladder.jumps(Duration.ofHours(1));
            ladder.proxyRestarts();
            ladder.jumps(Duration.ofSeconds(1));
            assertThat(ladder.count(Count.LIVE_CALLS)).isEqualTo(1);
            ladder.jumps(Duration.ofHours(2));
            bothAnswerOptions();
            caller.receives("BYE");
            gateway.receives("BYE");
            assertThat(ladder.journal.ended().reason()).isEqualTo(EndReason.MAX_DURATION);
            assertThat(ladder.journal.ended().atMillis())
                    .isBetween(
                            ladder.journal.answered().atMillis() + LONGEST.toMillis(),
                            ladder.journal.answered().atMillis()
                                    + LONGEST.plusSeconds(5).toMillis());
        }

        @Test
        void endsByItsBye() throws Exception {
            ladder.connects(Ladder.PROMO);
            ladder.jumps(Duration.ofMinutes(1));
            ladder.proxyRestarts();
            ladder.jumps(Duration.ofMillis(10));
            gateway.sends(gateway.inDialog("BYE"));
            caller.receives("BYE");
            caller.answers(200);
            gateway.receives("200");
            assertThat(ladder.journal.ended().reason()).isEqualTo(EndReason.DESTINATION_HANGUP);
            assertThat(ladder.journal.ended().talkMillis())
                    .as("the store has both times")
                    .isEqualTo(-1);
            assertThat(ladder.count(Count.LIVE_CALLS)).isZero();
        }

        @Test
        void isLostWhereItsLifeWasProvedLast() throws Exception {
            connects("");
            ladder.jumps(Duration.ofMinutes(40));
            refreshes("UPDATE", "");
            long alive = ladder.clock.nowMillis();
            ladder.jumps(Duration.ofMinutes(40));
            assertThat(ladder.journal.continued())
                    .extracting(CallEvent.Continued::aliveAtMillis)
                    .containsExactly(ladder.journal.answered().atMillis(), alive);
            ladder.proxyRestarts();
            ladder.jumps(Duration.ofMinutes(101));
            caller.receives("OPTIONS");
            ladder.jumps(Duration.ofSeconds(34));
            assertThat(ladder.journal.ended().reason()).isEqualTo(EndReason.LOST);
            assertThat(ladder.journal.ended().atMillis()).isEqualTo(alive);
        }

        @Test
        void isAskedAgainBeforeItIsGivenUp() throws Exception {
            Duration quarter = Duration.ofMinutes(15);
            ladder.supervises(new Supervision(quarter, true));
            ladder.connects(Ladder.PROMO);
            for (int i = 0; i < 3; i++) {
                ladder.jumps(quarter);
                bothAnswerOptions();
            }
            // What the journal knows of its life is half an hour old by now.
            ladder.proxyRestarts();
            ladder.jumps(Duration.ofMinutes(2));
            assertThat(ladder.count(Count.LIVE_CALLS)).isEqualTo(1);
            ladder.jumps(quarter);
            bothAnswerOptions();
            ladder.jumps(quarter);
            caller.receives("OPTIONS");
            assertThat(ladder.count(Count.LIVE_CALLS)).isEqualTo(1);
        }

        @Test
        void isOverWhenItsTimeHasPassedMeanwhile() throws Exception {
            ladder.connects(Ladder.PROMO);
            ladder.clock.advance(Duration.ofHours(5).toMillis());
            ladder.proxyRestarts();
            ladder.jumps(Duration.ofMillis(20));
            assertThat(ladder.journal.ended().reason()).isEqualTo(EndReason.LOST);
        }

        @Test
        void isWatchedByTheShardOfItsCallId() throws Exception {
            ladder.close();
            try (Ladder two = new Ladder(settings -> settings.withShards(2), 1)) {
                two.connects(Ladder.PROMO);
                two.proxyRestarts();
                two.jumps(Duration.ofMillis(10));
                List<Long> before = two.proxy.counters().stream()
                        .map(c -> c.read(Count.LIVE_CALLS))
                        .toList();
                two.caller.hangsUp();
                two.gateway.receives("BYE");
                two.gateway.answers(200);
                two.caller.receives("200");
                assertThat(before).containsExactlyInAnyOrder(0L, 1L);
                two.until(() -> two.count(Count.LIVE_CALLS) == 0);
            }
        }
    }

    private void connects(String sessionExpires) {
        caller.invites(Ladder.PROMO);
        caller.receives("100");
        gateway.receives("INVITE");
        gateway.answers(200, sessionExpires);
        caller.receives("200");
        caller.acks();
        gateway.receives("ACK");
    }

    private void refreshes(String method) {
        refreshes(method, HALF_AN_HOUR);
    }

    private void refreshes(String method, String sessionExpires) {
        caller.sends(caller.inDialog(method));
        gateway.receives(method);
        gateway.answers(200, sessionExpires);
        caller.receives("200");
    }

    private void bothAnswerOptions() throws InterruptedException {
        long before = ladder.responses();
        caller.receives("OPTIONS");
        caller.answers(200);
        gateway.receives("OPTIONS");
        gateway.answers(200);
        ladder.until(() -> ladder.responses() == before + 2);
    }

    private void callerAnswersOptions() throws InterruptedException {
        long before = ladder.responses();
        caller.receives("OPTIONS");
        caller.answers(200);
        ladder.until(() -> ladder.responses() == before + 1);
    }
}
