package io.ringtrace.store;

import io.ringtrace.store.db.DatabaseAddress;
import io.ringtrace.store.db.EmbeddedMariaDb;
import io.ringtrace.store.db.StoreDatabase;
import io.ringtrace.store.db.StoreSettings;
import io.ringtrace.store.db.StoreStartException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Comparator;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A migrated database of a test class's own: {@code @RegisterExtension static final TestStore store = new TestStore();}. One real
 * MariaDB serves all classes of a test run and ends with it.
 */
public final class TestStore implements BeforeAllCallback, AfterAllCallback {
    private static final AtomicInteger databases = new AtomicInteger();
    private @Nullable StoreDatabase database;

    /** The one server of this JVM, started by the first class that needs it. */
    private static final class Server {
        static final Path FOLDER;
        static final EmbeddedMariaDb MARIA_DB;

        static {
            try {
                FOLDER = Files.createTempDirectory("ringtrace-test-store-");
                MARIA_DB = EmbeddedMariaDb.start(FOLDER.resolve("mariadb"), 128);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (StoreStartException e) {
                throw new IllegalStateException(e);
            }
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                MARIA_DB.close();
                delete(FOLDER);
            }));
        }

        private Server() {}
    }

    public StoreDatabase database() {
        if (database == null) {
            throw new IllegalStateException("the test class has not begun");
        }
        return database;
    }

    /** Another way into this class's database, as another node would have. */
    public StoreDatabase open() throws StoreStartException {
        return open(database().address().database());
    }

    /** As the embedded store opens its database, and no other: rows may be loaded. */
    public StoreDatabase openToLoad() throws StoreStartException {
        return open(database().address().database() + "?" + server().parameters());
    }

    /** The address of the server, for a database that does not exist yet. */
    public static DatabaseAddress server() {
        return Server.MARIA_DB.address();
    }

    /** A data folder for what a node keeps beside its database; deleted at the end of the test run. */
    public static Path folder() {
        return Server.FOLDER;
    }

    @Override
    public void beforeAll(ExtensionContext context) throws StoreStartException, SQLException {
        String name = "test_" + databases.incrementAndGet();
        StoreDatabase fresh = open(server().database());
        try (Connection connection = fresh.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE " + name + " CHARACTER SET utf8mb4 COLLATE utf8mb4_bin");
        } finally {
            fresh.close();
        }
        database = open(name);
        database.migrate();
    }

    @Override
    public void afterAll(ExtensionContext context) {
        if (database != null) {
            database.close();
        }
    }

    private static StoreDatabase open(String name) throws StoreStartException {
        DatabaseAddress server = server();
        return StoreDatabase.open(new StoreSettings.External(
                Server.FOLDER,
                "jdbc:mysql://" + server.host() + ":" + server.port() + "/" + name,
                server.user(),
                server.password(),
                StoreSettings.DEFAULT_CONNECTIONS));
    }

    private static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
