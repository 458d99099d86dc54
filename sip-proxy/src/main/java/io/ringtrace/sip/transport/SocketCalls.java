package io.ringtrace.sip.transport;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.net.InetSocketAddress;
import java.time.Duration;

/**
 * The kernel's calls for UDP sockets, made by the foreign-function API; Linux on x86-64 and aarch64, which number everything alike. Only
 * {@link #await} waits. What the kernel refuses is answered by its error number, negative, and not by an exception. Memory is passed by its
 * address, so that a call makes no objects; whoever passes it keeps it. For one thread at a time, because the error number has one place.
 */
class SocketCalls {
    static final int SOL_UDP = 17;
    static final int UDP_SEGMENT = 103;

    static final int EINTR = 4;
    static final int EIO = 5;
    static final int EAGAIN = 11;
    static final int EACCES = 13;
    static final int EINVAL = 22;
    static final int EMSGSIZE = 90;
    static final int EADDRINUSE = 98;
    static final int EADDRNOTAVAIL = 99;

    private static final int DATAGRAMS_CLOEXEC = 2 | 0x80000;
    private static final int SOL_SOCKET = 1;
    private static final int SO_ERROR = 4;
    private static final int SO_SNDBUF = 7;
    private static final int SO_RCVBUF = 8;
    private static final int SO_REUSEPORT = 15;
    private static final int SO_RCVTIMEO = 20;
    private static final int SO_MEMINFO = 55;
    private static final int IPPROTO_IPV6 = 41;
    private static final int IPV6_V6ONLY = 26;
    private static final int MSG_DONTWAIT = 0x40;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int MSG_WAITFORONE = 0x10000;
    private static final long NO_TIMEOUT = 0;

    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final MethodHandle SOCKET = function("socket", JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle BIND = function("bind", JAVA_INT, JAVA_LONG, JAVA_INT);
    private static final MethodHandle GETSOCKNAME = function("getsockname", JAVA_INT, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle SETSOCKOPT =
            function("setsockopt", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT);
    private static final MethodHandle GETSOCKOPT =
            function("getsockopt", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle RECVMMSG =
            function("recvmmsg", JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_LONG);
    private static final MethodHandle SENDMMSG = function("sendmmsg", JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT);
    private static final MethodHandle CLOSE = function("close", JAVA_INT);

    private static final long SCRATCH_LENGTH = 32;
    private static final long SCRATCH_VALUE = 40;
    private static final int TIMEVAL_BYTES = 2 * Long.BYTES;
    /** The nine counts of SO_MEMINFO, of which the first two are what waits in the receive queue, and its room. */
    private static final int MEMINFO_BYTES = 9 * Integer.BYTES;

    // Of automatic arenas, which are not locked for each call.
    private final MemorySegment state = Arena.ofAuto().allocate(STATE);
    /** An address; at 32 its length, or an option's; at 40 an option's value. */
    private final MemorySegment scratch = Arena.ofAuto().allocate(SCRATCH_VALUE + MEMINFO_BYTES, 8);

    private interface Call {
        int make() throws Throwable;
    }

    /**
     * Each answers an int. None is a "critical" function: those hold up a garbage collection while they run, and the sending of a batch is
     * long for that.
     */
    @SuppressWarnings("restricted") // these signatures are the C library's
    private static MethodHandle function(String name, ValueLayout... arguments) {
        Linker linker = Linker.nativeLinker();
        MemorySegment symbol = linker.defaultLookup()
                .find(name)
                .orElseThrow(() -> new UnsupportedOperationException("the C library has no " + name));
        return linker.downcallHandle(
                symbol, FunctionDescriptor.of(JAVA_INT, arguments), Linker.Option.captureCallState("errno"));
    }

    /** Tries the calls that not every machine has, on a socket of its own. Answers what is wrong, for a log line; "" when nothing is. */
    static String whyNot() {
        String system = System.getProperty("os.name");
        String processor = System.getProperty("os.arch");
        if (!system.equals("Linux")) {
            return "the system is " + system + ", not Linux";
        } else if (!processor.equals("amd64") && !processor.equals("aarch64")) {
            return "the processor is " + processor + ", neither amd64 nor aarch64";
        }
        try {
            return new SocketCalls().trial();
        } catch (LinkageError | RuntimeException e) {
            return "the C library cannot be called: " + (e.getCause() == null ? e : e.getCause());
        }
    }

    /** A filter of system calls (seccomp) may refuse them. */
    private String trial() {
        int socket = open(false);
        if (socket < 0) {
            return "the kernel opens no socket, error " + -socket;
        }
        int received = receive(socket, 0, 0);
        int sent = send(socket, 0, 0);
        close(socket);
        if (received < 0 && received != -EAGAIN) {
            return "the kernel refuses recvmmsg, error " + -received;
        }
        return sent < 0 ? "the kernel refuses sendmmsg, error " + -sent : "";
    }

    /** A socket for datagrams; one for IPv6 takes IPv4 too, by mapped addresses. */
    final int open(boolean ipv6) {
        int family = ipv6 ? KernelAddress.AF_INET6 : KernelAddress.AF_INET;
        int socket = answer(() -> (int) SOCKET.invokeExact(state, family, DATAGRAMS_CLOEXEC, 0));
        if (socket >= 0 && ipv6) {
            int _ = option(socket, IPPROTO_IPV6, IPV6_V6ONLY, 0);
        }
        return socket;
    }

    /** Asks for buffers of so many bytes; the kernel gives what its limits allow. */
    final void buffers(int socket, int bytes) {
        int _ = option(socket, SOL_SOCKET, SO_RCVBUF, bytes);
        int _ = option(socket, SOL_SOCKET, SO_SNDBUF, bytes);
    }

    /** How long {@link #await} waits at the most, to which the kernel adds up to two of its own ticks (1 to 10 ms each). */
    final void longestWait(int socket, Duration longest) {
        scratch.set(JAVA_LONG, SCRATCH_VALUE, longest.toSeconds());
        scratch.set(JAVA_LONG, SCRATCH_VALUE + Long.BYTES, longest.toNanosPart() / 1000);
        int _ = answer(() -> (int) SETSOCKOPT.invokeExact(
                state, socket, SOL_SOCKET, SO_RCVTIMEO, scratch.address() + SCRATCH_VALUE, TIMEVAL_BYTES));
    }

    final int shareThePort(int socket) {
        return option(socket, SOL_SOCKET, SO_REUSEPORT, 1);
    }

    final int bind(int socket, InetSocketAddress address, boolean ipv6) {
        int length = KernelAddress.of(address).write(scratch, 0, ipv6);
        return answer(() -> (int) BIND.invokeExact(state, socket, scratch.address(), length));
    }

    /** The address and port that a socket is bound to. */
    final InetSocketAddress boundTo(int socket) {
        scratch.set(JAVA_INT, SCRATCH_LENGTH, KernelAddress.LONGEST);
        int refused = answer(() ->
                (int) GETSOCKNAME.invokeExact(state, socket, scratch.address(), scratch.address() + SCRATCH_LENGTH));
        if (refused < 0) {
            throw new IllegalStateException("getsockname: error " + -refused);
        }
        return KernelAddress.read(scratch, 0).socketAddress();
    }

    /** Takes away the error that waits at the socket. */
    final void clearError(int socket) {
        int _ = ask(socket, SOL_SOCKET, SO_ERROR, Integer.BYTES);
    }

    /**
     * Whether several datagrams for one peer can leave as one (Linux 4.18). An older kernel would send them as one long datagram. A test stands here
     * for such a one.
     */
    boolean sendsTrains(int socket) {
        return ask(socket, SOL_UDP, UDP_SEGMENT, Integer.BYTES) >= 0;
    }

    /** How full the socket's receive queue is: from 0, empty, to 1, when what arrives is lost; 0 where the kernel does not tell (before 4.12). */
    final double unread(int socket) {
        if (ask(socket, SOL_SOCKET, SO_MEMINFO, MEMINFO_BYTES) < 0) {
            return 0;
        }
        double waits = scratch.get(JAVA_INT, SCRATCH_VALUE);
        return Math.min(1, waits / Math.max(1, scratch.get(JAVA_INT, SCRATCH_VALUE + Integer.BYTES)));
    }

    private int ask(int socket, int level, int name, int bytes) {
        scratch.set(JAVA_INT, SCRATCH_LENGTH, bytes);
        return answer(() -> (int) GETSOCKOPT.invokeExact(
                state, socket, level, name, scratch.address() + SCRATCH_VALUE, scratch.address() + SCRATCH_LENGTH));
    }

    final void close(int socket) {
        int _ = answer(() -> (int) CLOSE.invokeExact(state, socket));
    }

    private int option(int socket, int level, int name, int value) {
        scratch.set(JAVA_INT, SCRATCH_VALUE, value);
        return answer(() -> (int)
                SETSOCKOPT.invokeExact(state, socket, level, name, scratch.address() + SCRATCH_VALUE, Integer.BYTES));
    }

    private int answer(Call call) {
        try {
            return answer(call.make());
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    private int answer(int result) {
        return result >= 0 ? result : -(int) ERRNO.get(state, 0L);
    }

    /**
     * Receives datagrams into the messages at the address, an array of {@code mmsghdr}.
     *
     * @return how many, or the negative error number
     */
    final int receive(int socket, long messages, int most) {
        return receive(socket, messages, most, MSG_DONTWAIT);
    }

    /** As {@link #receive}, waiting for the first datagram; {@link #EAGAIN} when none has come for {@link #longestWait}. A test counts here. */
    int await(int socket, long messages, int most) {
        return receive(socket, messages, most, MSG_WAITFORONE);
    }

    private int receive(int socket, long messages, int most, int flags) {
        try {
            return answer((int) RECVMMSG.invokeExact(state, socket, messages, most, flags, NO_TIMEOUT));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    /**
     * Sends the messages at the address, an array of {@code mmsghdr}, until one is refused. A test stands here for a kernel whose buffer is
     * full.
     *
     * @return how many left, or the negative error number when the first was refused
     */
    int send(int socket, long messages, int count) {
        try {
            return answer((int) SENDMMSG.invokeExact(state, socket, messages, count, MSG_DONTWAIT | MSG_NOSIGNAL));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    /** A function handle throws nothing of its own. */
    private static AssertionError impossible(Throwable e) {
        return new AssertionError("a call of the C library failed in Java", e);
    }
}
