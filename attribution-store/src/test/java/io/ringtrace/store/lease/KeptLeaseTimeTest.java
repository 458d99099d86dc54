package io.ringtrace.store.lease;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The lease time that a server finds when it is started again")
class KeptLeaseTimeTest {
    private static final long KEPT_AT = 1_700_000_000_000L;

    @TempDir
    Path folder;

    private KeptLeaseTime kept;

    @BeforeEach
    void keep() throws IOException {
        kept = new KeptLeaseTime(folder.resolve("lease-time"), folder.resolve("uptime"), folder.resolve("boot"));
        machine("first", "100.25 380.00");
        assertThat(kept.latestMillis()).as("nothing was kept yet").isEmpty();
        kept.keep(KEPT_AT);
    }

    private void machine(String boot, String uptime) throws IOException {
        Files.writeString(folder.resolve("boot"), boot + "\n");
        Files.writeString(folder.resolve("uptime"), uptime + "\n");
    }

    @Test
    void hasGoneOnWithTheMachineAndALittleMoreForClocksThatRunApart() throws IOException {
        machine("first", "120.25 390.00");
        assertThat(kept.latestMillis()).hasValue(KEPT_AT + 20_000 + 10);
    }

    @Test
    void isForgottenWithTheMachinesStartAndWhenTheFileIsNotUnderstood() throws IOException {
        machine("second", "120.25 390.00");
        assertThat(kept.latestMillis()).isEmpty();
        machine("first", "120.25 390.00");
        Files.writeString(folder.resolve("lease-time"), "x");
        assertThat(kept.latestMillis()).isEmpty();
        Files.delete(folder.resolve("uptime"));
        kept.keep(KEPT_AT);
        assertThat(kept.latestMillis()).isEmpty();
    }
}
