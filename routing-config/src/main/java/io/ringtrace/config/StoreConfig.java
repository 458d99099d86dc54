package io.ringtrace.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Where leases and call records are kept.
 *
 * @param external the operator's database; null runs the embedded one
 * @param dataDirectory the node's own folder, absolute; it need not exist yet
 * @param numberRest how long a number that left its pool is lent to nobody else
 */
public record StoreConfig(
        @Nullable External external, Path dataDirectory, Journal journal, Embedded embedded, Duration numberRest) {
    /** A database that somebody else runs. */
    public record External(String url, String user, SecretReference password) {}

    /**
     * @param sizeLimitBytes most bytes of records that have not reached the database
     * @param segmentBytes size of one journal file
     * @param forcedBeforeSend whether what is sent waits until its records are on the disk
     */
    public record Journal(long sizeLimitBytes, long segmentBytes, boolean forcedBeforeSend) {}

    /** @param bufferPoolBytes empty where the machine's memory decides */
    public record Embedded(OptionalLong bufferPoolBytes) {}
}
