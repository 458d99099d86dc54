package io.ringtrace.store.directory;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.attribution.AttributionResult;
import io.ringtrace.attribution.Lease;
import io.ringtrace.call.PhoneNumber;
import io.ringtrace.store.HandClock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The directory of numbers")
class NumberDirectoryTest {
    private static final long NUMBER = 18_005_550_100L;
    private static final PhoneNumber DIALED = new PhoneNumber(NUMBER);
    private static final long PRESENTED = 1_800_000_000_000L;
    private static final long GUARANTEED = PRESENTED + 300_000;
    private static final long HELD = PRESENTED + 259_200_000;
    private static final long LEASE_DESTINATION = 13_125_550_199L;
    private static final long POOL_DESTINATION = 13_125_550_188L;

    private final HandClock clock = new HandClock(PRESENTED);
    private final NumberDirectory directory = new NumberDirectory(clock);

    @Nested
    @DisplayName("answers with the status of the number at the moment the INVITE arrived")
    class Status {
        @Test
        void guaranteedIsLeasedUntilItsLastMillisecond() {
            complete(row(NumberState.POOLED, "visitor-1", 7));
            for (long at : new long[] {PRESENTED, GUARANTEED - 1}) {
                assertThat(directory.lookUp(DIALED, at))
                        .isInstanceOfSatisfying(AttributionResult.Leased.class, leased -> {
                            assertThat(leased.lease().visitorId()).isEqualTo("visitor-1");
                            assertThat(leased.lease().id()).isEqualTo(NUMBER + ".3");
                            assertThat(leased.destination()).isEqualTo(new PhoneNumber(LEASE_DESTINATION));
                        });
            }
        }

        @Test
        void afterTheGuaranteeItIsHeld() {
            complete(row(NumberState.POOLED, "visitor-1", 7));
            for (long at : new long[] {GUARANTEED, HELD - 1}) {
                assertThat(directory.lookUp(DIALED, at))
                        .isInstanceOfSatisfying(
                                AttributionResult.Held.class,
                                held -> assertThat(held.lease().visitorId()).isEqualTo("visitor-1"));
            }
        }

        @Test
        void afterTheHoldTheVisitorIsNotToldButTheDestinationIs() {
            complete(row(NumberState.POOLED, "visitor-1", 7));
            assertThat(directory.lookUp(DIALED, HELD))
                    .isInstanceOfSatisfying(AttributionResult.Expired.class, expired -> {
                        assertThat(expired.lease().visitorId()).isNull();
                        assertThat(expired.destination()).isEqualTo(new PhoneNumber(LEASE_DESTINATION));
                    });
        }

        @Test
        void drainingBehavesAsLeasedHeldAndExpired() {
            complete(row(NumberState.DRAINING, "visitor-1", 7));
            assertThat(directory.lookUp(DIALED, PRESENTED)).isInstanceOf(AttributionResult.Leased.class);
            assertThat(directory.lookUp(DIALED, GUARANTEED)).isInstanceOf(AttributionResult.Held.class);
            assertThat(directory.lookUp(DIALED, HELD)).isInstanceOf(AttributionResult.Expired.class);
        }

        @Test
        void theOverflowNumberCarriesPoolAndCampaignAlone() {
            complete(row(NumberState.OVERFLOW, null, 7));
            assertThat(directory.lookUp(DIALED, PRESENTED))
                    .isEqualTo(new AttributionResult.Overflow(5, 6, new PhoneNumber(POOL_DESTINATION)));
        }

        @Test
        void pooledAndNeverPresentedGoesToThePoolsDestination() {
            complete(neverPresented(NumberState.POOLED));
            assertThat(directory.lookUp(DIALED, PRESENTED))
                    .isEqualTo(new AttributionResult.NeverLeased(5, 6, new PhoneNumber(POOL_DESTINATION)));
        }

