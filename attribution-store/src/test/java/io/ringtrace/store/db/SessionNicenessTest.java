package io.ringtrace.store.db;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalInt;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The niceness of a session")
class SessionNicenessTest {
    private static final String THEIRS = "/autogroup-9 nice 0\n";

    @Test
    void isSoMuchAboveThatOfTheServersSession() {
        assertThat(SessionNiceness.nicer("/autogroup-7 nice 3\n", THEIRS, 5)).isEqualTo(OptionalInt.of(8));
    }

    @Test
    void isNeverAboveTheKernelsNicest() {
        assertThat(SessionNiceness.nicer("/autogroup-7 nice 17\n", THEIRS, 5)).isEqualTo(OptionalInt.of(19));
    }

    @Test
    void countsFromZeroForAServerThatNoSessionBeganFor() {
        assertThat(SessionNiceness.nicer("", THEIRS, 5)).isEqualTo(OptionalInt.of(5));
    }

    @Test
    void staysInTheServersOwnSessionAndWhereTheDatabaseHasNone() {
        assertThat(SessionNiceness.nicer(THEIRS, THEIRS, 5)).isEmpty();
        assertThat(SessionNiceness.nicer("", "", 5)).isEmpty();
        assertThat(SessionNiceness.nicer("/autogroup-7 nice 0\n", "", 5)).isEmpty();
    }
}
