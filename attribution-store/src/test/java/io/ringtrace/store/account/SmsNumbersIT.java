package io.ringtrace.store.account;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.attribution.NumberBank;
import io.ringtrace.attribution.SmsNumbers;
import io.ringtrace.call.PhoneNumber;
import io.ringtrace.store.HandClock;
import io.ringtrace.store.TestAccount;
import io.ringtrace.store.TestStore;
import io.ringtrace.store.bank.DatabaseNumberBank;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@DisplayName("Numbers that take text messages")
class SmsNumbersIT {
    private static final PhoneNumber OURS = PhoneNumber.parse("+12065550101");
    private static final PhoneNumber OURS_TOO = PhoneNumber.parse("+12065550102");
    private static final PhoneNumber NOBODYS = PhoneNumber.parse("+12065550103");

    @RegisterExtension
    static final TestStore store = new TestStore();

    @Test
    void areThoseThatWereMarkedByTheirNetwork() throws Exception {
        HandClock clock = new HandClock(1_700_000_000_000L);
        try (TestAccount account = new TestAccount(store.database(), clock, "texts")) {
            SmsNumbers numbers = account.accounts.smsNumbers();
            new DatabaseNumberBank(store.database(), clock, account.feed)
                    .importNumbers(
                            "texts",
                            List.of(
                                    new NumberBank.Row(1, OURS.toString(), null, null),
                                    new NumberBank.Row(2, OURS_TOO.toString(), null, null)));
            assertThat(numbers.takesSms(OURS)).isFalse();

            assertThat(numbers.mark("texts", List.of(OURS, OURS_TOO, NOBODYS), true))
                    .isEqualTo(2);
            assertThat(numbers.mark("another", List.of(OURS), false)).isZero();
            assertThat(numbers.takesSms(OURS)).isTrue();
            assertThat(numbers.takesSms(OURS_TOO)).isTrue();
            assertThat(numbers.takesSms(NOBODYS)).isFalse();

            assertThat(numbers.mark("texts", List.of(OURS), false)).isEqualTo(1);
            assertThat(numbers.takesSms(OURS)).isFalse();
            assertThat(numbers.takesSms(OURS_TOO)).isTrue();
            assertThat(numbers.mark("texts", List.of(), true)).isZero();
        }
    }
}
