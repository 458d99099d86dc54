package io.ringtrace.sip;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.call.CallEvent;
import io.ringtrace.call.EndReason;
import io.ringtrace.call.PhoneNumber;
import io.ringtrace.routing.BlockedCallers;
import io.ringtrace.routing.NumberReading;
import io.ringtrace.routing.NumberReading.DialedSource;
import io.ringtrace.routing.NumberReading.PortedNumber;
import io.ringtrace.routing.PlanSources;
import io.ringtrace.routing.RoutingPlan;
import java.util.List;
import java.util.regex.Matcher;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Which numbers an INVITE names")
class CarrierNumbersTest {
    private static final String HEAD = "Max-Forwards: 70\r\n";
    private Ladder ladder;
    private Party caller;

    @BeforeEach
    void start() throws Exception {
        ladder = new Ladder();
        caller = ladder.caller;
    }

    @AfterEach
    void stop() {
        ladder.close();
    }

    private void reads(List<DialedSource> places, PortedNumber ported, boolean trusted) {
        ladder.reloadsTrunk(trunk -> trunk.with(new NumberReading(places, ported, trusted)));
    }

    private String invite(String user, String more) {
        return caller.inviteText("sip:" + user + "@" + caller.proxyHostPort()).replace(HEAD, HEAD + more);
    }

    private CallEvent.Began begins(String invite) {
        caller.sends(invite);
        caller.receives("100");
        return ladder.journal.began();
    }

