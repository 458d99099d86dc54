package io.ringtrace.call;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EndReasonTest {
    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource({
        "486, destination_busy",
        "600, destination_busy",
        "408, destination_no_answer",
        "480, destination_no_answer",
        "404, destination_not_in_service",
        "410, destination_not_in_service",
        "484, destination_not_in_service",
        "604, destination_not_in_service",
        "603, destination_declined",
        "607, destination_declined",
        "608, destination_declined",
        "300, redirected",
        "302, redirected",
        "380, redirected",
        "400, destination_error",
        "403, destination_error",
        "488, destination_error",
        "500, destination_error",
        "503, destination_error",
        "606, destination_error",
        "699, destination_error"
    })
    void theGatewaysFinalResponseSaysHowTheCallEnded(int status, String expected) {
        assertThat(EndReason.ofGatewayFinal(status).text()).isEqualTo(expected);
    }

    @Test
    void reasonsAreWrittenAsTheRecordsReadersKnowThem() {
        assertThat(Arrays.stream(EndReason.values()).map(EndReason::text))
                .containsExactly(
                        "caller_hangup",
                        "destination_hangup",
                        "destination_busy",
                        "destination_no_answer",
                        "destination_not_in_service",
                        "destination_declined",
                        "destination_error",
                        "redirected",
                        "caller_cancelled",
                        "unknown_promo_number",
                        "blocked_caller",
                        "refused",
                        "max_duration",
                        "lost",
                        "interrupted");
    }
}
