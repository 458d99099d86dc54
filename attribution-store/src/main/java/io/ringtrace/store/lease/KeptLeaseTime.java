package io.ringtrace.store.lease;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What lease time it was, and how long this machine was up then: a file in the node's data folder, so that a server which is started again
 * knows whether the database's clock was stepped meanwhile. Says nothing after the machine itself was started again, nor where there is no
 * {@code /proc} (proc_uptime(5), random(4)). Used by one thread.
 */
final class KeptLeaseTime {
    private static final Logger log = LoggerFactory.getLogger(KeptLeaseTime.class);
    private static final Path UPTIME = Path.of("/proc/uptime");
    private static final Path BOOT = Path.of("/proc/sys/kernel/random/boot_id");
    private static final Pattern SECONDS = Pattern.compile("([0-9]{1,12})\\.([0-9]{2}) .*\\R?");
    private static final Pattern KEPT = Pattern.compile("boot=(\\S+) up_ms=([0-9]{1,15}) lease_ms=([0-9]{1,15})\\R?");
    private static final int MILLIS_PER_SECOND = 1_000;
    private static final int MILLIS_PER_HUNDREDTH = 10;
    /** Clocks run apart by less than this share of the time between. */
    private static final int DRIFT_SHARE = 2_000;

    private final Path file;
    private final Path uptime;
    private final Path boot;

    KeptLeaseTime(Path file) {
        this(file, UPTIME, BOOT);
    }

    /**
     * @param uptime a file that begins with the seconds since the machine was started, asleep or not
     * @param boot a file that is another one after each start
     */
    KeptLeaseTime(Path file, Path uptime, Path boot) {
        this.file = file;
        this.uptime = uptime;
        this.boot = boot;
    }

    /** The latest that the lease time can be now, by what was kept; empty when that says nothing. */
    OptionalLong latestMillis() {
        try {
            if (!Files.exists(file)) {
                return OptionalLong.empty();
            }
            Matcher kept = KEPT.matcher(Files.readString(file));
            if (!kept.matches()) {
                log.warn("{} is not understood and is written anew; it should say boot=… up_ms=… lease_ms=…", file);
                return OptionalLong.empty();
            }
            long passed = upMillis() - Long.parseLong(kept.group(2));
            return kept.group(1).equals(bootId()) && passed >= 0
                    ? OptionalLong.of(Long.parseLong(kept.group(3)) + passed + passed / DRIFT_SHARE)
                    : OptionalLong.empty();
        } catch (IOException e) {
            log.debug("the lease time before this start is not known", e);
            return OptionalLong.empty();
        }
    }

    /** @param leaseMillis what it is now */
    void keep(long leaseMillis) {
        try {
            Path next = file.resolveSibling(file.getFileName() + ".next");
            Files.writeString(next, "boot=" + bootId() + " up_ms=" + upMillis() + " lease_ms=" + leaseMillis + "\n");
            Files.move(next, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            log.debug("the lease time is not kept", e);
        }
    }

    private String bootId() throws IOException {
        return Files.readString(boot).strip();
    }

    private long upMillis() throws IOException {
        Matcher seconds = SECONDS.matcher(Files.readString(uptime));
        if (!seconds.matches()) {
            throw new IOException(uptime + " does not begin with seconds");
        }
        return Long.parseLong(seconds.group(1)) * MILLIS_PER_SECOND
                + Long.parseLong(seconds.group(2)) * MILLIS_PER_HUNDREDTH;
    }
}
