package io.ringtrace.sip;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.routing.DigestAlgorithm;
import io.ringtrace.routing.DigestUser;
import io.ringtrace.routing.IpNetwork;
import io.ringtrace.routing.NumberNormalisation;
import io.ringtrace.routing.RoutingPlan;
import io.ringtrace.routing.Transport;
import io.ringtrace.routing.Trunk;
import io.ringtrace.routing.TrunkAccess;
import io.ringtrace.sip.admission.FloodGuard;
import io.ringtrace.sip.counters.Count;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("Sources that are refused again and again")
class FloodGuardTest {
    private static final int REFUSALS = 5;
    private Ladder ladder;
    private Party stranger;

    @BeforeEach
    void start() throws Exception {
        ladder = new Ladder(
                settings -> settings.withFloodLimits(
                        new FloodGuard.Limits(REFUSALS, Duration.ofSeconds(10), Duration.ofMinutes(1))),
                1);
        stranger = ladder.stranger;
    }

    @AfterEach
    void stop() {
        ladder.close();
    }

    private void isRefused(int times) {
        for (int i = 0; i < times; i++) {
            stranger.invites(Ladder.PROMO);
            stranger.acksFailure(stranger.receives("403"));
        }
    }

    private void isBanned() {
        stranger.invites(Ladder.PROMO);
        stranger.receivesNothing();
    }

    @Test
    void areDroppedWithoutAWordAndCounted() {
        isRefused(REFUSALS);
        isBanned();
        stranger.sends("garbage\r\n\r\n");
        stranger.receivesNothing();
        assertThat(ladder.count(Count.BANS)).isEqualTo(1);
        // The ACK of the last 403 among them.
        assertThat(ladder.count(Count.BANNED_DROPS)).isEqualTo(3);
        assertThat(ladder.count(Count.STRANGERS)).isEqualTo(REFUSALS);
    }

    @Test
    void areHeardAgainWhenTheBanIsOver() throws Exception {
        isRefused(REFUSALS);
        isBanned();
        ladder.passes(Duration.ofSeconds(61));
        isRefused(1);
    }

    @Test
    void areNotBannedWhenTheyTakeTheirTime() throws Exception {
        for (int i = 0; i < 3; i++) {
            isRefused(REFUSALS - 1);
            ladder.passes(Duration.ofSeconds(11));
        }
        assertThat(ladder.count(Count.BANS)).isZero();
    }

    @Test
    void areBannedForGarbageToo() {
        for (int i = 0; i < REFUSALS; i++) {
            stranger.sends("garbage\r\n\r\n");
        }
        isBanned();
    }

    @Test
    void areNeverTrunksOrGateways() {
        for (int i = 0; i < REFUSALS * 3; i++) {
            ladder.caller.sends("garbage\r\n\r\n");
            ladder.gateway.sends("garbage\r\n\r\n");
            ladder.caller.sends(ladder.caller.inviteText("sip:" + Ladder.PROMO + "@203.0.113.9"));
            ladder.caller.receives("403");
            ladder.gateway.invites(Ladder.PROMO);
            ladder.gateway.receives("403");
        }
        ladder.connects(Ladder.PROMO);
        assertThat(ladder.count(Count.BANS)).isZero();
    }

    @ParameterizedTest
    @EnumSource(value = Transport.class, names = "UDP", mode = EnumSource.Mode.EXCLUDE)
    void areNotTrunksInWhoseNameOthersSendByUdp(Transport transport) {
        ladder.reloadsTrunk(trunk -> trunk.with(new TrunkAccess(Set.of(transport), Set.of(), null, false)));
        for (int i = 0; i < REFUSALS * 3; i++) {
            ladder.caller.invites(Ladder.PROMO);
            ladder.caller.receives("403");
            ladder.caller.sends("garbage\r\n\r\n");
        }
        assertThat(ladder.count(Count.BANS)).isZero();
        ladder.reloadsTrunk(trunk -> trunk.with(TrunkAccess.BY_NETWORK));
        ladder.connects(Ladder.PROMO);
    }

