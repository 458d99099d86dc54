package io.ringtrace.store.db;

import java.net.URI;
import java.net.URISyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * Where the database answers and as whom; for the connection pool and for whoever reads the binlog.
 *
 * @param parameters more parameters for the driver, as they stand in the URL after the question mark; empty for none
 */
public record DatabaseAddress(String host, int port, String database, String user, String password, String parameters) {
    private static final int DEFAULT_PORT = 3306;
    private static final String FORM = "jdbc:mysql://host:port/database";

    /** Reads {@code jdbc:mysql://host:port/database?parameters}, also with {@code jdbc:mariadb:}. */
    static DatabaseAddress parse(String url, String user, String password) throws StoreStartException {
        if (!url.startsWith("jdbc:mysql://") && !url.startsWith("jdbc:mariadb://")) {
            throw new StoreStartException("store.url is '" + url + "', but must look like " + FORM);
        }
        URI uri;
        try {
            uri = new URI(url.substring("jdbc:".length()));
        } catch (URISyntaxException e) {
            throw new StoreStartException(
                    "store.url is '" + url + "', but must look like " + FORM + " (" + e.getReason() + ")", e);
        }
        @Nullable String host = uri.getHost();
        @Nullable String path = uri.getPath();
        if (host == null || path == null || path.length() < 2 || path.indexOf('/', 1) >= 0) {
            throw new StoreStartException("store.url is '" + url + "', but must look like " + FORM);
        }
        int port = uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort();
        String parameters = uri.getRawQuery() == null ? "" : uri.getRawQuery();
        return new DatabaseAddress(host, port, path.substring(1), user, password, parameters);
    }

    /** The same server and user, another database on it. */
    public DatabaseAddress withDatabase(String other) {
        return new DatabaseAddress(host, port, other, user, password, parameters);
    }

    /**
     * For the driver. Each wait has an end; useAffectedRows is left off, so an update counts the rows it found.
     *
     * @param connectMillis longest wait for a connection
     * @param socketMillis longest wait for an answer
     */
    String jdbcUrl(int connectMillis, int socketMillis) {
        return "jdbc:mysql://" + host + ":" + port + "/" + database
                + "?connectTimeout=" + connectMillis
                + "&socketTimeout=" + socketMillis
                + "&tcpKeepAlive=true&useLocalSessionState=true&rewriteBatchedStatements=true"
                + "&cachePrepStmts=true&prepStmtCacheSize=100&prepStmtCacheSqlLimit=32768"
                + "&allowPublicKeyRetrieval=true&characterEncoding=UTF-8&connectionCollation=utf8mb4_bin"
                + (parameters.contains("sslMode=") ? "" : "&sslMode=PREFERRED")
                + (parameters.isEmpty() ? "" : "&" + parameters);
    }

    @Override
    public String toString() {
        return user + "@" + host + ":" + port + "/" + database;
    }
}
