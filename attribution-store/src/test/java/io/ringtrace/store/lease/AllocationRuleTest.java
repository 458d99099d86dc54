package io.ringtrace.store.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.attribution.NumberType;
import io.ringtrace.store.directory.NumberRow;
import io.ringtrace.store.directory.NumberState;
import io.ringtrace.store.lease.Allocation.Decision;
import io.ringtrace.store.lease.Asked.Visitor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayName("The lease: who gets which number")
class AllocationRuleTest {
    private static final long LIFETIME = 300_000;
    private static final long HOLD = 72 * 3_600_000L;
    private static final long NOW = 1_000_000_000L;
    private static final long DESTINATION = 18_005_550_100L;
    private static final long OTHER_DESTINATION = 18_005_550_101L;
    private static final long OVERFLOW = 18_885_550_199L;

    private final List<NumberRow> rows = new ArrayList<>();
    private Set<Visitor> formerHolders = Set.of();
    private boolean overflowAllowed = true;
    private long since = NOW;
    private long lifetime = LIFETIME;
    private long hold = HOLD;

    private void never(long number) {
        rows.add(new NumberRow(number, 1, NumberState.POOLED, 1, 1, null, 0, 0, 0, 0, 0, 0, 0, 1));
    }

    private NumberRow presented(long number, String visitor, long age) {
        return presented(number, visitor, age, NumberState.POOLED);
    }

    private NumberRow presented(long number, String visitor, long age, NumberState state) {
        long at = NOW - age;
        NumberRow row = new NumberRow(
                number, 1, state, 1, 1, visitor, DESTINATION, 5, at - 1_000, at, at + LIFETIME, at + HOLD, 0, 9);
        rows.add(row);
        return row;
    }

    private static Asked asks(String visitor) {
        return new Asked(new Visitor(visitor, DESTINATION), Map.of("utm_source", "x"), false);
    }

    private Allocation allocate(Asked... asked) {
        PoolTerms pool =
                new PoolTerms(1, 1, 1, NumberType.TOLL_FREE, lifetime, hold, 10, 10, overflowAllowed, DESTINATION, 0);
        return new AllocationRule(pool, OVERFLOW, rows, rows, formerHolders, NOW, since).allocate(List.of(asked));
    }

    private static Decision.Lent lent(Allocation allocation, int place) {
        assertThat(allocation.decisions().get(place)).isInstanceOf(Decision.Lent.class);
        return (Decision.Lent) allocation.decisions().get(place);
    }

    @Nested
    @DisplayName("A visitor who comes back")
    class Returning {
        @Test
        void getsHisGuaranteedNumberAgainAndThePresentationMovesToNow() {
            NumberRow row = presented(7, "anna", 10_000);
            never(1);
            Allocation allocation = allocate(asks("anna"));
            Decision.Lent lent = lent(allocation, 0);
            assertThat(lent.renewed()).isTrue();
            assertThat(lent.row().number()).isEqualTo(7);
            assertThat(lent.row().presentedAt()).isEqualTo(NOW);
            assertThat(lent.row().guaranteedUntil()).isEqualTo(NOW + LIFETIME);
            assertThat(lent.row().heldUntil()).isEqualTo(NOW + HOLD);
            assertThat(lent.row().version()).isEqualTo(row.version() + 1);
            assertThat(lent.row().leaseVersion()).isEqualTo(row.leaseVersion());
            assertThat(lent.row().leasedAt()).isEqualTo(row.leasedAt());
            assertThat(allocation.leases()).isEmpty();
        }

        @Test
        void getsHisHeldNumberAgainToTheLastMomentOfTheHold() {
            presented(7, "anna", HOLD - 1);
            never(1);
            assertThat(lent(allocate(asks("anna")), 0).row().number()).isEqualTo(7);
        }

