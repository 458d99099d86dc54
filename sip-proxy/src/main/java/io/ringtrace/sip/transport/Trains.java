package io.ringtrace.sip.transport;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Trains of datagrams of one length for one peer, each of which the kernel takes as one (UDP_SEGMENT, udp(7)): they go their way through it
 * together, apart again only at the peer's socket or in the device, and wake the peer once. Datagrams of one call stay in their order. One shard's
 * thread.
 */
final class Trains {
    /** The data of the longest UDP datagram over IPv4: the kernel takes no longer train. */
    static final int MOST_BYTES = 65_507;

    /** UDP_MAX_SEGMENTS of the first kernels that had it. */
    private static final int MOST_DATAGRAMS = 64;

    private static final int NONE = -1;

    /** By datagram, in the order of the queue: which train it goes with. */
    private final int[] trainOf;
    /** By place of departure: which datagram of the queue. */
    private final int[] order;

    // By train.
    private final @Nullable Hop[] hops;
    private final int[] lengths;
    private final int[] datagrams;
    private final int[] firsts;
    /** It has a datagram that none of its peer's may overtake. */
    private final boolean[] closed;

    private int count;

    // The last train of each call and peer: a small hash table, for one forming.
    private final int[] keys;
    private final int[] lastTrains;

    /** @param most datagrams at once */
    Trains(int most) {
        trainOf = new int[most];
        order = new int[most];
        hops = new Hop[most];
        lengths = new int[most];
        datagrams = new int[most];
        firsts = new int[most];
        closed = new boolean[most];
        keys = new int[Integer.highestOneBit(most) << 2];
        lastTrains = new int[keys.length];
    }

    /** Trains there are. */
    int count() {
        return count;
    }

    /** How many datagrams go with that train. They stand in the queue one after the other, behind those of the trains before. */
    int datagrams(int train) {
        return datagrams[train];
    }

    int datagramsOfFirst(int trains) {
        int sum = 0;
        for (int i = 0; i < trains; i++) {
            sum += datagrams[i];
        }
        return sum;
    }

    /** So many datagrams, each by itself. */
    void formNone(int many) {
        count = Math.min(many, trainOf.length);
        for (int i = 0; i < count; i++) {
            datagrams[i] = 1;
        }
    }

    /**
     * Forms trains of the queue's first datagrams, and puts these into their order.
     *
     * @param longest datagram that may go with others, in bytes
     */
    void form(SendQueue queue, int longest) {
        int many = Math.min(queue.size(), trainOf.length);
        if (many == 1 || longest == 0) {
            formNone(many);
            return;
        }
        count = 0;
        Arrays.fill(lastTrains, NONE);
        boolean inOrder = true;
        for (int i = 0; i < many; i++) {
            int train = put(i, queue.hop(i), queue.call(i), queue.buffer(i).readableBytes(), longest);
            inOrder &= train == count - 1;
        }
        if (!inOrder) {
            putInOrder(queue, many);
        }
    }

    private int put(int datagram, Hop hop, int call, int length, int longest) {
        int place = placeOf(call * 31 + hop.hashCode());
        int train = length > longest ? count : trainFor(hop, call, length, lastTrains[place]);
        if (train == count) {
            count++;
            hops[train] = hop;
            lengths[train] = length;
            datagrams[train] = 0;
            firsts[train] = datagram;
            closed[train] = false;
        }
        trainOf[datagram] = train;
        datagrams[train]++;
        closed[train] |= call == 0;
        lastTrains[place] = train;
        return train;
    }

    /** Two calls that hash alike keep their order too. */
    private int placeOf(int key) {
        int place = key & (keys.length - 1);
        while (lastTrains[place] != NONE && keys[place] != key) {
            place = (place + 1) & (keys.length - 1);
        }
        keys[place] = key;
        return place;
    }

    /** The first train to that peer, of that length and with room, that is none before one that the datagram may not overtake; else a new one. */
    private int trainFor(Hop hop, int call, int length, int last) {
        int found = count;
        for (int train = count - 1; train >= Math.max(0, last); train--) {
            if (!hop.equals(hops[train])) {
                continue;
            }
            if (lengths[train] == length
                    && datagrams[train] < MOST_DATAGRAMS
                    && (datagrams[train] + 1) * length <= MOST_BYTES) {
                found = train;
            }
            if (call == 0 || closed[train]) {
                break;
            }
        }
        return found;
    }

    private void putInOrder(SendQueue queue, int many) {
        int place = 0;
        for (int train = 0; train < count; train++) {
            for (int i = firsts[train], left = datagrams[train]; left > 0; i++) {
                if (trainOf[i] == train) {
                    order[place++] = i;
                    left--;
                }
            }
        }
        queue.reorder(order, many);
    }
}
