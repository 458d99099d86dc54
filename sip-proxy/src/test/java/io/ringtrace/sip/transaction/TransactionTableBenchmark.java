package io.ringtrace.sip.transaction;

import io.ringtrace.routing.Transport;
import io.ringtrace.sip.message.Messages;
import io.ringtrace.sip.message.SipMessage;
import io.ringtrace.sip.transport.Hop;
import io.ringtrace.sip.transport.Listener;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
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
import org.openjdk.jmh.annotations.Warmup;

/** What it costs to find a request's transaction among 100,000, to find that there is none, and to make and end one. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class TransactionTableBenchmark {
    private static final int TRANSACTIONS = 100_000;
    private static final int ASKED_FOR = 1024;

    private final InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 5060);
    private final Hop source = new Hop(address, new Listener(0, Transport.UDP, address));
    private final TransactionLayer layer = SampleLayer.of(List.of(), 2 * TRANSACTIONS);
    private final SipMessage[] known = new SipMessage[ASKED_FOR];
    private final SipMessage stranger = request(-1);
    private int next;

    @Setup(Level.Trial)
    public void fill() {
        for (int i = 0; i < TRANSACTIONS; i++) {
            SipMessage request = request(i);
            layer.newNonInviteServer(request, source);
            if (i % (TRANSACTIONS / ASKED_FOR) == 0 && i / (TRANSACTIONS / ASKED_FOR) < ASKED_FOR) {
                known[i / (TRANSACTIONS / ASKED_FOR)] = request;
            }
        }
    }

    private static SipMessage request(int i) {
        return Messages.good("""
                BYE sip:b@127.0.0.1 SIP/2.0
                Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK-%1$d
                Max-Forwards: 70
                From: <sip:a@192.0.2.1>;tag=a%1$d
                To: <sip:b@127.0.0.1>;tag=b
                Call-ID: %1$d@192.0.2.1
                CSeq: 2 BYE
                Content-Length: 0

                """.formatted(i));
    }

    @Benchmark
    public @Nullable ServerTransaction found() {
        next = (next + 1) & (ASKED_FOR - 1);
        return layer.find(known[next]);
    }

    @Benchmark
    public @Nullable ServerTransaction notFound() {
        return layer.find(stranger);
    }

    @Benchmark
    public void madeAndEnded() {
        layer.find(stranger);
        layer.newNonInviteServer(stranger, source).end();
    }
}
