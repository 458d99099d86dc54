package io.ringtrace.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainDatagramPacket;
import io.netty.channel.unix.DomainSocketAddress;
import io.ringtrace.http.Health;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("systemd hears how the service is, sd_notify(3)")
class SystemdServiceTest {
    @TempDir
    Path folder;

    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private volatile Health.State shards = Health.State.OK;
    private Channel manager;

    @BeforeEach
    void listen() {
        manager = new Bootstrap()
                .group(loops)
                .channel(EpollDomainDatagramChannel.class)
                .handler(new SimpleChannelInboundHandler<DomainDatagramPacket>() {
                    @Override
                    protected void channelRead0(ChannelHandlerContext context, DomainDatagramPacket packet) {
                        heard.add(packet.content().toString(StandardCharsets.UTF_8));
                    }
                })
                .bind(new DomainSocketAddress(folder.resolve("notify").toFile()))
                .syncUninterruptibly()
                .channel();
    }

    @AfterEach
    void stopListening() {
        manager.close().syncUninterruptibly();
        var _ = loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }

    private SystemdService service(@Nullable String watchdogMicros) {
        Map<String, String> environment = watchdogMicros == null
                ? Map.of("NOTIFY_SOCKET", folder.resolve("notify").toString())
                : Map.of("NOTIFY_SOCKET", folder.resolve("notify").toString(), "WATCHDOG_USEC", watchdogMicros);
        return SystemdService.start(environment, new OneCheck(), () -> "2 live calls");
    }

    private final class OneCheck implements Health {
        @Override
        public List<Check> live() {
            return List.of(new Check("shards", shards, "A thread hangs."));
        }

        @Override
        public List<Check> ready() {
            return List.of();
        }
    }

    private String next() throws InterruptedException {
        return String.valueOf(heard.poll(10, TimeUnit.SECONDS));
    }

    @Test
    void readyThenReloadingAndReadyAgainThenStopping() throws Exception {
        SystemdService service = service(null);
        assertThat(next()).isEqualTo("READY=1\nSTATUS=2 live calls");
        List<String> reloads = new ArrayList<>();
        service.reloading(() -> reloads.add("done"));
        assertThat(next()).matches("RELOADING=1\nMONOTONIC_USEC=[0-9]+");
        assertThat(next()).startsWith("READY=1\n");
        assertThat(reloads).containsExactly("done");
        service.stopping(Duration.ofSeconds(15));
        assertThat(next()).startsWith("STOPPING=1\nEXTEND_TIMEOUT_USEC=60000000\n");
        service.close();
        assertThat(next()).isEqualTo("STOPPING=1\nSTATUS=stopping");
    }

    @Test
    void theWatchdogIsKeptQuietOnlyWhileNothingHangs() throws Exception {
        try (SystemdService _ = service("40000")) {
            assertThat(next()).startsWith("READY=1");
            assertThat(next()).isEqualTo("WATCHDOG=1\nSTATUS=2 live calls");
            shards = Health.State.DOWN;
            String last = next();
            while (last.startsWith("WATCHDOG=1")) {
                last = next();
            }
            assertThat(last).isEqualTo("STATUS=A thread hangs.");
            assertThat(next()).isEqualTo("STATUS=A thread hangs.");
        }
    }

    @Test
    void whereNobodyListensNothingFails() {
        SystemdService.start(Map.of("NOTIFY_SOCKET", folder.resolve("nobody").toString()), new OneCheck(), () -> "")
                .close();
        SystemdService.start(Map.of("NOTIFY_SOCKET", "nonsense"), new OneCheck(), () -> "")
                .close();
        SystemdService.start(Map.of(), new OneCheck(), () -> "").close();
        assertThat(heard).isEmpty();
    }
}
