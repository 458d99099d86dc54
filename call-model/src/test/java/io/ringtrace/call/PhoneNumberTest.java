package io.ringtrace.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PhoneNumberTest {
    @Nested
    @DisplayName("ITU-T E.164: at most 15 digits, no leading zero")
    class Bounds {
        @ParameterizedTest
        @ValueSource(strings = {"+1000000", "1000000", "+18005550123", "18005550123", "+999999999999999"})
        void numbersOfSevenToFifteenDigitsAreRead(String text) {
            assertThat(PhoneNumber.parse(text).toString()).isEqualTo(text.startsWith("+") ? text : "+" + text);
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "",
                    "+",
                    "123456",
                    "+123456",
                    "1000000000000000",
                    "+1000000000000000",
                    "0800555012",
                    "+0800555012",
                    "++18005550123",
                    "1800555O123",
                    "+1 800 555 0123",
                    "18005550123 ",
                    "-18005550123",
                    "+1800+5550123",
                    "١٨٠٠٥٥٥٠١٢٣"
                })
        void everythingElseIsRefused(String text) {
            assertThat(PhoneNumber.parseOrNull(text)).isNull();
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> PhoneNumber.parse(text))
                    .withMessageContaining("'" + text + "'");
        }

        @ParameterizedTest
        @ValueSource(longs = {Long.MIN_VALUE, -18005550123L, 0, 999_999, 1_000_000_000_000_000L, Long.MAX_VALUE})
        void digitsOutsideTheBoundsMakeNoNumber(long digits) {
            assertThatIllegalArgumentException().isThrownBy(() -> new PhoneNumber(digits));
        }
    }

    @Nested
    @DisplayName("North American Numbering Plan")
    class Nanp {
        @Test
        void areaCodeAndOfficeCodeAreReadFromTheDigits() {
            PhoneNumber number = PhoneNumber.parse("+12135550187");

            assertThat(number.nanp()).isTrue();
            assertThat(number.npa()).isEqualTo(213);
            assertThat(number.nxx()).isEqualTo(555);
        }

        @ParameterizedTest
        @ValueSource(strings = {"+442079460123", "+1135550187", "+11135550187", "+121355501870", "+2135550187"})
        void otherNumbersHaveNeither(String text) {
            PhoneNumber number = PhoneNumber.parse(text);

            assertThat(number.nanp()).isFalse();
            assertThatIllegalStateException().isThrownBy(number::npa).withMessageContaining(number.toString());
            assertThatIllegalStateException().isThrownBy(number::nxx);
        }

        @Test
        void areaCode900AndOfficeCode976ArePremium() {
            assertThat(PhoneNumber.parse("+19005550123").premium()).isTrue();
            assertThat(PhoneNumber.parse("+12139760123").premium()).isTrue();
            assertThat(PhoneNumber.parse("+18005550123").premium()).isFalse();
            assertThat(PhoneNumber.parse("+12135559760").premium()).isFalse();
            assertThat(PhoneNumber.parse("+449005550123").premium()).isFalse();
        }
    }

    @Test
    void numbersSortByTheirDigits() {
        assertThat(PhoneNumber.parse("+18005550123")).isLessThan(PhoneNumber.parse("+18005550124"));
        assertThat(PhoneNumber.parse("+18005550123")).isEqualByComparingTo(PhoneNumber.parse("18005550123"));
    }
}
