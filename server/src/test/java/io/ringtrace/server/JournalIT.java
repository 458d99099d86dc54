package io.ringtrace.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.attribution.AttributionResult;
import io.ringtrace.call.CallEvent;
import io.ringtrace.call.CallId;
import io.ringtrace.call.EndReason;
import io.ringtrace.call.EndedBy;
import io.ringtrace.server.demo.SampleHouse;
import io.ringtrace.store.journal.EncodedEvent;
import io.ringtrace.store.journal.Journal;
import io.ringtrace.store.journal.JournalSettings;
import io.ringtrace.store.node.NodeIdentity;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

@DisplayName("ringtrace journal")
class JournalIT {
    @TempDir
    Path folder;

    @Test
    void inspectsVerifiesAndCarriesADeadNodesJournalIntoTheStoreOfARunningServerWhichThenShowsItsCalls()
            throws Exception {
        Path dead = folder.resolve("dead");
        NodeIdentity.load(dead, "dead");
        try (SampleHouse house = new SampleHouse(folder)) {
            house.start();
            house.awaitReady(Duration.ofSeconds(90));
            CallId call = new CallId(System.currentTimeMillis() << 16, 42);
            leaveOneCall(dead, call);

            assertThat(run("journal", "inspect", house.data().toString())).startsWith("0 ");
            assertThat(run("journal", "verify", house.data().toString()))
                    .startsWith("0 ")
                    .contains("no damage");
            assertThat(run("journal", "inspect", dead.toString(), "--call", call.toString()))
                    .contains("began: dialed 8005550123", "ended: destination_busy");

            assertThat(run("journal", "set-aside", dead.toString())).isEqualTo("0 no event has been set aside\n");
            Files.writeString(dead.resolve("journal/dead-letters.jsonl"), """
                    {"set_aside_at":"2026-11-28T10:00:00Z","shard":"0","why":"Data too long","call_id":"%s","event":"Ended[…]"}
                    """.formatted(call));
            assertThat(run("journal", "set-aside", dead.toString()))
                    .isEqualTo("0 2026-11-28T10:00:00Z  shard 0  call " + call + ": Data too long\n  Ended[…]\n");

            StringWriter followed = new StringWriter();
            Thread follower = follow(house, followed);
            assertThat(run(
                            "journal",
                            "drain",
                            dead.toString(),
                            "--config",
                            house.config().toString()))
                    .startsWith("0 ")
                    .contains("2 events carried into the store, 0 of them set aside");
            List<JsonNode> calls = house.calls();
            assertThat(calls).hasSize(1);
            assertThat(calls.getFirst().path("call_id").asString()).isEqualTo(call.toString());
            assertThat(calls.getFirst().path("end_reason").asString()).isEqualTo("destination_busy");

            showsTheCall(house, call);
            for (int tries = 0; tries < 100 && !followed.toString().contains(call.toString()); tries++) {
                Thread.sleep(100);
            }
            follower.interrupt();
            follower.join(5_000);
            assertThat(followed.toString()).containsOnlyOnce("\"call_id\":\"" + call + "\"");

            Files.writeString(dead.resolve("journal/dead-letters.jsonl"), """
                    {"set_aside_at":"2026-11-28T10:00:00Z","shard":"0","why":"Data too long","entry":"%s"}
                    """.formatted(EncodedEvent.of(busy(call))));
            String[] again = {
                "journal",
                "set-aside",
                dead.toString(),
                "--again",
                "--config",
                house.config().toString()
            };
            assertThat(run(again)).isEqualTo("0 1 events written into the store, 0 refused again, 0 not tried\n");
            assertThat(run(again)).isEqualTo("0 no event has been set aside\n");

            assertThat(house.calls()).as("written twice").isEqualTo(calls);

            assertThat(run(
                            "journal",
                            "drain",
                            house.data().toString(),
                            "--config",
                            house.config().toString()))
                    .as("the running node's own journal")
                    .startsWith("1 ");
        }
    }

    private static Thread follow(SampleHouse house, StringWriter into) {
        PrintWriter writer = new PrintWriter(into, true);
        return Thread.ofPlatform()
                .daemon()
                .start(() -> Main.commandLine()
                        .setOut(writer)
                        .execute(
                                "calls",
                                "--follow",
                                "--format",
                                "json",
                                "--data-directory",
                                house.data().toString()));
    }

    private static void showsTheCall(SampleHouse house, CallId call) {
        String began = Instant.ofEpochMilli(call.madeAtMillis()).toString();
        String[] calls = {"calls", "--data-directory", house.data().toString()};
        assertThat(run(calls)).startsWith("0 START").contains("destination_busy");
        assertThat(run(and(calls, "--format", "csv", "--trunk", "carrier", "--status", "unknown_number")))
                .startsWith("0 call_id,")
                .contains("\n" + call + ",");
        assertThat(run(and(calls, "--format", "json", "--from", began))).contains("\"" + call + "\"");
        assertThat(run(and(calls, "--format", "csv", "--to", began))).doesNotContain(call.toString());
        assertThat(run(and(calls, "--format", "csv", "--trunk", "other"))).doesNotContain(call.toString());
        assertThat(run(and(calls, "--status", "odd"))).startsWith("1 ").contains("attribution_status must be one of");
        assertThat(run(and(calls, "--follow", "--format", "csv"))).startsWith("2 ");
    }

    private static String[] and(String[] words, String... more) {
        return Stream.concat(Arrays.stream(words), Arrays.stream(more)).toArray(String[]::new);
    }

    private static void leaveOneCall(Path dead, CallId call) throws Exception {
        try (Journal journal = new Journal(
                dead.resolve("journal"),
                1,
                new JournalSettings(1 << 20, 16 << 20, Duration.ofHours(1), Duration.ZERO))) {
            journal.start();
            journal.recorder(0)
                    .record(new CallEvent.Began(
                            call,
                            call.madeAtMillis(),
                            "left@carrier",
                            "carrier",
                            null,
                            false,
                            "8005550123",
                            null,
                            AttributionResult.UNKNOWN,
                            null,
                            "v1",
                            0,
                            null));
            journal.recorder(0).record(busy(call));
        }
    }

    private static CallEvent.Ended busy(CallId call) {
        return new CallEvent.Ended(
                call,
                call.madeAtMillis() + 1000,
                EndReason.DESTINATION_BUSY,
                EndedBy.DESTINATION,
                486,
                486,
                null,
                0,
                true,
                List.of());
    }

    /** The exit code and all that was said. */
    private static String run(String... words) {
        StringWriter said = new StringWriter();
        PrintWriter writer = new PrintWriter(said, true);
        int code = Main.commandLine().setOut(writer).setErr(writer).execute(words);
        return code + " " + said;
    }
}
