package io.ringtrace.sip.admission;

import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * How full the kernel's receive queues of our UDP listeners are, as Linux tells in /proc/net/udp: what waits there has not been read yet, and
 * what finds no room there is lost without a word. Elsewhere they seem empty. One thread at a time; a look costs about 0.1 ms, more on a
 * machine with many sockets.
 */
public final class ReceiveQueues implements AutoCloseable {
    private static final Path LARGEST = Path.of("/proc/sys/net/core/rmem_max");
    private static final List<String> TABLES = List.of("/proc/net/udp", "/proc/net/udp6");
    /** What is asked for each socket; the kernel gives twice as much, for what it needs besides the datagrams. */
    private static final long ASKED_BYTES = 4 * 1024 * 1024;

    private static final int LOCAL_ADDRESS = 1;
    private static final int QUEUES = 4;

    private final Set<Integer> ports;
    private final long room;
    private final List<RandomAccessFile> tables = new ArrayList<>();
    private byte[] text = new byte[16 * 1024];

    /** @param ports our UDP listeners' */
    public ReceiveQueues(Set<Integer> ports) {
        this.ports = Set.copyOf(ports);
        this.room = 2 * Math.min(ASKED_BYTES, largest());
        for (String table : ports.isEmpty() ? List.<String>of() : TABLES) {
            try {
                tables.add(new RandomAccessFile(table, "r"));
            } catch (IOException _) {
                // No Linux, or no IPv6.
            }
        }
    }

    /** The largest buffer that a socket may ask for; what we ask for, where the kernel does not say. */
    static long largest() {
        // One read has it all: at any other place than its beginning such a file seems to be over.
        byte[] digits = new byte[32];
        try (InputStream in = Files.newInputStream(LARGEST)) {
            int length = Math.max(0, in.read(digits));
            return Long.parseLong(new String(digits, 0, length, StandardCharsets.US_ASCII).strip());
        } catch (IOException | NumberFormatException _) {
            return ASKED_BYTES;
        }
    }

    /** Of the fullest one: from 0, empty, to 1, when datagrams are lost. */
    public double fill() {
        long most = 0;
        for (RandomAccessFile table : tables) {
            try {
                most = Math.max(most, fullest(text, read(table), ports));
            } catch (IOException _) {
                return 0;
            }
        }
        return Math.min(1, (double) most / room);
    }

    private int read(RandomAccessFile table) throws IOException {
        table.seek(0);
        int length = 0;
        while (true) {
            int more = table.read(text, length, text.length - length);
            if (more <= 0) {
                return length;
            }
            length += more;
            if (length == text.length) {
                text = Arrays.copyOf(text, length * 2);
            }
        }
    }

    /** The most bytes that wait at one of the ports, by lines of words: number, address:port, peer, state, sent:received, all in hex. */
    static long fullest(byte[] table, int length, Set<Integer> ports) {
        long most = 0;
        int word = -1;
        boolean inWord = false;
        boolean ours = false;
        long value = 0;
        for (int i = 0; i < length; i++) {
            byte b = table[i];
            if (b == ' ' || b == '\n') {
                if (inWord && word == LOCAL_ADDRESS) {
                    ours = value <= 0xFFFF && ports.contains((int) value);
                } else if (inWord && word == QUEUES && ours) {
                    most = Math.max(most, value);
                }
                inWord = false;
                if (b == '\n') {
                    word = -1;
                    ours = false;
                }
            } else {
                if (!inWord) {
                    inWord = true;
                    word++;
                    value = 0;
                }
                // What stands after the last colon of the word counts.
                value = b == ':' ? 0 : value << 4 | Math.max(0, Character.digit(b, 16));
            }
        }
        return most;
    }

    @Override
    public void close() {
        for (RandomAccessFile table : tables) {
            try {
                table.close();
            } catch (IOException _) {
                // It was only read.
            }
        }
        tables.clear();
    }
}