        @Test
        void isANewVisitorWhenTheHoldIsOverAndHisOldNumberForgetsHim() {
            presented(7, "anna", HOLD);
            never(1);
            Allocation allocation = allocate(asks("anna"));
            Decision.Lent lent = lent(allocation, 0);
            assertThat(lent.row().number()).isEqualTo(1);
            assertThat(lent.renewed()).isFalse();
            assertThat(lent.changed()).isFalse();
            assertThat(allocation.changed())
                    .anySatisfy(row -> {
                        assertThat(row.number()).isEqualTo(7);
                        assertThat(row.visitorId()).isNull();
                        assertThat(row.destination()).isEqualTo(DESTINATION);
                        assertThat(row.version()).isEqualTo(10);
                    })
                    .hasSize(2);
        }

        @Test
        void renewsADrainingNumber() {
            presented(7, "anna", LIFETIME + 5_000, NumberState.DRAINING);
            Decision.Lent lent = lent(allocate(asks("anna")), 0);
            assertThat(lent.row().number()).isEqualTo(7);
            assertThat(lent.row().state()).isEqualTo(NumberState.DRAINING);
        }

        @Test
        void twiceInOneBatchUsesOneNumberAndIsWrittenOnce() {
            never(1);
            never(2);
            Allocation allocation = allocate(asks("anna"), asks("anna"), asks("anna"));
            assertThat(allocation.decisions())
                    .hasSize(3)
                    .allSatisfy(decision -> assertThat(
                                    ((Decision.Lent) decision).row().number())
                            .isEqualTo(1));
            assertThat(allocation.changed()).hasSize(1);
            assertThat(allocation.leases()).hasSize(1);
        }

        @Test
        void hasANumberForEachDestinationOfThePage() {
            never(1);
            never(2);
            Allocation allocation =
                    allocate(asks("anna"), new Asked(new Visitor("anna", OTHER_DESTINATION), Map.of(), false));
            assertThat(lent(allocation, 0).row().number()).isEqualTo(1);
            assertThat(lent(allocation, 1).row().number()).isEqualTo(2);
            assertThat(lent(allocation, 1).row().destination()).isEqualTo(OTHER_DESTINATION);
        }

        @Test
        void keepsWhatHeWasToldWhenTheLifetimeWasShortened() {
            presented(7, "anna", 10_000);
            lifetime = 5_000;
            hold = 10_000;
            Decision.Lent lent = lent(allocate(asks("anna")), 0);
            assertThat(lent.row().guaranteedUntil()).isEqualTo(NOW - 10_000 + LIFETIME);
            assertThat(lent.row().heldUntil()).isGreaterThanOrEqualTo(lent.row().guaranteedUntil());
        }

        @Test
        void ofAnotherCampaignKeepsTheNumberAndBeginsANewLease() {
            NumberRow row = presented(7, "anna", 10_000);
            Allocation allocation = allocate(new Asked(new Visitor("anna", DESTINATION), Map.of("gclid", "new"), true));
            Decision.Lent lent = lent(allocation, 0);
            assertThat(lent.row().number()).isEqualTo(7);
            assertThat(lent.renewed()).isTrue();
            assertThat(lent.row().leaseVersion())
                    .isEqualTo(lent.row().version())
                    .isEqualTo(row.version() + 1);
            assertThat(lent.row().leasedAt()).isEqualTo(NOW);
            assertThat(allocation.leases()).singleElement().satisfies(lease -> {
                assertThat(lease.previousVersion()).isEqualTo(row.leaseVersion());
                assertThat(lease.previousVisitorId()).isEqualTo("anna");
                assertThat(lease.previousPresentedAt()).isEqualTo(row.presentedAt());
                assertThat(lease.marketingData().values()).containsEntry("gclid", "new");
            });
        }

        @Test
        void beginsTheNewLeaseOnceWhenTheFirstAttemptOfTheBatchHadAnUnknownOutcome() {
            long firstAttempt = NOW - 3_000;
            since = firstAttempt;
            rows.add(new NumberRow(
                    7,
                    1,
                    NumberState.POOLED,
                    1,
                    1,
                    "anna",
                    DESTINATION,
                    10,
                    firstAttempt + 1,
                    firstAttempt + 1,
                    firstAttempt + LIFETIME,
                    firstAttempt + HOLD,
                    0,
                    10));
            Allocation allocation = allocate(new Asked(new Visitor("anna", DESTINATION), Map.of(), true));
            assertThat(lent(allocation, 0).renewed()).isFalse();
            assertThat(allocation.leases()).isEmpty();
        }
    }

