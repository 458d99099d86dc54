package io.ringtrace.sip.target;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.routing.Gateway;
import io.ringtrace.routing.Transport;
import io.ringtrace.sip.target.TargetLookup.Answer;
import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class GatewayTargetsTest {
    private static final NextHop NAME = new NextHop("", "peer.example", 0, null);
    private long now;
    private final Deque<Consumer<Answer>> asked = new ArrayDeque<>();
    private final GatewayTargets targets = new GatewayTargets((_, whenKnown) -> asked.add(whenKnown), () -> now);
    private final List<List<Target>> answers = new ArrayList<>();

    private static Gateway gateway(String host) {
        return new Gateway(
                "gw", host, 5060, Transport.UDP, Gateway.DEFAULT_SILENCE, Gateway.DEFAULT_FAILOVER_STATUSES, List.of());
    }

    private static Target at(String address) {
        return new Target("gw", "peer.example", InetAddress.ofLiteral(address), 5060, Transport.UDP);
    }

    private static Answer found(long lifetimeMillis, String address) {
        return new Answer.Found(Targets.of(at(address)), lifetimeMillis);
    }

    private void resolveName() {
        targets.resolve(NAME, Runnable::run, answers::add);
    }

    @Test
    void anAddressIsKnownAtOnceAndNeverLookedUp() {
        Targets known = targets.known(gateway("192.0.2.7"));
        assertThat(known).isNotNull();
        assertThat(known.all())
                .containsExactly(
                        new Target("gw", "192.0.2.7", InetAddress.ofLiteral("192.0.2.7"), 5060, Transport.UDP));
        targets.follow(List.of(gateway("192.0.2.7")));
        assertThat(asked).isEmpty();
        assertThat(targets.isAt(gateway("192.0.2.7"), InetAddress.ofLiteral("192.0.2.7")))
                .isTrue();
        assertThat(targets.isAt(gateway("192.0.2.7"), InetAddress.ofLiteral("192.0.2.8")))
                .isFalse();
    }

    @Test
    void whoWaitsForANameIsToldByItsExecutorAndSharesOneLookUp() {
        List<Runnable> loop = new ArrayList<>();
        targets.resolve(NAME, loop::add, answers::add);
        targets.resolve(NAME, loop::add, answers::add);
        assertThat(asked).hasSize(1);
        asked.remove().accept(found(60_000, "192.0.2.1"));
        assertThat(answers).isEmpty();
        loop.forEach(Runnable::run);
        assertThat(answers).containsExactly(List.of(at("192.0.2.1")), List.of(at("192.0.2.1")));
    }

    @Test
    void anAnswerServesForItsLifetimeAndNoLonger() {
        resolveName();
        asked.remove().accept(found(60_000, "192.0.2.1"));
        now = 59_999;
        resolveName();
        assertThat(answers).hasSize(2);
        now = 60_000;
        resolveName();
        assertThat(answers).hasSize(2);
        asked.remove().accept(found(60_000, "192.0.2.2"));
        assertThat(answers.getLast()).containsExactly(at("192.0.2.2"));
    }

    @Test
    void aNameThatLeadsNowhereIsNotAskedForAgainForTenSeconds() {
        resolveName();
        asked.remove().accept(new Answer.Nowhere());
        now = 9_999;
        resolveName();
        assertThat(answers).containsExactly(List.of(), List.of());
        assertThat(asked).isEmpty();
        now = 10_000;
        resolveName();
        assertThat(asked).hasSize(1);
    }

    @Test
    void whileNobodyCanBeAskedTheLastAnswerServesForADay() {
        resolveName();
        asked.remove().accept(found(1_000, "192.0.2.1"));
        now = 24 * 3600 * 1000L - 1;
        resolveName();
        asked.remove().accept(new Answer.Unavailable("timed out"));
        assertThat(answers.getLast()).containsExactly(at("192.0.2.1"));
        now += 5_000;
        resolveName();
        asked.remove().accept(new Answer.Unavailable("timed out"));
        assertThat(answers.getLast()).isEmpty();
    }

    @Test
    void aGatewaysNameIsLookedUpAheadOfTheEndOfItsAnswer() {
        Gateway gateway = gateway("peer.example");
        targets.follow(List.of(gateway));
        assertThat(targets.known(gateway)).isNull();
        asked.remove().accept(found(60_000, "192.0.2.1"));
        now = 53_999;
        targets.follow(List.of(gateway));
        assertThat(asked).isEmpty();
        now = 54_000;
        targets.follow(List.of(gateway));
        assertThat(targets.known(gateway)).isNotNull();
        asked.remove().accept(found(60_000, "192.0.2.2"));
        assertThat(targets.isAt(gateway, InetAddress.ofLiteral("192.0.2.2"))).isTrue();
    }

    @Test
    void aGatewayThatMovesIsLookedUpAnewAndOneThatLeavesIsForgotten() {
        targets.follow(List.of(gateway("peer.example")));
        asked.remove().accept(found(60_000, "192.0.2.1"));
        targets.follow(List.of(gateway("other.example")));
        assertThat(asked).hasSize(1);
        targets.follow(List.of());
        assertThat(targets.known(gateway("peer.example"))).isNull();
    }
}
