package io.ringtrace.http.listener;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;

/** Counts and times the requests of one route by status class. Thread-safe. */
final class RouteMetrics {
    private static final Duration[] BUCKETS = {
        Duration.ofMillis(1),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(25),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofSeconds(5)
    };

    private final MeterRegistry registry;
    private final String method;
    private final String route;
    private final AtomicReferenceArray<Timer> byStatusClass = new AtomicReferenceArray<>(6);

    /**
     * @param method one of a fixed few: what a client makes up must not become a label
     */
    RouteMetrics(MeterRegistry registry, String method, String route) {
        this.registry = registry;
        this.method = method;
        this.route = route;
    }

    /**
     * @param status 0 when the client went away before its answer
     */
    void record(int status, long nanos) {
        int statusClass = Math.clamp(status / 100, 0, 5);
        Timer timer = byStatusClass.get(statusClass);
        if (timer == null) {
            timer = Timer.builder("ringtrace.http.requests")
                    .description("HTTP requests by route and status class")
                    .tag("method", method)
                    .tag("route", route)
                    .tag("status", statusClass == 0 ? "gone" : statusClass + "xx")
                    .serviceLevelObjectives(BUCKETS)
                    .register(registry);
            byStatusClass.set(statusClass, timer);
        }
        timer.record(nanos, TimeUnit.NANOSECONDS);
    }
}
