package io.ringtrace.server.demo;

import io.ringtrace.server.command.CallText;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The whole story, with nothing pretended: a server of its own on the embedded store, two visitors who lease promo numbers over HTTP, SIPp
 * as the carrier that brings their calls and as the gateway of their destination. One thread tells it.
 */
public final class Demo {
    private static final String TOLL_FREE_DESTINATION = "+18665550190";
    private static final String LOCAL_DESTINATION = "+12125550190";
    private static final String SECOND_LOCAL_DESTINATION = "+14155550190";
    private static final String NOT_OURS = "+13105550142";
    private static final String CALLER = "+13125550123";
    private static final int HOLD_MILLIS = 1500;

    private final Path home;
    private final Path folder;
    private final PrintWriter out;

    /**
     * @param home where scripts/ and examples/ stand
     * @param folder an empty folder for the server's configuration, data and logs
     */
    public Demo(Path home, Path folder, PrintWriter out) {
        this.home = home;
        this.folder = folder;
        this.out = out;
    }

    /**
     * @param keep leaves the server running and says how to go on
     * @return the exit code
     */
    public int tell(boolean keep) {
        Steps steps = new Steps(out, keep ? 9 : 8);
        try (SampleHouse house = new SampleHouse(folder)) {
            String readLog = "read " + house.log();
            steps.step(
                    "Starting the server on an embedded store",
                    readLog + "; mariadbd must be installed (apt-get install mariadb-server-core)",
                    house::start);
            steps.step("Waiting until it is ready", readLog, () -> {
                house.awaitReady(Duration.ofSeconds(60));
                return house;
            });
            steps.show("SIP on " + house.sip() + " (UDP), HTTP on " + house.http() + ", process "
                    + house.server().pid());

            steps.step("Importing the sample account: 54 promo numbers", readLog, () -> {
                house.importAccount(home.resolve("examples/sample-account/numbers.csv"));
                return house;
            });
            steps.step("Making three RingPools: toll-free, New York, San Francisco", readLog, () -> {
                house.makePool("toll-free-line", "toll_free", TOLL_FREE_DESTINATION, 12);
                house.makePool("new-york-line", "local", LOCAL_DESTINATION, 6);
                house.makePool("san-francisco-line", "local", SECOND_LOCAL_DESTINATION, 6);
                return house;
            });

            List<SampleHouse.Visitor> visitors = steps.step(
                    "Two visitors open the page, and each is lent a promo number",
                    readLog,
                    () -> house.lease(visits()));
            for (SampleHouse.Visitor visitor : visitors) {
                steps.show(visitor.id() + ": the page says " + visitor.destination() + " and shows "
                        + visitor.promoNumber());
            }

            String sippFiles = "look at SIPp's files in " + folder + ", and at " + house.log();
            steps.step(
                    "Both dial the number they see; the destination's gateway answers",
                    sippFiles,
                    () -> dial(house, visitors));
            steps.step(
                    "Somebody dials " + NOT_OURS + ", which is not ours, and hears 404",
                    sippFiles,
                    () -> dialUnknown(house));
            List<JsonNode> calls = steps.step("Reading the call records", readLog, () -> records(house, visitors));
            for (JsonNode call : calls) {
                out.println();
                out.println(CallText.card(call));
            }
            out.println();
            if (keep) {
                PageProcess page = steps.step(
                        "Opening a landing page with the tag on it",
                        "read " + folder.resolve("page.log") + " and " + house.log(),
                        () -> PageProcess.start(home, folder, house, SampleHouse.freeTcpPort()));
                out.println();
                printHowToGoOn(house, page, visitors.getFirst().promoNumber());
                house.release();
            } else {
                out.println(
                        "That is the whole way: a visitor, a number, a call, a record. ./ringtrace demo --keep leaves it running.");
            }
            return 0;
        } catch (Steps.Failed | IOException e) {
            out.println();
            out.println(e.getMessage());
            out.println("All files of this run are in " + folder);
            return 1;
        } finally {
            out.flush();
        }
    }

    private static List<SampleHouse.Visit> visits() {
        return List.of(
                new SampleHouse.Visit(
                        "visitor-ada",
                        "toll-free-line",
                        TOLL_FREE_DESTINATION,
                        Map.of("utm_source", "google", "gclid", "EAIaIQobChMI", "landing_page", "/implants")),
                new SampleHouse.Visit(
                        "visitor-ben",
                        "new-york-line",
                        LOCAL_DESTINATION,
                        Map.of("utm_source", "newsletter", "utm_medium", "email", "landing_page", "/braces")));
    }

    private boolean dial(SampleHouse house, List<SampleHouse.Visitor> visitors) throws IOException {
        Path scenario = home.resolve("scripts/sipp-scenarios/answered-call");
        List<String> numbers =
                visitors.stream().map(v -> v.promoNumber() + ";" + CALLER + ";").toList();
        try (Sipp _ = Sipp.gateway(folder.resolve("gateway"), scenario, house.gateway(), HOLD_MILLIS)) {
            return carrier("carrier", scenario, house, numbers);
        }
    }

