package io.ringtrace.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.server.demo.SampleHouse;
import io.ringtrace.server.demo.Sipp;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

@Tag("proof")
@Tag("house")
@DisplayName("A whole server under SIPp's load")
class LoadIT {
    private static final int CALLS = Scale.of(400, 2000);
    private static final int PER_SECOND = Scale.of(100, 200);
    private static final int NUMBERS = 401;

    @Test
    void everyCallToALeasedNumberLeavesOneRecordWithTheLeaseOfItsNumber(@TempDir Path folder) throws Exception {
        try (LeasedHouse leased = new LeasedHouse(folder, NUMBERS);
                Sipp _ = leased.gateway("load", 500);
                Sipp carrier =
                        leased.carrier("load", leased.leasedNumbers(), "127.0.0.1:0", CALLS, PER_SECOND, 500, 120)) {
            Sipp.Outcome outcome = carrier.await(150);
            assertThat(outcome.good()).as(outcome.errors()).isTrue();

            List<JsonNode> records = leased.recordsOnce(calls -> calls.size() >= CALLS
                    && calls.stream().allMatch(c -> c.path("end_reason").isString()));

            assertThat(records).hasSize(CALLS);
            assertThat(LeasedHouse.bySipCallId(records)).hasSize(CALLS);
            for (JsonNode record : records) {
                SampleHouse.Visitor visitor = Objects.requireNonNull(
                        leased.visitorOfNumber.get(record.path("promo_number").asString()));
                assertThat(record.path("lease_id").asString()).isEqualTo(visitor.leaseId());
                assertThat(record.path("visitor_id").asString()).isEqualTo(visitor.id());
                assertThat(record.path("attribution_status").asString()).isEqualTo("leased");
                assertThat(record.path("destination_number").asString()).isEqualTo(visitor.destination());
                assertThat(record.path("marketing_data").path("utm_source").asString())
                        .isEqualTo(visitor.marketing().get("utm_source"));
                assertThat(record.path("end_reason").asString()).isEqualTo("caller_hangup");
                assertThat(record.path("talk_ms").asLong()).isBetween(450L, 5_000L);
            }
            Scale.proof("house-load", """
                    # Calls to leased numbers, by SIPp

                    Written by `./dev prove house` (`LoadIT`).

                    | calls | rate | failed | records | with another lease than their number's | doubled |
                    | --- | --- | --- | --- | --- | --- |
                    | %d | %d/s | 0 | %d | 0 | 0 |
                    """.formatted(CALLS, PER_SECOND, records.size()));
        }
    }
}
