package io.ringtrace.sip;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.call.EndReason;
import io.ringtrace.routing.Gateway;
import io.ringtrace.sip.target.GatewayStatus;
import io.ringtrace.sip.target.GatewayStatus.State;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("RFC 3263, a gateway that is written as a name")
class NamedGatewayTest {
    private static final String SERVICE = "_sip._udp.gw.example.";
    private static final int LOOKUP_MILLIS = 10_000;
    private final LoopbackDns dns = new LoopbackDns();
    private Ladder ladder;
    private Party caller;
    private Party first;
    private Party second;

    @BeforeEach
    void start() throws Exception {
        ladder = new Ladder(settings -> settings.withDns(List.of(dns.address()), Duration.ofMillis(300)), 1);
        caller = ladder.caller;
        first = ladder.gateway;
        second = ladder.secondGateway;
        dns.has(SERVICE, 60, "SRV", "10 1 " + first.port() + " a.example.")
                .has(SERVICE, 60, "SRV", "20 1 " + second.port() + " b.example.")
                .has("a.example.", 60, "A", first.host())
                .has("b.example.", 60, "A", second.host());
    }

    @AfterEach
    void stop() {
        ladder.close();
        dns.close();
    }

    private void isNamed(String host) {
        Gateway gateway = ladder.gateways().getFirst();
        ladder.reloads(List.of(new Gateway(
                gateway.name(),
                host,
                0,
                null,
                gateway.silence(),
                gateway.failoverStatuses(),
                gateway.sourceNetworks(),
                gateway.trusted(),
                gateway.limits(),
                gateway.probing())));
    }

    private void isLookedUp() throws Exception {
        for (int i = 0; i < 300 && ladder.proxy.gateways().getFirst().state() == State.UNRESOLVED; i++) {
            ladder.passes(Duration.ofMillis(100));
            Thread.sleep(5);
        }
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

    @Test
    void theFirstCallWaitsForDnsWithoutHoldingUpItsShard() throws Exception {
        ladder.close();
        // So long that whoever waited for it would not come to anything else in this test.
        ladder = new Ladder(settings -> settings.withDns(List.of(dns.address()), Duration.ofSeconds(60)), 1);
        caller = ladder.caller;
        first = ladder.gateway;
        dns.forgets(SERVICE, "SRV");
        dns.has(SERVICE, 60, "SRV", "10 1 " + first.port() + " a.example.");
        dns.holdsBack();
        isNamed("gw.example");
        calls();
        String waiting = caller.lastSent();
        ladder.until(() -> !dns.asked().isEmpty());
        caller.invites(Ladder.UNKNOWN);
        caller.receives("100");
        caller.acksFailure(caller.receives("404"));
        first.receivesNothing();
        dns.letsGo();
        first.receives("INVITE");
        first.answers(486);
        first.receives("ACK");
        assertThat(caller.receives("486").header("Call-ID")).isEqualTo(new SipText(waiting).header("Call-ID"));
    }

    @Test
    void theFirstCallIsCarriedToItsEnd() {
        isNamed("gw.example");
        calls();
        SipText invite = first.receives("INVITE");
        assertThat(invite.requestUri()).isEqualTo("sip:" + Ladder.DESTINATION + "@gw.example");
        first.answers(200);
        caller.receives("200");
        caller.acks();
        first.receives("ACK");
        first.hangsUp();
        caller.receives("BYE");
    }

    @Test
    void eachAddressIsATargetOfItsOwn() throws Exception {
        isNamed("gw.example");
        isLookedUp();
        assertThat(ladder.proxy.gateways())
                .extracting(GatewayStatus::host)
                .containsExactly(first.host(), second.host());
        calls();
        first.receives("INVITE");
        ladder.passes(Duration.ofSeconds(3));
        isBusyAt(second);
        assertThat(ladder.journal.ended().attempts()).hasSize(2);
        assertThat(ladder.proxy.gateways()).extracting(GatewayStatus::state).containsExactly(State.SUSPECT, State.UP);
        calls();
        isBusyAt(second);
    }

    @Test
    void aGatewayWithoutAnAddressEndsTheCallAtOnce() {
        isNamed("nobody.example");
        calls();
        caller.receives("500");
        assertThat(ladder.journal.ended().attempts().getFirst().abandoned()).isEqualTo("its name has no address");
        assertThat(ladder.proxy.gateways().getFirst().state()).isEqualTo(State.UNRESOLVED);
    }

    @Test
    void aCallThatIsCancelledDuringItsLookupEndsIn487AndAsksNobody() {
        isNamed("gw.example");
        dns.isSilent(true);
        calls();
        caller.cancels();
        caller.receives("200");
        dns.isSilent(false);
        assertThat(caller.receives("487", LOOKUP_MILLIS).header("CSeq")).endsWith("INVITE");
        first.receivesNothing();
        assertThat(ladder.journal.ended().reason()).isEqualTo(EndReason.CALLER_CANCELLED);
    }

    @Test
    void aReInviteThatIsCancelledDuringItsLookupEndsIn487AndGoesNowhere() {
        ladder.connects(Ladder.PROMO);
        dns.isSilent(true);
        String reInvite = caller.inDialog("INVITE").replaceFirst("INVITE sip:[^ ]+", "INVITE sip:gateway@gw.example");
        caller.sends(reInvite);
        caller.receives("100");
        caller.sends(reInvite.replace("INVITE", "CANCEL"));
        caller.receives("200");
        dns.isSilent(false);
        assertThat(caller.receives("487", LOOKUP_MILLIS).header("CSeq")).endsWith("INVITE");
        first.receivesNothing();
        assertThat(ladder.journal.kinds()).containsExactly("Began", "Progressed", "Answered");
    }

    @Test
    void theLastAddressesServeWhileDnsIsAway() throws Exception {
        isNamed("gw.example");
        isLookedUp();
        dns.isSilent(true);
        ladder.passes(Duration.ofMinutes(2));
        calls();
        isBusyAt(first);
    }

    @Test
    void aGatewayThatMovesIsFollowedWithinItsRecordsLifetime() throws Exception {
        isNamed("gw.example");
        isLookedUp();
        dns.forgets("a.example.", "A");
        dns.has("a.example.", 60, "A", second.host());
        dns.forgets(SERVICE, "SRV");
        dns.has(SERVICE, 60, "SRV", "10 1 " + second.port() + " a.example.");
        ladder.passes(Duration.ofSeconds(56));
        for (int i = 0; i < 300 && ladder.proxy.gateways().size() > 1; i++) {
            Thread.sleep(5);
        }
        calls();
        isBusyAt(second);
    }
}