    private boolean dialUnknown(SampleHouse house) throws IOException {
        return carrier(
                "unknown",
                home.resolve("scripts/sipp-scenarios/unknown-number"),
                house,
                List.of(NOT_OURS + ";" + CALLER + ";"));
    }

    private boolean carrier(String name, Path scenario, SampleHouse house, List<String> numbers) throws IOException {
        try (Sipp sipp = Sipp.carrier(
                folder.resolve(name),
                new Sipp.Carrier(scenario, house.sip(), "127.0.0.1:0", numbers, numbers.size(), 2, HOLD_MILLIS, 30))) {
            Sipp.Outcome outcome = sipp.await(60);
            if (!outcome.good()) {
                throw new IOException(
                        "SIPp as the carrier ended with " + outcome.exitCode() + ":\n" + outcome.errors());
            }
            return true;
        }
    }

    /** The three records, each checked against what happened. */
    private static List<JsonNode> records(SampleHouse house, List<SampleHouse.Visitor> visitors) throws Exception {
        long deadline = System.nanoTime() + Duration.ofSeconds(15).toNanos();
        while (true) {
            List<JsonNode> all = house.calls();
            List<JsonNode> wanted = new ArrayList<>();
            List<String> missing = new ArrayList<>();
            for (SampleHouse.Visitor visitor : visitors) {
                find(all, wanted, missing, "promo_number", visitor.promoNumber(), wrong -> unlike(wrong, visitor));
            }
            find(
                    all,
                    wanted,
                    missing,
                    "dialed_text",
                    NOT_OURS,
                    call -> expected(call, "end_reason", "unknown_promo_number"));
            if (missing.isEmpty()) {
                return wanted;
            }
            if (System.nanoTime() > deadline) {
                throw new IOException("the call records are not as they should be: " + String.join("; ", missing));
            }
            Thread.sleep(100);
        }
    }

    private static void find(
            List<JsonNode> all,
            List<JsonNode> wanted,
            List<String> missing,
            String field,
            String value,
            java.util.function.Function<JsonNode, @Nullable String> wrong) {
        for (JsonNode call : all) {
            if (call.path(field).asString("").equals(value)) {
                String difference = wrong.apply(call);
                if (difference == null) {
                    wanted.add(call);
                } else {
                    missing.add(difference);
                }
                return;
            }
        }
        missing.add("there is no record with " + field + " " + value);
    }

    private static @Nullable String unlike(JsonNode call, SampleHouse.Visitor visitor) {
        for (Map.Entry<String, String> field : visitor.marketing().entrySet()) {
            String wrong = expected(call.path("marketing_data"), field.getKey(), field.getValue());
            if (wrong != null) {
                return wrong;
            }
        }
        for (Map.Entry<String, String> field : Map.of(
                        "attribution_status", "leased",
                        "visitor_id", visitor.id(),
                        "lease_id", visitor.leaseId(),
                        "destination_number", visitor.destination(),
                        "end_reason", "caller_hangup")
                .entrySet()) {
            String wrong = expected(call, field.getKey(), field.getValue());
            if (wrong != null) {
                return wrong;
            }
        }
        return null;
    }

    private static @Nullable String expected(JsonNode node, String field, String value) {
        String found = node.path(field).asString("");
        return found.equals(value) ? null : field + " should be " + value + " and is '" + found + "'";
    }

    private void printHowToGoOn(SampleHouse house, PageProcess page, String number) {
        out.println("Open " + page.url() + " in a browser: a business's page, with a number of your own on it.");
        out.println();
        out.println("The server goes on running as process " + house.server().pid()
                + ", and the page, which ends with it, as process " + page.pid() + ".");
        out.println("  SIP           " + house.sip() + " (UDP); calls go to the gateway " + house.gateway());
        out.println("  HTTP          " + house.http());
        out.println("  its files     " + folder);
        out.println("Try:");
        out.println("  lease a number     curl -s -H 'Authorization: Bearer " + house.token()
                + "' -H 'Content-Type: application/json' -d '{\"requests\":[{\"pool\":\"toll-free-line\",\"visitor_id\":\"me\",\"marketing_data\":{\"utm_source\":\"curl\"}}]}' "
                + house.http().resolve("/v1/leases"));
        out.println("  call a number      ./dev sipp answered-call --target " + house.sip() + " --gateway "
                + house.gateway() + " --number " + number + " --calls 1");
        out.println("  see the records    ./ringtrace calls --data-directory " + house.data());
        out.println("  see the numbers    ./ringtrace numbers list --network " + SampleHouse.NETWORK
                + " --data-directory " + house.data());
        out.println("  is it well?        curl -s " + house.http().resolve("/health/ready"));
        out.println("  stop it            kill " + house.server().pid() + " && rm -r " + folder);
    }
}
