package io.ringtrace.store.db;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a session as a whole gives way. Linux may share a processor among sessions first (sched(7), "The autogroup feature"): a process's own
 * niceness then counts only among those of its session, and means nothing to us where it leads another one. Thread-safe.
 */
final class SessionNiceness {
    private static final Logger LOG = LoggerFactory.getLogger(SessionNiceness.class);
    private static final Pattern AUTOGROUP = Pattern.compile("(?<session>\\S+) nice (?<niceness>-?\\d+)\\s*");
    private static final int NICEST = 19;

    private SessionNiceness() {}

    /**
     * Makes the session of that process so much nicer than ours is. Nothing happens where it is the same session, or the kernel has no such
     * groups: there the niceness of a process is all that counts.
     */
    static void raise(long pid, int by) {
        Path file = Path.of("/proc", Long.toString(pid), "autogroup");
        try {
            Matcher ours = AUTOGROUP.matcher(Files.readString(Path.of("/proc/self/autogroup")));
            Matcher others = AUTOGROUP.matcher(Files.readString(file));
            if (ours.matches() && others.matches() && !ours.group("session").equals(others.group("session"))) {
                int niceness = Math.min(Integer.parseInt(ours.group("niceness")) + by, NICEST);
                Files.writeString(file, Integer.toString(niceness), StandardOpenOption.WRITE);
            }
        } catch (NoSuchFileException _) {
            LOG.debug("this kernel knows no groups of sessions");
        } catch (IOException e) {
            LOG.info(
                    "the session of process {} keeps its priority, and may take turns from calls: {}",
                    pid,
                    e.getMessage());
        }
    }
}
