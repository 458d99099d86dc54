package io.ringtrace.http.listener;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MaskedTargetTest {
    @Test
    void keysAndTokensAreMaskedWhereverTheyStand() {
        assertThat(MaskedTarget.of("/a/allocate_number.json?ring_pool_key=secret&m1=autos&oauth_token=secret#x"))
                .isEqualTo("/a/allocate_number.json?ring_pool_key=***&m1=autos&oauth_token=***#x");
        assertThat(MaskedTarget.of("/a?RING_POOL_KEY=secret&ring%5Fpool%5Fkey=secret&o%61uth_tok%65n=secret"))
                .doesNotContain("secret");
    }

    @Test
    void nothingBreaksTheLine() {
        assertThat(MaskedTarget.of("/a\r\nb\u001b[2J")).isEqualTo("/a\\u000d\\u000ab\\u001b[2J");
        assertThat(MaskedTarget.of("/" + "x".repeat(5000))).hasSize(512);
    }
}
