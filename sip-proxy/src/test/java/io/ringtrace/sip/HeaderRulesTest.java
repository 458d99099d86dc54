package io.ringtrace.sip;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.call.PhoneNumber;
import io.ringtrace.routing.HeaderRules;
import io.ringtrace.routing.HeaderRules.CallDataHeader;
import io.ringtrace.routing.HeaderRules.CallerId;
import io.ringtrace.routing.HeaderRules.PromoNumberHeader;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayName("What a trunk's rules do to headers")
class HeaderRulesTest {
    private static final String HEAD = "Max-Forwards: 70\r\n";
    private static final String FIXED = "+13125550142";
    private static final String IDENTITY = "Identity: eyJhbGci.aWF0.c2ln;info=<https://c.example/c.pem>;ppt=\"shaken\"";
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

    private void rules(HeaderRules rules) {
        ladder.reloadsTrunk(trunk -> trunk.with(rules));
    }

    private static HeaderRules shows(CallerId callerId, boolean rewriteFrom) {
        return new HeaderRules(callerId, rewriteFrom, PromoNumberHeader.NONE, null, List.of());
    }

    private SipText forwarded(String more) {
        caller.sends(caller.inviteText("sip:" + Ladder.PROMO + "@" + caller.proxyHostPort())
                .replace(HEAD, HEAD + more));
        caller.receives("100");
        return gateway.receives("INVITE");
    }

    private static String without(String text, String... names) {
        StringBuilder left = new StringBuilder();
        for (String line : text.split("\r\n", -1)) {
            if (Stream.of(names).noneMatch(n -> line.startsWith(n + ":"))) {
                left.append(line).append("\r\n");
            }
        }
        return left.substring(left.indexOf("\r\n"));
    }

    @Test
    void withoutRulesEverythingPassesByteForByte() {
        String odd = "x-ODD :   a ,b;c=\"d \r\n  e\"\r\n" + IDENTITY + "\r\ny:  compact ; identity\r\n"
                + "P-Asserted-Identity: \"Al\" <sip:+13125550123@c.example>\r\nPrivacy: none\r\n"
                + "P-Preferred-Identity: <sip:b@c.example>\r\nUser-to-User: 00ff;encoding=hex\r\n"
                + "Diversion: <sip:+1@x>;reason=deflection\r\nHistory-Info: <sip:a@b>;index=1\r\n";
        SipText out = forwarded(odd);
        String[] ours = {"Via", "Record-Route", "Max-Forwards", "Max-Breadth"};
        assertThat(without(out.text(), ours)).isEqualTo(without(caller.lastSent(), ours));
    }

    @Nested
    class CallerIdShown {
        @Test
        void isThePromoNumberInPAssertedIdentity() {
            rules(shows(new CallerId.Promo(), false));
            SipText out = forwarded("P-Asserted-Identity: <sip:a@x>, <tel:+13125550100>\r\n"
                    + "P-Asserted-Identity: <tel:+13125550101>\r\nP-Preferred-Identity: <sip:a@x>\r\n" + IDENTITY
                    + "\r\n");
            assertThat(out.all("P-Asserted-Identity")).hasSize(1);
            assertThat(SipText.uri(out.header("P-Asserted-Identity"))).startsWith("sip:" + Ladder.PROMO + "@127.0.0.1");
            assertThat(out.all("P-Preferred-Identity")).isEmpty();
            assertThat(out.header("From")).isEqualTo(new SipText(caller.lastSent()).header("From"));
            assertThat(out.text()).contains("\r\n" + IDENTITY + "\r\n");
        }

        @Test
        void isAFixedNumber() {
            rules(shows(new CallerId.Fixed(PhoneNumber.parse(FIXED)), false));
            assertThat(forwarded("").header("P-Asserted-Identity")).contains("<sip:" + FIXED + "@");
        }

        @Test
        void leavesWhomTheGatewayAsserts() {
            rules(shows(new CallerId.Fixed(PhoneNumber.parse(FIXED)), false));
            forwarded("");
            gateway.answers(180, "P-Asserted-Identity: <sip:+12125550100@gw>\r\n");
            assertThat(caller.receives("180").header("P-Asserted-Identity")).contains("+12125550100");
        }
    }

    @Nested
    class FromRewritten {
        private String originalFrom = "";

        @BeforeEach
        void rewrites() {
            rules(shows(new CallerId.Fixed(PhoneNumber.parse(FIXED)), true));
        }

