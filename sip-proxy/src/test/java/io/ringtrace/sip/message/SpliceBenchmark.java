package io.ringtrace.sip.message;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.ringtrace.routing.Transport;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
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

/** What writing one message costs: a 2 KB INVITE forwarded, a 180 passed back, a 100 of our own. Run by its own main. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class SpliceBenchmark {
    private final SipMessage invite = Messages.parse(
            Messages.INVITE.replace("Content-Length: 11\n", "X-Long: " + "y".repeat(1200) + "\nContent-Length: 11\n"));
    private final SipMessage ringing = Messages.parse(Messages.INVITE.replace(
            "INVITE sip:+18005550123@192.0.2.10:5060;user=phone SIP/2.0", "SIP/2.0 180 Ringing"));
    private final SentBy ours = new SentBy(Transport.UDP, "192.0.2.10", 5060);
    private final byte[] branch = "z9hG4bK0123456789".getBytes(StandardCharsets.US_ASCII);
    private final RequestSplice request = new RequestSplice();
    private final ResponseSplice response = new ResponseSplice();
    private final LocalResponse local = new LocalResponse();
    private final ByteBuf out = Unpooled.directBuffer(8192);

    @Benchmark
    public int inviteForwarded() {
        request.begin(invite)
                .requestUri("sip:+12125550199@203.0.113.5")
                .source("192.0.2.1", 5060)
                .via(ours, branch, 0, branch.length)
                .recordRoute(ours, branch, 0, branch.length)
                .writeTo(out.clear());
        return out.readableBytes();
    }

    @Benchmark
    public int ringingPassedBack() {
        response.begin(ringing).writeTo(out.clear());
        return out.readableBytes();
    }

    @Benchmark
    public int trying() {
        local.begin(invite, 100, "Trying").source("192.0.2.1", 5060).writeTo(out.clear());
        return out.readableBytes();
    }

    public static void main(String[] arguments) throws RunnerException {
        new Runner(new OptionsBuilder()
                        .include(SpliceBenchmark.class.getSimpleName())
                        .addProfiler(GCProfiler.class)
                        .build())
                .run();
    }
}
