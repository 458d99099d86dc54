package io.ringtrace.sip.transport;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Where the kernel lets a thread run, on Linux. */
final class AllowedProcessors {
    private AllowedProcessors() {}

    /** Of the calling thread, by proc(5): numbers and ranges such as 0-3,8. */
    static List<Integer> ofThisThread() {
        try {
            String line = Files.readAllLines(Path.of("/proc/thread-self/status")).stream()
                    .filter(l -> l.startsWith("Cpus_allowed_list:"))
                    .findFirst()
                    .orElseThrow();
            return Arrays.stream(line.substring(line.indexOf(':') + 1).strip().split(",", -1))
                    .flatMap(range -> {
                        String[] ends = range.split("-", -1);
                        return IntStream.rangeClosed(Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1]))
                                .boxed();
                    })
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
