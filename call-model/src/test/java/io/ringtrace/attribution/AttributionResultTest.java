package io.ringtrace.attribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.call.PhoneNumber;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class AttributionResultTest {
    private static final PhoneNumber DESTINATION = PhoneNumber.parse("+12135550187");
    private static final Lease LEASE =
            new Lease(PhoneNumber.parse("+18005550123"), 7, 1, 2, "visitor", DESTINATION, 0, 0, 1, 2);
    private static final List<AttributionResult> WITH_DESTINATION = List.of(
            new AttributionResult.Leased(LEASE),
            new AttributionResult.Held(LEASE),
            new AttributionResult.Expired(LEASE),
            new AttributionResult.Overflow(1, 2, DESTINATION),
            new AttributionResult.NeverLeased(1, 2, DESTINATION),
            new AttributionResult.Resting(1, 2, DESTINATION),
            new AttributionResult.Static("summer", DESTINATION));
    private static final List<AttributionResult> WITHOUT =
            List.of(AttributionResult.UNASSIGNED, AttributionResult.UNKNOWN, AttributionResult.STORE_UNAVAILABLE);

    @Test
    void everyNumberThatIsLentOrAssignedHasADestination() {
        assertThat(WITH_DESTINATION).allSatisfy(r -> assertThat(r.destination()).isEqualTo(DESTINATION));
    }

    @Test
    void theOthersSayNothingAboutWhereTheCallGoes() {
        assertThat(WITHOUT).allSatisfy(r -> assertThat(r.destination()).isNull());
    }

    @Test
    void eachStatusBelongsToOneResult() {
        assertThat(java.util.stream.Stream.concat(WITH_DESTINATION.stream(), WITHOUT.stream())
                        .map(AttributionResult::status))
                .containsExactlyInAnyOrder(AttributionStatus.values());
    }

    @Test
    void statusesAreWrittenAsTheRecordsReadersKnowThem() {
        assertThat(Arrays.stream(AttributionStatus.values()).map(AttributionStatus::text))
                .containsExactly(
                        "leased",
                        "held",
                        "expired",
                        "overflow",
                        "never_leased",
                        "resting",
                        "static",
                        "unassigned",
                        "unknown_number",
                        "store_unavailable");
    }
}
