package io.ringtrace.routing;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.Arrays;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Hours of the week in a time zone, but for some dates. Immutable, thread-safe; asking it makes no garbage. */
public final class TimeWindow {
    public static final int MINUTES_OF_DAY = 24 * 60;

    private static final long MINUTE_MILLIS = 60_000;
    private static final long DAY_MILLIS = 86_400_000;
    /** 1970-01-01 was a Thursday. */
    private static final int WEEKDAY_OF_EPOCH = 3;

    private final String name;
    private final ZoneId zone;
    private final int fromMinute;
    private final int untilMinute;
    private final String source;
    /** Bit n is set for the n-th day after Monday. */
    private final int weekdays;

    private final long[] exceptEpochDays;
    private volatile Offset offset;

    /** How far the zone's clock is from UTC between two of its changes. Kept, because finding it makes garbage. */
    private record Offset(long fromMillis, long untilMillis, long millis) {}

    /**
     * @param fromMinute minutes after midnight, by the clock on the wall; included
     * @param untilMinute minutes after midnight, above {@code fromMinute}, at most 1440; not included
     * @param except holidays: dates, there, on which it never is
     * @param source file and line where it stands
     */
    public TimeWindow(
            String name,
            ZoneId zone,
            Set<DayOfWeek> weekdays,
            int fromMinute,
            int untilMinute,
            Set<LocalDate> except,
            String source) {
        if (fromMinute < 0 || untilMinute <= fromMinute || untilMinute > MINUTES_OF_DAY) {
            throw new IllegalArgumentException(
                    "a time window begins and ends on one day, not " + fromMinute + " to " + untilMinute);
        }
        this.name = name;
        this.zone = zone;
        this.fromMinute = fromMinute;
        this.untilMinute = untilMinute;
        this.source = source;
        int days = 0;
        for (DayOfWeek day : weekdays) {
            days |= 1 << (day.getValue() - 1);
        }
        this.weekdays = days;
        this.exceptEpochDays =
                except.stream().mapToLong(LocalDate::toEpochDay).sorted().toArray();
        this.offset = offsetAt(zone.getRules(), 0);
    }

    public String name() {
        return name;
    }

    public String source() {
        return source;
    }

    public boolean contains(long atMillis) {
        long there = atMillis + offsetMillis(atMillis);
        long day = Math.floorDiv(there, DAY_MILLIS);
        long minute = Math.floorMod(there, DAY_MILLIS) / MINUTE_MILLIS;
        return minute >= fromMinute
                && minute < untilMinute
                && (weekdays & (1 << Math.floorMod(day + WEEKDAY_OF_EPOCH, 7))) != 0
                && Arrays.binarySearch(exceptEpochDays, day) < 0;
    }

    private long offsetMillis(long atMillis) {
        Offset known = offset;
        if (atMillis < known.fromMillis() || atMillis >= known.untilMillis()) {
            known = offsetAt(zone.getRules(), atMillis);
            offset = known;
        }
        return known.millis();
    }

    private static Offset offsetAt(ZoneRules rules, long atMillis) {
        Instant at = Instant.ofEpochMilli(atMillis);
        // the change at this very moment counts as before it
        ZoneOffsetTransition before = rules.previousTransition(at.plusMillis(1));
        ZoneOffsetTransition after = rules.nextTransition(at);
        return new Offset(
                before == null ? Long.MIN_VALUE : before.getInstant().toEpochMilli(),
                after == null ? Long.MAX_VALUE : after.getInstant().toEpochMilli(),
                rules.getOffset(at).getTotalSeconds() * 1_000L);
    }

    /**
     * True when some moment of an ordinary week may be in both. Windows of different time zones are taken to meet: whether they do changes with
     * the seasons.
     */
    public boolean meets(TimeWindow other) {
        return !zone.equals(other.zone)
                || (fromMinute < other.untilMinute
                        && other.fromMinute < untilMinute
                        && (weekdays & other.weekdays) != 0);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof TimeWindow that
                && name.equals(that.name)
                && zone.equals(that.zone)
                && fromMinute == that.fromMinute
                && untilMinute == that.untilMinute
                && weekdays == that.weekdays
                && Arrays.equals(exceptEpochDays, that.exceptEpochDays)
                && source.equals(that.source);
    }

    @Override
    public int hashCode() {
        return Objects.hash(name, zone, fromMinute, untilMinute, weekdays, Arrays.hashCode(exceptEpochDays), source);
    }

    @Override
    public String toString() {
        return "time window " + name + " at " + source;
    }
}
