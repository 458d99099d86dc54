package io.ringtrace.store.db;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.ringtrace.call.StoreUnavailableException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The store's database, opened once by the server at start. Connections are made when they are needed, so the server starts while an
 * external database is away. Thread-safe.
 */
public final class StoreDatabase implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StoreDatabase.class);
    private static final int CONNECT_MILLIS = 2_000;
    private static final int SOCKET_MILLIS = 10_000;
    private static final int MIGRATION_SOCKET_MILLIS = 600_000;
    private static final int ATTEMPTS = 10;
    /** Of looking at the schema, when the connection breaks. */
    private static final int MIGRATION_ATTEMPTS = 5;

    private final DatabaseAddress address;
    private final HikariDataSource dataSource;
    private final @Nullable EmbeddedMariaDb embedded;

    private StoreDatabase(DatabaseAddress address, int connections, @Nullable EmbeddedMariaDb embedded) {
        this.address = address;
        this.embedded = embedded;
        HikariConfig config = new HikariConfig();
        config.setPoolName("store");
        config.setJdbcUrl(address.jdbcUrl(CONNECT_MILLIS, SOCKET_MILLIS));
        config.setUsername(address.user());
        config.setPassword(address.password());
        config.setMaximumPoolSize(connections);
        config.setInitializationFailTimeout(-1);
        config.setConnectionTimeout(Duration.ofMillis(CONNECT_MILLIS).toMillis());
        config.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
        dataSource = new HikariDataSource(config);
    }

    /** Starts the embedded database, or adopts the one that survived us, and migrates it; an external one is only addressed. */
    public static StoreDatabase open(StoreSettings settings) throws StoreStartException {
        return switch (settings) {
            case StoreSettings.Embedded own -> {
                EmbeddedMariaDb mariaDb =
                        EmbeddedMariaDb.start(own.folder().resolve("mariadb"), own.bufferPoolMegabytes());
                StoreDatabase database = new StoreDatabase(mariaDb.address(), own.connections(), mariaDb);
                try {
                    database.migrate();
                } catch (StoreStartException e) {
                    database.close();
                    throw e;
                }
                yield database;
            }
            case StoreSettings.External other ->
                new StoreDatabase(
                        DatabaseAddress.parse(other.url(), other.user(), other.password()), other.connections(), null);
        };
    }

    /** Reaches the database that another process of this machine has open, or an external one, and starts and migrates nothing. */
    public static StoreDatabase join(StoreSettings settings) throws StoreStartException {
        return switch (settings) {
            case StoreSettings.Embedded own ->
                new StoreDatabase(EmbeddedMariaDb.running(own.folder().resolve("mariadb")), own.connections(), null);
            case StoreSettings.External _ -> open(settings);
        };
    }

    public DataSource dataSource() {
        return dataSource;
    }

    public DatabaseAddress address() {
        return address;
    }

    public boolean embedded() {
        return embedded != null;
    }

    /**
     * Brings the schema to this version. The embedded database has had it at {@link #open}; elsewhere the operator asks for it, since
     * Flyway's lock does not span a cluster.
     *
     * @return how many migrations ran
     */
    public int migrate() throws StoreStartException {
        for (int attempt = 1; ; attempt++) {
            try {
                return migrateOnce();
            } catch (FlywayException e) {
                if (attempt == MIGRATION_ATTEMPTS || !SqlErrors.connectionLost(e)) {
                    throw new StoreStartException(
                            "the schema of " + address + " cannot be migrated: " + e.getMessage(), e);
                }
                LOG.warn("the connection broke while the schema of {} was looked at; once more", address);
            }
        }
    }

    private int migrateOnce() {
        return Flyway.configure()
                .dataSource(
                        address.jdbcUrl(CONNECT_MILLIS, MIGRATION_SOCKET_MILLIS), address.user(), address.password())
                .locations("classpath:db/migration")
                .load()
                .migrate()
                .migrationsExecuted;
    }

    /**
     * What this database lacks of what leases, their directory and their durability rely on: one sentence for each wrong variable or
     * missing grant, naming it and what it must be; empty when all is well.
     */
    public List<String> wrongSettings() throws StoreUnavailableException {
        return transact(ServerRequirements::check);
    }

    /** Whether this connection's server is one of a cluster in which commits are certified, so that row locks of others are not seen. */
    public static boolean certifies(Connection connection) throws SQLException {
        return ServerRequirements.certifies(connection);
    }

    /** What runs inside one transaction. */
    @FunctionalInterface
    public interface Work<T extends @Nullable Object> {
        T run(Connection connection) throws SQLException;
    }

    /**
     * Runs the work in one transaction, again when it was rolled back because of another one. The work must have no effect but on the
     * database.
     */
    public <T extends @Nullable Object> T transact(Work<T> work) throws StoreUnavailableException {
        return transact(work, true);
    }

    /**
     * As {@link #transact}, for what no follower of the binlog wants: on the embedded database, whose only followers are our own, it is left
     * out of the binlog. An external one may have replicas, and logs everything.
     */
    public <T extends @Nullable Object> T transactUnlogged(Work<T> work) throws StoreUnavailableException {
        return transact(work, !embedded());
    }

    private <T extends @Nullable Object> T transact(Work<T> work, boolean logged) throws StoreUnavailableException {
        for (int attempt = 1; ; attempt++) {
            try (Connection connection = dataSource.getConnection()) {
                return logged ? transactOnce(connection, work) : transactOnceUnlogged(connection, work);
            } catch (SQLException e) {
                if (attempt == ATTEMPTS || !SqlErrors.runAgain(e)) {
                    throw new StoreUnavailableException("the store's database " + address + ": " + e.getMessage(), e);
                }
            }
        }
    }

    private static <T extends @Nullable Object> T transactOnce(Connection connection, Work<T> work)
            throws SQLException {
        connection.setAutoCommit(false);
        try {
            T result = work.run(connection);
            connection.commit();
            return result;
        } catch (SQLException | RuntimeException e) {
            rollBack(connection, e);
            throw e;
        }
    }

    private <T extends @Nullable Object> T transactOnceUnlogged(Connection connection, Work<T> work)
            throws SQLException {
        boolean restored = false;
        try (Statement session = connection.createStatement()) {
            session.execute("SET SESSION sql_log_bin = 0");
            try {
                return transactOnce(connection, work);
            } finally {
                connection.setAutoCommit(true);
                session.execute("SET SESSION sql_log_bin = 1");
                restored = true;
            }
        } finally {
            if (!restored) {
                // Nobody else may get a connection whose leases the directory would not hear of.
                dataSource.evictConnection(connection);
            }
        }
    }

    /** Rolls back; should that fail too, the connection is lost and so is the transaction, and the first error says why. */
    public static void rollBack(Connection connection, Exception because) {
        try {
            connection.rollback();
        } catch (SQLException e) {
            because.addSuppressed(e);
        }
    }

    /** Gives the connections back and stops the embedded database. */
    @Override
    public void close() {
        dataSource.close();
        if (embedded != null) {
            embedded.close();
        }
    }
}
