package io.ringtrace.sip.transport;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Binds a shard's thread to one processor (sched_setaffinity(2)), on Linux. Each datagram wakes the thread, and the kernel would wake it now on
 * this processor and now on that one, whose caches have forgotten what a call needs. Threads that it starts from then on inherit the binding.
 */
final class ShardProcessor {
    /** As many as the C library's cpu_set_t has places. */
    private static final int MOST = 1024;

    private static final int THIS_THREAD = 0;

    private ShardProcessor() {}

    /**
     * Binds the calling thread.
     *
     * @throws ListenerException when this process may not use that processor, or the system is not Linux
     */
    static void bindThisThread(int processor) throws ListenerException {
        String system = System.getProperty("os.name");
        if (!system.equals("Linux")) {
            throw new ListenerException("SIP shards cannot be bound to processors: the system is " + system, null);
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment set = arena.allocate(MOST / Byte.SIZE, Long.BYTES);
            set.setAtIndex(JAVA_LONG, processor / Long.SIZE, 1L << processor);
            if ((int) setaffinity().invokeExact(THIS_THREAD, set.byteSize(), set) != 0) {
                throw new ListenerException(
                        "SIP shards cannot be bound to processor " + processor
                                + ": this machine has none of that number, or this process may not use it",
                        null);
            }
        } catch (ListenerException e) {
            throw e;
        } catch (Throwable e) {
            throw new ListenerException("SIP shards cannot be bound to processors: " + e, e);
        }
    }

    @SuppressWarnings("restricted") // the signature is the C library's
    private static MethodHandle setaffinity() {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow("sched_setaffinity"),
                FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS));
    }
}
