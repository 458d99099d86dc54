package io.ringtrace.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DigestAlgorithmTest {
    @ParameterizedTest
    @CsvSource({
        "MD5, 8ca523f5e9506fed4657c9700eebdbec",
        "SHA-256, 753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"
    })
    @DisplayName("the example of RFC 7616 §3.9.1")
    void example(String name, String response) {
        DigestAlgorithm algorithm = DigestAlgorithm.named(name);
        assertThat(algorithm).isNotNull();
        DigestUser user = DigestUser.of("Mufasa", "http-auth@example.org", "Circle of Life", List.of(algorithm));
        String ha1 = user.ha1().get(algorithm);
        assertThat(algorithm.hash(ha1
                        + ":7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v:00000001"
                        + ":f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ:auth:"
                        + algorithm.hash("GET:/dir/index.html")))
                .isEqualTo(response)
                .hasSize(algorithm.digits());
    }

    @Test
    void namesAreComparedWithoutCase() {
        assertThat(DigestAlgorithm.named("sha-256")).isEqualTo(DigestAlgorithm.SHA_256);
        assertThat(DigestAlgorithm.named("SHA-256-sess")).isNull();
    }
}
