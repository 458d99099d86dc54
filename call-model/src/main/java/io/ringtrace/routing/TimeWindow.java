package io.ringtrace.routing;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Set;

/**
 * Hours of the week in a time zone, but for some dates.
 *
 * @param fromMinute minutes after midnight, by the clock on the wall; included
 * @param untilMinute minutes after midnight, above {@code fromMinute}, at most 1440; not included
 * @param except holidays: dates, there, on which it never is
 * @param source file and line where it stands
 */
public record TimeWindow(
        String name,
        ZoneId zone,
        Set<DayOfWeek> weekdays,
        int fromMinute,
        int untilMinute,
        Set<LocalDate> except,
        String source) {
    public static final int MINUTES_OF_DAY = 24 * 60;

    public TimeWindow {
        if (fromMinute < 0 || untilMinute <= fromMinute || untilMinute > MINUTES_OF_DAY) {
            throw new IllegalArgumentException(
                    "a time window begins and ends on one day, not " + fromMinute + " to " + untilMinute);
        }
        weekdays = Set.copyOf(weekdays);
        except = Set.copyOf(except);
    }

    public boolean contains(long atMillis) {
        ZonedDateTime there = Instant.ofEpochMilli(atMillis).atZone(zone);
        int minute = there.getHour() * 60 + there.getMinute();
        return minute >= fromMinute
                && minute < untilMinute
                && weekdays.contains(there.getDayOfWeek())
                && !except.contains(there.toLocalDate());
    }

    /**
     * True when some moment of an ordinary week may be in both. Windows of different time zones are taken to meet: whether they do changes with
     * the seasons.
     */
    public boolean meets(TimeWindow other) {
        return !zone.equals(other.zone)
                || (fromMinute < other.untilMinute
                        && other.fromMinute < untilMinute
                        && weekdays.stream().anyMatch(other.weekdays::contains));
    }
}
