package io.ringtrace.store.bank;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.attribution.NumberMatching.ExchangeRow;
import io.ringtrace.store.bank.ExchangeCheck.Checked;
import io.ringtrace.store.bank.Place.Coordinates;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A row of a rate-center import")
class ExchangeCheckTest {
    private static Checked check(
            String npa,
            String nxx,
            String center,
            String state,
            @Nullable String lata,
            @Nullable String lat,
            @Nullable String lon) {
        return ExchangeCheck.check(new ExchangeRow(3, npa, nxx, center, state, lata, lat, lon));
    }

    @Test
    void isTakenWithCapitalsAndDegrees() {
        assertThat(check("650", " 555", "Palo Alto ", "ca", "722", "37.4419", "-122.1430"))
                .isEqualTo(new Checked.Good(
                        3, 650, 555, "PALO ALTO", "CA", 722, new Coordinates(37.4419, -122.1430), null));
        assertThat(check("650", "555", "PALO ALTO", "CA", null, "", null))
                .isEqualTo(new Checked.Good(3, 650, 555, "PALO ALTO", "CA", 0, null, null));
    }

    @Test
    void isRefusedWithWhatWasExpected() {
        assertThat(message(check("150", "555", "X", "CA", null, null, null))).contains("is no exchange");
        assertThat(message(check("650", "55", "X", "CA", null, null, null))).contains("is no exchange");
        assertThat(message(check("650", "555", " ", "CA", null, null, null))).contains("needs a rate center");
        assertThat(message(check("650", "555", "X", "Cal", null, null, null))).contains("the state 'Cal'");
        assertThat(message(check("650", "555", "X", "CA", "x", null, null))).contains("the lata 'x'");
        assertThat(message(check("650", "555", "X", "CA", null, "37", null))).contains("degrees are expected");
        assertThat(message(check("650", "555", "X", "CA", null, "91", "0"))).contains("degrees are expected");
        assertThat(message(check("650", "555", "X", "CA", null, "1e9", "0"))).contains("degrees are expected");
    }

    private static String message(Checked checked) {
        return checked instanceof Checked.Wrong(var error) ? error.message() : "was taken";
    }
}
