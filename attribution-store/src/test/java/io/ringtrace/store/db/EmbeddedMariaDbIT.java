package io.ringtrace.store.db;

import static io.ringtrace.store.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("MariaDB as a child process")
class EmbeddedMariaDbIT {
    private static final int MEGABYTES = 32;

    @TempDir
    Path folder;

    private static String answer(EmbeddedMariaDb database, String sql) throws SQLException {
        DatabaseAddress address = database.address();
        try (Connection connection =
                        DriverManager.getConnection(address.jdbcUrl(1_000, 5_000), address.user(), address.password());
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }

    @Test
    void keepsItsDataFromOneStartToTheNextAndItsPasswordToItself() throws Exception {
        long pid;
        try (EmbeddedMariaDb first = EmbeddedMariaDb.start(folder, MEGABYTES)) {
            pid = first.pid();
            assertThat(Files.readString(folder.resolve("pid"))).isEqualTo(Long.toString(pid));
            assertThat(Files.readString(folder.resolve("port")))
                    .isEqualTo(Integer.toString(first.address().port()));
            assertThat(answer(first, "SELECT COUNT(*) FROM mysql.global_priv WHERE Host = '127.0.0.1'"))
                    .isEqualTo("1");
            try (Connection connection = DriverManager.getConnection(
                            first.address().jdbcUrl(1_000, 5_000),
                            first.address().user(),
                            first.address().password());
                    Statement statement = connection.createStatement()) {
                statement.execute("CREATE TABLE kept (id INT)");
            }
        }
        assertThat(ProcessHandle.of(pid).filter(ProcessHandle::isAlive)).isEmpty();
        try (EmbeddedMariaDb second = EmbeddedMariaDb.start(folder, MEGABYTES)) {
            assertThat(answer(second, "SELECT COUNT(*) FROM kept")).isEqualTo("0");
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("password"))))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
                .isEqualTo("rwx------");
        assertThat(folder.resolve("grants.sql")).doesNotExist();
    }

    @Test
    void isNicerThanItsServer() throws Exception {
        try (EmbeddedMariaDb database = EmbeddedMariaDb.start(folder, MEGABYTES)) {
            assertThat(niceness(Long.toString(database.pid()))).isEqualTo(niceness("self") + EmbeddedMariaDb.NICER_BY);
        }
    }

    private static int niceness(String process) throws IOException {
        String stat = Files.readString(Path.of("/proc", process, "stat"));
        return Integer.parseInt(stat.substring(stat.lastIndexOf(')')).split(" ", -1)[17]);
    }

    @Test
    void givesWayWithItsWholeSessionWhenItIsToAndAfterAStartByItselfAsWell() throws Exception {
        try (EmbeddedMariaDb database = EmbeddedMariaDb.start(folder, MEGABYTES)) {
            assumeTrue(SessionShare.kernelHasIt(database.pid()), "this kernel does not share by session");
            assertThat(SessionShare.nicerBy(database.pid())).isZero();
            database.giveWay(true);
            assertThat(SessionShare.nicerBy(database.pid())).isEqualTo(EmbeddedMariaDb.NICER_BY);
            long killed = database.pid();
            ProcessHandle.of(killed).orElseThrow().destroyForcibly();
            eventually("it is started again", () -> database.pid() != killed);
            eventually("it gives way", () -> SessionShare.nicerBy(database.pid()) == EmbeddedMariaDb.NICER_BY);
            database.giveWay(false);
            assertThat(SessionShare.nicerBy(database.pid())).isZero();
        }
    }

    @Test
    void survivesAKilledServerAndIsAdoptedByTheNextOne() throws Exception {
        Process server = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        ServerToBeKilled.class.getName(),
                        folder.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        long pid = 0;
        try (BufferedReader said = server.inputReader()) {
            while (pid == 0) {
                String line = said.readLine();
                assertThat(line).as("the server's output").isNotNull();
                if (line.startsWith(ServerToBeKilled.SAYS)) {
                    pid = Long.parseLong(line.substring(ServerToBeKilled.SAYS.length()));
                }
            }
            long runs = server.pid();
            assertThatThrownBy(() -> EmbeddedMariaDb.start(folder, MEGABYTES))
                    .isInstanceOf(StoreStartException.class)
                    .hasMessageContaining("is in use by the Ringtrace server with pid " + runs);
        } finally {
            server.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
        }
        try (EmbeddedMariaDb adopted = EmbeddedMariaDb.start(folder, MEGABYTES)) {
            assertThat(adopted.pid()).isEqualTo(pid);
            assertThat(answer(adopted, "SELECT 1")).isEqualTo("1");
        }
        try (EmbeddedMariaDb fresh = EmbeddedMariaDb.start(folder, MEGABYTES)) {
            assertThat(fresh.pid()).isNotEqualTo(pid);
        }
    }

    @Test
    void isStartedAgainOnTheSamePortWhenItDiesByItself() throws Exception {
        try (EmbeddedMariaDb database = EmbeddedMariaDb.start(folder, MEGABYTES)) {
            long pid = database.pid();
            ProcessHandle.of(pid).orElseThrow().destroyForcibly();
            long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            while (database.pid() == pid && System.nanoTime() < until) {
                Thread.sleep(100);
            }
            assertThat(database.pid()).isNotEqualTo(pid);
            assertThat(answer(database, "SELECT 1")).isEqualTo("1");
        }
    }

    @Test
    void hasItsTemporaryTablesWhereNoOtherServerRemovesThem() throws Exception {
        try (EmbeddedMariaDb database = EmbeddedMariaDb.start(folder, MEGABYTES)) {
            assertThat(answer(database, "SELECT @@tmpdir")).isEqualTo("../tmp");
            assertThat(folder.resolve("tmp")).isDirectory();
            String onDisk = "SELECT COUNT(*) FROM (SELECT DISTINCT REPEAT(seq, 5000) FROM seq_1_to_500) AS large";
            assertThat(answer(database, onDisk)).isEqualTo("500");
        }
    }

    @Test
    void refusesASecondServerOnTheFolderNamingThePid() throws Exception {
        try (EmbeddedMariaDb _ = EmbeddedMariaDb.start(folder, MEGABYTES)) {
            assertThatThrownBy(() -> EmbeddedMariaDb.start(folder, MEGABYTES))
                    .isInstanceOf(StoreStartException.class)
                    .hasMessage("the store's folder " + folder.toRealPath()
                            + " is in use by the Ringtrace server with pid "
                            + ProcessHandle.current().pid()
                            + ": stop that one first, or give this one another data folder");
        }
    }

    @Test
    void refusesFilesOfANewerServerAndUpgradesThoseOfAnOlderOne() throws Exception {
        EmbeddedMariaDb.start(folder, MEGABYTES).close();
        Files.writeString(folder.resolve("version"), "99.1.2");
        assertThatThrownBy(() -> EmbeddedMariaDb.start(folder, MEGABYTES))
                .isInstanceOf(StoreStartException.class)
                .hasMessageContaining("were written by MariaDB 99.1.2")
                .hasMessageContaining("install MariaDB 99.1 or newer");
        MariaDbPrograms installed = MariaDbPrograms.onThisMachine();
        Path upgrade = script("mariadb-upgrade", "echo \"$@\" > " + folder.resolve("upgraded"));
        Files.writeString(folder.resolve("version"), "10.3.1");
        EmbeddedMariaDb.start(
                        folder,
                        MEGABYTES,
                        new MariaDbPrograms(installed.server(), installed.scripts(), upgrade, installed.version()))
                .close();
        assertThat(folder.resolve("upgraded")).content().contains("--defaults-file=");
        assertThat(folder.resolve("version")).hasContent(installed.version().toString());
        Files.writeString(folder.resolve("version"), "10.3.1");
        assertThatThrownBy(() -> EmbeddedMariaDb.start(
                        folder,
                        MEGABYTES,
                        new MariaDbPrograms(installed.server(), installed.scripts(), null, installed.version())))
                .isInstanceOf(StoreStartException.class)
                .hasMessageContaining("there is no mariadb-upgrade: install it");
    }

    private Path script(String name, String does) throws Exception {
        Path file = Files.createDirectories(folder.resolve("programs")).resolve(name);
        Files.writeString(file, "#!/bin/sh\n" + does + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
        return file;
    }

    @Test
    void saysWhatToInstallWhenThereIsNoServer() {
        assertThatThrownBy(() -> MariaDbPrograms.in(List.of(folder)))
                .isInstanceOf(StoreStartException.class)
                .hasMessage("the embedded store needs MariaDB's server, but there is no mariadbd in " + folder
                        + ": install it (Debian, Ubuntu: apt-get install mariadb-server-core), or set store.url to a database of"
                        + " your own");
    }

    @Test
    void saysWhenTheFolderCannotBeWritten() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "");
        assertThatThrownBy(() -> EmbeddedMariaDb.start(file.resolve("store"), MEGABYTES))
                .isInstanceOf(StoreStartException.class)
                .hasMessageContaining("cannot be written")
                .hasMessageContaining("name another data folder");
    }

    @Test
    void tellsTheLogsLastLinesWhenTheServerCannotStart() throws Exception {
        EmbeddedMariaDb.start(folder, MEGABYTES).close();
        Files.writeString(folder.resolve("data/ibdata1"), "broken");
        assertThatThrownBy(() -> EmbeddedMariaDb.start(folder, MEGABYTES))
                .isInstanceOf(StoreStartException.class)
                .hasMessageContaining("MariaDB ended at its start with code 1")
                .hasMessageContaining("[ERROR]")
                .hasMessageContaining("ibdata1");
    }
}
