package io.ringtrace.store.bank;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.attribution.NumberBank.Row;
import io.ringtrace.attribution.NumberType;
import io.ringtrace.store.bank.ImportCheck.Checked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImportCheckTest {
    private static Checked check(String number) {
        return ImportCheck.check(new Row(3, number, null, null));
    }

    @ParameterizedTest
    @CsvSource({
        "+18005550123, 18005550123, TOLL_FREE",
        "(888) 555-0142, 18885550142, TOLL_FREE",
        "1-833-555-0199, 18335550199, TOLL_FREE",
        "212-555-0100, 12125550100, LOCAL",
        "+14155552671, 14155552671, LOCAL",
        "+442083661177, 442083661177, LOCAL",
        "+448001111, 448001111, TOLL_FREE",
    })
    void takesFictionalAndRealNumbersInUsualWritings(String text, long number, NumberType type) {
        assertThat(check(text)).isInstanceOfSatisfying(Checked.Good.class, good -> {
            assertThat(good.number().digits()).isEqualTo(number);
            assertThat(good.type()).isEqualTo(type);
        });
    }

    @ParameterizedTest
    @CsvSource({
        "hello, is no phone number; write it as +18005550123",
        "555-0123, must have ten digits after +1",
        "+1800555012, must have ten digits after +1",
        "+12121550123, is not of the North American plan: area code and exchange begin with 2 to 9 and are not N11",
        "+12129110123, is not of the North American plan: area code and exchange begin with 2 to 9 and are not N11",
        "+19005550123, is a premium-rate number (900)",
    })
    void tellsWhatIsWrongWithEachRow(String text, String message) {
        assertThat(check(text)).isInstanceOfSatisfying(Checked.Wrong.class, wrong -> {
            assertThat(wrong.error().message()).isEqualTo(message);
            assertThat(wrong.error().line()).isEqualTo(3);
            assertThat(wrong.error().number()).isEqualTo(text);
        });
    }

    @Test
    void shortensWhatIsFarTooLong() {
        assertThat(check("9".repeat(10_000)))
                .isInstanceOfSatisfying(
                        Checked.Wrong.class,
                        wrong -> assertThat(wrong.error().number()).hasSize(41));
    }

    @Test
    void wantsAStateOfTwoLetters() {
        assertThat(ImportCheck.check(new Row(1, "+12125550100", "New York", "New York")))
                .isInstanceOf(Checked.Wrong.class);
        assertThat(ImportCheck.check(new Row(1, "+12125550100", " NWYRCYZN01 ", "ny")))
                .isInstanceOfSatisfying(Checked.Good.class, good -> {
                    assertThat(good.region()).isEqualTo("NY");
                    assertThat(good.rateCenter()).isEqualTo("NWYRCYZN01");
                });
    }
}
