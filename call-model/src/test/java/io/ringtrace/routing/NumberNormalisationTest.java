package io.ringtrace.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.call.PhoneNumber;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NumberNormalisationTest {
    private static final NumberNormalisation UNITED_KINGDOM = new NumberNormalisation("44", "0", "00", 10);
    private static final NumberNormalisation AUSTRIA = new NumberNormalisation("43", "0", "00", 0);

    private static void becomes(NumberNormalisation rules, String text, String expected) {
        assertThat(rules.normalise(text)).isEqualTo(PhoneNumber.parse(expected));
    }

    @Nested
    @DisplayName("E.164 with or without the plus sign")
    class E164 {
        @ParameterizedTest
        @ValueSource(strings = {"+18005550123", "18005550123"})
        void numbersStayAsTheyAre(String text) {
            becomes(NumberNormalisation.E164, text, "+18005550123");
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "+", "018005550123", "+018005550123", "123456", "+1234567890123456", "0000000"})
        void whatIsNoE164NumberIsNone(String text) {
            assertThat(NumberNormalisation.E164.normalise(text)).isNull();
        }
    }

    @Nested
    @DisplayName("North America")
    class Nanp {
        @ParameterizedTest
        @ValueSource(strings = {"+18005550123", "18005550123", "8005550123"})
        void allThreeFormsAreTheSameNumber(String text) {
            becomes(NumberNormalisation.NANP, text, "+18005550123");
        }

        @ParameterizedTest
        @ValueSource(strings = {"011442079460123", "+442079460123", "442079460123"})
        void numbersAbroadKeepTheirCountryCode(String text) {
            becomes(NumberNormalisation.NANP, text, "+442079460123");
        }

        @ParameterizedTest
        @ValueSource(strings = {"5550123", "55501234", "805550123", "911", "011", "0110442079460", "0"})
        void aNumberWithoutItsAreaCodeIsNoneAndNotAnotherCountrys(String text) {
            assertThat(NumberNormalisation.NANP.normalise(text)).isNull();
        }
    }

    @Nested
    @DisplayName("custom")
    class Custom {
        @ParameterizedTest
        @CsvSource({
            "02079460123, +442079460123",
            "2079460123, +442079460123",
            "00442079460123, +442079460123",
            "442079460123, +442079460123",
            "+442079460123, +442079460123",
            "0018005550123, +18005550123"
        })
        void nationalNumbersOfFixedLengthGetTheCountryCode(String text, String expected) {
            becomes(UNITED_KINGDOM, text, expected);
        }

        @ParameterizedTest
        @CsvSource({
            "015123456, +4315123456",
            "066412345678, +4366412345678",
            "00442079460123, +442079460123",
            "4315123456, +4315123456"
        })
        void nationalNumbersOfVaryingLengthAreKnownByTheirPrefix(String text, String expected) {
            becomes(AUSTRIA, text, expected);
        }

        @ParameterizedTest
        @ValueSource(strings = {"020794601234", "00", "0", "0044207946012345678", "7946012"})
        void whatFitsNoRuleIsNone(String text) {
            assertThat(UNITED_KINGDOM.normalise(text)).isNull();
        }

        @ParameterizedTest
        @ValueSource(strings = {"0123456789012345", "01234567890123"})
        void aCountryCodeNeverMakesANumberTooLong(String text) {
            NumberNormalisation rules = new NumberNormalisation("999", "0", "", 0);

            PhoneNumber number = rules.normalise(text);

            assertThat(number == null || number.toString().length() <= 16).isTrue();
        }
    }

    @Nested
    @DisplayName("RFC 3966, visual separators and parameters")
    class Separators {
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "+1-800-555-0123",
                    "+1 (800) 555-0123",
                    "(800) 555.0123",
                    "1.800.555.0123",
                    "(+1)8005550123",
                    "8005550123;phone-context=+1",
                    "+18005550123;npdi;rn=+18005559999"
                })
        void areNoPartOfTheNumber(String text) {
            becomes(NumberNormalisation.NANP, text, "+18005550123");
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "alice",
                    "tel:+18005550123",
                    "1800FLOWERS",
                    "*67",
                    "#31#8005550123",
                    "1+8005550123",
                    "++18005550123",
                    "800/5550123",
                    "8005550123@",
                    ";phone-context=+18005550123",
                    "٨٠٠٥٥٥٠١٢٣",
                    "99999999999999999999999999999999999999"
                })
        void otherCharactersMakeItNoPhoneNumber(String text) {
            assertThat(NumberNormalisation.NANP.normalise(text)).isNull();
        }
    }
}
