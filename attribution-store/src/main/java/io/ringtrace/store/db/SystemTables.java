package io.ringtrace.store.db;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** MariaDB's own tables in a data folder: made at first use, upgraded when a newer server opens it. */
final class SystemTables {
    private static final List<String> SCRIPTS = List.of(
            "mysql_system_tables.sql",
            "mysql_performance_tables.sql",
            "mysql_system_tables_data.sql",
            "maria_add_gis_sp_bootstrap.sql",
            "mysql_sys_schema.sql");
    private static final int LONGEST_MINUTES = 10;

    private SystemTables() {}

    /** Made beside and moved, so that a start cut short leaves no half data folder behind. */
    static void make(MariaDbFolder folder, MariaDbPrograms programs) throws IOException, StoreStartException {
        Path fresh = folder.resolve("data.new");
        delete(fresh);
        Files.createDirectory(fresh);
        long logFrom = Files.exists(folder.log()) ? Files.size(folder.log()) : 0;
        List<String> command = new ArrayList<>(List.of(
                programs.server().toString(),
                "--no-defaults",
                "--bootstrap",
                "--datadir=" + fresh,
                "--tmpdir=" + folder.temporary().toAbsolutePath(),
                "--log-warnings=0",
                "--enforce-storage-engine=",
                "--max-allowed-packet=8M"));
        if (System.getProperty("user.name").equals("root")) {
            command.add("--user=root");
        }
        Process process = MariaDbPrograms.process(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.log().toFile()))
                .start();
        try (OutputStream statements = process.getOutputStream()) {
            statements.write("CREATE DATABASE mysql;\nUSE mysql;\n".getBytes(StandardCharsets.UTF_8));
            // No password opens root's account, and no socket does: the server's own user is made at each start.
            statements.write("SET @auth_root_socket = 'nobody';\n".getBytes(StandardCharsets.UTF_8));
            for (String script : SCRIPTS) {
                for (String line : Files.readAllLines(programs.scripts().resolve(script))) {
                    // Grants for a host name are of no use: names are never resolved.
                    if (!line.contains("@current_hostname")) {
                        statements.write(line.getBytes(StandardCharsets.UTF_8));
                        statements.write('\n');
                    }
                }
            }
        } catch (IOException e) {
            // The process ended before it read everything; its exit code and log say why.
            waitFor(process, "making MariaDB's system tables");
            throw new StoreStartException(
                    "MariaDB's system tables cannot be made in " + folder + ": " + folder.lastLogLines(logFrom), e);
        }
        if (waitFor(process, "making MariaDB's system tables") != 0) {
            throw new StoreStartException(
                    "MariaDB's system tables cannot be made in " + folder + ": " + folder.lastLogLines(logFrom));
        }
        Files.move(fresh, folder.data());
    }

    /** By mariadb-upgrade, while the newer server runs. */
    static void upgrade(
            MariaDbFolder folder, MariaDbPrograms programs, DatabaseAddress address, MariaDbPrograms.Version written)
            throws IOException, StoreStartException {
        Path upgrade = programs.upgrade();
        String what = "the store's files in " + folder + " were written by MariaDB " + written
                + " and must be upgraded to " + programs.version();
        if (upgrade == null) {
            throw new StoreStartException(what
                    + ", but there is no mariadb-upgrade: install it (Debian, Ubuntu: apt-get install"
                    + " mariadb-client-core mariadb-server-core)");
        }
        // A file, since a password on the command line is everybody's to read.
        Path credentials = folder.write(
                "upgrade.cnf",
                "[client]\nprotocol=tcp\nhost=%s\nport=%d\nuser=%s\npassword=%s\n"
                        .formatted(address.host(), address.port(), address.user(), address.password()));
        Path said = folder.resolve("upgrade.log");
        try {
            Process process = MariaDbPrograms.process(List.of(upgrade.toString(), "--defaults-file=" + credentials))
                    .redirectErrorStream(true)
                    .redirectOutput(said.toFile())
                    .start();
            if (waitFor(process, "upgrading MariaDB's tables") != 0) {
                List<String> lines = Files.readAllLines(said);
                throw new StoreStartException(what + ", but " + upgrade
                        + " failed (install mariadb-client-core if it misses a" + " program): "
                        + String.join(" | ", lines.subList(Math.max(0, lines.size() - 3), lines.size())));
            }
        } finally {
            Files.deleteIfExists(credentials);
        }
    }

    private static int waitFor(Process process, String what) throws StoreStartException {
        try {
            if (process.waitFor(LONGEST_MINUTES, TimeUnit.MINUTES)) {
                return process.exitValue();
            }
            process.destroyForcibly();
            throw new StoreStartException(what + " took more than " + LONGEST_MINUTES + " minutes");
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new StoreStartException("interrupted while " + what, e);
        }
    }

    private static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }
}
