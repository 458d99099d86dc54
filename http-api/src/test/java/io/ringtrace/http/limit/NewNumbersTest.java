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

    @Test
    void destinationsWithoutAPoolAreFewForASourceAndForANetwork() {
        NewNumbers many = new NewNumbers(10_000, 10_000);
        int admitted = 0;
        for (int i = 0; i < 1_000; i++) {
            admitted += many.admitDestination(HOME, "acme", "+1212555" + i, now) == 0 ? 1 : 0;
        }
        assertThat(admitted).isEqualTo(NewNumbers.DESTINATIONS_BY_SOURCE);
        assertThat(many.admitDestination(HOME, "acme", "+12125550", now))
                .as("looked at before")
                .isZero();
        for (int i = 0; i < 1_000; i++) {
            admitted += many.admitDestination("site_1 source " + i, "acme", "+1646555" + i, now) == 0 ? 1 : 0;
        }
        assertThat(admitted).isBetween(NewNumbers.DESTINATIONS_BY_NETWORK - 1, NewNumbers.DESTINATIONS_BY_NETWORK);
        assertThat(many.admitDestination("site_2 elsewhere", "other", "+16465550", now))
                .isZero();
        assertThat(Duration.ofNanos(many.admitDestination(HOME, "acme", "+17185550", now)))
                .isEqualTo(Duration.ofHours(1).dividedBy(NewNumbers.DESTINATIONS_BY_SOURCE));
    }

    @Test
    void aDestinationWithoutAPoolCountsAsANumberOfItsSource() {
        for (int i = 0; i < 3; i++) {
            assertThat(numbers.admitDestination(HOME, "acme", "+1212555010" + i, now))
                    .isZero();
        }
        assertThat(admitted(HOME, "1", "v")).isFalse();
        assertThat(numbers.admitDestination(HOME, "acme", "+12125550103", now)).isPositive();
        assertThat(numbers.admitDestination(HOME, "acme", "+12125550100", now))
                .as("looked at before, but its source is beyond its limit")
                .isPositive();
    }
}