    @Nested
    @DisplayName("A new visitor")
    class New {
        @Test
        void getsANeverPresentedNumberFirstTheLowestOne() {
            presented(1, "old", HOLD + 1);
            never(3);
            never(2);
            assertThat(lent(allocate(asks("anna")), 0).row().number()).isEqualTo(2);
        }

        @Test
        void thenTheFreeNumberPresentedLongestAgo() {
            presented(1, "a", HOLD + 10);
            presented(2, "b", HOLD + 20);
            presented(3, "c", LIFETIME + 2_000);
            Allocation allocation = allocate(asks("anna"));
            assertThat(lent(allocation, 0).row().number()).isEqualTo(2);
            assertThat(allocation.leases().getFirst().previousVisitorId()).isEqualTo("b");
        }

        @Test
        void thenTheHeldNumberPresentedLongestAgoTiesByTheLowestNumber() {
            presented(4, "a", LIFETIME + 3_000);
            presented(3, "b", LIFETIME + 9_000);
            presented(2, "c", LIFETIME + 9_000);
            Allocation allocation = allocate(asks("anna"), asks("bert"), asks("cora"));
            assertThat(allocation.decisions())
                    .extracting(decision -> ((Decision.Lent) decision).row().number())
                    .containsExactly(2L, 3L, 4L);
        }

        @Test
        void getsAFreeNumberBeforeAHeldOneThatWasPresentedEarlierUnderALongerHold() {
            presented(1, "long-hold", LIFETIME + 50_000);
            rows.add(new NumberRow(
                    2,
                    1,
                    NumberState.POOLED,
                    1,
                    1,
                    "short",
                    DESTINATION,
                    5,
                    0,
                    NOW - 40_000,
                    NOW - 30_000,
                    NOW - 20_000,
                    0,
                    9));
            assertThat(lent(allocate(asks("anna")), 0).row().number()).isEqualTo(2);
        }

        @Test
        void neverGetsAGuaranteedNumberNorWithinOneSecondAfter() {
            presented(1, "a", 0);
            presented(2, "b", LIFETIME - 1);
            presented(3, "c", LIFETIME);
            presented(4, "d", LIFETIME + 999);
            assertThat(allocate(asks("anna")).decisions().getFirst()).isInstanceOf(Decision.Overflow.class);
            presented(5, "e", LIFETIME + 1_000);
            assertThat(lent(allocate(asks("anna")), 0).row().number()).isEqualTo(5);
        }

        @Test
        void neverGetsADrainingRestingOrOverflowNumber() {
            presented(1, "a", HOLD + 1, NumberState.DRAINING);
            presented(2, "b", HOLD + 1, NumberState.RESTING);
            presented(3, "c", HOLD + 1, NumberState.OVERFLOW);
            assertThat(allocate(asks("anna")).decisions().getFirst()).isInstanceOf(Decision.Overflow.class);
        }

        @Test
        void startsALeaseThatCarriesTheEndOfTheFormerOne() {
            NumberRow row = presented(1, "a", LIFETIME + 2_000);
            Allocation allocation = allocate(asks("anna"));
            assertThat(allocation.leases()).singleElement().satisfies(lease -> {
                assertThat(lease.number()).isEqualTo(1);
                assertThat(lease.version()).isEqualTo(row.version() + 1);
                assertThat(lease.visitorId()).isEqualTo("anna");
                assertThat(lease.leasedAt()).isEqualTo(NOW);
                assertThat(lease.previousVersion()).isEqualTo(row.leaseVersion());
                assertThat(lease.previousVisitorId()).isEqualTo("a");
                assertThat(lease.previousPresentedAt()).isEqualTo(row.presentedAt());
            });
        }

