package io.ringtrace.store.sizing;

import io.ringtrace.attribution.Autoscaling;
import io.ringtrace.attribution.PoolSizing.Busiest;
import io.ringtrace.attribution.PoolSizing.Comparison;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What size a pool's traffic asks for, and how well the formulas told what happened. Pure. */
public final class PoolTarget {
    /** The last seven days. */
    public static final long QUARTERS = 7 * 24 * 4L;

    private static final int MOST_NUMBERS = 1_000_000;

    private PoolTarget() {}

    /** Numbers for visitors, without the overflow number, that keep both goals in the busiest quarter; 0 when nobody came. */
    public static int numbers(List<Quarter> quarters, long lifetimeMillis, Autoscaling goals) {
        Quarter busiest = busiest(quarters, lifetimeMillis);
        if (busiest == null) {
            return 0;
        }
        int most = Math.max(1, MOST_NUMBERS);
        double load = busiest.load(lifetimeMillis);
        int forOverflow = Math.max(1, ErlangB.numbers(load, goals.overflowGoal(), most));
        double served = busiest.visitorsPerHour() * (1 - ErlangB.blocked(load, forOverflow));
        return Misattribution.numbers(served, lifetimeMillis, goals.misattributionGoal(), forOverflow, most);
    }

    public static @Nullable Busiest described(List<Quarter> quarters, long lifetimeMillis) {
        Quarter busiest = busiest(quarters, lifetimeMillis);
        return busiest == null
                ? null
                : new Busiest(
                        busiest.number() * Quarter.MILLIS,
                        busiest.visitorsPerHour(),
                        busiest.meanGuaranteedMillis(lifetimeMillis),
                        busiest.load(lifetimeMillis),
                        busiest.numbers(),
                        comparison(List.of(busiest), lifetimeMillis));
    }

    /** Over all quarters; what is predicted for each of them weighs by its visitors. */
    public static Comparison comparison(List<Quarter> quarters, long lifetimeMillis) {
        long visitors = 0;
        long unserved = 0;
        long reassigned = 0;
        double predictedUnserved = 0;
        double predictedLost = 0;
        for (Quarter quarter : quarters) {
            double blocked = ErlangB.blocked(quarter.load(lifetimeMillis), quarter.numbers());
            double lost = Misattribution.share(
                    quarter.visitorsPerHour() * (1 - blocked),
                    quarter.numbers(),
                    Misattribution.CALL_AFTER_MILLIS,
                    lifetimeMillis);
            visitors += quarter.visitors();
            unserved += quarter.unserved();
            reassigned += quarter.reassigned();
            predictedUnserved += blocked * quarter.visitors();
            predictedLost += lost * (quarter.visitors() - quarter.unserved());
        }
        long served = visitors - unserved;
        return new Comparison(
                visitors,
                unserved,
                reassigned,
                share(predictedUnserved, visitors),
                share((double) unserved, visitors),
                share(predictedLost, served),
                share((double) reassigned, served));
    }

    private static double share(double part, long all) {
        return all <= 0 ? 0 : Math.min(1, part / all);
    }

    private static @Nullable Quarter busiest(List<Quarter> quarters, long lifetimeMillis) {
        return quarters.stream()
                .filter(quarter -> quarter.load(lifetimeMillis) > 0)
                .max(Comparator.comparingDouble(quarter -> quarter.load(lifetimeMillis)))
                .orElse(null);
    }
}
