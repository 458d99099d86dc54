package io.ringtrace.store.bank;

import org.jspecify.annotations.Nullable;

/**
 * Where a number is at home, as far as it is known.
 *
 * @param npa 0 outside the North American Numbering Plan
 * @param at of its rate center, or the middle of its area code
 */
record Place(
        int npa,
        @Nullable String rateCenter,
        @Nullable String region,
        @Nullable Coordinates at) {
    /** In degrees, north and east positive. */
    record Coordinates(double latitude, double longitude) {}

    private static final double EARTH_RADIUS_MILES = 3958.7613;

    boolean sameRateCenter(Place other) {
        return rateCenter != null
                && region != null
                && rateCenter.equals(other.rateCenter())
                && region.equals(other.region());
    }

    /** Great circle in statute miles; infinite when either place is unknown. */
    double milesTo(Place other) {
        if (sameRateCenter(other)) {
            return 0;
        }
        if (at == null || other.at() == null) {
            return Double.POSITIVE_INFINITY;
        }
        double from = Math.toRadians(at.latitude());
        double to = Math.toRadians(other.at().latitude());
        double north = Math.sin((to - from) / 2);
        double east = Math.sin(Math.toRadians(other.at().longitude() - at.longitude()) / 2);
        double half = north * north + Math.cos(from) * Math.cos(to) * east * east;
        return 2 * EARTH_RADIUS_MILES * Math.asin(Math.min(1, Math.sqrt(half)));
    }
}
