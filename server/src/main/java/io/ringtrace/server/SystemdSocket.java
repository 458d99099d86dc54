package io.ringtrace.server;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;

/**
 * The datagram socket on which systemd hears a service, sd_notify(3). The JDK has no datagrams on Unix sockets, so the C library's own calls
 * are made. Linux only; for one thread at a time, and seldom.
 */
final class SystemdSocket implements AutoCloseable {
    private static final int AF_UNIX = 1;
    private static final int SOCK_DGRAM_CLOEXEC = 2 | 0x80000;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int LONGEST_PATH = 107;
    private static final long PATH_AT = 2;

    private static final StructLayout ERRNO = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO_VALUE = ERRNO.varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final MethodHandle SOCKET = call(
            "socket",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    private static final MethodHandle SENDTO = call(
            "sendto",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_INT,
                    ValueLayout.ADDRESS,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_INT,
                    ValueLayout.ADDRESS,
                    ValueLayout.JAVA_INT));
    private static final MethodHandle CLOSE =
            call("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

    private final int descriptor;
    private final byte[] path;

    /**
     * @param address the value of NOTIFY_SOCKET: a path, or a name in the abstract namespace that begins with @
     */
    SystemdSocket(String address) throws IOException {
        path = address.getBytes(StandardCharsets.UTF_8);
        if (path.length < 2 || path.length > LONGEST_PATH || (path[0] != '/' && path[0] != '@')) {
            throw new IOException("NOTIFY_SOCKET is no Unix socket's address: " + address);
        }
        if (path[0] == '@') {
            path[0] = 0;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errno = arena.allocate(ERRNO);
            descriptor = (int) invoke(SOCKET, errno, AF_UNIX, SOCK_DGRAM_CLOEXEC, 0);
            if (descriptor < 0) {
                throw new IOException("a Unix socket can't be had, errno " + (int) ERRNO_VALUE.get(errno, 0L));
            }
        }
    }

    /** Sends assignments, one a line, such as {@code READY=1}. */
    void send(String message) throws IOException {
        byte[] bytes = message.getBytes(StandardCharsets.UTF_8);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errno = arena.allocate(ERRNO);
            MemorySegment text = arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes);
            // struct sockaddr_un: the family, then the path; its length tells an abstract name's end.
            MemorySegment address = arena.allocate(PATH_AT + LONGEST_PATH + 1);
            address.set(ValueLayout.JAVA_SHORT_UNALIGNED, 0, (short) AF_UNIX);
            MemorySegment.copy(path, 0, address, ValueLayout.JAVA_BYTE, PATH_AT, path.length);
            long sent = invoke(
                    SENDTO,
                    errno,
                    descriptor,
                    text,
                    (long) bytes.length,
                    MSG_NOSIGNAL,
                    address,
                    (int) PATH_AT + path.length);
            if (sent != bytes.length) {
                throw new IOException("systemd does not hear us, errno " + (int) ERRNO_VALUE.get(errno, 0L));
            }
        }
    }

    @Override
    public void close() {
        try (Arena arena = Arena.ofConfined()) {
            invoke(CLOSE, arena.allocate(ERRNO), descriptor);
        }
    }

    private static long invoke(MethodHandle call, MemorySegment errno, Object... arguments) {
        Object[] all = new Object[arguments.length + 1];
        all[0] = errno;
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        try {
            return ((Number) call.invokeWithArguments(all)).longValue();
        } catch (Throwable e) {
            throw new IllegalStateException("a call of the C library could not be made", e);
        }
    }

    @SuppressWarnings("restricted") // native access is enabled in the manifest and by every command line of ours
    private static MethodHandle call(String name, FunctionDescriptor descriptor) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow(name), descriptor, Linker.Option.captureCallState("errno"));
    }
}
