package io.ringtrace.sip;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.routing.DigestAlgorithm;
import io.ringtrace.routing.DigestUser;
import io.ringtrace.routing.NumberNormalisation;
import io.ringtrace.routing.RoutingPlan;
import io.ringtrace.routing.Transport;
import io.ringtrace.routing.Trunk;
import io.ringtrace.routing.TrunkAccess;
import io.ringtrace.sip.counters.Count;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("Trunks that prove themselves by digest (RFC 8760, RFC 7616, RFC 3261 §22)")
class DigestTest {
    private static final String HEAD = "Max-Forwards: 70\r\n";
    private static final List<DigestAlgorithm> OFFERED =
            List.of(DigestAlgorithm.MD5, DigestAlgorithm.SHA_512_256, DigestAlgorithm.SHA_256);
    private final DigestUa good = new DigestUa("roamer", "a secret: of \"words\"");
    private Ladder ladder;
    private Party roamer;
    private Party gateway;

    @BeforeEach
    void start() throws Exception {
        ladder = new Ladder();
        roamer = ladder.stranger;
        gateway = ladder.gateway;
        hasRoamer(Set.of());
    }

    private void hasRoamer(Set<Transport> transports) {
        DigestUser user = DigestUser.of(good.username(), "calls", good.password(), OFFERED);
        Trunk trunk = new Trunk("roaming", List.of(), NumberNormalisation.NANP, null)
                .with(new TrunkAccess(transports, Set.of(), user, false));
        ladder.reloads(plan -> {
            List<Trunk> trunks = new ArrayList<>(plan.trunks());
            trunks.removeIf(t -> t.name().equals("roaming"));
            trunks.add(trunk);
            return new RoutingPlan("v2", trunks, List.copyOf(plan.gateways().values()), plan.routes(), List.of());
        });
    }

    @AfterEach
    void stop() {
        ladder.close();
    }

    private String uri(String number) {
        return "sip:" + number + "@" + roamer.proxyHostPort();
    }

    private SipText challenge() {
        roamer.sends(roamer.inviteText(uri(Ladder.PROMO)));
        SipText challenge = roamer.receives("407");
        roamer.acksFailure(challenge);
        return challenge;
    }

    private static String offer(SipText challenge, DigestAlgorithm algorithm) {
        return challenge.all("Proxy-Authenticate").stream()
                .filter(c -> DigestUa.parameter(c, "algorithm").equals(algorithm.text()))
                .findFirst()
                .orElseThrow();
    }

    private void invites(String credentials) {
        roamer.sends(roamer.inviteText(uri(Ladder.PROMO)).replace(HEAD, HEAD + credentials));
    }

    private void isRefused(String credentials) {
        invites(credentials);
        SipText again = roamer.receives("407");
        assertThat(again.all("Proxy-Authenticate")).allMatch(c -> !c.contains("stale"));
        gateway.receivesNothing();
        assertThat(ladder.journal.events()).isEmpty();
    }

