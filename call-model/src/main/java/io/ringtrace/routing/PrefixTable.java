package io.ringtrace.routing;

import io.ringtrace.call.PhoneNumber;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Routes by prefix, of one promo number or campaign, or of none: one table of those for every trunk, one for each trunk that routes
 * name. Immutable, thread-safe.
 */
final class PrefixTable {
    private static final int LONGEST = 15;
    /** Routes of one prefix and trunk, in the order in which they are tried. No two of them fit one call equally well. */
    private static final Comparator<Route> NARROWEST_FIRST = Comparator.comparingInt(
                    (Route r) -> -r.conditions().callerPrefix().length())
            .thenComparing(r -> r.conditions().when() == null);

    private final LongTable<List<Route>> forAll;
    private final Map<String, LongTable<List<Route>>> byTrunk;
    /** Bit n is set when a prefix of n digits exists. */
    private final int lengths;

    /** Throws IllegalArgumentException when a call may fit two routes equally well, or a prefix is not of digits. */
    PrefixTable(List<Route> routes) {
        Map<Long, List<Route>> all = new HashMap<>();
        Map<String, Map<Long, List<Route>>> named = new HashMap<>();
        int present = 0;
        for (Route route : routes) {
            if (!route.prefix().matches("[0-9]{0,15}")) {
                throw new IllegalArgumentException("'" + route.prefix() + "' is not a prefix of up to 15 digits");
            }
            String trunk = route.trunk();
            Map<Long, List<Route>> table = trunk == null ? all : named.computeIfAbsent(trunk, _ -> new HashMap<>());
            List<Route> sharing = table.computeIfAbsent(key(route.prefix()), _ -> new ArrayList<>(1));
            for (Route earlier : sharing) {
                if (earlier.conditions().ambiguousWith(route.conditions())) {
                    throw new IllegalArgumentException("two routes for prefix '" + route.prefix() + "': "
                            + earlier.source() + " and " + route.source());
                }
            }
            sharing.add(route);
            present |= 1 << route.prefix().length();
        }
        forAll = table(all);
        Map<String, LongTable<List<Route>>> tables = new HashMap<>();
        named.forEach((trunk, table) -> tables.put(trunk, table(table)));
        byTrunk = Map.copyOf(tables);
        lengths = present;
    }

    private static LongTable<List<Route>> table(Map<Long, List<Route>> routes) {
        routes.values().forEach(sharing -> sharing.sort(NARROWEST_FIRST));
        return new LongTable<>(routes);
    }

    /**
     * The route of the longest prefix whose conditions the call meets; of two with the same prefix, the one that names the trunk. Null when none
     * fits.
     */
    @Nullable
    Route longest(
            long destination, String trunk, @Nullable PhoneNumber caller, long atMillis, @Nullable RouteTrace trace) {
        LongTable<List<Route>> named = byTrunk.get(trunk);
        int length = digitCount(destination);
        long one = powerOfTen(length);
        for (long digits = destination; length >= 0; length--, digits /= 10, one /= 10) {
            if ((lengths & (1 << length)) == 0) {
                continue;
            }
            // a one before the digits tells 01 from 1
            long key = one + digits;
            Route route = named == null ? null : first(named.get(key), caller, atMillis, trace);
            if (route == null) {
                route = first(forAll.get(key), caller, atMillis, trace);
            }
            if (route != null) {
                return route;
            }
        }
        return null;
    }

    private static @Nullable Route first(
            @Nullable List<Route> sharing, @Nullable PhoneNumber caller, long atMillis, @Nullable RouteTrace trace) {
        for (int i = 0; sharing != null && i < sharing.size(); i++) {
            Route route = sharing.get(i);
            String unmet = route.conditions().unmet(caller, atMillis);
            if (trace != null) {
                trace.add("route " + described(route) + (unmet == null ? " fits" : ": " + unmet), route.source());
            }
            if (unmet == null) {
                return route;
            }
        }
        return null;
    }

    private static String described(Route route) {
        TimeWindow when = route.conditions().when();
        PhoneNumber promoNumber = route.conditions().promoNumber();
        String campaign = route.conditions().campaign();
        return (promoNumber == null ? "" : "of promo number " + promoNumber + " ")
                + (campaign == null ? "" : "of campaign " + campaign + " ")
                + "for " + (route.prefix().isEmpty() ? "every number" : "+" + route.prefix())
                + (route.trunk() == null ? "" : " by trunk " + route.trunk())
                + (route.conditions().callerPrefix().isEmpty()
                        ? ""
                        : " from callers +" + route.conditions().callerPrefix())
                + (when == null ? "" : " in time window " + when.name());
    }

    /** The digits, with a one before them: 01 and 1 are different prefixes. */
    static long key(String prefix) {
        return powerOfTen(prefix.length()) + (prefix.isEmpty() ? 0 : Long.parseLong(prefix));
    }

    static int digitCount(long digits) {
        int count = 0;
        for (long rest = digits; rest > 0 && count < LONGEST; rest /= 10) {
            count++;
        }
        return count;
    }

    static long powerOfTen(int exponent) {
        long power = 1;
        for (int i = 0; i < exponent; i++) {
            power *= 10;
        }
        return power;
    }
}
