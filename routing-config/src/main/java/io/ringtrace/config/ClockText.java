package io.ringtrace.config;

import io.ringtrace.routing.TimeWindow;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Times of day, weekdays, dates and time zones as operators write them. */
final class ClockText {
    private static final Pattern TIME = Pattern.compile("([01][0-9]|2[0-4]):([0-5][0-9])");
    private static final List<String> WEEKDAYS = List.of("mon", "tue", "wed", "thu", "fri", "sat", "sun");

    private ClockText() {}

    /** Minutes after midnight of {@code 00:00} to {@code 24:00}; null for anything else. */
    static @Nullable Integer minuteOrNull(String text) {
        Matcher matcher = TIME.matcher(text);
        if (!matcher.matches()) {
            return null;
        }
        int minute = Integer.parseInt(matcher.group(1)) * 60 + Integer.parseInt(matcher.group(2));
        return minute <= TimeWindow.MINUTES_OF_DAY ? minute : null;
    }

    /** {@code mon} to {@code sun}. */
    static DayOfWeek weekday(String text) {
        return DayOfWeek.of(WEEKDAYS.indexOf(text) + 1);
    }

    static boolean date(String text) {
        try {
            return LocalDate.parse(text).getYear() > 0;
        } catch (DateTimeException _) {
            return false;
        }
    }

    static boolean moment(String text) {
        try {
            return Instant.parse(text).getEpochSecond() > 0;
        } catch (DateTimeException _) {
            return false;
        }
    }

    static boolean timeZone(String text) {
        return ZoneId.getAvailableZoneIds().contains(text);
    }
}
