package io.ringtrace.store.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringtrace.call.StoreUnavailableException;
import io.ringtrace.store.TestStore;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The store's database")
class StoreDatabaseIT {
    @RegisterExtension
    static final TestStore store = new TestStore();

    @TempDir
    Path folder;

    @Test
    void embeddedHasEveryVariableAndGrantAndItsSchema() throws Exception {
        assertThat(store.database().wrongSettings()).isEmpty();
        assertThat(store.database().migrate()).isZero();
    }

    @Test
    void elsewhereIsToldWhichVariableAndGrantIsWrong() throws Exception {
        DatabaseAddress address = store.database().address();
        try (Connection connection = store.database().dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE USER 'limited'@'127.0.0.1' IDENTIFIED BY 'word'");
            statement.execute("SET GLOBAL sync_binlog = 0");
            try (StoreDatabase limited = StoreDatabase.open(new StoreSettings.External(
                    folder,
                    "jdbc:mysql://127.0.0.1:" + address.port() + "/information_schema",
                    "limited",
                    "word",
                    2))) {
                assertThat(limited.wrongSettings())
                        .containsExactly(
                                "sync_binlog is 0, but must be 1: a lease is durable before the page hears of it",
                                "this user lacks the grant REPLICATION SLAVE on *.*: the lease directory is fed from the"
                                        + " binlog");
            } finally {
                statement.execute("SET GLOBAL sync_binlog = 1");
            }
        }
    }

    @Test
    void embeddedKeepsUnloggedWorkOutOfTheBinlogAndLogsAllOther() throws Exception {
        try (StoreDatabase embedded = StoreDatabase.open(new StoreSettings.Embedded(folder, 64, 2))) {
            embedded.transact(connection -> execute(connection, "CREATE TABLE noted (n INT)"));
            long before = endOfBinlog(embedded);
            embedded.transactUnlogged(connection -> execute(connection, "INSERT INTO noted VALUES (1)"));
            assertThatThrownBy(() -> embedded.transactUnlogged(
                            connection -> execute(connection, "INSERT INTO noted VALUES ('no number')")))
                    .isInstanceOf(StoreUnavailableException.class);
            assertThat(endOfBinlog(embedded)).isEqualTo(before);
            embedded.transact(connection -> execute(connection, "INSERT INTO noted VALUES (2)"));
            assertThat(endOfBinlog(embedded)).isGreaterThan(before);
        }
    }

    @Test
    void externalLogsEverythingForItsReplicas() throws Exception {
        StoreDatabase external = store.database();
        external.transact(connection -> execute(connection, "CREATE TABLE noted (n INT)"));
        long before = endOfBinlog(external);
        external.transactUnlogged(connection -> execute(connection, "INSERT INTO noted VALUES (1)"));
        assertThat(endOfBinlog(external)).isGreaterThan(before);
    }

    private static boolean execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            return statement.execute(sql);
        }
    }

    private static long endOfBinlog(StoreDatabase database) throws StoreUnavailableException {
        return database.transact(connection -> {
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery("SHOW MASTER STATUS")) {
                row.next();
                return row.getLong("Position");
            }
        });
    }

    @Test
    void mayBeAwayWhenTheServerStarts() throws Exception {
        int nobody;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            nobody = socket.getLocalPort();
        }
        try (StoreDatabase away = StoreDatabase.open(new StoreSettings.External(
                folder, "jdbc:mysql://127.0.0.1:" + nobody + "/ringtrace", "u", "secret-word", 2))) {
            assertThatThrownBy(away::wrongSettings)
                    .isInstanceOf(StoreUnavailableException.class)
                    .message()
                    .contains("127.0.0.1:" + nobody)
                    .doesNotContain("secret-word");
        }
    }

    @Test
    void ofOurOwnThatCannotBeStartedIsAwayAndSaysWhyToWhoWaitsForIt() throws Exception {
        Files.writeString(folder.resolve("mariadb"), "this is no folder");
        try (StoreDatabase never = StoreDatabase.opening(new StoreSettings.Embedded(folder, 64, 2))) {
            assertThatThrownBy(never::awaitOpen)
                    .isInstanceOf(StoreStartException.class)
                    .hasMessageContaining(folder.resolve("mariadb").toString());
            assertThat(never.isOpen()).isFalse();
            assertThat(never.opens()).isFalse();
            assertThatThrownBy(never::wrongSettings)
                    .isInstanceOf(StoreUnavailableException.class)
                    .hasMessageContaining("of this node: it could not be started");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"mysql://h/d", "jdbc:mysql://h", "jdbc:mysql://h/", "jdbc:mysql://h/a/b", "jdbc:mysql:// /d"})
    void needsAUrlOfItsForm(String url) {
        assertThatThrownBy(() -> DatabaseAddress.parse(url, "u", "p"))
                .isInstanceOf(StoreStartException.class)
                .hasMessageContaining("must look like jdbc:mysql://host:port/database");
    }

    @Test
    void takesThePortAndParametersOfItsUrl() throws Exception {
        assertThat(DatabaseAddress.parse("jdbc:mariadb://db.example/ring?sslMode=VERIFY_CA", "u", "p"))
                .isEqualTo(new DatabaseAddress("db.example", 3306, "ring", "u", "p", "sslMode=VERIFY_CA"));
    }
}
