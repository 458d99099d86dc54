package io.ringtrace.store.db;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * MariaDB's server as it is installed on this machine. The Debian package mariadb-server-core alone is enough: its mariadb-install-db
 * needs programs of other packages, so the system tables are made from its SQL scripts directly.
 *
 * @param server the mariadbd program
 * @param scripts the folder of mysql_system_tables.sql and its companions
 * @param upgrade the mariadb-upgrade program; null where there is none
 */
record MariaDbPrograms(Path server, Path scripts, @Nullable Path upgrade, Version version) {
    private static final String INSTALL =
            "install it (Debian, Ubuntu: apt-get install mariadb-server-core), or set store.url to a database of your"
                    + " own";
    private static final Pattern VERSION = Pattern.compile("Ver (\\d+)\\.(\\d+)\\.(\\d+)");
    private static final List<String> SYSTEM_FOLDERS =
            List.of("/usr/sbin", "/usr/local/sbin", "/usr/libexec", "/usr/bin", "/usr/local/bin");
    private static final List<String> SCRIPT_FOLDERS = List.of("share/mysql", "share/mariadb");

    /** A server version; files of one major.minor series cannot be opened by a lower one. */
    record Version(int major, int minor, int patch) {
        static @Nullable Version parse(String text) {
            String[] parts = text.strip().split("\\.", 3);
            try {
                return parts.length == 3
                        ? new Version(
                                Integer.parseInt(parts[0]), Integer.parseInt(parts[1]), Integer.parseInt(parts[2]))
                        : null;
            } catch (NumberFormatException _) {
                return null;
            }
        }

        /** Compares the series, without the patch. */
        int compareSeries(Version other) {
            return major != other.major ? Integer.compare(major, other.major) : Integer.compare(minor, other.minor);
        }

        @Override
        public String toString() {
            return major + "." + minor + "." + patch;
        }
    }

    static MariaDbPrograms onThisMachine() throws StoreStartException {
        List<Path> folders = new ArrayList<>();
        String path = System.getenv("PATH");
        if (path != null) {
            for (String folder : path.split(":")) {
                if (!folder.isEmpty()) {
                    folders.add(Path.of(folder));
                }
            }
        }
        SYSTEM_FOLDERS.forEach(folder -> folders.add(Path.of(folder)));
        return in(folders);
    }

    static MariaDbPrograms in(List<Path> folders) throws StoreStartException {
        Path server = find(folders, "mariadbd");
        if (server == null) {
            throw new StoreStartException("the embedded store needs MariaDB's server, but there is no mariadbd in "
                    + String.join(
                            ", ",
                            folders.stream().map(Path::toString).distinct().toList()) + ": " + INSTALL);
        }
        Path prefix = server.toAbsolutePath().resolve("../..").normalize();
        for (String candidate : SCRIPT_FOLDERS) {
            Path scripts = prefix.resolve(candidate);
            if (Files.isReadable(scripts.resolve("mysql_system_tables.sql"))) {
                return new MariaDbPrograms(server, scripts, find(folders, "mariadb-upgrade"), versionOf(server));
            }
        }
        throw new StoreStartException("the embedded store found " + server
                + ", but not the scripts of MariaDB's system tables (mysql_system_tables.sql) in " + prefix + "/"
                + String.join(" or ", SCRIPT_FOLDERS) + ": " + INSTALL);
    }

    private static @Nullable Path find(List<Path> folders, String name) {
        for (Path folder : folders) {
            Path program = folder.resolve(name);
            if (Files.isExecutable(program)) {
                return program;
            }
        }
        return null;
    }

    /** How MariaDB's programs are run. What systemd wants to hear of the service is ours to say; mariadbd would speak up too. */
    static ProcessBuilder process(List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().keySet().removeAll(Set.of("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"));
        return builder;
    }

    private static Version versionOf(Path server) throws StoreStartException {
        String said;
        try {
            Process process = process(List.of(server.toString(), "--no-defaults", "--version"))
                    .redirectErrorStream(true)
                    .start();
            said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            throw new StoreStartException(server + " cannot be run: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreStartException("interrupted while asking " + server + " for its version", e);
        }
        Matcher matcher = VERSION.matcher(said);
        if (!matcher.find() || !said.contains("MariaDB")) {
            throw new StoreStartException(server + " --version does not name a MariaDB version: " + said.strip());
        }
        return new Version(
                Integer.parseInt(matcher.group(1)),
                Integer.parseInt(matcher.group(2)),
                Integer.parseInt(matcher.group(3)));
    }
}
