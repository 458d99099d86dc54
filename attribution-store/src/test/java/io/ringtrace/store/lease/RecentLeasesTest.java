package io.ringtrace.store.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.attribution.MarketingData;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What a server keeps of the leases it lent lately")
class RecentLeasesTest {
    private static final long NOON = 1_800_000_000_000L;
    private static final long AN_HOUR = 3_600_000;

    private static LeaseRow row(long number, long version, long leasedAt, String source) {
        return new LeaseRow(
                number,
                version,
                5,
                6,
                "visitor",
                14155550111L,
                leasedAt,
                version - 1,
                "former",
                NOON - 1,
                new MarketingData(Map.of("utm_source", source), Map.of(), Map.of(), Map.of()));
    }

    private static RecentLeases.Key key(long number, long version) {
        return new RecentLeases.Key(number, version);
    }

    @Test
    void isFoundByNumberAndVersion() {
        RecentLeases recent = new RecentLeases(10_000);
        recent.add(List.of(row(1, 1, NOON, "a"), row(1, 2, NOON, "b")));
        assertThat(recent.find(key(1, 1)))
                .isEqualTo(new RecentLeases.Kept("{\"utm_source\":\"a\"}", null, true, NOON - 1));
        assertThat(recent.find(key(1, 2)))
                .isEqualTo(new RecentLeases.Kept("{\"utm_source\":\"b\"}", null, false, NOON - 1));
        assertThat(recent.find(key(1, 3))).isNull();
        assertThat(recent.find(key(2, 1))).isNull();
    }

    @Test
    void theOldestGoWhenThereAreTooManyBytes() {
        RecentLeases recent = new RecentLeases(10_000);
        for (int i = 1; i <= 100; i++) {
            recent.add(List.of(row(i, 1, NOON, "x".repeat(i % 10))));
        }
        long kept = 0;
        for (int i = 1; i <= 100; i++) {
            boolean found = recent.find(key(i, 1)) != null;
            assertThat(found || kept == 0).as("%d, and older ones are there", i).isTrue();
            kept += found ? 1 : 0;
        }
        assertThat(kept).isBetween(40L, 50L);
        recent.add(List.of(row(1000, 1, NOON, "x".repeat(20_000))));
        assertThat(recent.find(key(100, 1))).isNull();
        assertThat(recent.find(key(1000, 1))).as("larger than all may be").isNull();
    }

    @Test
    void whatIsKeptAgainCountsOnce() {
        RecentLeases recent = new RecentLeases(1_000);
        recent.add(List.of(row(1, 1, NOON, "a")));
        for (int i = 0; i < 100; i++) {
            recent.add(List.of(row(2, 1, NOON, "a")));
        }
        assertThat(recent.find(key(1, 1))).isNotNull();
    }

    @Test
    void noneIsOlderThanAnHourThanTheNewest() {
        RecentLeases recent = new RecentLeases(10_000);
        recent.add(List.of(row(1, 1, NOON, "a"), row(2, 1, NOON + 1, "a")));
        recent.add(List.of(row(3, 1, NOON + AN_HOUR + 1, "a")));
        assertThat(recent.find(key(1, 1))).isNull();
        assertThat(recent.find(key(2, 1))).isNotNull();
    }

    @Test
    void noneIsKeptAfterAClearOrWithoutRoom() {
        RecentLeases recent = new RecentLeases(10_000);
        recent.add(List.of(row(1, 1, NOON, "a")));
        recent.clear();
        assertThat(recent.find(key(1, 1))).isNull();
        RecentLeases none = RecentLeases.none();
        none.add(List.of(row(1, 1, NOON, "a")));
        assertThat(none.find(key(1, 1))).isNull();
    }
}
