package io.ringtrace.store.bank;

import org.jspecify.annotations.Nullable;

/**
 * Where a number is at home, as far as it is known.
 *
 * @param npa 0 outside the North American Numbering Plan
 * @param at of its rate center, or the middle of its area code
 * @param grid of its rate center
 */
record Place(
        int npa,
        @Nullable String rateCenter,
        @Nullable String region,
        @Nullable Coordinates at,
        @Nullable Grid grid) {
    /** The area code of a place that is none of a number: a centre given by coordinates. No number has it. */
    static final int NO_AREA = 1;

    private static final double EARTH_RADIUS_MILES = 3958.7613;

    /** In degrees, north and east positive. */
    record Coordinates(double latitude, double longitude) {
        /** Great circle in statute miles. */
        double milesTo(Coordinates other) {
            double from = Math.toRadians(latitude);
            double to = Math.toRadians(other.latitude);
            double north = Math.sin((to - from) / 2);
            double east = Math.sin(Math.toRadians(other.longitude - longitude) / 2);
            double half = north * north + Math.cos(from) * Math.cos(to) * east * east;
            return 2 * EARTH_RADIUS_MILES * Math.asin(Math.min(1, Math.sqrt(half)));
        }
    }

    /** Vertical and horizontal coordinates, by which tariffs measure: a plane whose unit is the root of a tenth of a mile. */
    record Grid(int v, int h) {
        /** In statute miles. */
        double milesTo(Grid other) {
            double vertical = v - other.v;
            double horizontal = h - other.h;
            return Math.sqrt((vertical * vertical + horizontal * horizontal) / 10);
        }
    }

    Place(int npa, @Nullable String rateCenter, @Nullable String region, @Nullable Coordinates at) {
        this(npa, rateCenter, region, at, null);
    }

    boolean sameRateCenter(Place other) {
        return rateCenter != null
                && region != null
                && rateCenter.equals(other.rateCenter())
                && region.equals(other.region());
    }

    /** In statute miles, by the grid where both have one, else by the great circle; infinite when either place is unknown. */
    double milesTo(Place other) {
        if (sameRateCenter(other)) {
            return 0;
        }
        if (grid != null && other.grid() != null) {
            return grid.milesTo(other.grid());
        }
        return at == null || other.at() == null ? Double.POSITIVE_INFINITY : at.milesTo(other.at());
    }
}
