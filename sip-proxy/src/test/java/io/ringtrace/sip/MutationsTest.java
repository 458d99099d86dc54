package io.ringtrace.sip;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.PooledByteBufAllocator;
import io.ringtrace.sip.counters.Count;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Spoiled messages from a trunk's, a gateway's and a stranger's address, over UDP and TCP, to a proxy of two shards with calls on it. What
 * counts is what the proxy has handled by its own counters, so a message that was lost on the way does not.
 */
@Tag("proof")
@Tag("mutations")
@DisplayName("Mutated messages")
class MutationsTest {
    private static final int MESSAGES = Scale.pick(5_000, 1_000_000);
    private static final int AT_ONCE = 50;
    private static final int MOST_BYTES_AT_ONCE = 60_000;
    private static final long SEED = 20261123;
    private static final long HEAP_BOUND = 4L * 1024 * 1024;

    private final Mutator mutator = new Mutator(SEED);
    private final List<byte[]> ofTrunk = new ArrayList<>();
    private final List<byte[]> ofGateway = new ArrayList<>();
    private Ladder ladder;
    private int sent;

    private static List<byte[]> corpus() throws Exception {
        List<byte[]> messages = new ArrayList<>();
        Path folder = Path.of(Objects.requireNonNull(MutationsTest.class.getResource("message/torture"))
                .toURI());
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                messages.add(Files.readAllBytes(file));
            }
        }
        return messages;
    }

    @BeforeEach
    void start() throws Exception {
        ladder = new Ladder(settings -> settings.withShards(2), 2);
        ladder.journal.counts = true;
        ofTrunk.addAll(corpus());
        ofGateway.addAll(corpus());
    }

    @AfterEach
    void stop() {
        ladder.close();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Messages of a call that is there: they reach transactions and pass the cookie. */
    private void addMessagesOfACall() {
        Party caller = ladder.caller;
        Party gateway = ladder.gateway;
        ladder.connects(Ladder.PROMO);
        for (String method : List.of("BYE", "INFO", "INVITE", "ACK", "PRACK")) {
            ofTrunk.add(bytes(caller.inDialog(method)));
            ofGateway.add(bytes(gateway.inDialog(method)));
        }
        caller.invites(Ladder.PROMO);
        caller.receives("100");
        ofTrunk.add(bytes(caller.lastSent()));
        ofTrunk.add(bytes(caller.cancelText("Reason: SIP;cause=200\r\n")));
        SipText invite = gateway.receives("INVITE");
        for (int status : new int[] {100, 180, 183, 200, 302, 407, 486, 503, 603}) {
            ofGateway.add(bytes(gateway.answerText(invite, status)));
        }
        ofTrunk.add(bytes(caller.inviteText("sip:" + Ladder.PROMO + "@" + caller.proxyHostPort())
                .replaceFirst("Via: ", "Via: SIP/2.0/TCP 192.0.2.1;branch=z9hG4bKx;rport, ")));
    }

    /** Where a request with a good cookie goes is left as it is: nothing is to leave this machine. */
    private byte[] next(List<byte[]> corpus) {
        byte[] original = corpus.get(mutator.below(corpus.size()));
        String target = target(original);
        while (true) {
            byte[] mutated = mutator.mutated(original);
            if (target.isEmpty() || target.equals(target(mutated))) {
                return mutated;
            }
        }
    }

    private static String target(byte[] message) {
        String text = new String(message, StandardCharsets.ISO_8859_1);
        if (!text.contains("Route: <sip:1")) {
            return "";
        }
        return text.lines().findFirst().orElse("")
                + text.lines()
                        .filter(l -> l.startsWith("Route: <sip:1"))
                        .distinct()
                        .toList();
    }

    private void overUdp(int messages) throws Exception {
        long until = ladder.received() + messages;
        InetSocketAddress proxy = ladder.proxy.boundAddresses().getFirst();
        try (DatagramSocket trunk = new DatagramSocket(new InetSocketAddress("127.0.1.1", 0));
                DatagramSocket gateway = new DatagramSocket(new InetSocketAddress("127.0.2.1", 0));
                DatagramSocket stranger = new DatagramSocket(new InetSocketAddress("127.0.9.1", 0))) {
            while (ladder.received() < until) {
                int room = MOST_BYTES_AT_ONCE;
                for (int i = 0; i < AT_ONCE && room > 0; i++) {
                    int who = mutator.below(20);
                    byte[] message = next(who < 10 ? ofTrunk : ofGateway);
                    (who < 10 ? trunk : who < 19 ? gateway : stranger)
                            .send(new DatagramPacket(message, message.length, proxy));
                    room -= message.length;
                    sent++;
                }
                timePasses();
            }
        }
    }

    private void overTcp(int messages) throws Exception {
        long until = ladder.received() + messages;
        InetSocketAddress proxy = ladder.proxy.boundAddresses().get(1);
        while (ladder.received() < until) {
            boolean trunk = mutator.below(2) == 0;
            InetAddress from = InetAddress.ofLiteral(trunk ? "127.0.1.1" : "127.0.2.1");
            try (Socket socket = new Socket(proxy.getAddress(), proxy.getPort(), from, 0)) {
                socket.setSoTimeout(10_000);
                OutputStream out = socket.getOutputStream();
                Thread reader = Thread.ofVirtual().start(() -> drain(socket));
                for (int i = 0; i < AT_ONCE && reader.isAlive(); i++) {
                    out.write(next(trunk ? ofTrunk : ofGateway));
                    sent++;
                }
                socket.shutdownOutput();
                reader.join();
            } catch (IOException _) {
                // The proxy closes a stream in which it finds no message's end; the next connection goes on.
            }
            timePasses();
        }
    }

    private static void drain(Socket socket) {
        try (InputStream in = socket.getInputStream()) {
            in.transferTo(OutputStream.nullOutputStream());
        } catch (IOException _) {
            // reset
        }
    }

    private void timePasses() throws InterruptedException {
        ladder.clock.advance(50);
        ladder.proxy.tick();
        ladder.proxy.tick();
    }

    /** Every timer runs out, and what then is still held is no more than at the last time. */
    private long heapWhenAllIsOver() throws InterruptedException {
        for (int i = 0; i < 1_000; i++) {
            ladder.clock.advance(500);
            ladder.proxy.tick();
        }
        ladder.clock.advance(Duration.ofHours(5).toMillis());
        ladder.proxy.tick();
        ladder.clock.advance(Duration.ofMinutes(5).toMillis());
        ladder.proxy.tick();
        assertThat(ladder.count(Count.SERVER_TRANSACTIONS)).isZero();
        assertThat(ladder.count(Count.CLIENT_TRANSACTIONS)).isZero();
        assertThat(ladder.count(Count.LIVE_CALLS)).isZero();
        assertThat(ladder.proxy.connections()).isZero();
        Runtime runtime = Runtime.getRuntime();
        for (int i = 0; i < 3; i++) {
            System.gc();
            Thread.sleep(50);
        }
        return runtime.totalMemory() - runtime.freeMemory();
    }

    private void callsAreServedAsEver() throws Exception {
        for (int i = 0; i < 8; i++) {
            ladder.connects(Ladder.PROMO);
            ladder.caller.hangsUp();
            ladder.gateway.receives("BYE");
            ladder.gateway.answers(200);
            ladder.caller.receives("200");
        }
    }

    private void quiet() {
        ladder.caller.forgetsWhatCame();
        ladder.gateway.forgetsWhatCame();
        ladder.secondGateway.forgetsWhatCame();
    }

    private long[] round(int messages) throws Exception {
        ofTrunk.clear();
        ofGateway.clear();
        ofTrunk.addAll(corpus());
        ofGateway.addAll(corpus());
        addMessagesOfACall();
        long udp = ladder.received();
        overUdp(messages * 2 / 3);
        long tcp = ladder.received();
        overTcp(messages / 3);
        long end = ladder.received();
        long heap = heapWhenAllIsOver();
        quiet();
        return new long[] {tcp - udp, end - tcp, heap};
    }

    @Test
    void leaveNoFaultNoStuckThreadAndNoMemory() throws Exception {
        long[] first = round(MESSAGES / 2);
        long pinned = PooledByteBufAllocator.DEFAULT.pinnedDirectMemory();
        long[] second = round(MESSAGES / 2);
        callsAreServedAsEver();
        assertThat(ladder.count(Count.FAULTS)).isZero();
        assertThat(ladder.count(Count.EVENTS_LOST)).isZero();
        long grown = second[2] - first[2];
        assertThat(grown).isLessThan(HEAP_BOUND);
        heapWhenAllIsOver();
        assertThat(PooledByteBufAllocator.DEFAULT.pinnedDirectMemory()).isLessThanOrEqualTo(pinned);
        assertThat(first[0] + first[1] + second[0] + second[1]).isGreaterThanOrEqualTo(MESSAGES - 4);
        Scale.prove(
                "mutations.md",
                List.of(
                        "# Mutated messages",
                        "",
                        "Written by `./dev prove mutations` (`MutationsTest`): seeded mutations of RFC 4475's and RFC"
                                + " 5118's messages and of live calls' own,",
                        "to a proxy of two shards. Handled: by its own counters; most of what is sent behind a broken"
                                + " message on a stream is lost with the",
                        "connection. Heap: after a forced collection, when every timer has run out and no transaction,"
                                + " call or connection is left.",
                        "",
                        "| sent | handled over UDP | handled over TCP | faults | heap after the first half | after the"
                                + " second |",
                        "| --- | --- | --- | --- | --- | --- |",
                        "| %d | %d | %d | %d | %d KiB | %d KiB |"
                                .formatted(
                                        sent,
                                        first[0] + second[0],
                                        first[1] + second[1],
                                        ladder.count(Count.FAULTS),
                                        first[2] / 1024,
                                        second[2] / 1024)));
    }
}
