package io.ringtrace.store.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.attribution.LeaseAnswer.Reason;
import io.ringtrace.attribution.LeaseAnswer.Refused;
import io.ringtrace.attribution.LeaseRequest;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RequestCheckTest {
    private static @Nullable Refused check(@Nullable String visitor, Map<String, String> marketing) {
        return RequestCheck.refusal(new LeaseRequest(1, visitor, null, marketing, false));
    }

    private static Map<String, String> fields(int count) {
        return IntStream.range(0, count).boxed().collect(Collectors.toMap(i -> "field" + i, i -> "x"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " a", "a ", "tab\there", "nul\0", "ümlaut", "\u007f"})
    void refusesAVisitorIdThatIsNotPlainText(String id) {
        assertThat(check(id, Map.of())).extracting(Refused::reason).isEqualTo(Reason.INVALID_VISITOR);
    }

    @Test
    void takesVisitorIdsOfUpTo64Characters() {
        assertThat(check("v".repeat(64), Map.of())).isNull();
        assertThat(check("a b!~", Map.of())).isNull();
        assertThat(check("v".repeat(65), Map.of())).extracting(Refused::reason).isEqualTo(Reason.INVALID_VISITOR);
        assertThat(check(null, Map.of())).isNull();
    }

    @Test
    void takesUpTo25MarketingFields() {
        assertThat(check(null, fields(25))).isNull();
        assertThat(check(null, fields(26)))
                .extracting(Refused::message)
                .isEqualTo("there may be at most 25 marketing data fields, not 26");
    }

    @Test
    void takesNamesOf64AndValuesOf512Characters() {
        assertThat(check(null, Map.of("n".repeat(64), "v".repeat(512)))).isNull();
        assertThat(check(null, Map.of("n".repeat(65), "v"))).isNotNull();
        assertThat(check(null, Map.of(" ", "v"))).isNotNull();
        assertThat(check(null, Map.of("n", "v".repeat(513))))
                .extracting(Refused::message)
                .isEqualTo(
                        "the marketing data field 'n' must be at most 512 characters, none of them a control character");
    }
}
