package io.ringtrace.store.db;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * MariaDB as our child process, with a data folder, a port and a password of its own. It outlives a killed server: the next one adopts
 * it. When it dies by itself it is started again on the same port. Started and closed by {@link StoreDatabase}.
 */
public final class EmbeddedMariaDb implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(EmbeddedMariaDb.class);
    static final String USER = "ringtrace";
    static final String DATABASE = "ringtrace";
    /** Than the server is: the process always, its session while it is to give way. */
    static final int NICER_BY = 5;

    private static final String HOST = "127.0.0.1";
    private static final Duration LONGEST_START = Duration.ofSeconds(60);
    private static final Duration LONGEST_ADOPTION = Duration.ofSeconds(20);
    private static final Duration LONGEST_STOP = Duration.ofSeconds(30);
    private static final Duration RESTART_PAUSE = Duration.ofSeconds(1);
    private static final int PORT_ATTEMPTS = 5;

    private final MariaDbFolder folder;
    private final MariaDbPrograms programs;
    private final int bufferPoolMegabytes;
    private final String password;
    private final int port;
    private volatile ProcessHandle process;
    private volatile boolean closing;
    private volatile boolean givesWay;

    private EmbeddedMariaDb(
            MariaDbFolder folder,
            MariaDbPrograms programs,
            int bufferPoolMegabytes,
            String password,
            int port,
            ProcessHandle process) {
        this.folder = folder;
        this.programs = programs;
        this.bufferPoolMegabytes = bufferPoolMegabytes;
        this.password = password;
        this.port = port;
        this.process = process;
    }

    /** Starts the database of this folder, or adopts the one that runs there without a server; returns when it answers. */
    public static EmbeddedMariaDb start(Path folder, int bufferPoolMegabytes) throws StoreStartException {
        return start(folder, bufferPoolMegabytes, MariaDbPrograms.onThisMachine());
    }

    static EmbeddedMariaDb start(Path path, int bufferPoolMegabytes, MariaDbPrograms programs)
            throws StoreStartException {
        MariaDbFolder folder = MariaDbFolder.lock(path);
        try {
            EmbeddedMariaDb started = startLocked(folder, bufferPoolMegabytes, programs);
            // One that survived may have been giving way when its server was killed.
            started.shareProcessors();
            started.watch();
            return started;
        } catch (IOException e) {
            release(folder);
            throw new StoreStartException("the store's folder " + folder + " cannot be used: " + e, e);
        } catch (StoreStartException e) {
            release(folder);
            throw e;
        }
    }

    /** The address of the database that a running server has on this folder. */
    static DatabaseAddress running(Path folder) throws StoreStartException {
        try {
            int port = Integer.parseInt(Files.readString(folder.resolve("port")).strip());
            String password = Files.readString(folder.resolve("password")).strip();
            return new DatabaseAddress(HOST, port, DATABASE, USER, password, "");
        } catch (IOException | NumberFormatException e) {
            throw new StoreStartException(
                    "no database has run on " + folder + ": start its server first, with ./ringtrace serve", e);
        }
    }

    private static EmbeddedMariaDb startLocked(MariaDbFolder folder, int bufferPoolMegabytes, MariaDbPrograms programs)
            throws IOException, StoreStartException {
        String password = folder.password();
        MariaDbPrograms.@Nullable Version written = MariaDbPrograms.Version.parse(folder.read("version"));
        if (written != null && programs.version().compareSeries(written) < 0) {
            throw new StoreStartException("the store's files in " + folder + " were written by MariaDB " + written
                    + ", which the installed " + programs.version()
                    + " cannot open: install MariaDB " + written.major() + "." + written.minor()
                    + " or newer, or give another data folder");
        }
        if (!Files.exists(folder.data())) {
            SystemTables.make(folder, programs);
        }
        @Nullable ProcessHandle survivor = survivor(folder);
        if (survivor != null) {
            return adopt(folder, bufferPoolMegabytes, programs, password, survivor);
        }
        for (int attempt = 1; ; attempt++) {
            int port = freePort();
            folder.write("port", Integer.toString(port));
            try {
                ProcessHandle child = launch(folder, programs, bufferPoolMegabytes, password, port);
                EmbeddedMariaDb started =
                        new EmbeddedMariaDb(folder, programs, bufferPoolMegabytes, password, port, child);
                started.upgradeFrom(written);
                return started;
            } catch (PortTakenException e) {
                if (attempt == PORT_ATTEMPTS) {
                    throw new StoreStartException(
                            "the embedded store found no free port on " + HOST + " in " + attempt + " attempts", e);
                }
            }
        }
    }

    private static EmbeddedMariaDb adopt(
            MariaDbFolder folder, int megabytes, MariaDbPrograms programs, String password, ProcessHandle survivor)
            throws IOException, StoreStartException {
        int port = folder.port();
        if (port > 0 && answers(folder, password, port, survivor, LONGEST_ADOPTION)) {
            log.info(
                    "adopted the MariaDB server with pid {}, which a former server left on {}", survivor.pid(), folder);
            folder.write("pid", Long.toString(survivor.pid()));
            return new EmbeddedMariaDb(folder, programs, megabytes, password, port, survivor);
        }
        throw new StoreStartException("a MariaDB server with pid " + survivor.pid() + " runs on the store's folder "
                + folder + " but does not answer on " + HOST + ":" + port + ": stop it (kill " + survivor.pid()
                + ") and start again");
    }

    /** The process that has our data folder on its command line; a pid file alone may name a stranger by now. */
    private static @Nullable ProcessHandle survivor(MariaDbFolder folder) {
        String argument = dataArgument(folder);
        return ProcessHandle.allProcesses()
                .filter(candidate -> Optional.of(candidate.info())
                        .flatMap(ProcessHandle.Info::arguments)
                        .filter(arguments -> Arrays.asList(arguments).contains(argument))
                        .isPresent())
                .findFirst()
                .orElse(null);
    }

    private static String dataArgument(MariaDbFolder folder) {
        return "--datadir=" + folder.data();
    }

    private static ProcessHandle launch(
            MariaDbFolder folder, MariaDbPrograms programs, int bufferPoolMegabytes, String password, int port)
            throws IOException, StoreStartException, PortTakenException {
        folder.turnLog();
        long logFrom = Files.exists(folder.log()) ? Files.size(folder.log()) : 0;
        Path temporary = folder.temporary();
        Path grants = folder.write("grants.sql", grants(password));
        Process child = MariaDbPrograms.process(command(folder, programs, bufferPoolMegabytes, port, temporary, grants))
                .directory(folder.data().toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.log().toFile()))
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .start();
        folder.write("pid", Long.toString(child.pid()));
        boolean answers = answers(folder, password, port, child.toHandle(), LONGEST_START);
        Files.deleteIfExists(grants);
        if (answers) {
            return child.toHandle();
        }
        if (child.isAlive()) {
            stop(child.toHandle());
            throw new StoreStartException("MariaDB did not answer on " + HOST + ":" + port + " within "
                    + LONGEST_START.toSeconds() + " s: " + folder.lastLogLines(logFrom));
        }
        String said = folder.lastLogLines(logFrom);
        if (said.contains("Address already in use")) {
            throw new PortTakenException();
        }
        throw new StoreStartException("MariaDB ended at its start with code " + child.exitValue() + ": " + said);
    }

    private static List<String> command(
            MariaDbFolder folder,
            MariaDbPrograms programs,
            int bufferPoolMegabytes,
            int port,
            Path temporary,
            Path grants) {
        List<String> command = new ArrayList<>();
        // A session of its own: a Ctrl-C at the terminal is for the server, which still needs its database to end in
        // good order.
        runBy(command, List.of("/usr/bin/setsid", "/bin/setsid"), List.of());
        // Calls do not wait for the database: where both want a core, they go first.
        runBy(command, List.of("/usr/bin/nice", "/bin/nice"), List.of("-n", Integer.toString(NICER_BY)));
        command.addAll(List.of(
                programs.server().toString(),
                "--no-defaults",
                dataArgument(folder),
                "--bind-address=" + HOST,
                "--port=" + port,
                // Relative to the data folder, since a socket's path may not exceed 107 characters.
                "--socket=mariadb.sock",
                "--tmpdir=" + folder.data().relativize(temporary),
                "--pid-file=mariadbd.pid",
                "--skip-name-resolve",
                "--server-id=1",
                "--log-bin=binlog",
                "--binlog-format=ROW",
                "--binlog-row-image=FULL",
                "--binlog-row-metadata=FULL",
                "--binlog-expire-logs-seconds=86400",
                "--sync-binlog=1",
                "--innodb-flush-log-at-trx-commit=1",
                "--innodb-buffer-pool-size=" + bufferPoolMegabytes + "M",
                // A start reads back all that the last clean stop had in memory, not the quarter that is MariaDB's
                // default.
                "--innodb-buffer-pool-dump-pct=100",
                "--transaction-isolation=READ-COMMITTED",
                "--character-set-server=utf8mb4",
                "--collation-server=utf8mb4_bin",
                "--max-allowed-packet=64M",
                "--init-file=" + grants));
        if (System.getProperty("user.name").equals("root")) {
            command.add("--user=root");
        }
        return command;
    }

    /** Runs at each start before anybody may connect. The password is hexadecimal, so it needs no quoting. */
    private static String grants(String password) {
        return """
                SET sql_log_bin = 0;
                CREATE DATABASE IF NOT EXISTS %2$s CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
                CREATE USER IF NOT EXISTS '%1$s'@'%4$s' IDENTIFIED BY '%3$s';
                ALTER USER '%1$s'@'%4$s' IDENTIFIED BY '%3$s';
                GRANT ALL PRIVILEGES ON *.* TO '%1$s'@'%4$s';
                """.formatted(USER, DATABASE, password, HOST);
    }

    private static boolean answers(
            MariaDbFolder folder, String password, int port, ProcessHandle process, Duration longest) {
        DatabaseAddress address = new DatabaseAddress(HOST, port, DATABASE, USER, password, "");
        long until = System.nanoTime() + longest.toNanos();
        while (System.nanoTime() < until) {
            try (Connection connection = DriverManager.getConnection(address.jdbcUrl(1_000, 5_000), USER, password);
                    Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery("SELECT @@datadir")) {
                rows.next();
                // Another server's database could have our port, but not our password; this says it to whoever copied a
                // folder.
                return Path.of(rows.getString(1)).normalize().equals(folder.data());
            } catch (SQLException _) {
                if (!process.isAlive()) {
                    return false;
                }
                try {
                    Thread.sleep(50);
                } catch (InterruptedException _) {
                    Thread.currentThread().interrupt();
                    return false;
                }
            }
        }
        return false;
    }

    private void upgradeFrom(MariaDbPrograms.@Nullable Version written) throws IOException, StoreStartException {
        try {
            if (written != null && programs.version().compareSeries(written) > 0) {
                SystemTables.upgrade(folder, programs, address(), written);
            }
            folder.write("version", programs.version().toString());
        } catch (IOException | StoreStartException e) {
            stop(process);
            throw e;
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.ofLiteral(HOST))) {
            return socket.getLocalPort();
        }
    }

    /** Starts the child again when it ends by itself; nobody else would, and the connection pool finds it on its port. */
    private void watch() {
        Thread.ofVirtual().name("mariadb-watch").start(() -> {
            while (!closing) {
                process.onExit().join();
                if (!closing) {
                    log.error(
                            "the embedded MariaDB server (pid {}) has ended by itself; it is started again",
                            process.pid());
                    startAgain();
                }
            }
        });
    }

    private void startAgain() {
        try {
            Thread.sleep(RESTART_PAUSE);
            synchronized (this) {
                if (!closing) {
                    process = launch(folder, programs, bufferPoolMegabytes, password, port);
                    shareProcessors();
                }
            }
        } catch (IOException | StoreStartException | PortTakenException e) {
            log.error(
                    "the embedded MariaDB server cannot be started again, next attempt follows: {}", e.getMessage(), e);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Whether the server's own threads go first where both want a processor and the kernel shares it by session; at first neither does. From any
     * thread, and without a wait: one that is being started again follows when it is there. Leases wait for the database, so it is for times in
     * which it has a lot to do that nobody waits for.
     */
    void giveWay(boolean on) {
        givesWay = on;
        shareProcessors();
    }

    private void shareProcessors() {
        SessionNiceness.set(process.pid(), givesWay ? NICER_BY : 0);
    }

    /** With leave to the driver to send what LOAD DATA LOCAL INFILE asks for: this server is ours. */
    public DatabaseAddress address() {
        return new DatabaseAddress(HOST, port, DATABASE, USER, password, "allowLoadLocalInfile=true");
    }

    /** Begins the command by one that becomes it, where this machine has that. */
    private static void runBy(List<String> command, List<String> places, List<String> options) {
        for (String program : places) {
            if (Files.isExecutable(Path.of(program))) {
                command.add(program);
                command.addAll(options);
                return;
            }
        }
    }

    public long pid() {
        return process.pid();
    }

    /** Stops the database and waits for it, at most 30 s; gives the folder free. */
    @Override
    public void close() {
        synchronized (this) {
            closing = true;
            stop(process);
        }
        release(folder);
    }

    private static void stop(ProcessHandle process) {
        process.destroy();
        try {
            process.onExit().get(LONGEST_STOP.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException _) {
            log.warn(
                    "MariaDB with pid {} did not stop within {} s and is killed",
                    process.pid(),
                    LONGEST_STOP.toSeconds());
            process.destroyForcibly();
        } catch (ExecutionException e) {
            log.warn("waiting for MariaDB with pid {} to stop: {}", process.pid(), e.getMessage());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static void release(MariaDbFolder folder) {
        try {
            folder.close();
        } catch (IOException e) {
            log.warn("the lock of {} cannot be given back: {}", folder, e.getMessage());
        }
    }

    private static final class PortTakenException extends Exception {
        private static final long serialVersionUID = 1L;
    }
}
