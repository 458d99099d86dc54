package io.ringtrace.store.db;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The variables and grants a database must have: a binlog that names columns and whole rows, and commits that survive a power cut. */
final class ServerRequirements {
    private record Requirement(String variable, List<String> accepted, String why) {}

    private static final List<Requirement> REQUIREMENTS = List.of(
            new Requirement("log_bin", List.of("1", "ON"), "the lease directory is fed from the binlog"),
            new Requirement("binlog_format", List.of("ROW"), "the feed reads rows"),
            new Requirement("binlog_row_image", List.of("FULL"), "the feed reads whole rows"),
            new Requirement("binlog_row_metadata", List.of("FULL"), "the feed finds columns by name"),
            new Requirement("sync_binlog", List.of("1"), "a lease is durable before the page hears of it"),
            new Requirement(
                    "innodb_flush_log_at_trx_commit", List.of("1"), "a lease is durable before the page hears of it"));

    private ServerRequirements() {}

    static List<String> check(Connection connection) throws SQLException {
        List<String> wrong = new ArrayList<>();
        try (Statement statement = connection.createStatement()) {
            for (Requirement requirement : REQUIREMENTS) {
                String value = variable(statement, requirement.variable());
                if (!requirement.accepted().contains(value.toUpperCase(Locale.ROOT))) {
                    wrong.add(requirement.variable() + " is " + (value.isEmpty() ? "missing" : value) + ", but must be "
                            + requirement.accepted().getLast() + ": " + requirement.why());
                }
            }
            if (galera(statement) && !variable(statement, "log_slave_updates").equalsIgnoreCase("ON")) {
                wrong.add(
                        "log_slave_updates is OFF, but must be ON on Galera: the feed must see what other nodes wrote");
            }
            if (!mayReadBinlog(statement)) {
                wrong.add(
                        "this user lacks the grant REPLICATION SLAVE on *.*: the lease directory is fed from the binlog");
            }
        }
        return wrong;
    }

    /** Whether commits are certified against those of other servers, which do not see this one's row locks. */
    static boolean certifies(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            return galera(statement)
                    || !variable(statement, "group_replication_group_name").isEmpty();
        }
    }

    private static boolean galera(Statement statement) throws SQLException {
        return variable(statement, "wsrep_on").equalsIgnoreCase("ON");
    }

    private static String variable(Statement statement, String name) throws SQLException {
        try (ResultSet rows = statement.executeQuery("SHOW GLOBAL VARIABLES LIKE '" + name + "'")) {
            return rows.next() ? rows.getString(2) : "";
        }
    }

    private static boolean mayReadBinlog(Statement statement) throws SQLException {
        try (ResultSet rows = statement.executeQuery("SHOW GRANTS")) {
            while (rows.next()) {
                String grant = rows.getString(1).toUpperCase(Locale.ROOT);
                if (grant.contains(" ON *.* ")
                        && (grant.contains("ALL PRIVILEGES") || grant.contains("REPLICATION SLAVE"))) {
                    return true;
                }
            }
        }
        return false;
    }
}
