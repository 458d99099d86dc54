package io.ringtrace.sip;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.call.EndReason;
import io.ringtrace.routing.IpNetwork;
import io.ringtrace.routing.RoutingPlan;
import io.ringtrace.routing.Trunk;
import io.ringtrace.routing.TrunkAccess;
import io.ringtrace.sip.counters.Count;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Calls that run while the plan changes")
class ReloadedDialogTest {
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

    private static Trunk movedTo(Trunk trunk, String network) {
        return new Trunk(trunk.name(), List.of(IpNetwork.parse(network)), trunk.normalisation(), null);
    }

    /** A request within the other's call. */
    private static String infoBy(Party sender, Party owner) {
        return owner.inDialog("INFO")
                .replace("Via: SIP/2.0/UDP " + owner.hostPort(), "Via: SIP/2.0/UDP " + sender.hostPort());
    }

    private void callerHangsUp() {
        caller.hangsUp();
        gateway.receives("BYE");
        gateway.answers(200);
        caller.receives("200");
        assertThat(ladder.journal.ended().reason()).isEqualTo(EndReason.CALLER_HANGUP);
    }

    private void callerIsAStranger() {
        caller.hangsUp();
        caller.receives("403");
        gateway.receivesNothing();
    }

    @Test
    void endAsEverWhenTheirTrunkIsRemoved() {
        ladder.connects(Ladder.PROMO);
        ladder.reloadsTrunk(_ -> null);
        callerHangsUp();
    }

    @Test
    void endAsEverWhenTheirTrunkMoves() {
        ladder.connects(Ladder.PROMO);
        ladder.reloadsTrunk(trunk -> movedTo(trunk, "127.0.77.0/24"));
        callerHangsUp();
    }

    @Test
    void endAsEverAfterSeveralReloads() {
        ladder.connects(Ladder.PROMO);
        for (String network : List.of("127.0.77.0/24", "127.0.78.0/24")) {
            ladder.reloadsTrunk(trunk -> movedTo(trunk, network));
            ladder.stranger.invites(Ladder.PROMO);
            ladder.stranger.receives("403");
        }
        ladder.reloadsTrunk(_ -> null);
        callerHangsUp();
    }

    @Test
    void endAsEverWhenTheirGatewayIsRemoved() {
        ladder.connects(Ladder.PROMO);
        ladder.reloads(plan -> new RoutingPlan("none", plan.trunks(), List.of(), List.of(), List.of()));
        gateway.hangsUp();
        caller.receives("BYE");
        caller.answers(200);
        gateway.receives("200");
        assertThat(ladder.journal.ended().reason()).isEqualTo(EndReason.DESTINATION_HANGUP);
    }

    @Test
    void mayStillBeCancelled() {
        caller.invites(Ladder.PROMO);
        caller.receives("100");
        gateway.receives("INVITE");
        gateway.answers(180);
        caller.receives("180");
        ladder.reloadsTrunk(_ -> null);
        caller.cancels();
        caller.receives("200");
        gateway.receives("CANCEL");
    }

    @Test
    void giveNobodyARightToNewOnes() {
        ladder.connects(Ladder.PROMO);
        ladder.reloadsTrunk(_ -> null);
        caller.invites(Ladder.PROMO);
        caller.receives("403");
        assertThat(ladder.count(Count.STRANGERS)).isEqualTo(1);
    }

    @Test
    void thatBeganLaterDoNotKnowTheTrunksOldNetworks() throws Exception {
        ladder.reloadsTrunk(trunk -> movedTo(trunk, "127.0.9.0/24"));
        caller.invites(Ladder.PROMO);
        caller.receives("403");
        ladder.passes(Duration.ofMillis(10));
        Party mover = ladder.stranger;
        mover.invites(Ladder.PROMO);
        mover.receives("100");
        gateway.receives("INVITE");
        gateway.answers(200);
        mover.receives("200");
        mover.acks();
        gateway.receives("ACK");
        caller.sends(infoBy(caller, mover));
        caller.receives("403");
        gateway.receivesNothing();
    }

    @Test
    void areForgottenWhenTheyCannotLastAnyLonger() throws Exception {
        ladder.connects(Ladder.PROMO);
        ladder.reloadsTrunk(_ -> null);
        ladder.clock.advance(Duration.ofHours(5).toMillis());
        callerIsAStranger();
    }

    @Test
    void ofAnotherNetworkAreStrangersWithoutTheKeyInDialogFromAny() {
        ladder.connects(Ladder.PROMO);
        ladder.stranger.sends(infoBy(ladder.stranger, caller));
        ladder.stranger.receives("403");
        gateway.receivesNothing();
    }

    @Test
    void comeFromAnywhereWithTheKeyInDialogFromAny() {
        ladder.reloadsTrunk(trunk -> trunk.with(TrunkAccess.BY_NETWORK.withInDialogFromAny()));
        ladder.connects(Ladder.PROMO);
        ladder.stranger.sends(infoBy(ladder.stranger, caller));
        gateway.receives("INFO");
        gateway.answers(200);
        ladder.stranger.receives("200");
        ladder.stranger.sends(infoBy(ladder.stranger, caller).replaceAll("sip:1[A-Za-z0-9_-]{8}", "sip:1AAAAAAAA"));
        ladder.stranger.receives("403");
    }
}
