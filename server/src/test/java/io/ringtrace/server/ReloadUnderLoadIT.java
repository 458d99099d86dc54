package io.ringtrace.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.server.command.OperatorClient;
import io.ringtrace.server.demo.SampleHouse;
import io.ringtrace.server.demo.Sipp;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

@Tag("proof")
@Tag("reload")
@DisplayName("Reloads under load, broken ones among them")
class ReloadUnderLoadIT {
    private static final int RELOADS = Scale.of(16, 100);
    /** Every second or third of them. */
    private static final int BROKEN_EACH = Scale.of(2, 3);

    private static final int PER_SECOND = Scale.of(50, 200);
    /** Of one run of SIPp; as many runs follow one another as it takes. */
    private static final int CALLS_OF_RUN = PER_SECOND * Scale.of(5, 30);

    private static final String NUMBER = "8005550199";
    /** Dialed before anything is looked at, by a quarter of the rate: a server that has just started on a busy machine may shed calls. */
    private static final String WARM_UP_NUMBER = "8005550198";

    private static final int WARM_UP_CALLS = Scale.of(50, 400);

    private final Map<String, Integer> numberOfVersion = new HashMap<>();
    private final List<Long> millisUntilInForce = new ArrayList<>();
    private final Map<ReloadedHouse.Break, Integer> broken = new EnumMap<>(ReloadedHouse.Break.class);

    @Test
    void noCallFailsTheRightPlanIsInForceAndEachMistakeIsNamed(@TempDir Path folder) throws Exception {
        try (SampleHouse house = new SampleHouse(folder)) {
            ReloadedHouse files = ReloadedHouse.of(house);
            numberOfVersion.put(files.writeGood(0), 0);
            house.startUnderFileRights();
            house.awaitReady(Duration.ofSeconds(90));
            AtomicBoolean reloading = new AtomicBoolean(true);
            CompletableFuture<Integer> load = new CompletableFuture<>();
            try (Sipp _ = Sipp.gateway(folder.resolve("gateway"), LeasedHouse.scenario("load"), house.gateway(), 500)) {
                carrier(house, folder.resolve("warm-up"), WARM_UP_NUMBER, WARM_UP_CALLS, PER_SECOND / 4);
                Thread.ofVirtual().name("load").start(() -> {
                    try {
                        load.complete(load(house, folder, reloading));
                    } catch (Throwable e) {
                        load.completeExceptionally(e);
                    }
                });
                try {
                    reloads(house, files);
                } finally {
                    reloading.set(false);
                }
                calls = load.get(120, TimeUnit.SECONDS);
            }
            List<JsonNode> records = recordsOnceDrained(house);
            assertThat(records).hasSize(calls);
            Map<String, List<JsonNode>> byVersion = records.stream()
                    .collect(Collectors.groupingBy(r -> r.path("config_version").asString()));
            assertThat(numberOfVersion.keySet()).containsAll(byVersion.keySet());
            byVersion.forEach((version, calls) -> assertThat(calls)
                    .as("calls of plan %s", numberOfVersion.get(version))
                    .extracting(r -> r.path("gateway").asString())
                    .containsOnly(Objects.requireNonNull(numberOfVersion.get(version)) % 2 == 0 ? "even" : "odd"));
            assertThat(broken).hasSize(ReloadedHouse.Break.values().length);
            proof(byVersion.size());
        }
    }

    private int calls;

    /** Calls until the reloads have come to their end; returns how many. None of them fails. */
    private static int load(SampleHouse house, Path folder, AtomicBoolean reloading) throws IOException {
        int run = 0;
        do {
            Sipp.Outcome outcome = carrier(house, folder.resolve("carrier-" + ++run), NUMBER, CALLS_OF_RUN, PER_SECOND);
            assertThat(outcome.good()).as(outcome.errors()).isTrue();
        } while (reloading.get());
        return run * CALLS_OF_RUN;
    }

    private static Sipp.Outcome carrier(SampleHouse house, Path folder, String number, int calls, int perSecond)
            throws IOException {
        Sipp.Carrier carrier = new Sipp.Carrier(
                LeasedHouse.scenario("load"),
                house.sip(),
                "127.0.0.1:0",
                List.of(number + ";+13125550123;"),
                calls,
                perSecond,
                500,
                90);
        try (Sipp sipp = Sipp.carrier(folder, carrier)) {
            return sipp.await(100);
        }
    }

