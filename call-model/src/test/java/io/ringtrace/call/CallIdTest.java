package io.ringtrace.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CallIdTest {
    @Test
    void textAndBytesComeBackAsTheSameId() {
        Random random = new Random(1);
        for (int i = 0; i < 10_000; i++) {
            CallId id = new CallId(random.nextLong(), random.nextLong());

            assertThat(CallId.parse(id.toString())).isEqualTo(id);
            assertThat(CallId.parse(id.toString().toLowerCase(Locale.ROOT))).isEqualTo(id);
            assertThat(CallId.fromBytes(id.toBytes())).isEqualTo(id);
        }
    }

    @Test
    void theSmallestAndTheLargestIdAreWrittenIn26Characters() {
        assertThat(new CallId(0, 0)).hasToString("00000000000000000000000000");
        assertThat(new CallId(-1, -1)).hasToString("7ZZZZZZZZZZZZZZZZZZZZZZZZZ");
    }

    @Test
    void theMomentItWasMadeIsReadBack() {
        long millis = 1_753_776_000_123L;

        assertThat(new CallId(millis << 16 | 0xBEEF, 42).madeAtMillis()).isEqualTo(millis);
    }

    @Test
    void theFirstIdOfAMomentIsBeforeAllThatAreMadeThenAndAfterAllMadeBefore() {
        long millis = 1_753_776_000_123L;

        assertThat(CallId.firstMadeAt(millis)).isLessThan(new CallId(millis << 16, 1));
        assertThat(CallId.firstMadeAt(millis)).isGreaterThan(new CallId((millis - 1) << 16 | 0xFFFF, -1));
        assertThat(CallId.firstMadeAt(-1)).isEqualTo(new CallId(0, 0));
        assertThat(CallId.firstMadeAt(Long.MAX_VALUE)).isGreaterThan(CallId.firstMadeAt(millis));
    }

    @Test
    void idsAndTheirTextsAndBytesSortAlikeAndByTime() {
        CallId earlier = new CallId(1_000L << 16, -1);
        CallId later = new CallId(1_001L << 16, 0);
        CallId far = new CallId(-1, 0);

        assertThat(earlier).isLessThan(later);
        assertThat(later).isLessThan(far);
        assertThat(earlier.toString()).isLessThan(later.toString());
        assertThat(later.toString()).isLessThan(far.toString());
        assertThat(new CallId(1, 1)).isLessThan(new CallId(1, -1));
        assertThat(new CallId(1, -1)).isEqualByComparingTo(new CallId(1, -1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "0000000000000000000000000",
                "000000000000000000000000000",
                "80000000000000000000000000",
                "0000000000000000000000000I",
                "0000000000000000000000000L",
                "0000000000000000000000000O",
                "0000000000000000000000000U",
                "0000000000000000000000000ſ",
                "0000000000000 000000000000"
            })
    void whatIsNoUlidIsRefused(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CallId.parse(text))
                .withMessageContaining("'" + text + "'");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 15, 17})
    void sixteenBytesAreAskedFor(int length) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CallId.fromBytes(new byte[length]))
                .withMessageContaining("" + length);
    }
}
