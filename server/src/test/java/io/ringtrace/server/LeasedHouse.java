package io.ringtrace.server;

import io.ringtrace.server.demo.SampleHouse;
import io.ringtrace.server.demo.Sipp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** A running server whose one pool has lent each of its numbers to a visitor, and SIPp around it. */
final class LeasedHouse implements AutoCloseable {
    static final String DESTINATION = "+12125550190";
    private static final int[] TOLL_FREE = {800, 833, 844, 855, 866, 877, 888};
    private static final Duration LONGEST_START = Duration.ofSeconds(90);

    final SampleHouse house;
    final Map<String, SampleHouse.Visitor> visitorOfNumber = new HashMap<>();
    private final Path folder;

    LeasedHouse(Path folder, int numbers) throws Exception {
        this(folder, numbers, UnaryOperator.identity());
    }

    /** @param configured what becomes of the house's configuration before it starts */
    LeasedHouse(Path folder, int numbers, UnaryOperator<String> configured) throws Exception {
        this.folder = folder;
        this.house = new SampleHouse(folder);
        Files.writeString(house.config(), configured.apply(Files.readString(house.config())));
        try {
            house.start();
            house.awaitReady(LONGEST_START);
            house.importAccount(numbersFile(numbers));
            // One number of the pool is its overflow number.
            house.makePool("the-pool", "toll_free", DESTINATION, numbers);
            List<SampleHouse.Visit> visits = new ArrayList<>();
            for (int i = 0; i < numbers - 1; i++) {
                visits.add(new SampleHouse.Visit(
                        "visitor-" + i, "the-pool", DESTINATION, Map.of("utm_source", "source-" + i)));
            }
            for (int from = 0; from < visits.size(); from += 500) {
                for (SampleHouse.Visitor visitor :
                        house.lease(visits.subList(from, Math.min(visits.size(), from + 500)))) {
                    visitorOfNumber.put(visitor.promoNumber(), visitor);
                }
            }
        } catch (Exception | AssertionError e) {
            house.close();
            throw e;
        }
    }

    private Path numbersFile(int count) throws IOException {
        StringBuilder csv = new StringBuilder("number,rate_center,state\n");
        for (int i = 0; i < count; i++) {
            csv.append("+1%d55501%02d,,%n".formatted(TOLL_FREE[i / 100], i % 100));
        }
        return Files.writeString(folder.resolve("numbers.csv"), csv);
    }

    void restart() throws IOException {
        house.start();
        house.awaitReady(LONGEST_START);
    }

    static Path scenario(String name) {
        return Scale.home().resolve("scripts/sipp-scenarios").resolve(name);
    }

    Sipp gateway(String scenario, int holdMillis) throws IOException {
        return Sipp.gateway(folder.resolve("gateway-" + scenario), scenario(scenario), house.gateway(), holdMillis);
    }

    Sipp carrier(
            String scenario,
            List<String> dialed,
            String from,
            int calls,
            int perSecond,
            int holdMillis,
            int longestSeconds)
            throws IOException {
        return Sipp.carrier(
                folder.resolve("carrier-" + scenario),
                new Sipp.Carrier(
                        scenario(scenario),
                        house.sip(),
                        from,
                        dialed.stream().map(number -> number + ";+13125550123;").toList(),
                        calls,
                        perSecond,
                        holdMillis,
                        longestSeconds));
    }

    List<String> leasedNumbers() {
        return visitorOfNumber.keySet().stream().sorted().toList();
    }

    /** Waits until the records fit, at most 20 s; returns what there is then. */
    List<JsonNode> recordsOnce(Predicate<List<JsonNode>> fit) throws Exception {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (true) {
            List<JsonNode> calls = house.calls();
            if (fit.test(calls) || System.nanoTime() > deadline) {
                return calls;
            }
            Thread.sleep(100);
        }
    }

    static Map<String, List<JsonNode>> bySipCallId(List<JsonNode> calls) {
        return calls.stream()
                .collect(Collectors.groupingBy(call -> call.path("sip_call_id").asString("")));
    }

    @Override
    public void close() {
        house.close();
    }
}
