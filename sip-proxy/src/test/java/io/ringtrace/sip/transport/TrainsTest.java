package io.ringtrace.sip.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.ringtrace.routing.Transport;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class TrainsTest {
    private static final int MOST = 70;
    private static final int ANY = 65_507;
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
    private static final Listener LISTENER = new Listener(0, Transport.UDP, new InetSocketAddress(LOOPBACK, 5060));

    private final SendQueue queue = new SendQueue();
    private final Trains trains = new Trains(MOST);
    private int number;

    @AfterEach
    void release() {
        queue.remove(queue.size());
    }

    /** A peer's hop is another object each time. */
    private static Hop peer(int port) {
        return new Hop(new InetSocketAddress(LOOPBACK, port), LISTENER);
    }

    /** The datagrams are told apart by their numbers, from 0. */
    private void waits(int call, int length, int port) {
        ByteBuf buffer = Unpooled.buffer(length).writeInt(number++);
        queue.offer(buffer.writerIndex(length), peer(port), call);
    }

    private List<List<Integer>> formed(int longest) {
        trains.form(queue, longest);
        List<List<Integer>> formed = new ArrayList<>();
        int at = 0;
        for (int i = 0; i < trains.count(); i++) {
            List<Integer> train = new ArrayList<>();
            for (int end = at + trains.datagrams(i); at < end; at++) {
                train.add(queue.buffer(at).getInt(0));
            }
            formed.add(train);
        }
        assertThat(trains.datagramsOfFirst(trains.count())).isEqualTo(at);
        return formed;
    }

    @Test
    @DisplayName("datagrams of one length for one peer go together, and each call's stay in their order")
    void byLengthAndPeer() {
        waits(1, 400, 7);
        waits(1, 700, 7);
        waits(2, 400, 7);
        waits(2, 400, 8);
        waits(2, 700, 7);
        waits(3, 400, 8);
        assertThat(formed(ANY)).containsExactly(List.of(0, 2), List.of(1, 4), List.of(3, 5));
    }

    @Test
    void noneOvertakesAnotherOneOfItsCall() {
        waits(1, 700, 7);
        waits(2, 400, 7);
        waits(2, 700, 7);
        waits(3, 700, 7);
        assertThat(formed(ANY)).containsExactly(List.of(0, 3), List.of(1), List.of(2));
    }

    @Test
    @DisplayName(
            "what is of no known call overtakes nothing and is overtaken by nothing, but for other peers' datagrams")
    void ofNoCall() {
        waits(1, 400, 7);
        waits(0, 500, 7);
        waits(2, 400, 7);
        waits(0, 400, 7);
        waits(3, 300, 8);
        waits(3, 500, 8);
        waits(4, 300, 8);
        assertThat(formed(ANY)).containsExactly(List.of(0), List.of(1), List.of(2, 3), List.of(4, 6), List.of(5));
    }

    @Test
    @DisplayName("no train has more than 64 datagrams, or more bytes than one UDP datagram could")
    void bounds() {
        for (int i = 0; i < MOST; i++) {
            waits(1, 100, 7);
        }
        assertThat(formed(ANY))
                .containsExactly(
                        IntStream.range(0, 64).boxed().toList(),
                        IntStream.range(64, MOST).boxed().toList());
        queue.remove(queue.size());
        number = 0;
        for (int i = 0; i < 5; i++) {
            waits(i, 16_400, 7);
        }
        assertThat(formed(ANY)).containsExactly(List.of(0, 1, 2), List.of(3, 4));
    }

    @Test
    void longerOnesThanTheLongestGoAlone() {
        waits(1, 400, 7);
        waits(2, 401, 7);
        waits(3, 401, 7);
        waits(4, 400, 7);
        assertThat(formed(400)).containsExactly(List.of(0, 3), List.of(1), List.of(2));
        assertThat(formed(0)).containsExactly(List.of(0), List.of(3), List.of(1), List.of(2));
    }

    @Test
    @DisplayName(
            "1,000 queues by chance: every datagram leaves, trains are of one peer and length, calls keep their order")
    void byChance() {
        SplittableRandom random = new SplittableRandom(1);
        for (int round = 0; round < 1_000; round++) {
            queue.remove(queue.size());
            number = 0;
            int many = 1 + random.nextInt(2 * MOST);
            for (int i = 0; i < many; i++) {
                waits(random.nextInt(6), 4 + random.nextInt(3), random.nextInt(3));
            }
            List<List<Integer>> formed = formed(random.nextInt(4, 9));
            int leaving = Math.min(many, MOST);
            assertThat(formed.stream().flatMap(List::stream))
                    .containsExactlyInAnyOrderElementsOf(
                            IntStream.range(0, leaving).boxed().toList());
            int at = 0;
            Map<String, Integer> lastOfCall = new HashMap<>();
            for (List<Integer> train : formed) {
                for (int datagram : train) {
                    assertThat(queue.buffer(at).readableBytes())
                            .isEqualTo(
                                    queue.buffer(at - train.indexOf(datagram)).readableBytes());
                    assertThat(queue.hop(at)).isEqualTo(queue.hop(at - train.indexOf(datagram)));
                    assertThat(lastOfCall.merge(queue.hop(at) + " " + queue.call(at), datagram, Math::max))
                            .isEqualTo(datagram);
                    at++;
                }
            }
            assertUnknownCallsKeepTheirPlace(leaving);
            for (int i = leaving; i < many; i++) {
                assertThat(queue.buffer(i).getInt(0)).isEqualTo(i);
            }
        }
    }

    private void assertUnknownCallsKeepTheirPlace(int leaving) {
        for (int i = 0; i < leaving; i++) {
            for (int j = 0; j < i; j++) {
                if ((queue.call(i) == 0 || queue.call(j) == 0) && queue.hop(i).equals(queue.hop(j))) {
                    assertThat(queue.buffer(j).getInt(0))
                            .isLessThan(queue.buffer(i).getInt(0));
                }
            }
        }
    }
}
