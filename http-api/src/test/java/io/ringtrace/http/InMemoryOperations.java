package io.ringtrace.http;

import io.ringtrace.call.PhoneNumber;
import io.ringtrace.routing.StaticNumber;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A server whose last reload was refused. */
final class InMemoryOperations implements Operations {
    private Duration traced = Duration.ZERO;
    Reload next = new Reload(Outcome.APPLIED, "v2", List.of("sip"), List.of(), List.of("b is odd"));

    @Override
    public Reload reload() {
        return next;
    }

    @Override
    public Reload rollBack(@Nullable String version) {
        return new Reload(Outcome.APPLIED, version == null ? "v0" : version, List.of(), List.of(), List.of());
    }

    @Override
    public List<KeptPlan> plans() {
        return List.of(new KeptPlan("v1", Instant.ofEpochSecond(60)));
    }

    @Override
    public Status status() {
        return new Status(
                "node-1",
                "0.1",
                Instant.EPOCH,
                Duration.ofMinutes(90),
                7,
                new Plan(
                        "v1",
                        Instant.ofEpochSecond(60),
                        "ringtrace.yaml",
                        1,
                        2,
                        3,
                        4,
                        true,
                        List.of("http"),
                        new Failure(Instant.ofEpochSecond(120), List.of("ringtrace.yaml:1:1: expected YAML")),
                        "v2",
                        List.of("- route for +1"),
                        List.of("ringtrace.yaml:3:7: warning: expected another")));
    }

    @Override
    public Live live(int most) {
        LiveCall ringing = new LiveCall(
                "01HF7YAYW88CCSP0AJ1R2K5NEZ", "ringing", "acme", "gw", null, "+18005550123", Instant.EPOCH, null, null);
        return new Live(2, 3, 4, List.of(ringing).subList(0, Math.min(most, 1)));
    }

    @Override
    public List<TrunkState> trunks() {
        return List.of(
                new TrunkState("acme", List.of("203.0.113.0/24"), "+12135550100"),
                new TrunkState("bell", List.of("198.51.100.7/32", "2001:db8::/48"), null));
    }

    @Override
    public List<GatewayState> gateways() {
        return List.of(new GatewayState(
                "east", "192.0.2.10:5060", "UDP", Duration.ofSeconds(3), "SUSPECT", Instant.EPOCH, "no answer"));
    }

    @Override
    public Map<PhoneNumber, String> ownedNumbers(List<PhoneNumber> numbers) {
        PhoneNumber ours = PhoneNumber.parse("+18005550123");
        return numbers.contains(ours) ? Map.of(ours, "pooled") : Map.of();
    }

    @Override
    public List<StaticNumber> staticNumbers(long after, int limit) {
        return Stream.of("+18005550198", "+18005550199")
                .map(PhoneNumber::parse)
                .filter(number -> number.digits() > after)
                .limit(limit)
                .map(number -> new StaticNumber(
                        number, PhoneNumber.parse("+12135550100"), "print-2026", "numbers/print.csv:2"))
                .toList();
    }

    @Override
    public Explained explain(Question question) {
        return "acme".equals(question.trunk())
                ? new Explained.Answer(
                        "v1", true, question.toString(), List.of(new Reason("it comes by acme", "ringtrace.yaml:3")))
                : new Explained.Unanswerable("There is no such trunk.");
    }

    @Override
    public boolean trace(String trunk, Duration time) {
        if (!trunk.equals("acme")) {
            return false;
        }
        traced = time;
        return true;
    }

    @Override
    public List<Trace> traces() {
        return List.of(new Trace("acme", traced), new Trace("bell", null));
    }
}
