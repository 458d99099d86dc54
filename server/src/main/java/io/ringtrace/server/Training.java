package io.ringtrace.server;

import io.ringtrace.server.demo.SampleHouse;
import io.ringtrace.server.demo.ServerProcess;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Calls for a Java that is to learn: a server of its own on an embedded store, leased numbers, a caller and a gateway in this process. When that
 * server ends, its Java writes down which classes it loaded and which methods were worth compiling (JEP 483 and 515); a later server that reads
 * this starts sooner and compiles in its first seconds what else takes it minutes. One thread.
 */
public final class Training {
    private static final String POOL = "training";
    /** Of numbers whose visitors have been away for a while. */
    private static final String HELD = "held";

    private static final Duration SHORTEST_LIFETIME = Duration.ofSeconds(1);
    /** Of numbers that nobody has been shown. */
    private static final String NEVER_LEASED = "never-leased";

    private static final int HELD_NUMBERS = 20;
    private static final int NEVER_LEASED_NUMBERS = 5;
    private static final String TYPE = "toll_free";
    private static final String DESTINATION = "+14155550111";
    private static final Duration LONGEST_START = Duration.ofSeconds(90);
    /** The cache is written after the last record: a second Java is started for that. */
    private static final Duration LONGEST_END = Duration.ofMinutes(3);

    private static final int CALLS_BETWEEN_LONE_ONES = 30_000;
    /**
     * Few events are written to the store in another way than many; a Java that has seen only many throws compiled code away at the first few.
     * The first of them still come together: the drain rests a second from the many before.
     */
    private static final int LONE_CALLS = RehearsalPeers.CALLS_AT_ONCE + 30;
    /** Longer than the drain rests after one call's events, and so long that fewer than a large batch come in a second. */
    private static final Duration PAUSE_AFTER_LONE_ONE = Duration.ofMillis(100);

    /**
     * New calls are refused when a shard's queue of datagrams has been long for some ticks; a Java that has never seen that would compile the way
     * of a call anew at the first overload, which is when nobody has time for it.
     */
    private static final int CALLS_OF_A_FLOOD = 15_000;

    private final int calls;
    private final Duration longest;

    /**
     * @param calls enough of them
     * @param longest when to end with fewer
     */
    public Training(int calls, Duration longest) {
        this.calls = calls;
        this.longest = longest;
    }

    /**
     * Plays the calls and writes the cache, in place of a former one.
     *
     * @param folder an empty one, for the server's files
     * @return how many calls there were
     * @throws IOException naming what went wrong, and the log to read
     */
    public int write(Path cache, Path folder) throws IOException {
        Path into = cache.toAbsolutePath().getParent();
        if (into == null || !Files.isDirectory(into)) {
            throw new IOException("there is no folder " + into);
        }
        Path fresh = cache.resolveSibling(cache.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        int played;
        try (SampleHouse house = new SampleHouse(folder);
                RehearsalPeers peers = new RehearsalPeers(house.gatewayPort())) {
            ServerProcess server = house.startWith(List.of("-XX:AOTCacheOutput=" + fresh));
            house.awaitReady(LONGEST_START);
            lend(house, folder);
            played = play(peers, house.sipAddress());
            server.terminate();
            int code = server.awaitExit(LONGEST_END.toSeconds());
            if (!Files.isRegularFile(fresh)) {
                throw new IOException("the server ended with " + code + " and left no cache: " + server.lastLines());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        Files.move(fresh, cache, StandardCopyOption.REPLACE_EXISTING);
        return played;
    }

    /** Most numbers that the peers dial are a visitor's; a Java that has seen no others would throw compiled code away at the first of them. */
    private static void lend(SampleHouse house, Path folder) throws IOException {
        Path numbers = folder.resolve("numbers.csv");
        List<String> rows = new ArrayList<>(List.of("number"));
        for (int i = 0; i < RehearsalPeers.NUMBERS; i++) {
            rows.add(Long.toString(RehearsalPeers.FIRST_NUMBER + i));
        }
        Files.write(numbers, rows);
        house.importAccount(numbers);
        int fresh = RehearsalPeers.NUMBERS - HELD_NUMBERS - NEVER_LEASED_NUMBERS;
        house.makePool(POOL, TYPE, DESTINATION, fresh, false);
        house.makePool(HELD, TYPE, DESTINATION, HELD_NUMBERS, false, SHORTEST_LIFETIME);
        house.makePool(NEVER_LEASED, TYPE, DESTINATION, NEVER_LEASED_NUMBERS, false);
        List<SampleHouse.Visit> visits = new ArrayList<>();
        for (int i = 0; i < fresh + HELD_NUMBERS; i++) {
            visits.add(new SampleHouse.Visit(
                    "visitor-" + i,
                    i < fresh ? POOL : HELD,
                    DESTINATION,
                    Map.of("utm_source", "training", "gclid", "g" + i)));
        }
        house.lease(visits);
    }

    private int play(RehearsalPeers peers, InetSocketAddress server) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + longest.toNanos();
        int done = 0;
        int aloneFrom = CALLS_BETWEEN_LONE_ONES;
        while (done < calls && System.nanoTime() < deadline) {
            boolean alone = done >= aloneFrom;
            int now = peers.play(server, alone ? 1 : RehearsalPeers.CALLS_AT_ONCE);
            if (alone && now > done) {
                Thread.sleep(PAUSE_AFTER_LONE_ONE);
            }
            if (now >= aloneFrom + LONE_CALLS) {
                aloneFrom = now + CALLS_BETWEEN_LONE_ONES;
                peers.flood(server, CALLS_OF_A_FLOOD);
            }
            done = now;
        }
        if (done == 0) {
            throw new IOException("not one call went through");
        }
        return done;
    }
}
