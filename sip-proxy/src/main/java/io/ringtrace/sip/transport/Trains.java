package io.ringtrace.sip.transport;

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

    /** By datagram, in the order of the queue: which train it goes with. */
    private final int[] trainOf;
    /** By train. */
    private final int[] lengths;

    private final int[] datagrams;
    private final int[] firsts;
    /** By place of departure: which datagram of the queue. */
    private final int[] order;

    private int count;

    /** @param most datagrams at once */
    Trains(int most) {
        trainOf = new int[most];
        lengths = new int[most];
        datagrams = new int[most];
        firsts = new int[most];
        order = new int[most];
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
        for (int i = 0; i < many; i++) {
            int length = queue.buffer(i).readableBytes();
            int train = length > longest ? count : trainFor(queue, i, length);
            if (train == count) {
                count++;
                lengths[train] = length;
                datagrams[train] = 0;
                firsts[train] = i;
            }
            trainOf[i] = train;
            datagrams[train]++;
        }
        if (count < many) {
            putInOrder(queue, many);
        }
    }

    /** The first train to its peer with its length and room that is none before another one with a datagram of the same call; else a new one. */
    private int trainFor(SendQueue queue, int datagram, int length) {
        Hop hop = queue.hop(datagram);
        int call = queue.call(datagram);
        int after = 0;
        for (int i = 0; i < datagram; i++) {
            int other = queue.call(i);
            if (trainOf[i] > after
                    && (other == call || other == 0 || call == 0)
                    && queue.hop(i).equals(hop)) {
                after = trainOf[i];
            }
        }
        for (int train = after; train < count; train++) {
            if (lengths[train] == length
                    && datagrams[train] < MOST_DATAGRAMS
                    && (datagrams[train] + 1) * length <= MOST_BYTES
                    && queue.hop(firsts[train]).equals(hop)) {
                return train;
            }
        }
        return count;
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
