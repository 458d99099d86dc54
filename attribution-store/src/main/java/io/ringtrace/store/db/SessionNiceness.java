package io.ringtrace.store.db;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.OptionalInt;
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
     * Makes the session of that process so much nicer than ours is; by 0, as nice. Nothing happens where it is the same session, the process has
     * ended, or the kernel has no such groups: there the niceness of a process is all that counts.
     */
    static void set(long pid, int by) {
        Path file = Path.of("/proc", Long.toString(pid), "autogroup");
        try {
            OptionalInt niceness = nicer(Files.readString(Path.of("/proc/self/autogroup")), Files.readString(file), by);
            if (niceness.isPresent()) {
                Files.writeString(file, Integer.toString(niceness.getAsInt()), StandardOpenOption.WRITE);
            }
        } catch (NoSuchFileException _) {
            LOG.debug("process {} has ended, or this kernel knows no groups of sessions", pid);
        } catch (IOException e) {
            LOG.info(
                    "the session of process {} keeps its priority, and may take turns from calls: {}",
                    pid,
                    e.getMessage());
        }
    }

    /**
     * What the other session's niceness has to be, from what the kernel says of both. It says nothing of a process that no session ever began
     * for, such as the first of a container: next to sessions each of its threads has the weight of its own niceness.
     */
    static OptionalInt nicer(String ours, String others, int by) {
        Matcher other = AUTOGROUP.matcher(others);
        Matcher our = AUTOGROUP.matcher(ours);
        boolean inASession = our.matches();
        if (!other.matches() || (inASession && our.group("session").equals(other.group("session")))) {
            return OptionalInt.empty();
        }
        int niceness = inASession ? Integer.parseInt(our.group("niceness")) : 0;
        return OptionalInt.of(Math.min(niceness + by, NICEST));
    }
}
