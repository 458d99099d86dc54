package io.ringtrace.server.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.server.lease.LeaseClients.Told;
import io.ringtrace.server.lease.LeaseHistory.Lease;
import io.ringtrace.server.lease.LeaseHistory.Verdict;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Histories with a fault put into them: a checker that finds nothing in them would show nothing by finding nothing elsewhere. */
@DisplayName("What the checker of lease histories finds")
class LeaseHistoryTest {
    private static final long LIFETIME = 1_000;
    private static final long HOLD = 10_000;

    private static Lease first(long number, String visitor, long begunAt) {
        return new Lease(number, 1, visitor, begunAt, 0, null, 0);
    }

    private static Lease after(Lease before, String visitor, long begunAt, long previousPresentedAt) {
        return new Lease(
                before.number(),
                before.version() + 2,
                visitor,
                begunAt,
                before.version(),
                before.visitor(),
                previousPresentedAt);
    }

    private static Told told(Lease lease, long askedMillis, long heardMillis) {
        return new Told(
                lease.visitor(),
                lease.number(),
                lease.version(),
                false,
                false,
                LIFETIME,
                askedMillis * 1_000_000,
                heardMillis * 1_000_000);
    }

    private static Verdict check(List<Lease> leases, Map<Long, Long> presentedLast) {
        return LeaseHistory.check(leases, presentedLast, LIFETIME, HOLD, List.of());
    }

    private final Lease a = first(1, "a", 20_000);
    private final Lease b = first(2, "b", 21_000);

    @Test
    void theNumberPresentedLongestAgoIsTheRightChoice() {
        // Another server's lease of the next one in the same moment, and a third number that nobody had: it came first.
        Lease c = first(3, "c", 22_000);
        Lease right = after(a, "d", 26_000, 20_500);
        Lease next = after(b, "e", 26_050, 21_500);
        Verdict verdict = check(List.of(a, right, b, next, c), Map.of(1L, 26_000L, 2L, 26_050L, 3L, 22_000L));
        assertThat(verdict.faults()).isEmpty();
        assertThat(verdict.leases()).isEqualTo(5);
        assertThat(verdict.compared()).isPositive();
    }

    @Test
    void aNumberGivenAwayBeforeOneThatWasPresentedLongerAgoIsAFault() {
        Lease wrong = after(b, "d", 26_000, 21_500);
        assertThat(check(List.of(a, b, wrong), Map.of(1L, 20_500L, 2L, 26_000L)).faults())
                .singleElement()
                .asString()
                .contains("not the one presented longest ago", "visitor=d", "presented at 20500");
        // The same where the other one went to somebody else later.
        Lease later = after(a, "e", 28_000, 20_500);
        assertThat(check(List.of(a, later, b, wrong), Map.of(1L, 28_000L, 2L, 26_000L))
                        .faults())
                .hasSize(1);
    }

    @Test
    void aHeldNumberGivenAwayWhileAnotherWasFreeIsAFault() {
        Lease wrong = after(b, "d", 31_500, 25_000);
        assertThat(check(List.of(a, b, wrong), Map.of(1L, 20_500L, 2L, 31_500L)).faults())
                .hasSize(1);
        assertThat(check(List.of(b, wrong), Map.of(2L, 31_500L, 3L, 0L)).faults())
                .as("never presented")
                .hasSize(1);
    }

    @Test
    void whatTheHistoryDoesNotTellIsNotJudged() {
        Lease chosen = after(b, "d", 26_000, 21_500);
        assertThat(check(List.of(a, b, chosen), Map.of(1L, 27_000L, 2L, 26_000L))
                        .compared())
                .as("renewed later: how it stood is unknown")
                .isZero();
        assertThat(check(List.of(a, b, chosen), Map.of(1L, 24_500L, 2L, 26_000L))
                        .compared())
                .as("its guarantee had just ended")
                .isZero();
        Lease sameMoment = after(a, "e", 26_050, 20_500);
        assertThat(check(List.of(a, sameMoment, b, chosen), Map.of(1L, 26_050L, 2L, 26_000L))
                        .compared())
                .as("which of the two came first is unknown")
                .isZero();
        Lease again = after(b, "b", 26_000, 21_500);
        assertThat(check(List.of(a, b, again), Map.of(1L, 20_500L, 2L, 26_000L)).compared())
                .as("the same visitor's next attribution")
                .isZero();
        assertThat(check(List.of(a, first(2, "b", 20_500)), Map.of(1L, 20_000L, 2L, 20_500L, 3L, 0L))
                        .compared())
                .as("nobody had ever been shown either")
                .isZero();
    }

    @Test
    void aNumberGuaranteedToTwoIsAFault() {
        assertThat(check(List.of(a, after(a, "d", 21_400, 20_500)), Map.of(1L, 21_400L))
                        .faults())
                .singleElement()
                .asString()
                .contains("within its guarantee");
        Lease other = after(a, "d", 26_000, 20_500);
        List<Told> both = List.of(told(a, 5_000, 5_010), told(other, 5_900, 5_910));
        assertThat(LeaseHistory.check(List.of(a, other), Map.of(1L, 26_000L), LIFETIME, HOLD, both)
                        .faults())
                .singleElement()
                .asString()
                .contains("guaranteed to two");
    }

    @Test
    void anAcknowledgedLeaseThatIsMissingIsAFault() {
        Lease lost = after(a, "d", 26_000, 20_500);
        assertThat(LeaseHistory.check(List.of(a), Map.of(1L, 26_000L), LIFETIME, HOLD, List.of(told(lost, 1, 2)))
                        .faults())
                .singleElement()
                .asString()
                .contains("acknowledged and not in the history");
        assertThat(check(List.of(a, after(lost, "e", 30_000, 26_000)), Map.of(1L, 30_000L))
                        .faults())
                .singleElement()
                .asString()
                .contains("a lease between is missing");
    }
}
