package io.ringtrace.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@DisplayName("Background threads")
class BackgroundThreadsTest {
    private static final int NICENESS = 18;

    @Test
    @EnabledOnOs(OS.LINUX)
    void giveWayToAllOthersThreads() throws Exception {
        CountDownLatch runs = new CountDownLatch(1);
        CountDownLatch seen = new CountDownLatch(1);
        String[] stat = new String[1];
        Thread drain = Thread.ofPlatform().daemon().name("journal-drain").start(() -> {
            runs.countDown();
            try {
                seen.await();
                stat[0] = Files.readString(Path.of("/proc/thread-self/stat"));
            } catch (Exception e) {
                stat[0] = e.toString();
            }
        });
        runs.await();
        assertThat(BackgroundThreads.giveWay()).isPositive();
        seen.countDown();
        drain.join();
        assertThat(niceness(stat[0])).isEqualTo("5");
        assertThat(niceness(Files.readString(Path.of("/proc/thread-self/stat"))))
                .isEqualTo("0");
    }

    private static String niceness(String stat) {
        return stat.substring(stat.lastIndexOf(')')).split(" ")[NICENESS - 1];
    }
}
