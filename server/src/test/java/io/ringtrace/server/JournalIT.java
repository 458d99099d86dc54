package io.ringtrace.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.attribution.AttributionResult;
import io.ringtrace.call.CallEvent;
import io.ringtrace.call.CallId;
import io.ringtrace.call.EndReason;
import io.ringtrace.call.EndedBy;
import io.ringtrace.server.demo.SampleHouse;
import io.ringtrace.store.journal.Journal;
import io.ringtrace.store.journal.JournalSettings;
import io.ringtrace.store.node.NodeIdentity;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

@DisplayName("ringtrace journal")
class JournalIT {
    private static final long NOW = System.currentTimeMillis();
    private static final CallId CALL = new CallId(NOW << 16, 42);

    @TempDir
    Path folder;

    @Test
    void inspectsVerifiesAndCarriesADeadNodesJournalIntoTheStoreOfARunningServer() throws Exception {
        Path dead = folder.resolve("dead");
        NodeIdentity.load(dead, "dead");
        leaveOneCall(dead);
        try (SampleHouse house = new SampleHouse(folder)) {
            house.start();
            house.awaitReady(Duration.ofSeconds(90));

            assertThat(run("journal", "inspect", house.data().toString())).startsWith("0 ");
            assertThat(run("journal", "verify", house.data().toString()))
                    .startsWith("0 ")
                    .contains("no damage");
            assertThat(run("journal", "inspect", dead.toString(), "--call", CALL.toString()))
                    .contains("began: dialed 8005550123", "ended: destination_busy");
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
            assertThat(calls.getFirst().path("call_id").asString()).isEqualTo(CALL.toString());
            assertThat(calls.getFirst().path("end_reason").asString()).isEqualTo("destination_busy");
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

    private static void leaveOneCall(Path dead) throws Exception {
        try (Journal journal = new Journal(
                dead.resolve("journal"),
                1,
                new JournalSettings(1 << 20, 16 << 20, Duration.ofHours(1), Duration.ZERO))) {
            journal.start();
            journal.recorder(0)
                    .record(new CallEvent.Began(
                            CALL,
                            NOW,
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
            journal.recorder(0)
                    .record(new CallEvent.Ended(
                            CALL,
                            NOW + 1000,
                            EndReason.DESTINATION_BUSY,
                            EndedBy.DESTINATION,
                            486,
                            486,
                            null,
                            0,
                            true,
                            List.of()));
        }
    }

    /** The exit code and all that was said. */
    private static String run(String... words) {
        StringWriter said = new StringWriter();
        PrintWriter writer = new PrintWriter(said, true);
        int code = Main.commandLine().setOut(writer).setErr(writer).execute(words);
        return code + " " + said;
    }
}
