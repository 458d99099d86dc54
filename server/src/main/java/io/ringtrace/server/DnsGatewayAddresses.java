package io.ringtrace.server;

import io.ringtrace.config.GatewayAddresses;
import io.ringtrace.config.SipConfig;
import io.ringtrace.routing.Gateway;
import io.ringtrace.sip.target.DnsLookup;
import io.ringtrace.sip.target.NextHop;
import io.ringtrace.sip.target.TargetLookup;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Looks gateways' names up the way calls do, RFC 3263, all at once and for a bounded time. Any thread. */
final class DnsGatewayAddresses implements GatewayAddresses {
    private static final Duration LONGEST = Duration.ofSeconds(3);
    private static final int MOST = 256;

    private final TargetLookup lookup;

    DnsGatewayAddresses(SipConfig sip) {
        this.lookup = new DnsLookup(
                sip.dns().servers(),
                sip.dns().timeout(),
                sip.listeners().stream().map(SipConfig.Listener::transport).collect(Collectors.toUnmodifiableSet()),
                (_, _) -> true);
    }

    @Override
    public Map<String, Answer> of(Collection<Gateway> gateways) {
        Map<NextHop, CompletableFuture<Answer>> asked = new LinkedHashMap<>();
        for (Gateway gateway : gateways) {
            NextHop name = name(gateway);
            if (!asked.containsKey(name)) {
                CompletableFuture<Answer> answer = new CompletableFuture<>();
                asked.put(name, answer);
                if (asked.size() <= MOST) {
                    lookup.lookUp(name, found -> answer.complete(answer(found)));
                } else {
                    answer.complete(new Answer.Unavailable("only " + MOST + " names are looked up at once"));
                }
            }
        }
        awaitAll(asked.values());
        Answer late = new Answer.Unavailable("no answer within " + LONGEST.toSeconds() + " s");
        Map<String, Answer> answers = new HashMap<>();
        for (Gateway gateway : gateways) {
            CompletableFuture<Answer> answer = asked.get(name(gateway));
            answers.put(gateway.name(), answer == null ? late : answer.getNow(late));
        }
        return answers;
    }

    private static NextHop name(Gateway gateway) {
        return new NextHop("", gateway.host(), gateway.port(), gateway.transport());
    }

    private static void awaitAll(Collection<CompletableFuture<Answer>> answers) {
        CompletableFuture<Void> all = CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
                .completeOnTimeout(null, LONGEST.toMillis(), TimeUnit.MILLISECONDS);
        all.join();
    }

    private static Answer answer(TargetLookup.Answer found) {
        return switch (found) {
            case TargetLookup.Answer.Found(var targets, long _) -> {
                List<InetSocketAddress> addresses = targets.all().stream()
                        .map(target -> new InetSocketAddress(target.address(), target.port()))
                        .toList();
                yield new Answer.Found(addresses);
            }
            case TargetLookup.Answer.Nowhere() -> new Answer.Nowhere();
            case TargetLookup.Answer.Unavailable(String why) -> new Answer.Unavailable(why);
        };
    }
}
