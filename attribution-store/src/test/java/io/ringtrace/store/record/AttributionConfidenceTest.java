package io.ringtrace.store.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The attribution's confidence")
class AttributionConfidenceTest {
    @ParameterizedTest
    @CsvSource({"60, 600, 0.941", "60, 3600, 0.999", "600, 1200, 0.785", "1, 30, 0.220"})
    void isAsTheReferencePageSays(long attributedSeconds, long otherSeconds, double expected) {
        AttributionConfidence confidence = new AttributionConfidence(DelayDistribution.PRIOR, attributedSeconds * 1000);
        confidence.candidate(otherSeconds * 1000);
        assertThat(confidence.value()).isCloseTo(expected, within(0.0005));
    }

    @Test
    void isOneWithoutOtherCandidates() {
        assertThat(new AttributionConfidence(DelayDistribution.PRIOR, 1).value())
                .isEqualTo(1.0);
        assertThat(new AttributionConfidence(DelayDistribution.PRIOR, 72L * 3600 * 1000).value())
                .isEqualTo(1.0);
    }

    @Test
    void isSharedByEqualCandidates() {
        AttributionConfidence confidence = new AttributionConfidence(DelayDistribution.PRIOR, 5_000);
        confidence.candidate(5_000);
        confidence.candidate(5_000);
        confidence.candidate(5_000);
        assertThat(confidence.value()).isCloseTo(0.25, within(1e-9));
    }

    @Test
    void staysANumberWhenClocksDisagreeOrAHoldIsAYear() {
        AttributionConfidence confidence = new AttributionConfidence(DelayDistribution.PRIOR, -500);
        confidence.candidate(366L * 24 * 3600 * 1000);
        assertThat(confidence.value()).isBetween(0.5, 1.0);
    }
}
