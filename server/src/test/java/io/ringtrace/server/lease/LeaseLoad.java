package io.ringtrace.server.lease;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;
import org.HdrHistogram.Histogram;

/**
 * Many clients on one thread, as cheap as can be: keep-alive connections from many addresses of this machine, each with one request for a
 * number at a time.
 */
final class LeaseLoad implements AutoCloseable {
    private static final int LONGEST_ANSWER = 16 * 1024;
    private static final long LONGEST_SILENCE_NANOS = 30_000_000_000L;
    private static final byte[] END_OF_HEADERS = "\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] LENGTH = "content-length: ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] RETRY = "retry-after: ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] NUMBER = "\"promo_number\":\"".getBytes(StandardCharsets.US_ASCII);

    /**
     * What the clients saw.
     *
     * @param leases answers with a number
     * @param refused 503 and 429, each with Retry-After
     * @param none 409: all numbers of the pool were guaranteed
     * @param others any other answer
     * @param latencyMicros of the answers with a number; from the moment at which the request should have been sent
     */
    record Seen(long leases, long refused, long none, long others, long nanos, Histogram latencyMicros) {
        double perSecond() {
            return leases * 1e9 / nanos;
        }

        double millis(double percentile) {
            return latencyMicros.getValueAtPercentile(percentile) / 1000.0;
        }
    }

    private final Selector selector = Selector.open();
    private final List<Client> clients = new ArrayList<>();
    private final Deque<Client> free = new ArrayDeque<>();
    private boolean paced;
    private Supplier<String> targets = () -> "/";
    private boolean ending;
    private int idle;
    private long leases;
    private long refused;
    private long none;
    private long others;
    private Histogram latency = new Histogram(3);

    /** Connects them all. */
    LeaseLoad(URI server, int connections) throws IOException {
        for (int i = 0; i < connections; i++) {
            SocketChannel channel = SocketChannel.open();
            // A source of its own for each few clients: the server limits the rate of one.
            channel.bind(new InetSocketAddress("127.0.1." + (1 + i % 200), 0));
            channel.connect(new InetSocketAddress(server.getHost(), server.getPort()));
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.configureBlocking(false);
            Client client = new Client(channel);
            channel.register(selector, SelectionKey.OP_READ, client);
            clients.add(client);
        }
    }

    /**
     * Every client asks, and asks again as soon as it is answered, until the time is over; then the last answers are awaited.
     *
     * @param mostLeases it ends earlier when there are as many
     * @param next the next request's path and query
     */
    Seen run(Duration time, long mostLeases, Supplier<String> next) throws IOException {
        return run(time, mostLeases, next, 0);
    }

    /**
     * As {@link #run(Duration, long, Supplier)}, but the requests come at this rate, however long the answers take; one that finds all
     * clients busy waits for the first that is not, and counts from when it should have been sent.
     *
     * @param perSecond 0 for as fast as answers come
     */
    Seen run(Duration time, long mostLeases, Supplier<String> next, int perSecond) throws IOException {
        targets = next;
        paced = perSecond > 0;
        ending = false;
        idle = 0;
        leases = 0;
        refused = 0;
        none = 0;
        others = 0;
        latency = new Histogram(3);
        long begun = System.nanoTime();
        long until = begun + time.toNanos();
        free.clear();
        if (paced) {
            free.addAll(clients);
        } else {
            for (Client client : clients) {
                client.ask(begun);
            }
        }
        long asked = 0;
        long heardAt = begun;
        while (idle < clients.size()) {
            long now = System.nanoTime();
            ending = now >= until || leases + clients.size() > mostLeases;
            while (paced && !ending && !free.isEmpty()) {
                long due = begun + asked * 1_000_000_000L / perSecond;
                if (due > now) {
                    break;
                }
                free.remove().ask(due);
                asked++;
            }
            if (paced && ending) {
                idle += free.size();
                free.clear();
            }
            if (selector.select(paced && !ending ? 1 : 100) == 0) {
                if (now - heardAt > LONGEST_SILENCE_NANOS) {
                    throw new IOException("no answer for so long, while " + (clients.size() - idle) + " clients wait");
                }
                continue;
            }
            heardAt = now;
            for (SelectionKey key : selector.selectedKeys()) {
                if (key.attachment() instanceof Client client) {
                    client.hear();
                }
            }
            selector.selectedKeys().clear();
        }
        return new Seen(leases, refused, none, others, System.nanoTime() - begun, latency);
    }

    private final class Client {
        private final SocketChannel channel;
        private final ByteBuffer answer = ByteBuffer.allocate(LONGEST_ANSWER);
        private long askedAt;

        Client(SocketChannel channel) {
            this.channel = channel;
        }

        /** @param due when it should be sent */
        void ask(long due) throws IOException {
            ByteBuffer request = ByteBuffer.wrap(
                    ("GET " + targets.get() + " HTTP/1.1\r\nHost: leases\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            askedAt = due;
            channel.write(request);
            if (request.hasRemaining()) {
                throw new IOException("a request did not fit into the socket");
            }
        }

        void hear() throws IOException {
            if (channel.read(answer) < 0) {
                throw new IOException("the server closed a connection");
            }
            int headers = indexOf(END_OF_HEADERS, 0, answer.position());
            if (headers < 0) {
                return;
            }
            int body = headers + END_OF_HEADERS.length;
            if (answer.position() < body + length(headers)) {
                return;
            }
            count(body);
            answer.clear();
            if (ending) {
                idle++;
            } else if (paced) {
                free.add(this);
            } else {
                ask(System.nanoTime());
            }
        }

        private void count(int body) {
            int status = (answer.get(9) - '0') * 100 + (answer.get(10) - '0') * 10 + answer.get(11) - '0';
            if (status == 200 && indexOf(NUMBER, body, answer.position()) >= 0) {
                leases++;
                latency.recordValue((System.nanoTime() - askedAt) / 1_000);
            } else if ((status == 503 || status == 429) && indexOfName(RETRY, body) >= 0) {
                refused++;
            } else if (status == 409) {
                none++;
            } else {
                others++;
            }
        }

        private int length(int headers) throws IOException {
            int at = indexOfName(LENGTH, headers);
            if (at < 0) {
                throw new IOException("an answer without its length: "
                        + new String(answer.array(), 0, headers, StandardCharsets.US_ASCII));
            }
            int length = 0;
            for (int i = at + LENGTH.length; answer.get(i) != '\r'; i++) {
                length = length * 10 + answer.get(i) - '0';
            }
            return length;
        }

        /** A header's name is the same in capitals. */
        private int indexOfName(byte[] wanted, int to) {
            for (int i = 0; i <= to - wanted.length; i++) {
                int j = 0;
                while (j < wanted.length && (answer.get(i + j) | 0x20) == wanted[j]) {
                    j++;
                }
                if (j == wanted.length) {
                    return i;
                }
            }
            return -1;
        }

        private int indexOf(byte[] wanted, int from, int to) {
            for (int i = from; i <= to - wanted.length; i++) {
                int j = 0;
                while (j < wanted.length && answer.get(i + j) == wanted[j]) {
                    j++;
                }
                if (j == wanted.length) {
                    return i;
                }
            }
            return -1;
        }
    }

    @Override
    public void close() throws IOException {
        for (Client client : clients) {
            client.channel.close();
        }
        selector.close();
    }
}
