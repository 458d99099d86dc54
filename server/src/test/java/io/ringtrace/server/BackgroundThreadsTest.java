package io.ringtrace.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@DisplayName("Background threads")
class BackgroundThreadsTest {
    private static final int NICEST = 19;

    @Test
    @EnabledOnOs(OS.LINUX)
    void giveWayToAllOthers() throws Exception {
        int before = BackgroundThreads.ourNiceness();
        CountDownLatch runs = new CountDownLatch(1);
        CountDownLatch lowered = new CountDownLatch(1);
        CompletableFuture<Integer> niceness = new CompletableFuture<>();
        Thread.ofPlatform().daemon().name("journal-drain").start(() -> {
            runs.countDown();
            try {
                lowered.await();
                niceness.complete(BackgroundThreads.ourNiceness());
            } catch (Exception e) {
                niceness.completeExceptionally(e);
            }
        });
        runs.await();
        assertThat(BackgroundThreads.giveWay()).isPositive();
        lowered.countDown();
        assertThat(niceness.get()).isEqualTo(Math.min(before + 5, NICEST));
        assertThat(BackgroundThreads.ourNiceness()).isEqualTo(before);
    }
}