    private void reloads(SampleHouse house, ReloadedHouse files) throws Exception {
        ReloadedHouse.Break[] kinds = ReloadedHouse.Break.values();
        String version = numberOfVersion.keySet().iterator().next();
        int brokenSoFar = 0;
        for (int i = 1; i <= RELOADS; i++) {
            if (i % BROKEN_EACH == BROKEN_EACH - 1) {
                ReloadedHouse.Break kind = kinds[brokenSoFar++ % kinds.length];
                files.breakBy(kind);
                ask(house, i);
                JsonNode plan = awaitPlan(house, p -> p.path("bad").asBoolean());
                assertThat(plan.path("version").asString()).as(kind.text()).isEqualTo(version);
                assertThat(plan.path("last_failure")
                                .path("findings")
                                .toString()
                                .replace(house.config().getParent() + "/", ""))
                        .as(kind.text())
                        .contains(kind.finding);
                broken.merge(kind, 1, Integer::sum);
            } else {
                String next = files.writeGood(i);
                numberOfVersion.put(next, i);
                long started = System.nanoTime();
                ask(house, i);
                JsonNode plan = awaitPlan(
                        house,
                        p -> p.path("version").asString().equals(next)
                                && !p.path("bad").asBoolean());
                assertThat(plan.path("version").asString()).isEqualTo(next);
                millisUntilInForce.add(
                        Duration.ofNanos(System.nanoTime() - started).toMillis());
                version = next;
            }
        }
    }

    /** By the command, by the signal, or not at all: then the watch on the files does it. */
    private static void ask(SampleHouse house, int turn) throws Exception {
        switch (turn % 4) {
            case 0 -> {
                try (OperatorClient client = OperatorClient.of(house.data())) {
                    client.post("/v1/operator/reload", "application/json", "");
                }
            }
            case 1 ->
                new ProcessBuilder("kill", "-HUP", Long.toString(house.server().pid()))
                        .start()
                        .waitFor();
            default -> {}
        }
    }

    private static JsonNode awaitPlan(SampleHouse house, Predicate<JsonNode> wanted) throws Exception {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        try (OperatorClient client = OperatorClient.of(house.data())) {
            while (true) {
                JsonNode plan = client.get("/v1/operator/status").path("plan");
                if (wanted.test(plan) || System.nanoTime() > deadline) {
                    assertThat(wanted.test(plan))
                            .as("waited in vain; the plan is %s", plan)
                            .isTrue();
                    return plan;
                }
                Thread.sleep(20);
            }
        }
    }

    private List<JsonNode> recordsOnceDrained(SampleHouse house) throws Exception {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (true) {
            List<JsonNode> records = house.calls().stream()
                    .filter(c -> c.path("promo_number").asString().endsWith(NUMBER))
                    .toList();
            if ((records.size() >= calls
                            && records.stream()
                                    .allMatch(c -> c.path("end_reason").isString()))
                    || System.nanoTime() > deadline) {
                return records;
            }
            Thread.sleep(200);
        }
    }

    private void proof(int plansInRecords) throws Exception {
        Collections.sort(millisUntilInForce);
        Scale.proof("reload", """
                # Reloads under load

                Written by `./dev prove reload` (`ReloadUnderLoadIT`): %d reloads while SIPp makes %d calls/s, asked for by the command, by
                SIGHUP and by nothing but the change of the files, after a warm-up of %d calls. "Wrong rights" takes the right to read a file away from everybody; a server
                of root's runs without root's capability to read it all the same (`setpriv --bounding-set=-dac_override,-dac_read_search`).

                | calls | rate | failed | reloads | broken | plans by which calls were routed | calls routed by another plan than their record's |
                | --- | --- | --- | --- | --- | --- | --- |
                | %d | %d/s | 0 | %d | %d | %d | 0 |

                From the change of the files to the plan in force: median %d ms, longest %d ms (the watch waits until the files have been
                quiet for 250 ms).

                | broken by | times | changed the plan | the finding begins |
                | --- | --- | --- | --- |
                %s
                """.formatted(
                        RELOADS,
                        PER_SECOND,
                        WARM_UP_CALLS,
                        calls,
                        PER_SECOND,
                        RELOADS,
                        broken.values().stream().mapToInt(Integer::intValue).sum(),
                        plansInRecords,
                        millisUntilInForce.get(millisUntilInForce.size() / 2),
                        millisUntilInForce.getLast(),
                        broken.entrySet().stream()
                                .map(b -> "| %s | %d | never | `%s` |"
                                        .formatted(b.getKey().text(), b.getValue(), b.getKey().finding))
                                .collect(Collectors.joining("\n"))));
    }
}
