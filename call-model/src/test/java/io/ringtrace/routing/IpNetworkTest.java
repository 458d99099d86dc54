package io.ringtrace.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.InetAddress;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IpNetworkTest {
    @ParameterizedTest(name = "{0} contains {1}: {2}")
    @CsvSource({
        "203.0.113.0/24, 203.0.113.0, true",
        "203.0.113.0/24, 203.0.113.255, true",
        "203.0.113.0/24, 203.0.112.255, false",
        "203.0.113.0/24, 203.0.114.0, false",
        "203.0.113.64/26, 203.0.113.127, true",
        "203.0.113.64/26, 203.0.113.128, false",
        "203.0.113.64/26, 203.0.113.63, false",
        "10.0.0.0/7, 11.255.255.255, true",
        "10.0.0.0/7, 12.0.0.0, false",
        "203.0.113.7, 203.0.113.7, true",
        "203.0.113.7, 203.0.113.6, false",
        "203.0.113.7/31, 203.0.113.6, true",
        "0.0.0.0/0, 255.1.2.3, true",
        "0.0.0.0/0, ::1, false",
        "2001:db8::/32, 2001:db8:ffff::1, true",
        "2001:db8::/32, 2001:db9::, false",
        "2001:db8::8000/113, 2001:db8::ffff, true",
        "2001:db8::8000/113, 2001:db8::7fff, false",
        "::1, ::1, true",
        "::/0, 2001:db8::1, true",
        "::/0, 203.0.113.7, false"
    })
    void anAddressBelongsToItByTheBitsOfThePrefix(String network, String address, boolean expected) {
        assertThat(IpNetwork.parse(network).contains(InetAddress.ofLiteral(address)))
                .isEqualTo(expected);
    }

    @Nested
    @DisplayName("RFC 4632 and RFC 4291, text")
    class Text {
        @ParameterizedTest(name = "{0} is {1}")
        @CsvSource({
            "203.0.113.77/24, 203.0.113.0/24",
            "203.0.113.77, 203.0.113.77/32",
            "255.255.255.255/1, 128.0.0.0/1",
            "2001:DB8::1/32, 2001:db8:0:0:0:0:0:0/32",
            "::1, 0:0:0:0:0:0:0:1/128",
            "::ffff:203.0.113.77, 203.0.113.77/32"
        })
        void bitsBeyondThePrefixAreCleared(String text, String expected) {
            assertThat(IpNetwork.parse(text)).hasToString(expected);
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "",
                    "/24",
                    "10.1",
                    "10",
                    "10.1.2",
                    "10.1/16",
                    "010.0.0.1",
                    "256.0.0.1",
                    "1.2.3.4.5",
                    "1.2.3.4.",
                    ".1.2.3.4",
                    "carrier.example.net",
                    "fe80::1%eth0",
                    "[::1]",
                    "1:2:3",
                    "12345::",
                    "١.2.3.4",
                    " 203.0.113.0/24"
                })
        void whatIsNoLiteralAddressIsRefused(String text) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> IpNetwork.parse(text))
                    .withMessage("'" + text + "' is not an IP network such as 203.0.113.0/24");
        }

        @ParameterizedTest
        @CsvSource({
            "203.0.113.0/33, 32",
            "203.0.113.0/, 32",
            "203.0.113.0/-1, 32",
            "203.0.113.0/+24, 32",
            "203.0.113.0/255.255.255.0, 32",
            "203.0.113.0/24/24, 32",
            "2001:db8::/129, 128"
        })
        void aPrefixLengthOutOfRangeIsNamed(String text, int most) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> IpNetwork.parse(text))
                    .withMessage("'" + text + "': the prefix length must be 0 to " + most);
        }
    }

    @Test
    void networksMadeOfAnyOfTheirAddressesAreEqual() {
        assertThat(new IpNetwork(InetAddress.ofLiteral("203.0.113.77"), 24))
                .isEqualTo(IpNetwork.parse("203.0.113.0/24"));
        assertThatIllegalArgumentException().isThrownBy(() -> new IpNetwork(InetAddress.ofLiteral("203.0.113.77"), 33));
    }
}
