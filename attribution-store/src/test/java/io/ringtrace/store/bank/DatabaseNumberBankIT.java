package io.ringtrace.store.bank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringtrace.attribution.NumberBank.Entry;
import io.ringtrace.attribution.NumberBank.ImportResult;
import io.ringtrace.attribution.NumberBank.Row;
import io.ringtrace.attribution.NumberType;
import io.ringtrace.attribution.Pools.Definition;
import io.ringtrace.attribution.RingPool;
import io.ringtrace.call.PhoneNumber;
import io.ringtrace.store.HandClock;
import io.ringtrace.store.TestAccount;
import io.ringtrace.store.TestStore;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.RegisterExtension;

@DisplayName("The number bank")
class DatabaseNumberBankIT {
    @RegisterExtension
    static final TestStore store = new TestStore();

    private final HandClock clock = new HandClock(1_700_000_000_000L);
    private TestAccount account;

    @BeforeEach
    void open(TestInfo test) throws Exception {
        account = new TestAccount(
                store.database(),
                clock,
                "n" + test.getTestMethod().orElseThrow().getName().hashCode());
    }

    @AfterEach
    void close() {
        account.close();
    }

    private static Row row(int line, String number, @Nullable String rateCenter, @Nullable String state) {
        return new Row(line, number, rateCenter, state);
    }

    @Nested
    @DisplayName("Import")
    class Import {
        @Test
        void takesTheGoodRowsAndTellsEachWrongOne() throws Exception {
            ImportResult result = account.bank.importNumbers(
                    account.network,
                    List.of(
                            row(2, "+1 866-555-0101", null, null),
                            row(3, "nonsense", null, null),
                            row(4, "18665550101", null, null),
                            row(5, "(312) 555-0101", "CHICGOZN01", "IL")));
            assertThat(result.added()).isEqualTo(2);
            assertThat(result.errors())
                    .extracting(error -> error.line() + " " + error.message())
                    .containsExactly("3 is no phone number; write it as +18005550123", "4 stands in line 2 already");
            assertThat(account.bank.list(account.network, 0, 10))
                    .containsExactly(
                            new Entry(
                                    "+13125550101",
                                    NumberType.LOCAL,
                                    "bank",
                                    null,
                                    null,
                                    null,
                                    null,
                                    "CHICGOZN01",
                                    "IL",
                                    null),
                            new Entry(
                                    "+18665550101",
                                    NumberType.TOLL_FREE,
                                    "bank",
                                    null,
                                    null,
                                    null,
                                    null,
                                    null,
                                    null,
                                    null));
            assertThat(account.bank.list(account.network, 13_125_550_101L, 10)).hasSize(1);
            assertThat(account.feed.number(13_125_550_101L)).isNotNull();
        }

        @Test
        void onceMoreChangesNothingButALearnedRateCenter() throws Exception {
            account.bank.importNumbers(account.network, List.of(row(1, "+13125550102", null, null)));
            ImportResult again =
                    account.bank.importNumbers(account.network, List.of(row(1, "+13125550102", "CHICGOZN02", "IL")));
            assertThat(again).isEqualTo(new ImportResult(0, 1, List.of()));
            assertThat(account.bank.list(account.network, 0, 10))
                    .singleElement()
                    .satisfies(entry -> assertThat(entry.rateCenter()).isEqualTo("CHICGOZN02"));
        }

        @Test
        void refusesANumberOfAnotherNetworkWithoutSayingWhose() throws Exception {
            account.bank.importNumbers(account.network, List.of(row(1, "+13125550103", null, null)));
            try (TestAccount other = new TestAccount(store.database(), clock, "other")) {
                ImportResult result = other.bank.importNumbers("other", List.of(row(1, "+13125550103", null, null)));
                assertThat(result.added()).isZero();
                assertThat(result.errors())
                        .singleElement()
                        .satisfies(error -> assertThat(error.message()).isEqualTo("belongs to another network"));
                assertThat(other.bank.list("other", 0, 10)).isEmpty();
            }
        }

        @Test
        void refusesTheDestinationOfAPool() throws Exception {
            account.importTollFree(2);
            account.pool(TestAccount.tollFree("pool", 2, false));
            ImportResult result = account.bank.importNumbers(
                    account.network, List.of(row(1, TestAccount.DESTINATION.toString(), null, null)));
            assertThat(result.errors())
                    .singleElement()
                    .satisfies(error -> assertThat(error.message()).contains("destination of a RingPool"));
        }

        @Test
        void refusesMoreThan100000RowsAtOnce() throws Exception {
            ImportResult result = account.bank.importNumbers(
                    account.network, Collections.nCopies(100_001, row(1, "+13125550104", null, null)));
            assertThat(result.added()).isZero();
            assertThat(result.errors())
                    .singleElement()
                    .satisfies(error -> assertThat(error.message()).contains("100000 rows"));
        }

        @Test
        void needsTheNetwork() {
            assertThatThrownBy(() -> account.bank.importNumbers("nobody", List.of()))
                    .hasMessage("there is no network 'nobody'");
        }
    }

    @Nested
    @DisplayName("The ladder from the bank to a pool")
    class Ladder {
        private List<String> poolOf(String destination, int size, NumberType type) throws Exception {
            RingPool pool = account.pool(Definition.draft("ladder", "ladder", type, PhoneNumber.parse(destination))
                    .maxSize(size)
                    .allowOverflow(false)
                    .fillImmediately(true)
                    .definition());
            return account.bank.list(account.network, 0, 100).stream()
                    .filter(entry -> pool.idFromNetwork().equals(entry.poolId())
                            && entry.state().equals("pooled"))
                    .map(Entry::number)
                    .toList();
        }

        @Test
        void tollFreeTakesTollFreeOnly() throws Exception {
            long first = account.importTollFree(2);
            account.bank.importNumbers(account.network, List.of(row(1, "+16505550110", null, null)));
            assertThat(poolOf("+18005550111", 3, NumberType.TOLL_FREE)).containsExactly("+" + first, "+" + (first + 1));
        }

        @Test
        void withoutATableOfRateCentersLocalTakesTheSameAreaThenTheToldStateThenTollFree() throws Exception {
            long tollFree = account.importTollFree(1);
            account.bank.importNumbers(
                    account.network,
                    List.of(
                            row(1, "+12065550140", "SEATTLE", "WA"),
                            row(2, "+12135550141", "LSANGELES", "CA"),
                            row(4, "+16502340143", "PALO ALTO", "CA"),
                            row(5, "+16505550144", "SNFC", "CA")));
            assertThat(poolOf("+16502349999", 9, NumberType.LOCAL))
                    .containsExactly("+12135550141", "+16502340143", "+16505550144", "+" + tollFree);
        }

        @Test
        void restingNumbersAreNotLentBeforeTheirRestIsOver() throws Exception {
            account.importTollFree(2);
            assertThat(poolOf("+18005550111", 2, NumberType.TOLL_FREE)).hasSize(2);
            account.pools.delete(account.network, "ladder");
            clock.advance(Duration.ofDays(45).toMillis() - 1);
            assertThat(poolOf("+18005550111", 2, NumberType.TOLL_FREE)).isEmpty();
            clock.advance(1);
            assertThat(poolOf("+18005550111", 2, NumberType.TOLL_FREE)).hasSize(2);
        }
    }
}
