package io.ringtrace.sip;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.routing.CallLimits;
import io.ringtrace.routing.DigestAlgorithm;
import io.ringtrace.routing.DigestUser;
import io.ringtrace.routing.NumberNormalisation;
import io.ringtrace.routing.OverloadControl;
import io.ringtrace.routing.RoutingPlan;
import io.ringtrace.routing.Trunk;
import io.ringtrace.routing.TrunkAccess;
import io.ringtrace.routing.TrunkLimits;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayName("RFC 7339 and RFC 7415, overload control")
class OverloadControlTest {
    private static final String OFFER = ";oc;oc-algo=\"loss,rate\"";
    private static final Pattern TOLD =
            Pattern.compile(";oc=(\\d+);oc-algo=\"(loss|rate)\";oc-validity=(\\d+);oc-seq=(\\d+\\.\\d{5})$");

    private Ladder ladder;
    private Party caller;

    /** What a response's topmost Via tells. */
    private record Told(int value, String algorithm, int validity, double sequence) {
        static Told in(SipText response) {
            Matcher matcher = TOLD.matcher(response.header("Via"));
            assertThat(matcher.find()).as(response.header("Via")).isTrue();
            assertThat(response.header("Via").split(";oc", -1)).hasSize(5);
            return new Told(
                    Integer.parseInt(matcher.group(1)),
                    matcher.group(2),
                    Integer.parseInt(matcher.group(3)),
                    Double.parseDouble(matcher.group(4)));
        }
    }

    @BeforeEach
    void start() throws Exception {
        ladder = new Ladder();
        caller = ladder.caller;
    }

    @AfterEach
    void stop() {
        ladder.close();
    }

    private void invites(Party party, String offer) {
        String invite = party.inviteText("sip:" + Ladder.PROMO + "@" + party.proxyHostPort());
        party.sends(invite.replaceFirst("(Via: [^;]+)", "$1" + Matcher.quoteReplacement(offer)));
    }

    /** From now on it is another proxy, which sheds, and has much to do. */
    private void isLate() throws Exception {
        ladder.close();
        ladder = new Ladder(settings -> settings.withShedding(true), 1);
        caller = ladder.caller;
        for (int i = 0; i < 100; i++) {
            ladder.clock.advance(600);
            ladder.proxy.tick();
        }
    }

    private void trunkIs(OverloadControl control) {
        ladder.reloadsTrunk(trunk -> trunk.with(new TrunkLimits(CallLimits.NONE, CallLimits.NONE, control)));
    }

    @Test
    void everyResponseTellsThatNothingIsToBeKeptBackWhileAllIsWell() {
        invites(caller, OFFER);
        Told first = Told.in(caller.receives("100"));
        assertThat(first).isEqualTo(new Told(0, "loss", 0, first.sequence()));
        ladder.gateway.receives("INVITE");
        ladder.gateway.answers(180);
        Told second = Told.in(caller.receives("180"));
        ladder.gateway.answers(486);
        Told third = Told.in(caller.receives("486"));
        assertThat(second.validity()).isZero();
        assertThat(second.sequence()).isGreaterThan(first.sequence());
        assertThat(third.sequence()).isGreaterThan(second.sequence());
    }

    @Test
    void anOverloadedShardTellsWhichShareToKeepBack() throws Exception {
        isLate();
        invites(caller, OFFER);
        SipText answer = caller.receives("503");
        Told told = Told.in(answer);
        assertThat(told.value()).isBetween(50, 100);
        assertThat(told.algorithm()).isEqualTo("loss");
        assertThat(told.validity()).isEqualTo(500);
        // It would make the partner keep back everything.
        assertThat(answer.all("Retry-After")).isEmpty();
    }

    @Test
    void whoOffersNothingGetsRetryAfter() throws Exception {
        isLate();
        invites(caller, "");
        SipText answer = caller.receives("503");
        assertThat(answer.header("Via")).doesNotContain("oc");
        assertThat(answer.header("Retry-After")).isEqualTo("5");
    }

    @Test
    void theRateIsOfWhatTheTrunkSends() throws Exception {
        isLate();
        trunkIs(OverloadControl.RATE);
        for (int i = 0; i < 5; i++) {
            invites(caller, OFFER);
            Told told = Told.in(caller.receives("503"));
            assertThat(told.algorithm()).isEqualTo("rate");
            assertThat(told.value()).isBetween(1, 5);
            assertThat(told.validity()).isEqualTo(500);
        }
    }

    @Test
    void theRateIsWithoutMeaningWhileAllIsWell() {
        trunkIs(OverloadControl.RATE);
        invites(caller, OFFER);
        Told told = Told.in(caller.receives("100"));
        assertThat(told).isEqualTo(new Told(0, "rate", 0, told.sequence()));
    }

