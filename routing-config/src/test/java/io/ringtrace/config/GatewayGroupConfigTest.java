package io.ringtrace.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.ringtrace.call.PhoneNumber;
import io.ringtrace.routing.Gateway;
import io.ringtrace.routing.GatewayGroup;
import io.ringtrace.routing.Route;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Gateway groups, overflow, number steps, calendars and routes of promo numbers")
class GatewayGroupConfigTest {
    private static final String TEXT = """
            gateways:
              east: {host: 192.0.2.10}
              west: {host: 192.0.2.20, number-steps: national}
              backup: {host: 192.0.2.30}
            gateway-groups:
              main:
                gateways:
                  - {gateway: backup, priority: 2}
                  - {gateway: east, weight: 3}
                  - {gateway: west}
                failover-statuses: [503, 486]
            number-steps:
              national:
                steps: [{replace-prefix: {from: +1, to: ""}}, {prepend: 9}]
                examples:
                  - {number: +12135550101, becomes: 92135550101}
                  - {number: +442079460123, becomes: 9+442079460123}
            calendars:
              us: ["2026-12-25"]
            time-windows:
              office: {time-zone: America/New_York, calendars: [us]}
            routes:
              - {prefix: +1, when: office, gateways: [main, backup], overflow: [east]}
              - {prefix: "*", promo-number: +18005550199, gateways: [west], failover-statuses: [500]}
              - {prefix: "*", campaign: 17, gateways: [west]}
            """;

    @TempDir
    Path folder;

    private Route route(int index) {
        return Written.in(folder, TEXT).loaded().plan().routes().get(index);
    }

    @Test
    void membersHavePriorityAndWeightAndTheGroupsFailoverStatuses() {
        GatewayGroup main = route(0).shares().getFirst().groups().getFirst();

        assertThat(main.members())
                .extracting(m -> m.gateway().name(), GatewayGroup.Member::priority, GatewayGroup.Member::weight)
                .containsExactly(tuple("east", 1, 3), tuple("west", 1, 1), tuple("backup", 2, 1));
        assertThat(main.members())
                .allSatisfy(m -> assertThat(m.gateway().failoverStatuses()).containsExactlyInAnyOrder(503, 486));
        assertThat(route(0).overflow().getFirst().members().getFirst().gateway().failoverStatuses())
                .isEqualTo(Gateway.DEFAULT_FAILOVER_STATUSES);
        assertThat(route(1).shares()
                        .getFirst()
                        .groups()
                        .getFirst()
                        .members()
                        .getFirst()
                        .gateway()
                        .failoverStatuses())
                .isEqualTo(Set.of(500));
    }

    @Test
    void aGatewayGetsNumbersByItsSteps() {
        Gateway west = Objects.requireNonNull(
                Written.in(folder, TEXT).loaded().plan().gateways().get("west"));
        Gateway east = Objects.requireNonNull(
                Written.in(folder, TEXT).loaded().plan().gateways().get("east"));

        assertThat(Objects.requireNonNull(route(0).stepsFor(west)).written(PhoneNumber.parse("+12135550101")))
                .isEqualTo("92135550101");
        assertThat(route(0).stepsFor(east)).isNull();
    }

    @Test
    void aCalendarsDatesAreHolidaysOfItsWindows() {
        var office = Objects.requireNonNull(route(0).conditions().when());

        assertThat(office.contains(Instant.parse("2026-12-24T17:00:00Z").toEpochMilli()))
                .isTrue();
        assertThat(office.contains(Instant.parse("2026-12-25T17:00:00Z").toEpochMilli()))
                .isFalse();
    }

    @Test
    void aRouteNamesAPromoNumberOrACampaign() {
        assertThat(route(1).conditions().promoNumber()).isEqualTo(PhoneNumber.parse("+18005550199"));
        assertThat(route(2).conditions().campaign()).isEqualTo("17");
    }
}
