package io.ringtrace.sip;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.sip.counters.Count;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Requests within a dialog other than INVITE")
class NonInviteTest {
    private Ladder ladder;
    private Party caller;
    private Party gateway;

    @BeforeEach
    void start() throws Exception {
        ladder = new Ladder();
        caller = ladder.caller;
        gateway = ladder.gateway;
        ladder.connects(Ladder.PROMO);
    }

    @AfterEach
    void stop() {
        ladder.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"BYE", "INFO", "UPDATE", "PRACK", "REFER", "NOTIFY", "MESSAGE", "OPTIONS", "SUBSCRIBE", "X-OWN"})
    void everyMethodPassesBothWays(String method) {
        caller.sends(caller.inDialog(method));
        SipText down = gateway.receives(method);
        assertThat(down.all("Via")).hasSize(2);
        assertThat(down.all("Route")).isEmpty();
        assertThat(down.header("Max-Forwards")).isEqualTo("69");
        gateway.answers(202);
        assertThat(caller.receives("202").all("Via")).hasSize(1);
        gateway.sends(gateway.inDialog(method));
        caller.receives(method);
        caller.answers(405);
        gateway.receives("405");
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 404, 487, 500, 603})
    void everyFinalResponseIsPassedOnAndRepeatedToARetransmission(int status) {
        caller.sends(caller.inDialog("INFO"));
        gateway.receives("INFO");
        gateway.answers(status);
        caller.receives(Integer.toString(status));
        caller.repeats();
        caller.receives(Integer.toString(status));
        gateway.receivesNothing();
    }

    @Test
    @DisplayName("RFC 3261 §16.7 step 6: a 503 is passed on as 500")
    void unavailableTargetIsAFaultOfThisRequestOnly() {
        caller.sends(caller.inDialog("INFO"));
        gateway.receives("INFO");
        gateway.answers(503);
        caller.receives("500");
    }

    @Test
    void retransmissionBeforeAnAnswerIsAbsorbed() {
        caller.sends(caller.inDialog("INFO"));
        gateway.receives("INFO");
        caller.repeats();
        caller.receivesNothing();
        gateway.receivesNothing();
    }

    @Test
    void repeatedFinalResponseIsAbsorbed() {
        caller.sends(caller.inDialog("INFO"));
        gateway.receives("INFO");
        gateway.answers(200);
        caller.receives("200");
        gateway.repeats();
        caller.receivesNothing();
    }

    @Test
    void unansweredRequestIsSentAgainByTimerE() throws Exception {
        caller.sends(caller.inDialog("INFO"));
        gateway.receives("INFO");
        ladder.passes(Duration.ofMillis(1_600));
        gateway.receives("INFO");
        gateway.receives("INFO");
        gateway.receivesNothing();
    }

    @Test
    @DisplayName("RFC 3261 §16.3: OPTIONS may hop no further than its Max-Forwards")
    void optionsWithoutHopsLeftGets483() {
        caller.sends(caller.inDialog("OPTIONS").replace("Max-Forwards: 70", "Max-Forwards: 0"));
        caller.receives("483");
        gateway.receivesNothing();
    }

    @Test
    void responseOfAnotherMethodIsDropped() {
        caller.sends(caller.inDialog("INFO"));
        SipText info = gateway.receives("INFO");
        gateway.answers(new SipText(info.text().replace(" INFO", " UPDATE")), 200, "");
        caller.receivesNothing();
        gateway.answers(info, 200, "");
        caller.receives("200");
    }

    @Nested
    @DisplayName("RFC 4320")
    class Rfc4320 {
        @Test
        @DisplayName("§4.1: a 100 is sent when the sender's timer E has come to T2, and not before")
        void tryingAfterThreeAndAHalfSeconds() throws Exception {
            caller.sends(caller.inDialog("INFO"));
            gateway.receives("INFO");
            ladder.passes(Duration.ofMillis(3_450));
            caller.receivesNothing();
            ladder.passes(Duration.ofMillis(100));
            caller.receives("100");
            gateway.skipsAll("INFO", 9);
            gateway.answers(200);
            caller.receives("200");
        }

        @Test
        @DisplayName("§4.1: other provisional responses are not passed on")
        void noProvisionalButTrying() {
            caller.sends(caller.inDialog("INFO"));
            gateway.receives("INFO");
            gateway.answers(180);
            caller.receivesNothing();
            gateway.answers(200);
            caller.receives("200");
        }

        @Test
        @DisplayName("§4.2: a 408 of the other side is not passed on, and what is sent again is absorbed")
        void timeoutOfTheOtherSideIsSilence() throws Exception {
            caller.sends(caller.inDialog("INFO"));
            gateway.receives("INFO");
            gateway.answers(408);
            caller.receivesNothing();
            caller.repeats();
            caller.receivesNothing();
            gateway.receivesNothing();
            ladder.passes(Duration.ofSeconds(70));
            assertThat(ladder.count(Count.SERVER_TRANSACTIONS)).isZero();
            assertThat(ladder.count(Count.CLIENT_TRANSACTIONS)).isZero();
        }

        @Test
        @DisplayName("§4.2: silence gets no 408")
        void silenceGetsNoTimeout() throws Exception {
            caller.sends(caller.inDialog("INFO"));
            gateway.receives("INFO");
            ladder.passes(Duration.ofSeconds(40));
            caller.receives("100");
            caller.receivesNothing();
            assertThat(ladder.count(Count.SERVER_TRANSACTIONS)).isZero();
        }

        @Test
        @DisplayName("§4.3: an answer that comes after that is dropped")
        void lateAnswerIsDropped() throws Exception {
            caller.sends(caller.inDialog("INFO"));
            gateway.receives("INFO");
            ladder.passes(Duration.ofSeconds(40));
            caller.receives("100");
            gateway.skipsAll("INFO", 20);
            gateway.answers(200);
            caller.receivesNothing();
            assertThat(ladder.count(Count.STRAY_RESPONSES)).isEqualTo(1);
        }
    }
}
