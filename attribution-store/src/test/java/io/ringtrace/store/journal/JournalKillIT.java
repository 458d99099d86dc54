package io.ringtrace.store.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.attribution.AttributionResult;
import io.ringtrace.call.CallEvent;
import io.ringtrace.call.CallId;
import io.ringtrace.call.CallRecorder;
import io.ringtrace.store.Scale;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("proof")
@Tag("journal")
@DisplayName("kill -9 of the process that writes a journal")
class JournalKillIT {
    private static final JournalSettings SETTINGS =
            new JournalSettings(256 * 1024, 4L << 30, Duration.ofHours(1), Duration.ofMillis(20));

    @TempDir
    Path folder;

    @Test
    void losesNoAcknowledgedEntry() throws Exception {
        int kills = Scale.pick(4, 50);
        Set<CallId> acknowledged = new HashSet<>();
        for (int kill = 0; kill < kills; kill++) {
            Process writer = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "--enable-native-access=ALL-UNNAMED",
                            "-cp",
                            System.getProperty("java.class.path"),
                            Writer.class.getName(),
                            folder.toString(),
                            Integer.toString(kill))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try (BufferedReader lines =
                    new BufferedReader(new InputStreamReader(writer.getInputStream(), StandardCharsets.US_ASCII))) {
                int enough = 2000 + 131 * kill;
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    if (line.length() == 27 && line.charAt(0) == '!') {
                        acknowledged.add(CallId.parse(line.substring(1)));
                    }
                    if (--enough == 0) {
                        // By its handle: the process object would close the pipe that still holds acknowledgements.
                        writer.toHandle().destroyForcibly();
                    }
                }
            } finally {
                writer.destroyForcibly();
                assertThat(writer.waitFor(10, TimeUnit.SECONDS)).isTrue();
            }
        }
        assertThat(acknowledged).hasSizeGreaterThan(2000 * kills);

        int written = acknowledged.size();
        Set<CallId> began = new HashSet<>();
        Set<CallId> ended = new HashSet<>();
        try (Journal journal = new Journal(folder, 1, SETTINGS)) {
            journal.start();
            try (ShardReader reader = journal.read(0, JournalPosition.START)) {
                for (JournalEntry entry = reader.next(); entry != null; entry = reader.next()) {
                    CallEvent event = ((JournalEntry.Event) entry).event();
                    (event instanceof CallEvent.Ended ? ended : began).add(event.callId());
                }
            }
        }
        acknowledged.removeAll(began);
        assertThat(acknowledged).as("lost").isEmpty();
        assertThat(ended.equals(began)).as("closed as interrupted").isTrue();
        Scale.prove(
                "journal-kill.md",
                List.of(
                        "# kill -9 of a process that writes a journal",
                        "",
                        "Written by `./dev prove journal` (`JournalKillIT`).",
                        "",
                        "| kills | entries acknowledged | of them lost | calls left open |",
                        "| --- | --- | --- | --- |",
                        "| " + kills + " | " + written + " | 0 | 0 |"));
    }

    /** The process that is killed: writes calls without end and says each id after its entry was accepted. */
    static final class Writer {
        private Writer() {}

        public static void main(String[] arguments) throws IOException {
            SampleEvents sample = new SampleEvents(Long.parseLong(arguments[1]));
            PrintStream out = new PrintStream(System.out, false, StandardCharsets.US_ASCII);
            try (Journal journal = new Journal(Path.of(arguments[0]), 1, SETTINGS)) {
                journal.start();
                CallRecorder recorder = journal.recorder(0);
                while (!out.checkError()) {
                    CallId id = sample.callId();
                    if (recorder.acceptsNewCalls() && recorder.record(sample.began(id, AttributionResult.UNKNOWN))) {
                        out.println("!" + id);
                    }
                }
            }
        }
    }
}
