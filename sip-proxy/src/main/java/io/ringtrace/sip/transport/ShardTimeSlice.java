package io.ringtrace.sip.transport;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Map;

/**
 * Short time slices for a shard's thread (sched_setattr(2), {@code sched_runtime}), on Linux. Since 6.12 a thread that is woken takes the processor from one
 * whose slices are longer at once, and would else wait for the end of that one's slice. Its share of the processor stays the same. Earlier kernels pass
 * over it. Threads that the shard starts from then on inherit it.
 */
final class ShardTimeSlice {
    /** The shortest that the kernel knows. */
    static final long NANOS = 100_000;

    /** The fields of struct sched_attr, as its first version has them. */
    private static final int SIZE = 48;

    private static final int POLICY_AT = 4;
    private static final int RUNTIME_AT = 24;
    /** SCHED_OTHER and SCHED_BATCH; with others the runtime means something else. */
    private static final int OTHER = 0;

    private static final int BATCH = 3;
    private static final int THIS_THREAD = 0;
    private static final int NO_FLAGS = 0;

    /** Numbers of sched_setattr, the kernel's own: C libraries before glibc 2.41 have no function for it. That of sched_getattr is the next one. */
    private static final Map<String, Long> SETATTR = Map.of("amd64", 314L, "aarch64", 274L);

    private ShardTimeSlice() {}

    /** Shortens those of the calling thread. Where that cannot be, they stay as they are. */
    static void shorten() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attributes = arena.allocate(SIZE, Long.BYTES);
            if (!read(attributes)) {
                return;
            }
            int policy = attributes.get(JAVA_INT, POLICY_AT);
            if (policy == OTHER || policy == BATCH) {
                attributes.set(JAVA_LONG, RUNTIME_AT, NANOS);
                long refused = (long) onThisThread().invokeExact(number(), THIS_THREAD, attributes, NO_FLAGS, NO_FLAGS);
                UdpTransport.LOG.debug("a shard's time slices are {}", refused == 0 ? NANOS + " ns" : "as others'");
            }
        } catch (Throwable e) {
            UdpTransport.LOG.debug("a shard's time slices are as others'", e);
        }
    }

    /** The calling thread's, in nanoseconds; 0 where the kernel does not tell. */
    static long ofThisThread() throws Throwable {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attributes = arena.allocate(SIZE, Long.BYTES);
            return read(attributes) ? attributes.get(JAVA_LONG, RUNTIME_AT) : 0;
        }
    }

    private static boolean read(MemorySegment attributes) throws Throwable {
        long setattr = number();
        return setattr != 0
                && (long) onThisThread().invokeExact(setattr + 1, THIS_THREAD, attributes, SIZE, NO_FLAGS) == 0;
    }

    /** 0 where there is none. */
    private static long number() {
        boolean linux = System.getProperty("os.name").equals("Linux");
        return linux ? SETATTR.getOrDefault(System.getProperty("os.arch"), 0L) : 0;
    }

    /** The kernel, by number: of the thread, its attributes, and two numbers; sched_setattr takes the first of these alone. */
    @SuppressWarnings("restricted") // the signature is the C library's
    private static MethodHandle onThisThread() {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow("syscall"),
                FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT),
                Linker.Option.firstVariadicArg(1));
    }
}
