package io.ringtrace.attribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.call.PhoneNumber;
import org.junit.jupiter.api.Test;

class LeaseTest {
    private static final Lease LEASE = new Lease(
            PhoneNumber.parse("+18005550123"),
            7,
            1,
            2,
            "visitor",
            PhoneNumber.parse("+12135550187"),
            1_000,
            1_000,
            301_000,
            259_201_000);

    @Test
    void itIsGuaranteedUntilButNotAtTheEndOfItsLifetime() {
        assertThat(LEASE.guaranteedAt(1_000)).isTrue();
        assertThat(LEASE.guaranteedAt(300_999)).isTrue();
        assertThat(LEASE.guaranteedAt(301_000)).isFalse();
    }

    @Test
    void itIsHeldUntilButNotAtTheEndOfTheHold() {
        assertThat(LEASE.heldAt(301_000)).isTrue();
        assertThat(LEASE.heldAt(259_200_999)).isTrue();
        assertThat(LEASE.heldAt(259_201_000)).isFalse();
    }

    @Test
    void numberAndVersionNameIt() {
        assertThat(LEASE.id()).isEqualTo("18005550123.7");
    }
}
