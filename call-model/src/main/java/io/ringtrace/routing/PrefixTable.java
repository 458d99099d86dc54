package io.ringtrace.routing;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Routes by prefix: one table of those for every trunk, one for each trunk that routes name. Immutable, thread-safe. */
final class PrefixTable {
    private static final int LONGEST = 15;

    private final LongTable<Route> forAll;
    private final Map<String, LongTable<Route>> byTrunk;
    /** Bit n is set when a prefix of n digits exists. */
    private final int lengths;

    /** Throws IllegalArgumentException when two routes have the same prefix and trunk, or a prefix is not of digits. */
    PrefixTable(List<Route> routes) {
        Map<Long, Route> all = new HashMap<>();
        Map<String, Map<Long, Route>> named = new HashMap<>();
        int present = 0;
        for (Route route : routes) {
            if (!route.prefix().matches("[0-9]{0,15}")) {
                throw new IllegalArgumentException("'" + route.prefix() + "' is not a prefix of up to 15 digits");
            }
            int length = route.prefix().length();
            long digits = length == 0 ? 0 : Long.parseLong(route.prefix());
            String trunk = route.trunk();
            Map<Long, Route> table = trunk == null ? all : named.computeIfAbsent(trunk, _ -> new HashMap<>());
            Route earlier = table.putIfAbsent(powerOfTen(length) + digits, route);
            if (earlier != null) {
                throw new IllegalArgumentException("two routes for prefix '" + route.prefix() + "': " + earlier.source()
                        + " and " + route.source());
            }
            present |= 1 << length;
        }
        forAll = new LongTable<>(all);
        Map<String, LongTable<Route>> tables = new HashMap<>();
        named.forEach((trunk, table) -> tables.put(trunk, new LongTable<>(table)));
        byTrunk = Map.copyOf(tables);
        lengths = present;
    }

    /** The route of the longest prefix; of two with the same prefix, the one that names the trunk. Null when none fits. */
    @Nullable
    Route longest(long destination, String trunk) {
        LongTable<Route> named = byTrunk.get(trunk);
        int length = digitCount(destination);
        long one = powerOfTen(length);
        for (long digits = destination; length >= 0; length--, digits /= 10, one /= 10) {
            if ((lengths & (1 << length)) == 0) {
                continue;
            }
            // a one before the digits tells 01 from 1
            long key = one + digits;
            Route route = named == null ? null : named.get(key);
            if (route == null) {
                route = forAll.get(key);
            }
            if (route != null) {
                return route;
            }
        }
        return null;
    }

    private static int digitCount(long digits) {
        int count = 0;
        for (long rest = digits; rest > 0 && count < LONGEST; rest /= 10) {
            count++;
        }
        return count;
    }

    private static long powerOfTen(int exponent) {
        long power = 1;
        for (int i = 0; i < exponent; i++) {
            power *= 10;
        }
        return power;
    }
}
