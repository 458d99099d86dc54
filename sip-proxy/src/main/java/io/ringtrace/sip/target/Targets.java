package io.ringtrace.sip.target;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * All addresses of one next hop, grouped by priority: one group is tried before the next, and within a group the hosts are drawn by weight
 * (RFC 2782). Immutable, any thread.
 */
public final class Targets {
    static final Targets NONE = new Targets(List.of());
    private final List<List<Host>> groups;
    private final List<Target> all;

    /**
     * One host of an SRV record, or the only one.
     *
     * @param weight of SRV, 0 to 65535
     * @param targets its addresses, in the order in which they are tried
     */
    record Host(int weight, List<Target> targets) {}

    Targets(List<List<Host>> groups) {
        this.groups = groups.stream().map(List::copyOf).toList();
        this.all = groups.stream()
                .flatMap(List::stream)
                .flatMap(host -> host.targets().stream())
                .distinct()
                .toList();
    }

    static Targets of(Target only) {
        return new Targets(List.of(List.of(new Host(0, List.of(only)))));
    }

    /** These, then those. */
    Targets then(Targets others) {
        return new Targets(
                Stream.concat(groups.stream(), others.groups.stream()).toList());
    }

    /** In no order that means anything. */
    public List<Target> all() {
        return all;
    }

    /** The order for one call. */
    List<Target> inOrder() {
        return all.size() < 2 ? all : inOrder(ThreadLocalRandom.current());
    }

    List<Target> inOrder(RandomGenerator random) {
        List<Target> order = new ArrayList<>(all.size());
        for (List<Host> group : groups) {
            List<Host> left = new ArrayList<>(group);
            while (!left.isEmpty()) {
                order.addAll(left.remove(drawn(left, random)).targets());
            }
        }
        return order.stream().distinct().toList();
    }

    private static int drawn(List<Host> hosts, RandomGenerator random) {
        int sum = hosts.stream().mapToInt(Host::weight).sum();
        if (sum == 0) {
            return random.nextInt(hosts.size());
        }
        int draw = random.nextInt(sum);
        for (int i = 0; i < hosts.size(); i++) {
            draw -= hosts.get(i).weight();
            if (draw < 0) {
                return i;
            }
        }
        throw new IllegalStateException("the draw is below the sum of the weights");
    }
}