        private void connects() {
            SipText invite = forwarded(IDENTITY + "\r\nIdentity-Info: <https://c.example/c.pem>;alg=rsa-sha1\r\n");
            originalFrom = new SipText(caller.lastSent()).header("From");
            assertThat(invite.header("From"))
                    .startsWith("<sip:" + FIXED + "@")
                    .endsWith(";tag=" + SipText.tag(originalFrom));
            assertThat(invite.all("Identity")).isEmpty();
            assertThat(invite.all("Identity-Info")).isEmpty();
            // The parameter that carries the original is not to be read by the destination.
            assertThat(invite.header("Record-Route")).contains(";rtf=").doesNotContain("2025550199");
            gateway.answers(183);
            assertThat(caller.receives("183").header("From")).isEqualTo(originalFrom);
            gateway.answersInvite(200);
            assertThat(caller.receives("200").header("From")).isEqualTo(originalFrom);
            caller.acks();
            assertThat(gateway.receives("ACK").header("From")).startsWith("<sip:" + FIXED + "@");
        }

        private void eachSideKnowsTheOtherAsBefore() {
            caller.sends(caller.inDialog("UPDATE"));
            SipText update = gateway.receives("UPDATE");
            assertThat(update.header("From")).startsWith("<sip:" + FIXED + "@").contains(SipText.tag(originalFrom));
            gateway.answers(200);
            assertThat(caller.receives("200").header("From")).isEqualTo(originalFrom);
            gateway.hangsUp();
            SipText bye = caller.receives("BYE");
            assertThat(bye.header("To")).isEqualTo(originalFrom);
            caller.answers(200);
            SipText answer = gateway.receives("200");
            assertThat(answer.header("To")).startsWith("<sip:" + FIXED + "@").contains(SipText.tag(originalFrom));
        }

        @Test
        void isRestoredInResponsesAndInRequestsOfBothSides() {
            connects();
            eachSideKnowsTheOtherAsBefore();
        }

        @Test
        void isRestoredAfterARestart() throws Exception {
            connects();
            ladder.proxyRestarts();
            eachSideKnowsTheOtherAsBefore();
        }

        @Test
        void isRestoredWhenTheTrunkHasOtherRulesByThen() {
            connects();
            rules(HeaderRules.NONE);
            eachSideKnowsTheOtherAsBefore();
        }

        @Test
        void isRestoredInRefusals() {
            SipText ignored = forwarded("");
            assertThat(ignored.header("From")).contains(FIXED);
            originalFrom = new SipText(caller.lastSent()).header("From");
            gateway.answers(486);
            assertThat(caller.receives("486").header("From")).isEqualTo(originalFrom);
        }

        @Test
        void aParameterThatSomebodyForgedChangesNothing() {
            connects();
            gateway.sends(gateway.inDialog("BYE").replaceAll(";rtf=....", ";rtf=AAAA"));
            SipText bye = caller.receives("BYE");
            assertThat(bye.header("To")).startsWith("<sip:" + FIXED + "@");
        }
    }

    @Nested
    class PromoNumber {
        private SipText with(PromoNumberHeader header, String more) {
            rules(new HeaderRules(new CallerId.Original(), false, header, null, List.of()));
            return forwarded(more);
        }

        @Test
        @DisplayName("RFC 5806: on top of earlier diversions")
        void standsInDiversion() {
            SipText out = with(PromoNumberHeader.DIVERSION, "Diversion: <sip:+1@x>;reason=deflection\r\n");
            assertThat(out.all("Diversion")).hasSize(2);
            assertThat(out.header("Diversion"))
                    .startsWith("<sip:" + Ladder.PROMO + "@")
                    .contains(";reason=unconditional");
        }

        @Test
        @DisplayName("RFC 7044: where the request was, and where it goes")
        void standsInHistoryInfo() {
            SipText out = with(PromoNumberHeader.HISTORY_INFO, "");
            assertThat(out.header("History-Info"))
                    .startsWith("<sip:" + Ladder.PROMO + "@")
                    .contains(";index=1, <" + out.requestUri() + ">;index=1.1;mp=1");
        }

        @Test
        @DisplayName("RFC 7044 §10.3: behind the entry that names it already")
        void isNotRepeatedInHistoryInfo() {
            SipText out = with(
                    PromoNumberHeader.HISTORY_INFO,
                    "History-Info: <sip:+12025550111@c>;index=1, <sip:8005550123@us>;index=1.2;mp=1\r\n");
            assertThat(out.all("History-Info")).hasSize(2);
            assertThat(out.all("History-Info").getLast()).isEqualTo("<" + out.requestUri() + ">;index=1.2.1;mp=1.2");
        }
    }

