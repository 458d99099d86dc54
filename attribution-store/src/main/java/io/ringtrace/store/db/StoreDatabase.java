package io.ringtrace.store.db;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.ringtrace.call.StoreUnavailableException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The store's database, opened once by the server at start. Connections are made when they are needed, so the server starts while an
 * external database is away, or its own is still being started. Thread-safe.
 */
public final class StoreDatabase implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StoreDatabase.class);
    private static final int CONNECT_MILLIS = 2_000;
    private static final int SOCKET_MILLIS = 10_000;
    private static final int MIGRATION_SOCKET_MILLIS = 600_000;
    private static final int ATTEMPTS = 10;
    /** Of looking at the schema, when the connection breaks. */
    private static final int MIGRATION_ATTEMPTS = 5;

    /** As it is when it can be connected to. */
    private record Opened(
            DatabaseAddress address,
            HikariDataSource dataSource,
            @Nullable EmbeddedMariaDb mariaDb) {}

    private final boolean embedded;
    private final CompletableFuture<Opened> opened = new CompletableFuture<>();

    private StoreDatabase(DatabaseAddress address, int connections, boolean embedded) {
        this.embedded = embedded;
        opened.complete(new Opened(address, pool(address, connections), null));
    }

    private StoreDatabase(StoreSettings.Embedded own) {
        this.embedded = true;
        Thread.ofPlatform().daemon().name("store-start").start(() -> startEmbedded(own));
    }

    private static HikariDataSource pool(DatabaseAddress address, int connections) {
        HikariConfig config = new HikariConfig();
        config.setPoolName("store");
        config.setJdbcUrl(address.jdbcUrl(CONNECT_MILLIS, SOCKET_MILLIS));
        config.setUsername(address.user());
        config.setPassword(address.password());
        config.setMaximumPoolSize(connections);
        config.setInitializationFailTimeout(-1);
        config.setConnectionTimeout(Duration.ofMillis(CONNECT_MILLIS).toMillis());
        config.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
        return new HikariDataSource(config);
    }

    /** Starts the embedded database, or adopts the one that survived us, and migrates it; an external one is only addressed. */
    public static StoreDatabase open(StoreSettings settings) throws StoreStartException {
        StoreDatabase database = opening(settings);
        try {
            database.awaitOpen();
            return database;
        } catch (StoreStartException e) {
            database.close();
            throw e;
        }
    }

    /**
     * As {@link #open}, but returns at once. Until the embedded database is there, which {@link #awaitOpen} waits for, this one is as any that
     * is away: who asks it waits a moment, and hears then that it is.
     */
    public static StoreDatabase opening(StoreSettings settings) throws StoreStartException {
        return switch (settings) {
            case StoreSettings.Embedded own -> new StoreDatabase(own);
            case StoreSettings.External other ->
                new StoreDatabase(
                        DatabaseAddress.parse(other.url(), other.user(), other.password()), other.connections(), false);
        };
    }

    private void startEmbedded(StoreSettings.Embedded own) {
        EmbeddedMariaDb mariaDb = null;
        try {
            mariaDb = EmbeddedMariaDb.start(own.folder().resolve("mariadb"), own.bufferPoolMegabytes());
            migrate(mariaDb.address());
            opened.complete(new Opened(mariaDb.address(), pool(mariaDb.address(), own.connections()), mariaDb));
        } catch (StoreStartException | RuntimeException e) {
            if (mariaDb != null) {
                mariaDb.close();
            }
            opened.completeExceptionally(e);
        }
    }

    /** Returns when it can be connected to; at once for an external one, wherever that is. Throws when the embedded one can't be started. */
    public void awaitOpen() throws StoreStartException {
        try {
            opened.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreStartException("interrupted while the store's database was started", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof StoreStartException cannot) {
                throw cannot;
            }
            throw new IllegalStateException("the store's database could not be started", e.getCause());
        }
    }

    /** Reaches the database that another process of this machine has open, or an external one, and starts and migrates nothing. */
    public static StoreDatabase join(StoreSettings settings) throws StoreStartException {
        return switch (settings) {
            case StoreSettings.Embedded own ->
                new StoreDatabase(EmbeddedMariaDb.running(own.folder().resolve("mariadb")), own.connections(), false);
            case StoreSettings.External _ -> open(settings);
        };
    }

    /** Whether it can be connected to, as far as that lies with us. */
    public boolean isOpen() {
        return opened.isDone() && !opened.isCompletedExceptionally();
    }

    /** For a thread that works on it: waits until it is open. False when it never will be, or the thread is interrupted. */
    public boolean opens() {
        try {
            awaitOpen();
            return true;
        } catch (StoreStartException | IllegalStateException _) {
            return false; // whoever started it says why
        }
    }

    /**
     * A connection of the pool. Waits for one, or for the database to be started, for two seconds at most; throws an SQLException when there is
     * none then.
     */
    public Connection connection() throws SQLException {
        return pool().getConnection();
    }

    private HikariDataSource pool() throws SQLException {
        try {
            return opened.get(CONNECT_MILLIS, TimeUnit.MILLISECONDS).dataSource();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SQLTransientConnectionException("interrupted while it was waited for", e);
        } catch (TimeoutException e) {
            throw new SQLTransientConnectionException("it is still being started", e);
        } catch (ExecutionException e) {
            throw new SQLTransientConnectionException("it could not be started", e);
        }
    }

    /** Of a database that is open. */
    public DataSource dataSource() {
        return whenOpen().dataSource();
    }

    /** Of a database that is open. */
    public DatabaseAddress address() {
        return whenOpen().address();
    }

    private Opened whenOpen() {
        if (!isOpen()) {
            throw new IllegalStateException("the store's database is not open");
        }
        return opened.join();
    }

    /**
     * Whether the embedded database goes after calls where both want a processor. Nothing happens to an external one, or one that is not open.
     */
    public void giveWay(boolean on) {
        EmbeddedMariaDb mariaDb = isOpen() ? whenOpen().mariaDb() : null;
        if (mariaDb != null) {
            mariaDb.giveWay(on);
        }
    }

    public boolean embedded() {
        return embedded;
    }

    /**
     * Brings the schema to this version. The embedded database has had it at {@link #open}; elsewhere the operator asks for it, since
     * Flyway's lock does not span a cluster.
     *
     * @return how many migrations ran
     */
    public int migrate() throws StoreStartException {
        return migrate(address());
    }

    private static int migrate(DatabaseAddress address) throws StoreStartException {
        for (int attempt = 1; ; attempt++) {
            try {
                return migrateOnce(address);
            } catch (FlywayException e) {
                if (attempt == MIGRATION_ATTEMPTS || !SqlErrors.connectionLost(e)) {
                    throw new StoreStartException(
                            "the schema of " + address + " cannot be migrated: " + e.getMessage(), e);
                }
                LOG.warn("the connection broke while the schema of {} was looked at; once more", address);
            }
        }
    }

    private static int migrateOnce(DatabaseAddress address) {
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
            try (Connection connection = connection()) {
                return logged ? transactOnce(connection, work) : transactOnceUnlogged(connection, work);
            } catch (SQLException e) {
                if (attempt == ATTEMPTS || !SqlErrors.runAgain(e)) {
                    throw new StoreUnavailableException("the store's database " + name() + ": " + e.getMessage(), e);
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
                whenOpen().dataSource().evictConnection(connection);
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

    private String name() {
        return isOpen() ? whenOpen().address().toString() : "of this node";
    }

    /** Gives the connections back and stops the embedded database, as soon as it has been started. */
    @Override
    public void close() {
        Opened now;
        try {
            now = opened.join();
        } catch (CompletionException _) {
            return; // it was never open
        }
        now.dataSource().close();
        if (now.mariaDb() != null) {
            now.mariaDb().close();
        }
    }
}
