package io.ringtrace.store.cookie;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.call.CookieKeys;
import io.ringtrace.store.HandClock;
import io.ringtrace.store.TestStore;
import io.ringtrace.store.db.StoreDatabase;
import io.ringtrace.store.db.StoreSettings;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Cookie keys")
class StoredCookieKeysIT {
    @RegisterExtension
    static final TestStore store = new TestStore();

    @TempDir
    Path folder;

    private final HandClock clock = new HandClock(1_800_000_000_000L);

    @BeforeEach
    void noKeys() throws Exception {
        try (Connection connection = store.database().dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("DELETE FROM cookie_key");
        }
    }

    @Test
    void areTheSameOnAllNodesOfAStore() throws Exception {
        try (StoredCookieKeys one = keys("one", store.database());
                StoredCookieKeys other = keys("other", store.database())) {
            assertSameKey(one.current(), other.current());
            assertThat(one.current().secret()).hasSize(32);
            assertThat(Files.getPosixFilePermissions(folder.resolve("one")))
                    .isEqualTo(PosixFilePermissions.fromString("rw-------"));
        }
    }

    @Test
    void comeFromTheCopyWhileTheStoreIsAway() throws Exception {
        try (StoredCookieKeys before = keys("copy", store.database());
                StoreDatabase away = unreachable();
                StoredCookieKeys after = keys("copy", away)) {
            assertSameKey(after.current(), before.current());
        }
    }

    @Test
    void madeWithoutAStoreAreGivenToItLater() throws Exception {
        CookieKeys.Key made;
        try (StoreDatabase away = unreachable();
                StoredCookieKeys alone = keys("alone", away)) {
            made = alone.current();
        }
        try (StoredCookieKeys back = keys("alone", store.database());
                StoredCookieKeys other = keys("other", store.database())) {
            assertSameKey(back.current(), made);
            assertSameKey(other.current(), made);
        }
    }

    @Test
    void aNewOneSignsAfterAMinuteAndTheOneBeforeItStaysValidUntilTheNextRotation() throws Exception {
        try (StoredCookieKeys keys = keys("one", store.database())) {
            CookieKeys.Key first = keys.current();
            clock.advance(100_000);
            keys.rotate();
            assertSameKey(keys.current(), first);
            clock.advance(60_000);
            CookieKeys.Key second = keys.current();
            assertThat(second.id()).isNotEqualTo(first.id());
            assertThat(keys.byId(first.id())).isNotNull();
            keys.rotate();
            assertThat(keys.byId(first.id())).isNull();
            assertThat(keys.byId(second.id())).isNotNull();
        }
    }

    private StoredCookieKeys keys(String file, StoreDatabase database) throws Exception {
        StoredCookieKeys keys = new StoredCookieKeys(folder.resolve(file), database, clock);
        keys.start();
        keys.awaitStore(Duration.ofSeconds(10));
        return keys;
    }

    private StoreDatabase unreachable() throws Exception {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            port = socket.getLocalPort();
        }
        return StoreDatabase.open(
                new StoreSettings.External(folder, "jdbc:mysql://127.0.0.1:" + port + "/none", "nobody", "nothing", 2));
    }

    private static void assertSameKey(CookieKeys.Key one, CookieKeys.Key other) {
        assertThat(one.id()).isEqualTo(other.id());
        assertThat(one.secret()).isEqualTo(other.secret());
    }
}