        @Test
        void getsTheNumberThatAReturningVisitorLeftInTheSameBatch() {
            presented(7, "anna", HOLD + 1);
            never(1);
            Allocation allocation = allocate(asks("anna"), asks("bert"));
            assertThat(lent(allocation, 0).row().number()).isEqualTo(1);
            assertThat(lent(allocation, 1).row().number()).isEqualTo(7);
            assertThat(lent(allocation, 1).row().visitorId()).isEqualTo("bert");
        }
    }

    @Nested
    @DisplayName("A number that went to somebody else")
    class Changed {
        @Test
        void inThisBatchMakesTheFormerVisitorANewOneWhoIsTold() {
            presented(1, "anna", LIFETIME + 9_000);
            presented(2, "x", LIFETIME + 5_000);
            Allocation allocation = allocate(asks("bert"), asks("anna"));
            assertThat(lent(allocation, 0).row().number()).isEqualTo(1);
            Decision.Lent lent = lent(allocation, 1);
            assertThat(lent.row().number()).isEqualTo(2);
            assertThat(lent.changed()).isTrue();
        }

        @Test
        void beforeIsToldFromTheHistory() {
            never(1);
            formerHolders = Set.of(new Visitor("anna", DESTINATION));
            assertThat(lent(allocate(asks("anna")), 0).changed()).isTrue();
        }

        @Test
        void isNotSaidToAVisitorWhoNeverHadOne() {
            never(1);
            assertThat(lent(allocate(asks("anna")), 0).changed()).isFalse();
        }

        @Test
        void butARenewalEarlierInTheBatchKeepsTheNumberFromBeingGivenAway() {
            presented(1, "anna", LIFETIME + 9_000);
            presented(2, "x", LIFETIME + 5_000);
            Allocation allocation = allocate(asks("anna"), asks("bert"));
            assertThat(lent(allocation, 0).row().number()).isEqualTo(1);
            assertThat(lent(allocation, 1).row().number()).isEqualTo(2);
        }
    }

    @Nested
    @DisplayName("Nothing free or held")
    class Exhausted {
        @Test
        void givesTheOverflowNumberForThePoolsOwnDestination() {
            presented(1, "a", 0);
            Allocation allocation = allocate(asks("anna"));
            assertThat(allocation.decisions()).containsExactly(new Decision.Overflow(OVERFLOW));
            assertThat(allocation.changed()).isEmpty();
        }

        @Test
        void givesNoNumberForAnotherDestination() {
            presented(1, "a", 0);
            assertThat(allocate(new Asked(new Visitor("anna", OTHER_DESTINATION), Map.of(), false))
                            .decisions())
                    .containsExactly(Allocation.NONE);
        }

        @Test
        void givesNoNumberWithoutOverflow() {
            presented(1, "a", 0);
            overflowAllowed = false;
            assertThat(allocate(asks("anna")).decisions()).containsExactly(Allocation.NONE);
        }

        @Test
        void countsEachUnservedVisitorOnceSoThatThePoolGrowsByThatMany() {
            assertThat(allocate(asks("anna"), asks("anna"), asks("bert")).unserved())
                    .isEqualTo(2);
        }

        @Test
        void isNotStickyTheNextRequestGetsARealNumberAgain() {
            assertThat(allocate(asks("anna")).decisions()).containsExactly(new Decision.Overflow(OVERFLOW));
            never(1);
            assertThat(lent(allocate(asks("anna")), 0).row().number()).isEqualTo(1);
        }
    }

    @Test
    void thePageRenewsAfterAThirdOfTheLifetimeAtMostAMinute() {
        assertThat(InMemoryNumbers.terms(90_000, HOLD, 1, true, 1).renewAfterMillis())
                .isEqualTo(30_000);
        assertThat(InMemoryNumbers.terms(300_000, HOLD, 1, true, 1).renewAfterMillis())
                .isEqualTo(60_000);
    }
}
