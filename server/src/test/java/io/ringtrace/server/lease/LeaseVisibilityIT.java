package io.ringtrace.server.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.server.Scale;
import io.ringtrace.server.SipSocket;
import io.ringtrace.server.command.OperatorClient;
import io.ringtrace.server.demo.SampleHouse;
import io.ringtrace.store.db.EmbeddedMariaDb;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Two servers on one database. Asserts no time between them; on one server there is none. */
@Tag("proof")
@Tag("leases")
@Tag("lease-visibility")
@DisplayName("A lease, once its visitor heard of it")
class LeaseVisibilityIT {
    private static final int LEASES = Scale.of(40, 3_000);
    private static final int CALLS = Scale.of(20, 300);
    private static final int NUMBERS = 90;
    private static final String POOL = "visible";
    private static final Duration LONGEST = Duration.ofSeconds(90);

    @TempDir
    private Path folder;

    private static void makePool(SampleHouse house, String id, int numbers) throws Exception {
        house.post(
                SampleHouse.POOLS,
                JsonMapper.shared()
                        .createObjectNode()
                        .put("id_from_network", id)
                        .put("name", id)
                        .put("max_pool_size", numbers)
                        .put("fill_immediately", true)
                        .put("allow_overflow", false)
                        .put("lifetime_seconds", 1)
                        .put("hold_hours", 1)
                        .put("destination_phone_number", "+12125550190"));
    }

    /** The lease of a new visitor; waits while all numbers are guaranteed. */
    private static JsonNode lease(SampleHouse house, String visitor) throws Exception {
        String body = "{\"requests\":[{\"pool\":\"" + POOL + "\",\"visitor_id\":\"" + visitor + "\"}]}";
        while (true) {
            JsonNode row = house.post("/v1/leases", JsonMapper.shared().readTree(body))
                    .path("responses")
                    .path(0);
            if (row.path("lease_id").isString()) {
                return row;
            }
            Thread.sleep(20);
        }
    }

    private static boolean routes(OperatorClient node, JsonNode lease) throws Exception {
        String number = lease.path("promo_number").asString().replace("+", "%2B");
        return node.get("/v1/operator/route?number=" + number)
                .toString()
                .contains("lease " + lease.path("lease_id").asString() + " ");
    }

    @Test
    void isWhatTheSameServerRoutesByAtOnceAndAnotherOneSoon() throws Exception {
        try (EmbeddedMariaDb mariaDb = EmbeddedMariaDb.start(folder.resolve("store"), 128);
                SampleHouse one = TwoHouses.on(mariaDb.address(), folder.resolve("one"));
                SampleHouse other = TwoHouses.on(mariaDb.address(), folder.resolve("other"))) {
            SampleHouse.run("migrate", "--config", one.config().toString());
            one.start();
            other.start();
            one.awaitReady(LONGEST);
            other.awaitReady(LONGEST);
            StringBuilder csv = new StringBuilder("number,rate_center,state\n");
            for (int i = 0; i < NUMBERS; i++) {
                csv.append("+188855501%02d,,%n".formatted(i));
            }
            one.importAccount(Files.writeString(folder.resolve("numbers.csv"), csv));
            makePool(one, POOL, NUMBERS * 2 / 3);
            makePool(one, "busy", NUMBERS / 3);
            TwoHouses.awaitToken(other, one.token(), POOL);
            Histogram quiet = new Histogram(3);
            Histogram busy = new Histogram(3);
            try (OperatorClient here = OperatorClient.of(one.data());
                    OperatorClient there = OperatorClient.of(other.data())) {
                measure(one, here, there, "quiet-", quiet);
                try (LeaseClients _ = new LeaseClients(List.of(one.http(), other.http()), one.token(), "busy")) {
                    measure(one, here, there, "busy-", busy);
                }
            }
            callsRightAfterTheAnswer(one);
            Scale.proof("lease-visibility", """
                    # When a lease is seen

                    Written by `./dev prove lease-visibility` (`LeaseVisibilityIT`): two servers, each a process of its own, on one database and
                    two cores. From the moment the client has the answer to its lease until a server routes the number by it; asked over HTTP,
                    so a round trip of that is in it.

                    | where | leases | not there at once | p50 | p99 | longest | goal |
                    | --- | ---: | ---: | ---: | ---: | ---: | --- |
                    | same server | %d | 0 | | | | at once |
                    | same server, an INVITE sent at once | %d | 0 | | | | at once |
                    %s%s""".formatted(
                    LEASES, CALLS, row("other server", quiet), row("other server, 64 clients lease meanwhile", busy)));
        }
    }

    private static String row(String where, Histogram micros) {
        return String.format(
                Locale.ROOT,
                "| %s | %d | | %.1f ms | %.1f ms | %.1f ms | p99 ≤ 50 ms |%n",
                where,
                micros.getTotalCount(),
                micros.getValueAtPercentile(50) / 1000.0,
                micros.getValueAtPercentile(99) / 1000.0,
                micros.getMaxValue() / 1000.0);
    }

    /** Every other lease is looked for on the server that made it, the others on the other one. */
    private static void measure(
            SampleHouse house, OperatorClient here, OperatorClient there, String visitors, Histogram micros)
            throws Exception {
        for (int i = 0; i < LEASES; i++) {
            JsonNode lease = lease(house, visitors + i);
            long heard = System.nanoTime();
            if (i % 2 == 0) {
                assertThat(routes(here, lease))
                        .as("%s, on the server that made it", lease)
                        .isTrue();
            } else {
                while (!routes(there, lease)) {
                    assertThat(System.nanoTime() - heard)
                            .as("%s, on the other server", lease)
                            .isLessThan(10_000_000_000L);
                }
                micros.recordValue((System.nanoTime() - heard) / 1_000);
            }
        }
    }

    private static void callsRightAfterTheAnswer(SampleHouse house) throws Exception {
        Map<String, String> leaseOfCall = new HashMap<>();
        try (SipSocket caller = new SipSocket("127.0.0.1:0");
                SipSocket gateway = new SipSocket(house.gateway())) {
            for (int i = 0; i < CALLS; i++) {
                JsonNode lease = lease(house, "caller-" + i);
                caller.send(
                        house.sip(), caller.invite(lease.path("promo_number").asString(), house.sip(), "visible" + i));
                String invite = gateway.receive("INVITE");
                gateway.send(house.sip(), gateway.answer(invite, "486 Busy Here"));
                caller.receive("SIP/2.0 486");
                leaseOfCall.put(
                        "visible" + i + "@caller", lease.path("lease_id").asString());
            }
        }
        Map<String, String> recorded = new HashMap<>();
        long until = System.nanoTime() + LONGEST.toNanos();
        while (recorded.size() < CALLS && System.nanoTime() < until) {
            for (JsonNode call : house.calls()) {
                recorded.put(
                        call.path("sip_call_id").asString(),
                        call.path("lease_id").asString() + " "
                                + call.path("attribution_status").asString());
            }
        }
        leaseOfCall.replaceAll((_, lease) -> lease + " leased");
        assertThat(recorded).isEqualTo(leaseOfCall);
    }
}
