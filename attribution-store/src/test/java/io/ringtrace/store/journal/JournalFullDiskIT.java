package io.ringtrace.store.journal;

import static io.ringtrace.store.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ringtrace.attribution.AttributionResult;
import io.ringtrace.call.CallRecorder;
import io.ringtrace.call.EndReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Needs the right to mount; skipped without it. */
@DisplayName("The journal on a file system of 1 MiB that is really full")
class JournalFullDiskIT {
    private static final int SEGMENT = 128 * 1024;
    private static final JournalSettings SETTINGS =
            new JournalSettings(SEGMENT, 64L << 20, Duration.ZERO, Duration.ofMillis(5));

    @TempDir
    Path folder;

    @BeforeEach
    void mount() throws Exception {
        assumeTrue(
                run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder.toString()) == 0, "mounting is allowed");
    }

    @AfterEach
    void unmount() throws Exception {
        run("umount", folder.toString());
    }

    @Test
    void refusesNewCallsRecordsEndsAndRecoversByItself() throws Exception {
        SampleEvents sample = new SampleEvents(5);
        Path filler = folder.resolve("somebody-elses-file");
        Files.write(filler, new byte[400 * 1024]);
        try (Journal journal = new Journal(folder.resolve("journal"), 1, SETTINGS)) {
            journal.start();
            CallRecorder recorder = journal.recorder(0);
            int began = 0;
            while (journal.hasRoomForAnotherSegment() || recorder.acceptsNewCalls()) {
                if (recorder.acceptsNewCalls()) {
                    assertThat(recorder.record(sample.began(sample.callId(), AttributionResult.UNKNOWN)))
                            .isTrue();
                    began++;
                }
            }
            assertThat(began).isGreaterThan(SEGMENT / 400);
            int ended = 0;
            while (recorder.record(sample.ended(sample.callId(), EndReason.CALLER_HANGUP))) {
                ended++;
            }
            assertThat(ended).isGreaterThan(200);

            Files.delete(filler);
            eventually("room", recorder::acceptsNewCalls);
            assertThat(recorder.record(sample.began(sample.callId(), AttributionResult.UNKNOWN)))
                    .isTrue();
            int read = 0;
            try (ShardReader reader = journal.read(0, JournalPosition.START)) {
                while (reader.next() != null) {
                    read++;
                }
            }
            assertThat(read).isEqualTo(began + ended + 1);
        }
    }

    private static int run(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }
}
