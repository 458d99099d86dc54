package io.ringtrace.store.db;

import java.nio.file.Path;

/** Where the store's database is. */
public sealed interface StoreSettings {
    int DEFAULT_BUFFER_POOL_MEGABYTES = 256;
    int DEFAULT_CONNECTIONS = 10;

    /** This node's data folder: keys of its own, and the embedded database. */
    Path folder();

    /** Most connections at a time. */
    int connections();

    /** MariaDB as a child process, with its files in {@code folder/mariadb}. */
    record Embedded(Path folder, int bufferPoolMegabytes, int connections) implements StoreSettings {
        public Embedded(Path folder) {
            this(folder, DEFAULT_BUFFER_POOL_MEGABYTES, DEFAULT_CONNECTIONS);
        }
    }

    /**
     * A database that somebody else runs.
     *
     * @param url {@code jdbc:mysql://host:port/database}, the port and any parameters optional
     */
    record External(Path folder, String url, String user, String password, int connections) implements StoreSettings {
        @Override
        public String toString() {
            return "External[" + url + " as " + user + "]";
        }
    }
}