        @Test
        void restingGoesToTheLastPoolsDestination() {
            complete(row(NumberState.RESTING, null, 7));
            assertThat(directory.lookUp(DIALED, PRESENTED))
                    .isEqualTo(new AttributionResult.Resting(5, 6, new PhoneNumber(POOL_DESTINATION)));
        }

        @Test
        void bankAndRetiredAreUnassigned() {
            complete(neverPresented(NumberState.BANK));
            assertThat(directory.lookUp(DIALED, PRESENTED)).isEqualTo(AttributionResult.UNASSIGNED);
            complete(row(NumberState.RETIRED, null, 7));
            assertThat(directory.lookUp(DIALED, PRESENTED)).isEqualTo(AttributionResult.UNASSIGNED);
        }

        @Test
        void absenceIsUnknownInACompleteDirectoryAndStoreUnavailableBefore() {
            assertThat(directory.lookUp(DIALED, PRESENTED)).isEqualTo(AttributionResult.STORE_UNAVAILABLE);
            directory.beginSnapshot();
            directory.numbersChanged(List.of(row(NumberState.POOLED, "visitor-1", 7)));
            assertThat(directory.lookUp(DIALED, PRESENTED)).isEqualTo(AttributionResult.STORE_UNAVAILABLE);
            directory.completeSnapshot(0);
            assertThat(directory.lookUp(DIALED, PRESENTED)).isInstanceOf(AttributionResult.Leased.class);
            assertThat(directory.lookUp(new PhoneNumber(NUMBER + 1), PRESENTED)).isEqualTo(AttributionResult.UNKNOWN);
        }
    }

    @Test
    void anOlderVersionNeverReplacesANewer() {
        complete(row(NumberState.POOLED, "newer", 9));
        directory.numbersChanged(List.of(row(NumberState.POOLED, "older", 8), row(NumberState.POOLED, "same", 9)));
        assertThat(visitor()).isEqualTo("newer");
        directory.numbersChanged(List.of(row(NumberState.POOLED, "newest", 10)));
        assertThat(visitor()).isEqualTo("newest");
        directory.poolsChanged(List.of(pool(POOL_DESTINATION + 1, 1), pool(POOL_DESTINATION + 2, 3)));
        directory.poolsChanged(List.of(pool(POOL_DESTINATION + 3, 2)));
        directory.numbersChanged(List.of(row(NumberState.OVERFLOW, null, 11)));
        assertThat(directory.lookUp(DIALED, PRESENTED).destination()).isEqualTo(new PhoneNumber(POOL_DESTINATION + 2));
    }

    @Test
    void ownCommitsDuringASnapshotAreInBothDirectories() {
        complete(row(NumberState.POOLED, "first", 7));
        directory.beginSnapshot();
        directory.numbersChanged(List.of(row(NumberState.POOLED, "committed meanwhile", 9)));
        assertThat(visitor()).isEqualTo("committed meanwhile");
        directory.numbersChanged(List.of(row(NumberState.POOLED, "from the snapshot", 8)));
        directory.completeSnapshot(0);
        assertThat(visitor()).isEqualTo("committed meanwhile");
    }

    @Test
    void aSnapshotKeepsTheLeasesThatAreStillTheSame() {
        complete(row(NumberState.POOLED, "visitor-1", 7));
        Lease known = ((AttributionResult.Leased) directory.lookUp(DIALED, PRESENTED)).lease();
        complete(row(NumberState.POOLED, "visitor-1", 7));
        assertThat(((AttributionResult.Leased) directory.lookUp(DIALED, PRESENTED)).lease())
                .isSameAs(known);
        complete(row(NumberState.POOLED, "visitor-2", 8));
        assertThat(visitor()).isEqualTo("visitor-2");
    }

    @Test
    void aSnapshotIsAsFreshAsItsMomentFromItsFirstLookUpOn() {
        directory.beginSnapshot();
        directory.completeSnapshot(clock.nowMillis());
        assertThat(directory.available()).isTrue();
        assertThat(directory.staleMillis()).isZero();
    }

