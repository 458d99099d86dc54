package io.ringtrace.store.lease;

import io.ringtrace.attribution.LeaseClock;
import io.ringtrace.call.StoreUnavailableException;
import io.ringtrace.store.db.StoreDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@link LeaseClock} of a node: asks the database for its time every ten seconds on a thread of its own, and goes on by the monotonic
 * clock between. When this machine's own wall clock was stepped it asks each second for a while: the database may stand on the same
 * machine, or be set by the same hand. So it does while the database is off, so that numbers are lent again soon after. Thread-safe.
 */
public final class DatabaseLeaseClock implements LeaseClock, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(DatabaseLeaseClock.class);
    private static final Duration EVERY = Duration.ofSeconds(10);
    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);
    /** For so long after a step it asks each second: not all clocks are set at once. */
    private static final Duration STEPPED = Duration.ofSeconds(5);

    private static final long NANOS_PER_MILLI = 1_000_000L;
    private static final DateTimeFormatter DATABASE_TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSSSSS");

    private final StoreDatabase database;
    private final LongSupplier wallMillis;
    private final @Nullable KeptLeaseTime kept;
    /** At the last look; the thread's own once it runs. */
    private long apartMillis;

    private final AtomicLong latest = new AtomicLong(Long.MIN_VALUE);
    private final CountDownLatch closed = new CountDownLatch(1);
    private final CountDownLatch measured = new CountDownLatch(1);
    private final Thread thread;
    private volatile LeaseTime.State state = LeaseTime.unmeasured(Instant.now().toEpochMilli(), System.nanoTime());

    private DatabaseLeaseClock(StoreDatabase database, LongSupplier wallMillis, @Nullable KeptLeaseTime kept) {
        this.database = database;
        this.kept = kept;
        this.wallMillis = wallMillis;
        this.apartMillis = wallApartMillis();
        thread = Thread.ofPlatform().name("lease-clock").daemon().unstarted(this::keepMeasuring);
    }

    /** Measures once before it returns, if the database answers; goes on measuring until closed. */
    public static DatabaseLeaseClock start(StoreDatabase database) {
        return start(database, System::currentTimeMillis);
    }

    /** @param wallMillis this machine's wall clock */
    static DatabaseLeaseClock start(StoreDatabase database, LongSupplier wallMillis) {
        return start(database, wallMillis, null);
    }

    static DatabaseLeaseClock start(StoreDatabase database, LongSupplier wallMillis, @Nullable KeptLeaseTime kept) {
        DatabaseLeaseClock clock = new DatabaseLeaseClock(database, wallMillis, kept);
        clock.measure();
        clock.thread.start();
        return clock;
    }

    /**
     * As {@link #start}, but returns at once: until the database has answered, the time is this machine's.
     *
     * @param file where the lease time is kept, for when this server is started again
     */
    public static DatabaseLeaseClock starting(StoreDatabase database, Path file) {
        DatabaseLeaseClock clock = new DatabaseLeaseClock(database, System::currentTimeMillis, new KeptLeaseTime(file));
        clock.thread.start();
        return clock;
    }

    /** Returns when the database has told its time once, or after so long. */
    public void awaitMeasurement(Duration longest) throws InterruptedException {
        measured.await(longest.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public long nowMillis() {
        LeaseTime.State now = state;
        long millis = now.millisAt(System.nanoTime());
        if (!now.measured()) {
            // Nothing was lent by this time yet, so the first measurement may still put it right.
            return millis;
        }
        while (true) {
            long before = latest.get();
            if (millis <= before) {
                return before;
            }
            if (latest.compareAndSet(before, millis)) {
                return millis;
            }
        }
    }

    @Override
    public boolean mayAllocate() {
        return state.mayAllocateAt(System.nanoTime());
    }

    /** The database's time minus this node's at the last measurement, for metrics. */
    public long offMillis() {
        return state.offMillis();
    }

    /** When the database's time was heard last; by the monotonic clock. */
    long measuredAtNanos() {
        return state.measuredAtNanos();
    }

    private void keepMeasuring() {
        try {
            if (!state.measured() && database.opens()) {
                measure();
            }
            long measuredAt = System.nanoTime();
            long steppedAt = measuredAt - STEPPED.toNanos();
            while (!closed.await(LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
                long now = System.nanoTime();
                long apartNow = wallApartMillis();
                if (Math.abs(apartNow - apartMillis) > LeaseTime.ALARM_MILLIS) {
                    steppedAt = now;
                }
                apartMillis = apartNow;
                if (now - steppedAt < STEPPED.toNanos()
                        || !state.measured()
                        || state.off()
                        || now - measuredAt >= EVERY.toNanos()) {
                    measuredAt = now;
                    measure();
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** Changes only when the wall clock does not run like the monotonic one. */
    private long wallApartMillis() {
        return wallMillis.getAsLong() - System.nanoTime() / NANOS_PER_MILLI;
    }

    private record Sample(
            long micros, long sentNanos, long receivedNanos, long longestLifetimeMillis, boolean guaranteed) {}

    private void measure() {
        LeaseTime.State before = state;
        try {
            Sample sample = database.transact(connection -> sample(connection, before));
            LeaseTime.State next = LeaseTime.measured(
                    before,
                    sample.micros(),
                    sample.sentNanos(),
                    sample.receivedNanos(),
                    sample.longestLifetimeMillis(),
                    sample.guaranteed());
            state = keep(before, next);
            if (state.measured()) {
                measured.countDown();
            }
        } catch (StoreUnavailableException e) {
            log.warn("the database's time cannot be measured: {}", e.getMessage());
            return;
        }
        boolean told = before.off() && Math.abs(before.offMillis() - state.offMillis()) <= LeaseTime.MOST_OFF_MILLIS;
        if (state.off() && told) {
            log.debug("the database's clock is still {} ms off this node's", state.offMillis());
        } else if (state.off()) {
            log.error(
                    "the database's clock is {} ms {} this node's, which lends no numbers until they agree{}",
                    Math.abs(state.offMillis()),
                    state.offMillis() > 0 ? "ahead of" : "behind",
                    state.offMillis() > 0 ? "" : " or it is started again");
        } else if (before.off()) {
            log.info("the database's clock and this node's agree again");
        } else if (Math.abs(state.offMillis()) > LeaseTime.ALARM_MILLIS) {
            log.warn("the database's clock was {} ms off this node's", state.offMillis());
        }
    }

    /** The first measurement is judged by what was known before the start; each good one is kept for the next start. */
    private LeaseTime.State keep(LeaseTime.State before, LeaseTime.State next) {
        if (kept == null || !next.measured()) {
            return next;
        }
        long nanos = System.nanoTime();
        OptionalLong latest = before.measured() ? OptionalLong.empty() : kept.latestMillis();
        LeaseTime.State judged = latest.isPresent() ? LeaseTime.first(next, nanos, latest.getAsLong()) : next;
        kept.keep(judged.millisAt(nanos));
        return judged;
    }

    /** Read as UTC text, since a session's time zone may have hours that come twice. */
    private static Sample sample(Connection connection, LeaseTime.State before) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            long sent = System.nanoTime();
            LocalDateTime time;
            long received;
            try (ResultSet rows = statement.executeQuery("SELECT CAST(UTC_TIMESTAMP(6) AS CHAR)")) {
                received = System.nanoTime();
                rows.next();
                time = LocalDateTime.parse(rows.getString(1), DATABASE_TIME);
            }
            try (ResultSet rows =
                    statement.executeQuery("SELECT COALESCE(MAX(lifetime_ms), 0) FROM ring_pool WHERE NOT deleted")) {
                rows.next();
                long micros = ChronoUnit.MICROS.between(Instant.EPOCH, time.toInstant(ZoneOffset.UTC));
                long longest = rows.getLong(1);
                boolean guaranteed = LeaseTime.waitedOut(before, received, longest)
                        && guaranteed(connection, before.millisAt(received), LeaseTime.lastPresentedMillis(before));
                return new Sample(micros, sent, received, longest, guaranteed);
            }
        }
    }

    /**
     * Whether a number presented until then is guaranteed still. Reads all numbers when none is: asked for only at the end of the wait after
     * the database's clock was stepped.
     */
    static boolean guaranteed(Connection connection, long nowMillis, long presentedUntilMillis) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(
                "SELECT 1 FROM promo_number WHERE guaranteed_until > ? AND presented_at <= ? LIMIT 1")) {
            select.setLong(1, nowMillis - LeaseTime.MOST_OFF_MILLIS);
            select.setLong(2, presentedUntilMillis);
            try (ResultSet rows = select.executeQuery()) {
                return rows.next();
            }
        }
    }

    @Override
    public void close() {
        closed.countDown();
        try {
            thread.join(EVERY);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
