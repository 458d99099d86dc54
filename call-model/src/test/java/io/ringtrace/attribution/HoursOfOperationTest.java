package io.ringtrace.attribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.attribution.HoursOfOperation.Opening;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("Hours of operation")
class HoursOfOperationTest {
    private static HoursOfOperation hours(Opening... openings) {
        return new HoursOfOperation(false, "America/New_York", ZoneId.of("America/New_York"), List.of(openings));
    }

    @ParameterizedTest
    @CsvSource({
        "2026-11-30T13:59:00Z, false",
        "2026-11-30T14:00:00Z, true",
        "2026-11-30T21:59:59Z, true",
        "2026-11-30T22:00:00Z, false",
        // Summer time: the same hours are an hour earlier.
        "2026-07-06T13:00:00Z, true",
        "2026-07-06T21:00:00Z, false",
        "2026-12-01T15:00:00Z, false"
    })
    void areThoseOfTheZonesWallClock(Instant at, boolean open) {
        assertThat(hours(new Opening(DayOfWeek.MONDAY, 9 * 60, 17 * 60)).openAt(at.toEpochMilli()))
                .isEqualTo(open);
    }

    @Test
    void areInStepsOfAQuarterAndDoNotOverlap() {
        assertThat(hours(new Opening(DayOfWeek.MONDAY, 0, 1440)).wrong()).isNull();
        assertThat(hours(new Opening(DayOfWeek.MONDAY, 541, 600)).wrong()).contains("15 minutes");
        assertThat(hours(new Opening(DayOfWeek.MONDAY, 600, 540)).wrong()).contains("after open_time");
        assertThat(hours(new Opening(DayOfWeek.MONDAY, 540, 660), new Opening(DayOfWeek.MONDAY, 600, 720))
                        .wrong())
                .contains("overlap");
        assertThat(hours(new Opening(DayOfWeek.MONDAY, 540, 600), new Opening(DayOfWeek.MONDAY, 600, 720))
                        .wrong())
                .isNull();
        assertThat(hours().wrong()).contains("schedules are needed");
    }
}
