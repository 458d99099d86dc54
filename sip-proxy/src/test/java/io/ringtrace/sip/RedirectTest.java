package io.ringtrace.sip;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.call.EndReason;
import io.ringtrace.routing.Route;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A 3xx of a gateway, RFC 3261 §16.5 and §16.7 step 4")
class RedirectTest {
    private static final String FURTHER = "+12125550177";
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

    private String contact(String number, Party at) {
        return "<sip:" + number + "@" + at.hostPort() + ">";
    }

    private void redirects(int status, String contacts) {
        gateway.redirects(status, contacts);
        gateway.receives("ACK");
    }

    private void invites() {
        caller.invites(Ladder.PROMO);
        caller.receives("100");
        gateway.receives("INVITE");
    }

    @Test
    void isPassedToTheCallerWhereTheRouteSaysNothing() {
        invites();
        redirects(302, contact(FURTHER, second));
        assertThat(caller.receives("302").header("Contact")).isEqualTo(contact(FURTHER, second));
        second.receivesNothing();
        assertThat(ladder.journal.ended().reason()).isEqualTo(EndReason.REDIRECTED);
    }

    @Nested
    @DisplayName("on a route that follows redirections")
    class Followed {
        @BeforeEach
        void follow() {
            ladder.routes(Route::followingRedirects);
            invites();
        }

        @ParameterizedTest
        @ValueSource(ints = {300, 301, 302, 305, 380})
        void leadsToTheGatewayItNames(int status) {
            redirects(status, contact(FURTHER, second));
            SipText invite = second.receives("INVITE");
            assertThat(invite.requestUri()).isEqualTo("sip:" + FURTHER + "@" + second.hostPort());
            assertThat(invite.header("To")).contains(Ladder.PROMO);
            second.answers(200);
            caller.receives("200");
            caller.acks();
            second.receives("ACK");
            assertThat(ladder.journal.answered().gateway()).isEqualTo("gw2");
            assertThat(ladder.journal.answered().attempts().getFirst().abandoned())
                    .contains("answered " + status);
            caller.hangsUp();
            second.receives("BYE");
        }

        @Test
        void mayLeadToTheSameGatewayForAnotherNumber() {
            redirects(302, contact(FURTHER, gateway));
            assertThat(gateway.receives("INVITE").requestUri()).contains(FURTHER);
        }

        @Test
        void isFollowedAfterRingingToo() {
            gateway.answers(180);
            caller.receives("180");
            gateway.redirectsInvite(302, contact(FURTHER, second));
            gateway.receives("ACK");
            second.receives("INVITE");
            second.answers(180);
            caller.receives("180");
        }

        @Test
        @DisplayName("Contacts are called in the order of their q")
        void theMostPreferredComesFirst() {
            redirects(300, contact("+12125550171", second) + ";q=0.2, " + contact("+12125550172", second) + ";q=0.9");
            assertThat(second.receives("INVITE").requestUri()).contains("+12125550172");
            second.answers(503);
            second.receives("ACK");
            assertThat(second.receives("INVITE").requestUri()).contains("+12125550171");
            second.answers(486);
            second.receives("ACK");
            caller.receives("486");
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "<sip:+12125550177@203.0.113.9>",
                    "<sips:+12125550177@HOST>",
                    "<tel:+12125550177>",
                    "<sip:reception@HOST>",
                    "<sip:HOST>",
                    "<sip:+19005550177@HOST>",
                    "<sip:+18005550123@HOST>",
                    "<sip:+18005550124@HOST>",
                    "<mailto:sales@example.com>",
                    "not a contact",
                })
        void isPassedToTheCallerWhereWeWouldNotRouteTo(String contact) {
            redirects(302, contact.replace("HOST", second.hostPort()));
            caller.receives("302");
            second.receivesNothing();
        }

        @Test
        void loopEnds() {
            for (int i = 0; i < 5; i++) {
                redirects(302, contact("+1212555017" + i, gateway) + ", " + contact(Ladder.DESTINATION, gateway));
                gateway.receives("INVITE");
            }
            redirects(302, contact("+12125550199", gateway));
            caller.receives("302");
            gateway.receivesNothing();
        }

        @Test
        void ofACancelledCallIsNotFollowed() {
            gateway.answers(180);
            caller.receives("180");
            caller.cancels();
            caller.receives("200");
            gateway.receives("CANCEL");
            gateway.answers(200);
            gateway.redirectsInvite(302, contact(FURTHER, second));
            gateway.receives("ACK");
            caller.receives("302");
            second.receivesNothing();
            assertThat(ladder.journal.ended().reason()).isEqualTo(EndReason.CALLER_CANCELLED);
        }
    }
}
