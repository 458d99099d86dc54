package io.ringtrace.attribution;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * When somebody answers at a pool's destination. Outside of it nobody is lent a number who has none; who has one keeps and renews it, and
 * calls go where they go.
 *
 * @param zoneName the time zone as it was written
 * @param openings in the order of the week
 */
public record HoursOfOperation(boolean always, String zoneName, ZoneId zone, List<Opening> openings) {
    /** Openings begin and end at multiples of these. */
    public static final int STEP_MINUTES = 15;

    private static final int MINUTES_OF_DAY = 24 * 60;
    private static final int MOST_OPENINGS = 7 * 24;

    /**
     * A part of one day of the week.
     *
     * @param from minutes after midnight
     * @param to minutes after midnight, exclusive; 1440 for the end of the day
     */
    public record Opening(DayOfWeek day, int from, int to) {
        private boolean meets(Opening other) {
            return day == other.day && from < other.to && other.from < to;
        }
    }

    public HoursOfOperation {
        List<Opening> ordered = new ArrayList<>(openings);
        ordered.sort(Comparator.comparing(Opening::day).thenComparingInt(Opening::from));
        openings = List.copyOf(ordered);
    }

    /** What is wrong with it, in words; null when nothing is. */
    public @Nullable String wrong() {
        if (!always && openings.isEmpty()) {
            return "schedules are needed unless open_24_7 is true";
        }
        if (openings.size() > MOST_OPENINGS) {
            return "there may be at most " + MOST_OPENINGS + " schedules";
        }
        for (int i = 0; i < openings.size(); i++) {
            Opening one = openings.get(i);
            if (one.from() % STEP_MINUTES != 0 || one.to() % STEP_MINUTES != 0) {
                return "open_time and close_time must be in steps of " + STEP_MINUTES + " minutes";
            }
            if (one.from() < 0 || one.from() >= one.to() || one.to() > MINUTES_OF_DAY) {
                return "close_time must be after open_time, and at most 24:00";
            }
            if (i > 0 && openings.get(i - 1).meets(one)) {
                return "schedules must not overlap";
            }
        }
        return null;
    }

    /** By the wall clock of the zone, summer time included. */
    public boolean openAt(long atMillis) {
        if (always) {
            return true;
        }
        ZonedDateTime there = Instant.ofEpochMilli(atMillis).atZone(zone);
        int minute = there.getHour() * 60 + there.getMinute();
        for (Opening one : openings) {
            if (one.day() == there.getDayOfWeek() && one.from() <= minute && minute < one.to()) {
                return true;
            }
        }
        return false;
    }
}