    @Nested
    class CallDataOfOurs {
        private SipText with(String name, String more) {
            rules(new HeaderRules(
                    new CallerId.Original(), false, PromoNumberHeader.NONE, new CallDataHeader(name, 256), List.of()));
            return forwarded(more);
        }

        private SipText withFields(String name, int mostBytes) {
            rules(new HeaderRules(
                    new CallerId.Original(),
                    false,
                    PromoNumberHeader.NONE,
                    new CallDataHeader(name, mostBytes, List.of("gclid", "utm_source", "nobody", "utm_medium")),
                    List.of()));
            return forwarded("");
        }

        @Test
        void hasTheChosenMarketingFieldsOfTheLeaseThatFitWhole() {
            assertThat(withFields("X-Call-Data", 256).all("X-Call-Data"))
                    .containsExactly("call_id=" + ladder.journal.began().callId()
                            + ";utm_source=spring%20sale%3B%2050%25;utm_medium=cpc");
        }

        @Test
        void hasTheFieldsInUserToUserToo() {
            String value = withFields("User-to-User", 128).header("User-to-User");
            assertThat(value).hasSizeLessThanOrEqualTo(128);
            String hex = value.substring(2, value.indexOf(';'));
            assertThat(new String(HexFormat.of().parseHex(hex), StandardCharsets.US_ASCII))
                    .isEqualTo("call_id=" + ladder.journal.began().callId() + ";utm_medium=cpc");
        }

        @Test
        void hasNoFieldsWhereTheNumberIsNotLent() {
            rules(new HeaderRules(
                    new CallerId.Original(),
                    false,
                    PromoNumberHeader.NONE,
                    new CallDataHeader("X-Call-Data", 256, List.of("utm_source")),
                    List.of()));
            caller.invites(Ladder.STATIC_NUMBER);
            caller.receives("100");
            assertThat(ladder.gateway.receives("INVITE").header("X-Call-Data"))
                    .isEqualTo("call_id=" + ladder.journal.began().callId());
        }

        @Test
        void standsInAHeaderOfTheOperatorsWhoseForgeryIsTakenOut() {
            SipText out = with("X-Call-Data", "X-Call-Data: call_id=forged\r\nx-call-data: again\r\n");
            assertThat(out.all("X-Call-Data"))
                    .containsExactly("call_id=" + ladder.journal.began().callId());
        }

        @Test
        @DisplayName("RFC 7433: in hexadecimal digits in User-to-User")
        void standsInUserToUser() {
            String value =
                    with("User-to-User", "User-to-User: 00ff;encoding=hex\r\n").header("User-to-User");
            assertThat(value).startsWith("04").endsWith(";encoding=hex");
            String hex = value.substring(2, value.indexOf(';'));
            assertThat(new String(HexFormat.of().parseHex(hex), StandardCharsets.US_ASCII))
                    .isEqualTo("call_id=" + ladder.journal.began().callId());
        }
    }

    @Test
    void strippedHeadersPassInNoMessageOfTheCallAndInNoDirection() {
        rules(new HeaderRules(
                new CallerId.Original(),
                false,
                PromoNumberHeader.NONE,
                null,
                List.of("X-Internal", "User-Agent", "Server")));
        String internal = "x-internal: 10.0.0.1\r\nUser-Agent: gw 1.2\r\nServer: gw 1.2\r\nX-Other: stays\r\n";
        assertStripped(forwarded(internal));
        gateway.answers(180, internal);
        assertStripped(caller.receives("180"));
        gateway.answersInvite(200);
        caller.receives("200");
        caller.acks();
        gateway.receives("ACK");
        caller.sends(caller.inDialog("INFO").replace(HEAD, HEAD + internal));
        assertStripped(gateway.receives("INFO"));
        gateway.answers(200, internal);
        assertStripped(caller.receives("200"));
        gateway.sends(gateway.inDialog("BYE").replace(HEAD, HEAD + internal));
        assertStripped(caller.receives("BYE"));
        caller.answers(200, internal);
        assertStripped(gateway.receives("200"));
    }

    private static void assertStripped(SipText message) {
        assertThat(message.all("X-Internal")).isEmpty();
        assertThat(message.all("User-Agent")).isEmpty();
        assertThat(message.all("Server")).isEmpty();
        assertThat(message.header("X-Other")).isEqualTo("stays");
    }
}
