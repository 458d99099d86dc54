package io.ringtrace.sip;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.routing.CallLimits;
import io.ringtrace.routing.DigestAlgorithm;
import io.ringtrace.routing.DigestUser;
import io.ringtrace.routing.TrunkAccess;
import io.ringtrace.routing.TrunkLimits;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("What our own answers say")
class LocalAnswersTest {
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

    private SipText to(Party party, String text, String status) {
        party.sends(text);
        return party.receives(status);
    }

    private String invite(Party party, String number) {
        return party.inviteText("sip:" + number + "@" + party.proxyHostPort());
    }

    private String other(Party party, String method) {
        return party.inviteText("sip:" + party.proxyHostPort()).replace("INVITE", method);
    }

    /** One of each kind, with state and without. */
    private List<SipText> answers() {
        List<SipText> all = new ArrayList<>();
        all.add(to(ladder.stranger, invite(ladder.stranger, Ladder.PROMO), "403"));
        all.add(to(caller, other(caller, "OPTIONS"), "200"));
        all.add(to(caller, other(caller, "REGISTER"), "405"));
        all.add(to(caller, invite(caller, Ladder.PROMO).replace("Max-Forwards: 70", "Max-Forwards: 0"), "483"));
        all.add(to(caller, invite(caller, Ladder.PROMO).replaceFirst("INVITE sip:", "INVITE nobody:"), "416"));
        all.add(to(
                caller,
                invite(caller, Ladder.PROMO).replace("Max-Forwards: 70", "Max-Forwards: 70\r\nProxy-Require: x"),
                "420"));
        all.add(to(caller, invite(caller, Ladder.PROMO).replaceFirst("CSeq: 1 INVITE", "CSeq: abc INVITE"), "400"));
        all.add(to(caller, other(caller, "BYE").replaceFirst("\r\nCall-ID", ";tag=x\r\nCall-ID"), "481"));
        all.add(to(caller, invite(caller, Ladder.UNKNOWN), "100"));
        all.add(caller.receives("404"));
        all.add(to(caller, invite(caller, Ladder.NO_STORE), "100"));
        all.add(caller.receives("503"));
        all.add(to(caller, invite(caller, Ladder.FAULTY), "100"));
        all.add(caller.receives("500"));
        ladder.reloadsTrunk(trunk -> trunk.with(new TrunkLimits(new CallLimits(0, 1), CallLimits.NONE)));
        all.add(to(caller, invite(caller, Ladder.PROMO), "100"));
        ladder.gateway.receives("INVITE");
        ladder.gateway.answers(180);
        caller.receives("180");
        String inFlight = caller.request("CANCEL", "sip:" + Ladder.PROMO + "@" + caller.proxyHostPort(), "z", 1, "");
        all.add(to(caller, inFlight, "481"));
        all.add(to(caller, invite(caller, Ladder.PROMO), "503"));
        DigestUser user = DigestUser.of("acme", "calls", "secret", List.of(DigestAlgorithm.SHA_256));
        ladder.reloadsTrunk(trunk -> trunk.with(TrunkAccess.BY_NETWORK.withDigest(user)));
        all.add(to(caller, invite(caller, Ladder.PROMO), "407"));
        return all;
    }

    @Test
    void isNeitherOurNameNorAVersion() {
        assertThat(answers()).hasSize(18).allSatisfy(answer -> {
            assertThat(answer.all("Server")).isEmpty();
            assertThat(answer.all("User-Agent")).isEmpty();
            assertThat(answer.all("Organization")).isEmpty();
            assertThat(answer.all("Warning")).isEmpty();
            assertThat(answer.text().toLowerCase(Locale.ROOT)).doesNotContain("ringtrace", "netty", "java");
        });
    }

    @Test
    @DisplayName("RFC 3261 §11.2: OPTIONS tells what we take")
    void optionsTellsWhatWeTake() {
        SipText answer = to(caller, other(caller, "OPTIONS"), "200");
        assertThat(answer.header("Allow")).contains("INVITE").contains("BYE").doesNotContain("REGISTER");
        assertThat(answer.header("Accept")).isEqualTo("application/sdp");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "REGISTER",
                "SUBSCRIBE",
                "NOTIFY",
                "MESSAGE",
                "PUBLISH",
                "REFER",
                "INFO",
                "UPDATE",
                "PRACK",
                "BYE",
                "FOO"
            })
    @DisplayName("RFC 3261 §21.4.6: methods that begin nothing here get 405 with Allow")
    void otherMethodsOutOfADialogGet405(String method) {
        assertThat(to(caller, other(caller, method), "405").header("Allow")).contains("INVITE");
        ladder.gateway.receivesNothing();
    }
}
