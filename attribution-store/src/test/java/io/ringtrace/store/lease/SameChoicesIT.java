package io.ringtrace.store.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.attribution.LeaseAnswer;
import io.ringtrace.attribution.LeaseRequest;
import io.ringtrace.attribution.Pools.Definition;
import io.ringtrace.attribution.RingPool;
import io.ringtrace.call.PhoneNumber;
import io.ringtrace.store.HandClock;
import io.ringtrace.store.Scale;
import io.ringtrace.store.TestAccount;
import io.ringtrace.store.TestStore;
import io.ringtrace.store.lease.Allocation.Decision;
import io.ringtrace.store.lease.Asked.Visitor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@Tag("proof")
@Tag("leases")
@DisplayName("The same rule on MariaDB and in memory")
class SameChoicesIT {
    @RegisterExtension
    static final TestStore store = new TestStore();

    private static final int VISITORS = Scale.pick(2_000, 20_000);
    private static final int NUMBERS = 40;
    private static final long LIFETIME = 300_000;
    /** Short, so that free, held and guaranteed numbers all occur. */
    private static final long HOLD = 1_200_000;

    private static final PhoneNumber OTHER = PhoneNumber.parse("+18005550188");

    private final HandClock clock = new HandClock(1_700_000_000_000L);
    private int asked;

    @Test
    void makesTheSameChoiceEveryTime() throws Exception {
        try (TestAccount account = new TestAccount(store.database(), clock, "same-choices");
                LeaseAllocator allocator = account.allocator()) {
            long first = account.importTollFree(NUMBERS + 1);
            RingPool pool = account.pool(definition());
            InMemoryNumbers memory = new InMemoryNumbers(
                    InMemoryNumbers.terms(LIFETIME, HOLD, NUMBERS, true, TestAccount.DESTINATION.digits()),
                    first,
                    LongStream.rangeClosed(first + 1, first + NUMBERS).boxed().toList());
            Random random = new Random(1);
            int newest = 0;
            while (newest < VISITORS) {
                clock.advance(random.nextInt(120_000));
                List<LeaseRequest> requests = new ArrayList<>();
                int batch = 1 + random.nextInt(20);
                for (int i = 0; i < batch; i++) {
                    // A third come back, mostly soon, some after their number went to somebody else, some for a second
                    // destination.
                    int visitor = random.nextInt(3) == 0 && newest > 0
                            ? newest - 1 - random.nextInt(Math.min(newest, 100))
                            : newest++;
                    requests.add(new LeaseRequest(
                            pool.id(),
                            "visitor-" + visitor,
                            random.nextInt(10) == 0 ? OTHER : null,
                            Map.of("n", Integer.toString(visitor)),
                            false));
                }
                List<String> onDatabase =
                        allocator.lease(requests).toCompletableFuture().get(30, TimeUnit.SECONDS).stream()
                                .map(SameChoicesIT::text)
                                .toList();
                List<String> inMemory = memory
                        .serve(requests.stream().map(SameChoicesIT::asked).toList(), clock.nowMillis())
                        .decisions()
                        .stream()
                        .map(SameChoicesIT::text)
                        .toList();
                assertThat(onDatabase).as("after %d requests", asked).isEqualTo(inMemory);
                asked += batch;
            }
        }
        Scale.prove(
                "lease-same-choices.md",
                List.of(
                        "# The same choices in memory and on MariaDB",
                        "",
                        "Written by `./dev prove leases` (`SameChoicesIT`): one run of visitors, some of whom come again, asked of the rule on an in-memory store and",
                        "of the allocator on MariaDB.",
                        "",
                        "| visitors | requests | differing choices |",
                        "| ---: | ---: | ---: |",
                        "| " + VISITORS + " | " + asked + " | 0 |"));
    }

    private static Definition definition() {
        Definition base = TestAccount.tollFree("same", NUMBERS + 1, true);
        return base.draft()
                .lifetime(Duration.ofMillis(LIFETIME))
                .hold(Duration.ofMillis(HOLD))
                .definition();
    }

    private static Asked asked(LeaseRequest request) {
        PhoneNumber destination = request.destination() == null ? TestAccount.DESTINATION : request.destination();
        return new Asked(
                new Visitor(String.valueOf(request.visitorId()), destination.digits()), request.marketingData(), false);
    }

    private static String text(LeaseAnswer answer) {
        return switch (answer) {
            case LeaseAnswer.Granted granted ->
                granted.lease().number()
                        + (granted.changed() ? " changed" : "")
                        + (granted.renewed() ? " renewed" : "");
            case LeaseAnswer.Overflowed overflowed -> "overflow " + overflowed.number();
            case LeaseAnswer.NoNumber _ -> "none";
            case LeaseAnswer.Refused refused -> refused.message();
            case LeaseAnswer.Unavailable unavailable -> unavailable.message();
        };
    }

    private static String text(Decision decision) {
        return switch (decision) {
            case Decision.Lent lent ->
                "+" + lent.row().number() + (lent.changed() ? " changed" : "") + (lent.renewed() ? " renewed" : "");
            case Decision.Overflow(var number) -> "overflow +" + number;
            case Decision.None _ -> "none";
        };
    }
}
