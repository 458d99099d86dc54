package io.ringtrace.http.limit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Numbers for new visitors of pages")
class NewNumbersTest {
    private static final String HOME = "site_1 203.0.113.0/24";

    private final NewNumbers numbers = new NewNumbers(3, 5);
    private long now;

    private boolean admitted(String source, String pool, String visitor) {
        return numbers.admit(source, pool, visitor, now) == 0;
    }

    @Test
    void aSourceNetworkGetsSoManyAMinute() {
        for (int i = 0; i < 3; i++) {
            assertThat(admitted(HOME, "1", "v" + i)).isTrue();
        }
        long wait = numbers.admit(HOME, "1", "one-more", now);
        assertThat(Duration.ofNanos(wait)).isEqualTo(Duration.ofSeconds(20));
        assertThat(admitted("site_1 198.51.100.0/24", "1", "elsewhere")).isTrue();
        assertThat(admitted("site_2 203.0.113.0/24", "1", "other-site")).isTrue();
        now += wait;
        assertThat(admitted(HOME, "1", "one-more")).isTrue();
        assertThat(admitted(HOME, "1", "and-another")).isFalse();
    }

    @Test
    void aPoolGetsSoManyAMinuteWhereverTheyComeFrom() {
        for (int i = 0; i < 5; i++) {
            assertThat(admitted("source " + i, "1", "v" + i)).isTrue();
        }
        assertThat(admitted("source 6", "1", "v6")).isFalse();
        assertThat(admitted("source 6", "2", "v6")).isTrue();
    }

    @Test
    void whoWasAdmittedRenewsFreelyForAnHour() {
        assertThat(admitted(HOME, "1", "ada")).isTrue();
        for (int i = 0; i < 10; i++) {
            assertThat(admitted(HOME, "1", "ada")).isTrue();
        }
        assertThat(admitted(HOME, "1", "b")).isTrue();
        assertThat(admitted(HOME, "1", "c")).isTrue();
        assertThat(admitted(HOME, "1", "refused")).isFalse();
        assertThat(admitted(HOME, "1", "refused")).isFalse();
        assertThat(admitted(HOME, "1", "ada")).isTrue();
        now += Duration.ofMinutes(60).toNanos();
        assertThat(admitted(HOME, "1", "ada")).isTrue();
        now += Duration.ofMinutes(61).toNanos();
        for (int i = 0; i < 3; i++) {
            assertThat(admitted(HOME, "2", "v" + i)).isTrue();
        }
        assertThat(admitted(HOME, "1", "ada")).isFalse();
    }

    @Test
    void aVisitorWithoutAnIdIsNewEachTime() {
        for (int i = 0; i < 3; i++) {
            assertThat(numbers.admit(HOME, "1", null, now)).isZero();
        }
        assertThat(numbers.admit(HOME, "1", null, now)).isPositive();
    }

    @Test
    void anHourIsAnHourAfterYearsToo() {
        now = Duration.ofMinutes((1 << 20) - 5).toNanos();
        assertThat(admitted(HOME, "1", "ada")).isTrue();
        now += Duration.ofMinutes(30).toNanos();
        for (int i = 0; i < 10; i++) {
            assertThat(admitted(HOME, "1", "ada")).isTrue();
        }
    }
}