    @Test
    void silenceBeyondASecondIsStaleness() {
        complete(row(NumberState.POOLED, "visitor-1", 7));
        directory.upToDateAt(clock.nowMillis());
        clock.advance(1000);
        assertThat(directory.staleMillis()).isZero();
        clock.advance(1);
        assertThat(directory.staleMillis()).isEqualTo(1001);
        directory.upToDateAt(clock.nowMillis());
        assertThat(directory.staleMillis()).isZero();
    }

    @Test
    void readersSeeEachNumberWholeWhileItIsWrittenAndTheTableGrows() throws InterruptedException {
        complete(row(NUMBER, NumberState.POOLED, "visitor-7", 7, PRESENTED + 7));
        AtomicBoolean writing = new AtomicBoolean(true);
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        List<Thread> readers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            readers.add(Thread.ofPlatform().start(() -> {
                try {
                    long last = 0;
                    while (writing.get()) {
                        Lease lease = ((AttributionResult.Leased) directory.lookUp(DIALED, PRESENTED)).lease();
                        assertThat(lease.visitorId()).isEqualTo("visitor-" + (lease.leasedAt() - PRESENTED));
                        assertThat(lease.leasedAt()).isGreaterThanOrEqualTo(last);
                        last = lease.leasedAt();
                    }
                } catch (RuntimeException | Error e) {
                    failure.set(e);
                }
            }));
        }
        for (int version = 8; version < 60_000; version++) {
            directory.numbersChanged(List.of(
                    row(NUMBER, NumberState.POOLED, "visitor-" + version, version, PRESENTED + version),
                    row(NUMBER + version, NumberState.POOLED, "other", 1, PRESENTED)));
        }
        writing.set(false);
        for (Thread reader : readers) {
            reader.join();
        }
        assertThat(failure.get()).isNull();
        assertThat(directory.size()).isEqualTo(60_000 - 8 + 1);
        for (long number = NUMBER + 8; number < NUMBER + 60_000; number++) {
            assertThat(directory.lookUp(new PhoneNumber(number), PRESENTED))
                    .isInstanceOf(AttributionResult.Leased.class);
        }
    }

    @Nested
    @DisplayName("kept in a file")
    class KeptInAFile {
        @TempDir
        Path folder;

        @Test
        void isTheSameAfterAStartWithoutTheStoreAndTellsItsAge() throws Exception {
            complete(row(NumberState.POOLED, "visitor-1", 7));
            directory.numbersChanged(List.of(
                    row(NUMBER + 1, NumberState.DRAINING, null, 3, PRESENTED),
                    row(NUMBER + 2, NumberState.OVERFLOW, null, 3, PRESENTED)));
            directory.upToDateAt(PRESENTED);
            Path file = folder.resolve("directory");
            new DirectoryFile(file, directory).close();

            clock.advance(7000);
            NumberDirectory later = new NumberDirectory(clock);
            try (DirectoryFile kept = new DirectoryFile(file, later)) {
                kept.start();
                for (long number = NUMBER; number <= NUMBER + 3; number++) {
                    PhoneNumber dialed = new PhoneNumber(number);
                    assertThat(later.lookUp(dialed, HELD - 1)).isEqualTo(directory.lookUp(dialed, HELD - 1));
                }
                assertThat(later.staleMillis()).isEqualTo(7000);
            }
        }

        @Test
        void withoutAChangeOnlyItsMomentIsWrittenAgain() throws Exception {
            complete(row(NumberState.POOLED, "visitor-1", 7));
            Path file = folder.resolve("directory");
            directory.upToDateAt(PRESENTED);
            try (DirectoryFile kept = new DirectoryFile(file, directory)) {
                kept.write();
                Object first = Files.readAttributes(file, "unix:ino").get("ino");
                directory.upToDateAt(PRESENTED + 5000);
                kept.write();
                assertThat(Files.readAttributes(file, "unix:ino").get("ino")).isEqualTo(first);
                clock.advance(7000);
                assertThat(readAgain(file).staleMillis()).isEqualTo(2000);

                directory.numbersChanged(List.of(row(NumberState.POOLED, "visitor-2", 8)));
                directory.upToDateAt(PRESENTED + 6000);
                kept.write();
                assertThat(readAgain(file).lookUp(DIALED, PRESENTED)).isEqualTo(directory.lookUp(DIALED, PRESENTED));
            }
        }

        @Test
        void isNotUsedWhenItIsDamagedOrCut() throws Exception {
            complete(row(NumberState.POOLED, "visitor-1", 7));
            directory.upToDateAt(PRESENTED);
            Path file = folder.resolve("directory");
            new DirectoryFile(file, directory).close();
            byte[] whole = Files.readAllBytes(file);
            for (int at = 0; at < whole.length; at++) {
                byte[] damaged = whole.clone();
                damaged[at] ^= 1;
                Files.write(file, damaged);
                assertThat(readAgain(file).available())
                        .as("byte %d changed", at)
                        .isFalse();
                Files.write(file, java.util.Arrays.copyOf(whole, at));
                assertThat(readAgain(file).available()).as("cut to %d", at).isFalse();
            }
        }

        @Test
        @DisplayName("with what changed after it was written, when its process is killed")
        void hasWhatChangedSinceItWasWritten() throws Exception {
            complete(row(NumberState.POOLED, "visitor-1", 7));
            directory.upToDateAt(PRESENTED);
            Path file = folder.resolve("directory");
            // The first name was for what might have changed before the file was written.
            Path first = folder.resolve("directory-changes-2");
            try (DirectoryFile running = new DirectoryFile(file, directory)) {
                running.start();
                running.write();
                directory.numbersChanged(List.of(row(NumberState.POOLED, "visitor-2", 8)));
                assertThat(first).exists();
                directory.poolsChanged(List.of(pool(POOL_DESTINATION + 1, 2)));
                directory.numbersChanged(List.of(row(NUMBER + 3, NumberState.OVERFLOW, null, 3, PRESENTED)));
                // The feed tells of the same rows again.
                long bytes = Files.size(first);
                directory.numbersChanged(List.of(row(NumberState.POOLED, "visitor-2", 8)));
                assertThat(first).hasSize(bytes);
                for (long number : List.of(NUMBER, NUMBER + 3)) {
                    assertThat(DirectoryFile.kept(file, clock).lookUp(new PhoneNumber(number), PRESENTED))
                            .isEqualTo(directory.lookUp(new PhoneNumber(number), PRESENTED));
                }

                // Killed within the writing of any of them: what was not told to anybody is missing, and no more.
                byte[] whole = Files.readAllBytes(first);
                Path torn = Files.createDirectory(folder.resolve("torn")).resolve("directory");
                Files.copy(file, torn);
                List<AttributionResult> seen = new ArrayList<>();
                for (int at = 0; at <= whole.length; at++) {
                    Files.write(torn.resolveSibling("directory-changes-1"), java.util.Arrays.copyOf(whole, at));
                    seen.add(DirectoryFile.kept(torn, clock).lookUp(DIALED, PRESENTED));
                }
                assertThat(seen.getFirst()).isNotEqualTo(seen.getLast());
                assertThat(seen.stream().distinct()).hasSize(2);
                assertThat(seen.getLast()).isEqualTo(directory.lookUp(DIALED, PRESENTED));

                directory.upToDateAt(PRESENTED + 1000);
                running.write();
                assertThat(first).doesNotExist();
            }
            assertThat(DirectoryFile.kept(file, clock).lookUp(DIALED, PRESENTED))
                    .isEqualTo(directory.lookUp(DIALED, PRESENTED));
        }

        private NumberDirectory readAgain(Path file) {
            NumberDirectory fresh = new NumberDirectory(clock);
            try (DirectoryFile kept = new DirectoryFile(file, fresh)) {
                kept.start();
            }
            return fresh;
        }
    }

    private @Nullable String visitor() {
        return ((AttributionResult.Leased) directory.lookUp(DIALED, PRESENTED))
                .lease()
                .visitorId();
    }

    private void complete(NumberRow row) {
        directory.beginSnapshot();
        directory.poolsChanged(List.of(pool(POOL_DESTINATION, 1)));
        directory.numbersChanged(List.of(row));
        directory.completeSnapshot(0);
    }

    private static PoolRow pool(long destination, long version) {
        return new PoolRow(5, 1, 6, "pool-5", destination, false, version);
    }

    private static NumberRow row(NumberState state, @Nullable String visitor, long version) {
        return row(NUMBER, state, visitor, version, PRESENTED - 1000);
    }

    private static NumberRow row(
            long number, NumberState state, @Nullable String visitor, long version, long leasedAt) {
        return new NumberRow(
                number,
                1,
                state,
                5,
                6,
                visitor,
                LEASE_DESTINATION,
                3,
                leasedAt,
                PRESENTED,
                GUARANTEED,
                HELD,
                0,
                version);
    }

    private static NumberRow neverPresented(NumberState state) {
        return new NumberRow(NUMBER, 1, state, 5, 6, null, 0, 0, 0, 0, 0, 0, 0, 1);
    }

    @Nested
    @DisplayName("holds of marketing data what trunks forward, and no more")
    class Forwarded {
        private static final String DATA = "{\"utm_source\":\"ads\",\"gclid\":\"g1\",\"secret\":\"s\",\"count\":7}";
        private final NumberDirectory forwarding =
                new NumberDirectory(clock, () -> Set.of("utm_source", "gclid", "count"));

        private void hears(NumberRow row) {
            forwarding.numbersChanged(List.of(row));
        }

        private void hearsLease(long version, String json) {
            forwarding.fieldsChanged(List.of(ForwardedFields.of(NUMBER, version, json, forwarding.forwardedNames())));
        }

        private Map<String, String> found() {
            return forwarding.lookUp(DIALED, PRESENTED) instanceof AttributionResult.Leased(Lease lease)
                    ? forwarding.forwardedFields(lease)
                    : Map.of();
        }

        @BeforeEach
        void snapshot() {
            forwarding.beginSnapshot();
            hearsLease(3, DATA);
            hears(row(NumberState.POOLED, "visitor-1", 7));
            forwarding.completeSnapshot(PRESENTED);
        }

        @Test
        void whicheverIsHeardFirst() {
            assertThat(found()).containsOnly(Map.entry("utm_source", "ads"), Map.entry("gclid", "g1"));
        }

        @Test
        void nothingOfAnErasedVisitorOrAnEarlierLease() {
            hears(row(NumberState.POOLED, null, 8));
            assertThat(found()).isEmpty();
            hearsLease(2, DATA);
            assertThat(found()).isEmpty();
        }

        @Test
        void theLatestOfALeaseThatIsWrittenAgain() {
            hearsLease(3, "{\"utm_source\":\"mail\"}");
            assertThat(found()).containsOnly(Map.entry("utm_source", "mail"));
            hearsLease(3, "{}");
            assertThat(found()).isEmpty();
            hearsLease(3, "no json");
            assertThat(found()).isEmpty();
        }

        @Test
        void onDiskToo(@TempDir Path folder) throws Exception {
            Path file = folder.resolve("directory");
            try (DirectoryFile kept = new DirectoryFile(file, forwarding)) {
                kept.write();
            }
            NumberDirectory restored = new NumberDirectory(clock);
            try (DirectoryFile kept = new DirectoryFile(file, restored)) {
                kept.start();
            }
            assertThat(restored.lookUp(DIALED, PRESENTED))
                    .isInstanceOfSatisfying(
                            AttributionResult.Leased.class,
                            leased -> assertThat(restored.forwardedFields(leased.lease()))
                                    .containsEntry("utm_source", "ads"));
        }
    }
}
