package io.ringtrace.sip.message;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/** What reading one message costs: a 2 KB INVITE and a 180. Run by its own main. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class ParserBenchmark {
    private final byte[] invite = Messages.bytes(
            Messages.INVITE.replace("Content-Length: 11\n", "X-Long: " + "y".repeat(1200) + "\nContent-Length: 11\n"));
    private final byte[] ringing = Messages.bytes(Messages.INVITE.replace(
            "INVITE sip:+18005550123@192.0.2.10:5060;user=phone SIP/2.0", "SIP/2.0 180 Ringing"));
    private final SipParser parser = new SipParser();
    private final SipMessage message = new SipMessage();
    private final SipMessage kept = new SipMessage();

    @Benchmark
    public @Nullable Flaw invite() {
        return parser.parseDatagram(invite, 0, invite.length, message);
    }

    @Benchmark
    public @Nullable Flaw ringing() {
        return parser.parseDatagram(ringing, 0, ringing.length, message);
    }

    @Benchmark
    public SipMessage inviteKept() {
        parser.parseDatagram(invite, 0, invite.length, message);
        kept.copyFrom(message);
        return kept;
    }

    public static void main(String[] arguments) throws RunnerException {
        new Runner(new OptionsBuilder()
                        .include(ParserBenchmark.class.getSimpleName())
                        .addProfiler(GCProfiler.class)
                        .build())
                .run();
    }
}
