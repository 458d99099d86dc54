package io.ringtrace.store;

import io.ringtrace.attribution.AttributionResult;
import io.ringtrace.attribution.Lease;
import io.ringtrace.call.CallEvent;
import io.ringtrace.call.CallId;
import io.ringtrace.call.CallRecorder;
import io.ringtrace.call.InviteKey;
import io.ringtrace.call.PhoneNumber;
import io.ringtrace.store.directory.DirectoryBenchmarkFixture;
import io.ringtrace.store.directory.NumberDirectory;
import io.ringtrace.store.journal.Journal;
import io.ringtrace.store.journal.JournalPosition;
import io.ringtrace.store.journal.JournalSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/** What a shard pays for one journal entry and for one look-up; run by {@link #main}. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class JournalAndDirectoryBenchmark {
    private static final long NOW = 1_800_000_000_000L;
    private static final long FIRST = 18_000_000_000L;
    private static final int NUMBERS = 1_000_000;

    private Path folder = Path.of("unset");
    private Journal journal = new Journal(folder, 1, JournalSettings.defaults());
    private NumberDirectory directory = new NumberDirectory(new HandClock(NOW));
    private CallEvent began = began();
    private int at;

    @Setup(Level.Trial)
    public void setUp() throws IOException {
        folder = Files.createTempDirectory("ringtrace-bench-");
        journal = new Journal(
                folder, 1, new JournalSettings(16L << 20, 512L << 20, Duration.ZERO, Duration.ofMillis(10)));
        journal.start();
        directory = DirectoryBenchmarkFixture.leased(new HandClock(NOW), FIRST, NUMBERS, NOW);
        began = began();
    }

    @TearDown(Level.Trial)
    public void tearDown() throws IOException {
        journal.close();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    @Benchmark
    public boolean append() {
        CallRecorder recorder = journal.recorder(0);
        boolean recorded = recorder.record(began);
        if (!recorded) {
            // As a drain would: all that is full may go.
            journal.drained(0, new JournalPosition(Long.MAX_VALUE, 0));
        }
        return recorded;
    }

    @Benchmark
    public AttributionResult lookUp() {
        at = at + 7919 & 0xFFFFF;
        return directory.lookUp(new PhoneNumber(FIRST + at % NUMBERS), NOW);
    }

    private static CallEvent began() {
        PhoneNumber promo = new PhoneNumber(18_005_550_123L);
        PhoneNumber destination = new PhoneNumber(13_125_550_199L);
        return new CallEvent.Began(
                new CallId(NOW << 16, 42),
                NOW,
                "3848276298220188511@atlanta.example.com",
                "acme-east",
                new PhoneNumber(13_125_550_100L),
                false,
                "+18005550123",
                promo,
                new AttributionResult.Leased(new Lease(
                        promo,
                        7,
                        5,
                        6,
                        "0195b1f2-8d1e-7000-8000-000000000001",
                        destination,
                        NOW,
                        NOW,
                        NOW + 300_000,
                        NOW + 259_200_000)),
                destination,
                "v12",
                0,
                new InviteKey(1, 2));
    }

    public static void main(String[] arguments) throws RunnerException {
        new Runner(new OptionsBuilder()
                        .include(JournalAndDirectoryBenchmark.class.getName())
                        .addProfiler(GCProfiler.class)
                        .jvmArgsAppend("--enable-native-access=ALL-UNNAMED")
                        .build())
                .run();
    }
}