    @Nested
    class Dialed {
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "+18005550123",
                    "18005550123",
                    "8005550123",
                    "1-800-555-0123",
                    "%2B18005550123",
                    "+18005550123;npdi;rn=+12025550100"
                })
        void isTheUserOfTheRequestUri(String user) {
            assertThat(begins(invite(user, "")).dialed()).isEqualTo(PhoneNumber.parse(Ladder.PROMO));
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "tel:+18005550123",
                    "tel:+1-800-555-0123;npdi;rn=+12025550100",
                    "tel:8005550123;phone-context=+1",
                    "tel:8005550123;phone-context=example.com"
                })
        @DisplayName("RFC 3966: a tel URI")
        void mayStandInATelUri(String uri) {
            CallEvent.Began began =
                    begins(invite("x", "").replaceFirst("INVITE \\S+", Matcher.quoteReplacement("INVITE " + uri)));
            assertThat(began.dialed()).isEqualTo(PhoneNumber.parse(Ladder.PROMO));
            ladder.gateway.receives("INVITE");
        }

        @Test
        @DisplayName("RFC 4694: the routing number counts where the trunk says so")
        void mayBeTheRoutingNumberOfAPortedOne() {
            reads(List.of(DialedSource.REQUEST_URI), PortedNumber.ROUTING, true);
            assertThat(begins(invite("+12025550100;npdi;rn=8005550123;rn-context=+1", ""))
                            .dialed())
                    .isEqualTo(PhoneNumber.parse(Ladder.PROMO));
        }

        @Test
        void isTheNumberItselfWhereNoneWasPorted() {
            reads(List.of(DialedSource.REQUEST_URI), PortedNumber.ROUTING, true);
            assertThat(begins(invite("+18005550123;npdi", "")).dialed()).isEqualTo(PhoneNumber.parse(Ladder.PROMO));
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                value = {
                    "To | reception | To: <sip:8005550123@carrier.example>",
                    "Diversion | +12025550100 | Diversion: <sip:+18005550123@c.example>;reason=unconditional, <sip:+12025550111@c.example>",
                    "P-Called-Party-ID | +12025550100 | P-Called-Party-ID: <sip:+18005550123@c.example>"
                })
        void mayStandInAnotherHeaderByTheTrunksOrder(String header, String user, String field) {
            reads(
                    header.equals("To")
                            ? List.of(DialedSource.REQUEST_URI, DialedSource.TO)
                            : List.of(DialedSource.DIVERSION, DialedSource.P_CALLED_PARTY_ID, DialedSource.REQUEST_URI),
                    PortedNumber.DIALED,
                    true);
            String text = header.equals("To")
                    ? invite(user, "").replaceFirst("To: [^\r]*", field)
                    : invite(user, field + "\r\n");
            CallEvent.Began began = begins(text);
            assertThat(began.dialed()).isEqualTo(PhoneNumber.parse(Ladder.PROMO));
            assertThat(began.dialedText()).endsWith("8005550123");
            assertThat(SipText.uri(ladder.gateway.receives("INVITE").header("To")))
                    .isEqualTo(SipText.uri(new SipText(text).header("To")));
        }

        @Test
        void isTheRequestUriWhenTheOtherPlacesAreEmpty() {
            reads(List.of(DialedSource.DIVERSION, DialedSource.REQUEST_URI), PortedNumber.DIALED, true);
            assertThat(begins(invite(Ladder.PROMO, "Diversion: <sip:anonymous@c.example>\r\n"))
                            .dialed())
                    .isEqualTo(PhoneNumber.parse(Ladder.PROMO));
        }
    }

    @Nested
    @DisplayName("RFC 3325")
    class Caller {
        private static final String ASSERTED =
                "P-Asserted-Identity: \"A\" <sip:alice@c.example>, <tel:+1-312-555-0123>\r\n";

        @Test
        void isWhomATrustedTrunkAsserts() {
            assertThat(begins(invite(Ladder.PROMO, ASSERTED)).caller()).isEqualTo(PhoneNumber.parse("+13125550123"));
        }

        @Test
        void isFromOnATrunkThatIsNotTrusted() {
            reads(List.of(DialedSource.REQUEST_URI), PortedNumber.DIALED, false);
            assertThat(begins(invite(Ladder.PROMO, ASSERTED)).caller()).isEqualTo(PhoneNumber.parse("+12025550199"));
            assertThat(ladder.gateway.receives("INVITE").all("P-Asserted-Identity"))
                    .isEmpty();
        }

        @Test
        void isFromWithoutAnAssertion() {
            assertThat(begins(invite(Ladder.PROMO, "")).caller()).isEqualTo(PhoneNumber.parse("+12025550199"));
        }

        @Test
        void isEmptyAndWithheldUnderPrivacyId() {
            CallEvent.Began began = begins(invite(Ladder.PROMO, ASSERTED + "Privacy: user; id;critical\r\n"));
            assertThat(began.caller()).isNull();
            assertThat(began.callerWithheld()).isTrue();
            SipText forwarded = ladder.gateway.receives("INVITE");
            assertThat(forwarded.header("P-Asserted-Identity")).contains("312-555-0123");
            assertThat(forwarded.header("Privacy")).isEqualTo("user; id;critical");
        }

        @Test
        void isNotToldToAGatewayWithoutTrustUnderPrivacyId() {
            ladder.reloadsGateways(gateway -> gateway.withTrust(false));
            begins(invite(Ladder.PROMO, ASSERTED + "Privacy: id\r\n"));
            assertThat(ladder.gateway.receives("INVITE").all("P-Asserted-Identity"))
                    .isEmpty();
        }

        @Test
        void isToldToAGatewayWithoutTrustWhereNobodyAskedForPrivacy() {
            ladder.reloadsGateways(gateway -> gateway.withTrust(false));
            begins(invite(Ladder.PROMO, ASSERTED + "Privacy: none\r\n"));
            assertThat(ladder.gateway.receives("INVITE").header("P-Asserted-Identity"))
                    .contains("312-555-0123");
        }

        @Test
        void whoAnsweredIsNotBelievedOfAGatewayWithoutTrust() {
            ladder.reloadsGateways(gateway -> gateway.withTrust(false));
            begins(invite(Ladder.PROMO, ""));
            ladder.gateway.receives("INVITE");
            ladder.gateway.answers(200, "P-Asserted-Identity: <sip:+19005550100@evil.example>\r\n");
            assertThat(caller.receives("200").all("P-Asserted-Identity")).isEmpty();
        }
    }

    @Nested
    class Blocked {
        private void blocks(String digits, int status) {
            ladder.reloads(plan -> new RoutingPlan(
                    "blocking",
                    plan.trunks(),
                    List.copyOf(plan.gateways().values()),
                    plan.routes(),
                    List.of(),
                    new BlockedCallers(status, List.of(new BlockedCallers.Entry(digits, true, "test:9"))),
                    PlanSources.NONE));
        }

        private void isRefused(String invite, int status) {
            begins(invite);
            caller.receives(Integer.toString(status));
            assertThat(ladder.journal.ended().reason()).isEqualTo(EndReason.BLOCKED_CALLER);
            assertThat(ladder.journal.ended().statusSent()).isEqualTo(status);
            ladder.gateway.receivesNothing();
        }

        @ParameterizedTest
        @ValueSource(ints = {603, 403, 608})
        void getsTheStatusOfTheFileAndARecord(int status) {
            blocks("12025550199", status);
            isRefused(invite(Ladder.PROMO, ""), status);
        }

        @Test
        void isNotEvadedByAForgedFromOnATrustedTrunk() {
            blocks("13125550123", 603);
            isRefused(invite(Ladder.PROMO, Caller.ASSERTED), 603);
        }

        @Test
        void isNotEvadedByWithholdingTheNumberWhichIsNotRecordedEither() {
            blocks("13125550123", 603);
            isRefused(invite(Ladder.PROMO, Caller.ASSERTED + "Privacy: id\r\n"), 603);
            assertThat(ladder.journal.began().caller()).isNull();
            assertThat(ladder.journal.began().callerWithheld()).isTrue();
        }
    }
}
