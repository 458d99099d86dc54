package io.ringtrace.config;

import io.ringtrace.routing.RoutingPlan;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads the operator's files again and puts their plan in force, whole or not at all. Called by the watch on the files, by SIGHUP and by the
 * operator's request, from any thread; one reload runs at a time. {@link #state()} never waits.
 */
public final class PlanReload {
    private static final Logger LOG = LoggerFactory.getLogger(PlanReload.class);
    private static final int MOST_LOGGED = 50;

    private final ConfigLoader loader;
    private final Path file;
    private volatile ConfigFiles files;
    private final Configuration started;
    private final PlanHolder holder;
    private final InstantSource clock;
    private volatile State state;

    /** What became of one reload. */
    public sealed interface Result {
        /**
         * @param afterRestart the sections whose changes count only after a restart
         */
        record Applied(String version, String before, List<String> afterRestart) implements Result {
            public Applied {
                afterRestart = List.copyOf(afterRestart);
            }
        }

        /** The files say what they said before. */
        record Unchanged(String version, List<String> afterRestart) implements Result {
            public Unchanged {
                afterRestart = List.copyOf(afterRestart);
            }
        }

        /** The plan stays as it was. */
        record Refused(String version, List<Finding> findings) implements Result {
            public Refused {
                findings = List.copyOf(findings);
            }
        }
    }

    /** @param findings what was wrong, at least one */
    public record Failure(Instant at, List<Finding> findings) {
        public Failure {
            findings = List.copyOf(findings);
        }
    }

    /**
     * How things stand.
     *
     * @param loadedAt since when the plan is in force
     * @param lastFailure the latest reload that was refused; null when none was
     * @param bad the files as they were read last are wrong
     * @param afterRestart sections whose changes wait for a restart
     */
    public record State(
            String version,
            Instant loadedAt,
            @Nullable Failure lastFailure,
            boolean bad,
            List<String> afterRestart,
            long applied,
            long unchanged,
            long refused) {}

    /**
     * @param started what the server was started with; its plan is the one in force
     */
    public PlanReload(ConfigLoader loader, Path file, Configuration started, PlanHolder holder, InstantSource clock) {
        this.loader = loader;
        this.file = ConfigLoader.mainFile(file);
        this.files = new ConfigFiles(this.file, Set.of());
        this.started = started;
        this.holder = holder;
        this.clock = clock;
        this.state = new State(started.plan().version(), clock.instant(), null, false, List.of(), 0, 0, 0);
    }

    /** The main file. */
    public Path file() {
        return file;
    }

    /** Where the configuration stands, as far as its last reading found out. */
    ConfigFiles files() {
        return files;
    }

    public State state() {
        return state;
    }

    /** The plan in force. */
    public RoutingPlan plan() {
        return holder.plan();
    }

    /**
     * Reads the files. All of them good: their plan is in force when this returns, for calls that begin from then on. Anything wrong: nothing
     * changes, and every finding is in the log and in {@link #state()}.
     *
     * @param cause for the log, such as {@code SIGHUP}
     */
    public synchronized Result reload(String cause) {
        ConfigLoader.Read read = loader.read(file, ConfigStorage.DISK);
        files = new ConfigFiles(file, read.folders());
        return switch (read.outcome()) {
            case ConfigOutcome.Wrong(List<Finding> findings) -> refused(cause, findings);
            case ConfigOutcome.Loaded(Configuration next) -> good(cause, next);
        };
    }

    private Result refused(String cause, List<Finding> findings) {
        State before = state;
        state = new State(
                before.version,
                before.loadedAt,
                new Failure(clock.instant(), findings),
                true,
                before.afterRestart,
                before.applied,
                before.unchanged,
                before.refused + 1);
        LOG.error(
                "reload ({}): {} is wrong; routing plan {} stays in force; findings: {}",
                cause,
                file,
                before.version,
                findings.size());
        findings.stream().limit(MOST_LOGGED).forEach(finding -> LOG.error("{}", finding.text()));
        if (findings.size() > MOST_LOGGED) {
            LOG.error("and {} more; check-config shows them all", findings.size() - MOST_LOGGED);
        }
        return new Result.Refused(before.version, findings);
    }

    private Result good(String cause, Configuration next) {
        State before = state;
        RoutingPlan plan = next.plan();
        List<String> afterRestart = afterRestart(next);
        boolean same = plan.version().equals(before.version);
        if (!same) {
            holder.swap(plan);
        }
        state = new State(
                plan.version(),
                same ? before.loadedAt : clock.instant(),
                before.lastFailure,
                false,
                afterRestart,
                before.applied + (same ? 0 : 1),
                before.unchanged + (same ? 1 : 0),
                before.refused);
        if (same) {
            LOG.info("reload ({}): {} says what it said before, routing plan {}", cause, file, plan.version());
        } else {
            LOG.info(
                    "reload ({}): routing plan {} in force after {}: {} trunks, {} gateways, {} routes, {} static numbers",
                    cause,
                    plan.version(),
                    before.version,
                    plan.trunks().size(),
                    plan.gateways().size(),
                    plan.routes().size(),
                    plan.staticNumbers().size());
        }
        if (!afterRestart.isEmpty()) {
            LOG.warn("{}: changes of {} count after a restart only", file, String.join(", ", afterRestart));
        }
        return same
                ? new Result.Unchanged(plan.version(), afterRestart)
                : new Result.Applied(plan.version(), before.version, afterRestart);
    }

    /** Sockets, store and log are made once, at start; what differs from then is told, not done. */
    private List<String> afterRestart(Configuration next) {
        List<String> sections = new ArrayList<>();
        if (!next.sip().equals(started.sip())) {
            sections.add("sip");
        }
        if (!next.store().equals(started.store())) {
            sections.add("store");
        }
        if (!next.http().equals(started.http())) {
            sections.add("http");
        }
        if (!next.log().equals(started.log())) {
            sections.add("log");
        }
        return List.copyOf(sections);
    }
}
