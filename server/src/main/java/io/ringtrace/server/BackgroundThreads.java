package io.ringtrace.server;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Threads whose work no caller waits for: they get less of a core than the shards when both want one, so that a datagram is not kept waiting
 * for the end of somebody's time slice. On Linux each thread has a niceness of its own, and the threads that it starts inherit it; what it
 * costs them is a later turn, never their turn. Elsewhere nothing happens.
 */
final class BackgroundThreads {
    private static final Logger LOG = LoggerFactory.getLogger(BackgroundThreads.class);
    private static final int NICER_BY = 5;
    private static final int NICEST = 19;
    /** Of the words after the name in a thread's stat file, proc(5). */
    private static final int NICENESS_AT = 17;

    private static final int PRIO_PROCESS = 0;
    /** A folder for each thread of this process. */
    static final Path TASKS = Path.of("/proc/self/task");

    private static final Path OURS = Path.of("/proc/thread-self");
    /** As the kernel knows them: 15 characters of a name. */
    private static final Set<String> NAMES = Set.of(
            "C1 CompilerThre",
            "C2 CompilerThre",
            "journal-drain",
            "journal-force",
            "journal-keep",
            "directory-file",
            "directory-feed",
            "account-cache");

    private BackgroundThreads() {}

    /** Makes those that run now give way; returns how many there were. */
    static int giveWay() {
        int found = 0;
        try (DirectoryStream<Path> tasks = Files.newDirectoryStream(TASKS)) {
            MethodHandle setpriority = setpriority();
            int niceness = Math.min(ourNiceness() + NICER_BY, NICEST);
            for (Path task : tasks) {
                if (NAMES.contains(nameOf(task))) {
                    int number = Integer.parseInt(String.valueOf(task.getFileName()));
                    int refused = (int) setpriority.invokeExact(PRIO_PROCESS, number, niceness);
                    found += refused == 0 ? 1 : 0;
                }
            }
        } catch (IOException e) {
            LOG.debug("background threads keep their priority: {}", String.valueOf(e.getMessage()));
        } catch (Throwable e) {
            throw new IllegalStateException("a call of the C library could not be made", e);
        }
        return found;
    }

    /** Of the calling thread. */
    static int ourNiceness() throws IOException {
        return niceness(OURS);
    }

    /** @param thread its folder in {@link #TASKS} */
    static int niceness(Path thread) throws IOException {
        String stat = Files.readString(thread.resolve("stat"));
        return Integer.parseInt(stat.substring(stat.lastIndexOf(')')).split(" ", -1)[NICENESS_AT]);
    }

    static String nameOf(Path task) {
        try {
            return Files.readString(task.resolve("comm")).strip();
        } catch (IOException _) {
            return ""; // it has ended meanwhile
        }
    }

    @SuppressWarnings("restricted") // native access is enabled in the manifest and by every command line of ours
    private static MethodHandle setpriority() {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow("setpriority"),
                FunctionDescriptor.of(
                        ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    }
}
