package io.ringtrace.sip.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@Timeout(30)
@EnabledOnOs(OS.LINUX)
class UnboundThreadsTest {
    @Test
    @DisplayName("what a bound thread lets others do may run on every processor")
    void askedByABoundThread() throws Exception {
        List<Integer> processors = AllowedProcessors.ofThisThread();
        CompletableFuture<List<Integer>> asker = new CompletableFuture<>();
        CompletableFuture<List<Integer>> pool = new CompletableFuture<>();
        try (ExecutorService threads = UnboundThreads.pool(2, "unbound")) {
            Thread bound = Thread.ofPlatform().start(() -> {
                try {
                    ShardProcessor.bindThisThread(processors.getLast());
                    asker.complete(AllowedProcessors.ofThisThread());
                    threads.execute(() -> pool.complete(AllowedProcessors.ofThisThread()));
                } catch (ListenerException e) {
                    asker.completeExceptionally(e);
                }
            });
            assertThat(asker.get(10, TimeUnit.SECONDS)).containsExactly(processors.getLast());
            assertThat(pool.get(10, TimeUnit.SECONDS)).isEqualTo(processors);
            bound.join();
        }
    }
}
