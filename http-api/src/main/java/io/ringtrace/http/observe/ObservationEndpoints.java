package io.ringtrace.http.observe;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.ringtrace.http.Health;
import io.ringtrace.http.endpoint.Access;
import io.ringtrace.http.endpoint.Answer;
import io.ringtrace.http.endpoint.Endpoint;
import io.ringtrace.http.endpoint.ErrorShape;
import io.ringtrace.http.text.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Health, metrics and the description of this interface. Thread-safe; called on virtual threads. */
public final class ObservationEndpoints {
    private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

    private final Health health;
    private final PrometheusMeterRegistry metrics;
    private final byte[] description;

    public ObservationEndpoints(Health health, PrometheusMeterRegistry metrics) {
        this.health = health;
        this.metrics = metrics;
        this.description = description();
    }

    public List<Endpoint> endpoints() {
        return List.of(
                Endpoint.get(
                        "/health/live", Access.PUBLIC, ErrorShape.OURS, Endpoint.observing(_ -> answer(health::live))),
                Endpoint.get(
                        "/health/ready",
                        Access.PUBLIC,
                        ErrorShape.OURS,
                        Endpoint.observing(_ -> answer(health::ready))),
                // Traffic and overflow are the account's business, not everybody's.
                Endpoint.get(
                        "/metrics",
                        Access.OPERATOR,
                        ErrorShape.OURS,
                        Endpoint.observing(_ -> Answer.of(200, PROMETHEUS, metrics.scrape()))),
                Endpoint.get(
                        "/openapi.yaml",
                        Access.PUBLIC,
                        ErrorShape.OURS,
                        Endpoint.observing(_ -> Answer.of(200, "application/yaml", description))));
    }

    private static Answer answer(Supplier<List<Health.Check>> ask) {
        Health.State worst = Health.State.OK;
        ObjectNode body = Json.object();
        body.put("status", "");
        ArrayNode checks = body.putArray("checks");
        for (Health.Check check : ask.get()) {
            worst = check.state().compareTo(worst) > 0 ? check.state() : worst;
            checks.addObject()
                    .put("name", check.name())
                    .put("status", text(check.state()))
                    .put("message", check.sentence());
        }
        body.put("status", text(worst));
        return Answer.of(worst == Health.State.DOWN ? 503 : 200, Answer.JSON, Json.bytes(body));
    }

    private static String text(Health.State state) {
        return state.name().toLowerCase(Locale.ROOT);
    }

    private static byte[] description() {
        try (InputStream in = Health.class.getResourceAsStream("openapi.yaml")) {
            if (in == null) {
                throw new IllegalStateException("openapi.yaml is missing from the build");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
