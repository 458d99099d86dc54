package io.ringtrace.sip.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@Timeout(30)
@EnabledOnOs(OS.LINUX)
class ShardTimeSliceTest {
    @Test
    @DisplayName(
            "a shard's thread has the shortest time slices on each engine, and the thread that started it keeps its own")
    void shards() throws Throwable {
        long ours = ShardTimeSlice.ofThisThread();
        for (UdpEngine engine : List.of(UdpEngine.NATIVE, UdpEngine.NETTY)) {
            try (UdpTransport transport = UdpTransport.start(2, engine)) {
                for (int shard = 0; shard < 2; shard++) {
                    assertThat(sliceOf(transport.loop(shard))).isEqualTo(kernelHeedsIt() ? ShardTimeSlice.NANOS : 0);
                }
            }
        }
        assertThat(ShardTimeSlice.ofThisThread()).isEqualTo(ours).isNotEqualTo(ShardTimeSlice.NANOS);
    }

    private static long sliceOf(ShardLoop loop) throws Exception {
        CompletableFuture<Long> slice = new CompletableFuture<>();
        loop.execute(() -> {
            try {
                slice.complete(ShardTimeSlice.ofThisThread());
            } catch (Throwable e) {
                slice.completeExceptionally(e);
            }
        });
        return slice.get(10, TimeUnit.SECONDS);
    }

    /** Linux 6.12 was the first. */
    private static boolean kernelHeedsIt() {
        int[] version = Arrays.stream(System.getProperty("os.version").split("[^0-9]+"))
                .limit(2)
                .mapToInt(Integer::parseInt)
                .toArray();
        return version[0] > 6 || (version[0] == 6 && version[1] >= 12);
    }
}