    @Test
    @DisplayName("SHA-256 is offered before MD5 (RFC 8760 §2.4)")
    void challengeOffersTheStrongestFirst() {
        SipText challenge = challenge();
        assertThat(challenge.all("Proxy-Authenticate"))
                .extracting(c -> DigestUa.parameter(c, "algorithm"))
                .containsExactly("SHA-256", "SHA-512-256", "MD5");
        assertThat(challenge.all("Proxy-Authenticate"))
                .allMatch(c -> DigestUa.parameter(c, "qop").equals("auth"))
                .allMatch(c -> DigestUa.parameter(c, "realm").equals("calls"));
        assertThat(ladder.count(Count.CHALLENGED)).isEqualTo(1);
        assertThat(ladder.count(Count.SERVER_TRANSACTIONS)).isZero();
        assertThat(ladder.journal.events()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(DigestAlgorithm.class)
    void goodAnswerMakesACallOfTheTrunk(DigestAlgorithm algorithm) throws Exception {
        invites(good.answer(offer(challenge(), algorithm), "INVITE", uri(Ladder.PROMO), 1));
        roamer.receives("100");
        SipText forwarded = gateway.receives("INVITE");
        // RFC 3261 §22.3: the credentials were for us.
        assertThat(forwarded.all("Proxy-Authorization")).isEmpty();
        assertThat(ladder.journal.began().trunk()).isEqualTo("roaming");
        gateway.answers(200);
        roamer.receives("200");
        roamer.acks();
        gateway.receives("ACK");
        roamer.hangsUp();
        gateway.receives("BYE");
        gateway.answers(200);
        roamer.receives("200");
    }

    @Test
    void oneNonceServesManyCallsWithRisingCountsInAnyOrder() throws Exception {
        String offer = offer(challenge(), DigestAlgorithm.SHA_256);
        for (int count : List.of(1, 3, 2, 40)) {
            invites(good.answer(offer, "INVITE", uri(Ladder.PROMO), count));
            roamer.receives("100");
            gateway.receives("INVITE");
        }
    }

    @Test
    void countThatCameBeforeIsStale() throws Exception {
        String offer = offer(challenge(), DigestAlgorithm.SHA_256);
        invites(good.answer(offer, "INVITE", uri(Ladder.PROMO), 1));
        roamer.receives("100");
        gateway.receives("INVITE");
        invites(good.answer(offer, "INVITE", uri(Ladder.PROMO), 1));
        SipText again = roamer.receives("407");
        assertThat(again.header("Proxy-Authenticate")).contains("stale=true");
        invites(good.answer(offer(again, DigestAlgorithm.SHA_256), "INVITE", uri(Ladder.PROMO), 1));
        roamer.receives("100");
    }

    @Test
    void oldNonceIsStale() throws Exception {
        String offer = offer(challenge(), DigestAlgorithm.SHA_256);
        ladder.clock.advance(Duration.ofMinutes(6).toMillis());
        invites(good.answer(offer, "INVITE", uri(Ladder.PROMO), 1));
        assertThat(roamer.receives("407").header("Proxy-Authenticate")).contains("stale=true");
    }

    @Test
    void nonceThatIsNotOursIsStale() throws Exception {
        String offer = offer(challenge(), DigestAlgorithm.SHA_256)
                .replaceFirst("nonce=\"[^\"]*", "nonce=\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
        invites(good.answer(offer, "INVITE", uri(Ladder.PROMO), 1));
        assertThat(roamer.receives("407").header("Proxy-Authenticate")).contains("stale=true");
        gateway.receivesNothing();
    }

    @Test
    void wrongAnswersAreAskedAgain() throws Exception {
        String offer = offer(challenge(), DigestAlgorithm.SHA_256);
        isRefused(new DigestUa("roamer", "guess").answer(offer, "INVITE", uri(Ladder.PROMO), 1));
        isRefused(new DigestUa("nobody", "guess").answer(offer, "INVITE", uri(Ladder.PROMO), 1));
        isRefused(good.answer(offer, "BYE", uri(Ladder.PROMO), 1));
        isRefused(good.answer(offer, "INVITE", uri(Ladder.UNKNOWN), 1));
        isRefused(good.answer(offer, "INVITE", uri(Ladder.PROMO), 1).replace("qop=auth, ", ""));
        isRefused(good.answer(offer, "INVITE", uri(Ladder.PROMO), 1).replace("nc=00000001", "nc=1"));
        isRefused(good.answer(offer, "INVITE", uri(Ladder.PROMO), 1).replace("SHA-256", "MD5"));
        isRefused(good.answer(offer, "INVITE", uri(Ladder.PROMO), 1).replace("Digest ", "Basic "));
        isRefused("Proxy-Authorization: Digest username=\"roamer\r\n");
    }

    @Test
    @DisplayName("existing and missing numbers and users get equal answers")
    void tellsNothing() throws Exception {
        String offer = offer(challenge(), DigestAlgorithm.MD5);
        DigestUa nobody = new DigestUa("nobody", "guess");
        List<String> answers = new ArrayList<>();
        for (String number : List.of(Ladder.PROMO, Ladder.UNKNOWN, Ladder.FAULTY, "x")) {
            for (String credentials : List.of(
                    "",
                    nobody.answer(offer, "INVITE", uri(number), 1),
                    new DigestUa("roamer", "guess").answer(offer, "INVITE", uri(number), 1))) {
                roamer.sends(roamer.inviteText(uri(number)).replace(HEAD, HEAD + credentials));
                answers.add(roamer.receives("407")
                        .text()
                        .replaceAll("nonce=\"[^\"]*\"", "")
                        .replaceAll("(?m)^(Via|From|To|Call-ID):.*$", "")
                        .replaceAll("tag=[a-z0-9]+", ""));
            }
        }
        assertThat(answers).hasSize(12).allMatch(answers.getFirst()::equals);
    }

    @Test
    void onlyListenersOfTheTrunksTransportsAsk() {
        hasRoamer(Set.of(Transport.TLS));
        roamer.invites(Ladder.PROMO);
        assertThat(roamer.receives("403").all("Proxy-Authenticate")).isEmpty();
    }

    @Test
    @DisplayName("a CANCEL is not asked for credentials (RFC 3261 §22.1)")
    void callMayBeCancelled() throws Exception {
        invites(good.answer(offer(challenge(), DigestAlgorithm.SHA_256), "INVITE", uri(Ladder.PROMO), 1));
        roamer.receives("100");
        gateway.receives("INVITE");
        gateway.answers(180);
        roamer.receives("180");
        roamer.cancels();
        roamer.receives("200");
        gateway.receives("CANCEL");
    }

    @Test
    void trunkWithANetworkMustBeThereAndProveItself() throws Exception {
        ladder.reloadsTrunk(trunk -> trunk.with(TrunkAccess.BY_NETWORK.withDigest(
                DigestUser.of("acme", "calls", "its own", List.of(DigestAlgorithm.SHA_256)))));
        Party caller = ladder.caller;
        String text = caller.inviteText(uri(Ladder.PROMO));
        caller.sends(text);
        String offer = offer(caller.receives("407"), DigestAlgorithm.SHA_256);
        String credentials = new DigestUa("acme", "its own").answer(offer, "INVITE", uri(Ladder.PROMO), 1);
        isRefused(credentials);
        caller.sends(caller.inviteText(uri(Ladder.PROMO)).replace(HEAD, HEAD + credentials));
        caller.receives("100");
        gateway.receives("INVITE");
        assertThat(ladder.journal.began().trunk()).isEqualTo("acme");
    }

    @Test
    void secretsAreNotPrinted() {
        DigestUser user = DigestUser.of("acme", "calls", "its own", OFFERED);
        assertThat(user.toString()).doesNotContain("its own");
        user.ha1().values().forEach(hash -> assertThat(user.toString()).doesNotContain(hash));
    }
}