    @Test
    void whoDoesNotOfferTheRateIsToldTheLoss() {
        trunkIs(OverloadControl.RATE);
        invites(caller, ";oc;oc-algo=\"loss\"");
        assertThat(Told.in(caller.receives("100")).algorithm()).isEqualTo("loss");
    }

    @Test
    void aTrunkMayBeToldNothing() {
        trunkIs(OverloadControl.OFF);
        invites(caller, OFFER);
        assertThat(caller.receives("100").header("Via")).contains(OFFER).doesNotContain("oc=");
    }

    @Nested
    class KnownByDigestAlone {
        private final DigestUa good = new DigestUa("roamer", "its secret");
        private Party roamer = caller;

        private void isATrunk(OverloadControl control) {
            roamer = ladder.stranger;
            DigestUser user =
                    DigestUser.of(good.username(), "calls", good.password(), List.of(DigestAlgorithm.SHA_256));
            Trunk trunk = new Trunk("roaming", List.of(), NumberNormalisation.NANP, null)
                    .with(new TrunkAccess(Set.of(), Set.of(), user, false))
                    .with(new TrunkLimits(CallLimits.NONE, CallLimits.NONE, control));
            ladder.reloads(plan -> new RoutingPlan(
                    "v2",
                    Stream.concat(plan.trunks().stream(), Stream.of(trunk)).toList(),
                    List.copyOf(plan.gateways().values()),
                    plan.routes(),
                    List.of()));
        }

        private SipText proves(String expected) throws Exception {
            String uri = "sip:" + Ladder.PROMO + "@" + roamer.proxyHostPort();
            invites(roamer, OFFER);
            SipText challenge = roamer.receives("407");
            roamer.acksFailure(challenge);
            String answer = good.answer(challenge.header("Proxy-Authenticate"), "INVITE", uri, 1);
            roamer.sends(roamer.inviteText(uri)
                    .replaceFirst("(Via: [^;]+)", "$1" + Matcher.quoteReplacement(OFFER))
                    .replaceFirst("From:", Matcher.quoteReplacement(answer + "From:")));
            return roamer.receives(expected);
        }

        @Test
        void isToldOnceItHasProvedItself() throws Exception {
            isATrunk(OverloadControl.LOSS);
            Told first = Told.in(proves("100"));
            assertThat(first).isEqualTo(new Told(0, "loss", 0, first.sequence()));
            ladder.gateway.receives("INVITE");
            ladder.gateway.answers(180);
            assertThat(Told.in(roamer.receives("180")).sequence()).isGreaterThan(first.sequence());
        }

        @Test
        void isToldTheRateOfItsOwnCallsAndWhichToKeepBack() throws Exception {
            isLate();
            isATrunk(OverloadControl.RATE);
            Told told = Told.in(proves("503"));
            assertThat(told.algorithm()).isEqualTo("rate");
            assertThat(told.validity()).isEqualTo(500);
        }

        @Test
        void isToldNothingBeforeNorAnHourLater() throws Exception {
            isATrunk(OverloadControl.LOSS);
            invites(roamer, OFFER);
            assertThat(roamer.receives("407").header("Via")).contains(OFFER);
            proves("100");
            ladder.gateway.receives("INVITE");
            ladder.gateway.answers(486);
            roamer.acksFailure(roamer.receives("486"));
            ladder.jumps(Duration.ofMinutes(61));
            invites(roamer, OFFER);
            assertThat(roamer.receives("407").header("Via")).contains(OFFER);
        }
    }

    @Test
    void strangersAreToldNothing() throws Exception {
        isLate();
        invites(ladder.stranger, OFFER);
        assertThat(ladder.stranger.receives("403").header("Via"))
                .contains(OFFER)
                .doesNotContain("oc=");
    }

    @Test
    void gatewaysAreToldNothing() {
        ladder.connects(Ladder.PROMO);
        String bye =
                ladder.gateway.inDialog("BYE").replaceFirst("(Via: [^;]+)", "$1" + Matcher.quoteReplacement(OFFER));
        ladder.gateway.sends(bye);
        caller.receives("BYE");
        caller.answers(200);
        assertThat(ladder.gateway.receives("200").header("Via")).doesNotContain("oc=");
    }

    @Test
    void anOfferAmongOtherParametersAndInAListIsUnderstood() {
        String invite = caller.inviteText("sip:" + Ladder.PROMO + "@" + caller.proxyHostPort());
        caller.sends(invite.replaceFirst(
                "Via: ([^;]+);([^\r]+)",
                "Via: $1 ; OC ;oc-algo = \"loss\";$2;x=\"a;oc=9\", SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKother;oc"));
        String via = caller.receives("100").header("Via");
        assertThat(via)
                .containsPattern(";x=\"a;oc=9\"(;received=[^;]+)?;oc=0;oc-algo=\"loss\";oc-validity=0;oc-seq=[0-9.]+,")
                .endsWith(";branch=z9hG4bKother;oc");
    }
}
