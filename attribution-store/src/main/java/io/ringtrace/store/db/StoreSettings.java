package io.ringtrace.store.db;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;

/** Where the store's database is. */
public sealed interface StoreSettings {
    int DEFAULT_CONNECTIONS = 10;

    /** This node's data folder: keys of its own, and the embedded database. */
    Path folder();

    /** Most connections at a time. */
    int connections();

    /** MariaDB as a child process, with its files in {@code folder/mariadb}. */
    record Embedded(Path folder, int bufferPoolMegabytes, int connections) implements StoreSettings {
        private static final int FEWEST_MEGABYTES = 256;
        private static final int MOST_MEGABYTES = 1024 * 1024;
        private static final int SHARE = 8;
        private static final int MEGABYTE = 1 << 20;

        public Embedded(Path folder) {
            this(folder, bufferPoolByMemory(), DEFAULT_CONNECTIONS);
        }

        /**
         * Megabytes: an eighth of the memory that the machine, or the container, has. The history's index of visitors is read and written at
         * random places; once it outgrows the buffer pool, each new visitor costs a page of the disk (docs/proofs/large-account.md).
         */
        public static int bufferPoolByMemory() {
            OperatingSystemMXBean machine = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
            return Math.clamp(machine.getTotalMemorySize() / SHARE / MEGABYTE, FEWEST_MEGABYTES, MOST_MEGABYTES);
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
