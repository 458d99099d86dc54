package io.ringtrace.sip;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Extensions that are between the two sides pass untouched")
class ExtensionsTest {
    private static final String HEAD = "Max-Forwards: 70\r\n";
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

    private SipText invited(String more) {
        caller.sends(caller.inviteText("sip:" + Ladder.PROMO + "@" + caller.proxyHostPort())
                .replace(HEAD, HEAD + more));
        caller.receives("100");
        return gateway.receives("INVITE");
    }

    private static void holds(SipText message, String... lines) {
        for (String line : lines) {
            assertThat(message.text()).contains("\r\n" + line + "\r\n");
        }
    }

    @Test
    @DisplayName("RFC 4028: session timers in INVITE, 422, 200 and the refreshing UPDATE")
    void sessionTimers() {
        holds(
                invited("Supported: timer, 100rel\r\nSession-Expires: 90 ;refresher=uac\r\nMin-SE: 90\r\n"),
                "Supported: timer, 100rel",
                "Session-Expires: 90 ;refresher=uac",
                "Min-SE: 90");
        gateway.answers(422, "Min-SE: 1800\r\n");
        gateway.receives("ACK");
        SipText tooSmall = caller.receives("422");
        holds(tooSmall, "Min-SE: 1800");
        caller.acksFailure(tooSmall);
        holds(invited("k: timer\r\nx: 1800\r\n"), "k: timer", "x: 1800");
        gateway.answers(200, "Require: timer\r\nSession-Expires: 1800;refresher=uas\r\n");
        holds(caller.receives("200"), "Require: timer", "Session-Expires: 1800;refresher=uas");
        caller.acks();
        gateway.receives("ACK");
        gateway.sends(gateway.inDialog("UPDATE").replace(HEAD, HEAD + "Session-Expires: 1800;refresher=uac\r\n"));
        holds(caller.receives("UPDATE"), "Session-Expires: 1800;refresher=uac");
        caller.answers(200, "Session-Expires: 1800;refresher=uac\r\n");
        holds(gateway.receives("200"), "Session-Expires: 1800;refresher=uac");
    }

    @Test
    @DisplayName("RFC 3262: RSeq, RAck, Require: 100rel and PRACK")
    void reliableProvisionalResponses() {
        holds(invited("Require: 100rel\r\nSupported: precondition\r\n"), "Require: 100rel", "Supported: precondition");
        gateway.answers(183, "Require: 100rel\r\nRSeq: 988789\r\n");
        SipText reliable = caller.receives("183");
        holds(reliable, "Require: 100rel", "RSeq: 988789");
        caller.entersEarlyDialog(reliable);
        caller.sends(caller.inDialog("PRACK").replace(HEAD, HEAD + "RAck: 988789 1 INVITE\r\n"));
        SipText prack = gateway.receives("PRACK");
        holds(prack, "RAck: 988789 1 INVITE");
        gateway.answers(200);
        assertThat(caller.receives("200").method()).isEqualTo("PRACK");
        gateway.answersInvite(200);
        caller.receives("200");
        caller.sends(caller.inDialog("ACK").replace("CSeq: 2 ACK", "CSeq: 1 ACK"));
        gateway.receives("ACK");
    }

    @Test
    @DisplayName("RFC 8224: Identity, folded and odd, byte for byte")
    void identity() {
        String identity = "identity :  eyJ0eXAi.\r\n  aWF0Ijo;info=<https://c.example/c.pem>;alg=ES256;ppt=shaken";
        assertThat(invited(identity + "\r\nIdentity: second\r\n").text())
                .contains("\r\n" + identity + "\r\nIdentity: second\r\n");
    }
}
