package io.ringtrace.server;

import io.ringtrace.http.Health;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells systemd when the server is ready, reloads, stops, and that it is alive (a unit of Type=notify, with WatchdogSec). Where no systemd
 * asked to be told it does nothing. Told by one thread at a time; a timer of its own keeps the watchdog quiet.
 */
final class SystemdService implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SystemdService.class);
    /** How often {@code systemctl status} gets a fresh line when there is no watchdog. */
    private static final long MICROS_BETWEEN_STATES = 30_000_000;

    /** For the last records and the database's own end. */
    private static final Duration AFTER_GRACE = Duration.ofSeconds(45);

    private final @Nullable SystemdSocket socket;
    private final Health health;
    private final Supplier<String> state;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("systemd").daemon(true).factory());
    private boolean complained;
    private boolean closed;

    private SystemdService(@Nullable SystemdSocket socket, Health health, Supplier<String> state) {
        this.socket = socket;
        this.health = health;
        this.state = state;
    }

    /**
     * Says that the server is ready.
     *
     * @param environment names the socket (NOTIFY_SOCKET) and how often the watchdog wants to hear us (WATCHDOG_USEC)
     * @param health while something is down that only a restart mends, the watchdog hears nothing
     * @param state one line for {@code systemctl status}
     */
    static SystemdService start(Map<String, String> environment, Health health, Supplier<String> state) {
        SystemdService service = new SystemdService(socket(environment.get("NOTIFY_SOCKET")), health, state);
        if (service.socket != null) {
            service.ready();
            // Twice in the watchdog's time, as sd_watchdog_enabled(3) advises.
            long micros = Math.min(watchdogMicros(environment) / 2, MICROS_BETWEEN_STATES);
            var _ = service.timer.scheduleAtFixedRate(service::alive, micros, micros, TimeUnit.MICROSECONDS);
        }
        return service;
    }

    private static @Nullable SystemdSocket socket(@Nullable String address) {
        if (address == null) {
            return null;
        }
        try {
            return new SystemdSocket(address);
        } catch (IOException e) {
            LOG.warn("systemd is not told how the server is: {}", e.getMessage());
            return null;
        }
    }

    private static long watchdogMicros(Map<String, String> environment) {
        String micros = environment.get("WATCHDOG_USEC");
        String pid = environment.get("WATCHDOG_PID");
        boolean ours =
                pid == null || pid.equals(Long.toString(ProcessHandle.current().pid()));
        return micros != null && ours && micros.matches("[1-9][0-9]{3,17}") ? Long.parseLong(micros) : Long.MAX_VALUE;
    }

    /** Runs a reload, which systemd is told of before and after. */
    void reloading(Runnable reload) {
        // systemd wants CLOCK_MONOTONIC, which is what nanoTime reads on Linux.
        send("RELOADING=1\nMONOTONIC_USEC=" + System.nanoTime() / 1_000);
        try {
            reload.run();
        } finally {
            ready();
        }
    }

    /**
     * Says that the server begins to stop.
     *
     * @param grace how long that may take, besides what the unit allows anyway
     */
    void stopping(Duration grace) {
        send("STOPPING=1\nEXTEND_TIMEOUT_USEC=" + grace.plus(AFTER_GRACE).toNanos() / 1_000
                + "\nSTATUS=stopping, new calls hear 503");
    }

    private void ready() {
        send("READY=1\nSTATUS=" + state.get());
    }

    private void alive() {
        try {
            tellWhetherAlive();
        } catch (RuntimeException e) {
            LOG.error("the server's health could not be asked for", e);
        }
    }

    private void tellWhetherAlive() {
        List<String> down = health.live().stream()
                .filter(check -> check.state() == Health.State.DOWN)
                .map(Health.Check::sentence)
                .toList();
        if (down.isEmpty()) {
            send("WATCHDOG=1\nSTATUS=" + state.get());
        } else {
            LOG.error("the watchdog is left to bite: {}", String.join(" ", down));
            send("STATUS=" + String.join(" ", down));
        }
    }

    private synchronized void send(String message) {
        if (socket == null || closed) {
            return;
        }
        try {
            socket.send(message);
        } catch (IOException e) {
            if (!complained) {
                complained = true;
                LOG.warn("{}", e.getMessage());
            }
        }
    }

    /** Says that the server stops. */
    @Override
    public synchronized void close() {
        timer.shutdownNow();
        send("STOPPING=1\nSTATUS=stopping");
        closed = true;
        if (socket != null) {
            socket.close();
        }
    }
}