    @Nested
    class WhereATrunkProvesItselfByDigest {
        private final DigestUa roamer = new DigestUa("roamer", "its secret");

        @BeforeEach
        void hasRoamer() {
            DigestUser user = DigestUser.of("roamer", "calls", roamer.password(), List.of(DigestAlgorithm.SHA_256));
            Trunk trunk = new Trunk("roaming", List.of(), NumberNormalisation.NANP, null)
                    .with(new TrunkAccess(Set.of(), Set.of(), user, false));
            ladder.reloads(plan -> {
                List<Trunk> trunks = new ArrayList<>(plan.trunks());
                trunks.add(trunk);
                return new RoutingPlan("v2", trunks, List.copyOf(plan.gateways().values()), plan.routes(), List.of());
            });
        }

        private SipText isAsked() {
            stranger.invites(Ladder.PROMO);
            SipText challenge = stranger.receives("407");
            stranger.acksFailure(challenge);
            return challenge;
        }

        private void sendsAnswerOf(DigestUa who, SipText challenge) throws Exception {
            String uri = "sip:" + Ladder.PROMO + "@" + stranger.proxyHostPort();
            String head = "Max-Forwards: 70\r\n";
            stranger.sends(stranger.inviteText(uri)
                    .replace(head, head + who.answer(challenge.header("Proxy-Authenticate"), "INVITE", uri, 1)));
        }

        private void proves() throws Exception {
            sendsAnswerOf(roamer, isAsked());
            stranger.receives("100");
        }

        @Test
        void areNotThoseWhoAreAskedForTheFirstTime() throws Exception {
            for (int i = 0; i < REFUSALS * 3; i++) {
                isAsked();
            }
            proves();
        }

        @Test
        void areThoseWhoAreAskedTenTimesAsOftenInVain() {
            for (int i = 0; i < REFUSALS * 10; i++) {
                isAsked();
            }
            isBanned();
            assertThat(ladder.count(Count.BANS)).isEqualTo(1);
        }

        @Test
        void areThoseWhoGuess() throws Exception {
            SipText challenge = isAsked();
            for (int i = 0; i < REFUSALS; i++) {
                sendsAnswerOf(new DigestUa("roamer", "guess" + i), challenge);
                stranger.receives("407");
            }
            isBanned();
        }

        @Test
        void areNotThoseWhoHaveProvedThemselvesLately() throws Exception {
            proves();
            for (int i = 0; i < REFUSALS * 3; i++) {
                stranger.sends("garbage\r\n\r\n");
            }
            proves();
            assertThat(ladder.count(Count.BANS)).isZero();
        }
    }

    @Test
    void areNotTheSidesOfCallsThatRun() {
        ladder.connects(Ladder.PROMO);
        String bye = ladder.caller.inDialog("BYE");
        ladder.reloadsTrunk(_ -> null);
        for (int i = 0; i < REFUSALS * 2; i++) {
            ladder.caller.invites(Ladder.PROMO);
            ladder.caller.receives("403");
        }
        ladder.caller.sends(bye);
        ladder.gateway.receives("BYE");
    }

    @Test
    void arePardonedWhenAReloadMakesThemATrunk() {
        isRefused(REFUSALS);
        isBanned();
        ladder.reloads(plan -> {
            List<Trunk> trunks = new ArrayList<>(plan.trunks());
            trunks.add(new Trunk("new", List.of(IpNetwork.parse("127.0.9.0/24")), NumberNormalisation.NANP, null));
            return new RoutingPlan("v2", trunks, List.copyOf(plan.gateways().values()), plan.routes(), List.of());
        });
        ladder.connects(Ladder.PROMO);
        stranger.invites(Ladder.PROMO);
        stranger.receives("100");
    }
}
