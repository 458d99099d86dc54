package io.ringtrace.config;

import io.ringtrace.routing.RoutingPlan;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Loads the operator's files again and puts their plan in force, whole or not at all. Called by the watch on the files, by SIGHUP and by the
 * operator's request, from any thread; one reload runs at a time. {@link #state()} never waits.
 */
public final class PlanReload {
    private static final Logger LOG = LoggerFactory.getLogger(PlanReload.class);
    private static final int MOST_LOGGED = 50;

    private final ConfigLoader loader;
    private final @Nullable Surroundings surroundings;
    private final Path file;
    private final @Nullable KeptSets kept;
    private volatile ConfigFiles files;
    private final Configuration started;
    private final PlanHolder holder;
    private final InstantSource clock;
    private volatile State state;
    /** False while the store was away when it should have been asked. */
    private volatile boolean storeAsked = true;

    /** What became of one reload. */
    public sealed interface Result {
        /**
         * @param afterRestart the sections whose changes count only after a restart
         */
        record Applied(String version, String before, List<String> afterRestart, List<Finding> warnings)
                implements Result {
            public Applied {
                afterRestart = List.copyOf(afterRestart);
                warnings = List.copyOf(warnings);
            }
        }

        /** The files say what they said before. */
        record Unchanged(String version, List<String> afterRestart, List<Finding> warnings) implements Result {
            public Unchanged {
                afterRestart = List.copyOf(afterRestart);
                warnings = List.copyOf(warnings);
            }
        }

        /** The plan stays as it was. */
        record Refused(String version, List<Finding> findings) implements Result {
            public Refused {
                findings = List.copyOf(findings);
            }
        }
    }

    /** @param findings the errors, at least one */
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
     * @param rolledBackFrom the version that a person replaced by this earlier one; null when the plan is that of the files. It is so until the
     *     files change, a reload is asked for, or the server is started again: each reads the files.
     * @param changes what the plan in force has otherwise than the one before it
     * @param warnings what somebody should look at in the files of the plan in force
     */
    public record State(
            String version,
            Instant loadedAt,
            @Nullable Failure lastFailure,
            boolean bad,
            List<String> afterRestart,
            long applied,
            long unchanged,
            long refused,
            @Nullable String rolledBackFrom,
            List<String> changes,
            List<Finding> warnings) {
        public State {
            changes = List.copyOf(changes);
            warnings = List.copyOf(warnings);
        }

        private State with(List<Finding> others) {
            return new State(
                    version,
                    loadedAt,
                    lastFailure,
                    bad,
                    afterRestart,
                    applied,
                    unchanged,
                    refused,
                    rolledBackFrom,
                    changes,
                    others);
        }
    }

    /**
     * @param started what the server was started with; its plan is the one in force
     */
    public PlanReload(ConfigLoader loader, Path file, Configuration started, PlanHolder holder, InstantSource clock) {
        this(loader, file, started, holder, clock, null, null);
    }

    /**
     * @param kept keeps the files of every plan that comes in force; null keeps none
     * @param surroundings what the files are held against; null for nothing but themselves
     */
    public PlanReload(
            ConfigLoader loader,
            Path file,
            Configuration started,
            PlanHolder holder,
            InstantSource clock,
            @Nullable KeptSets kept,
            @Nullable Surroundings surroundings) {
        this.kept = kept;
        this.surroundings = surroundings;
        this.loader = loader;
        this.file = ConfigLoader.mainFile(file);
        this.files = new ConfigFiles(this.file, Set.of());
        this.started = started;
        this.holder = holder;
        this.clock = clock;
        this.state = new State(
                started.plan().version(), clock.instant(), null, false, List.of(), 0, 0, 0, null, List.of(), List.of());
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
    public Result reload(String cause) {
        return reload(cause, false);
    }

    /** The same, but files that say what they said when an earlier plan was put in force do not end that: a watch may tell of a change late. */
    Result reloadChanged(String cause) {
        return reload(cause, true);
    }

    /** Asks the store what it could not be asked before, if it can now. Called every few seconds by the watch. */
    void askStoreAgain() {
        if (!storeAsked
                && surroundings != null
                && surroundings.numbers(started.store()).available()) {
            reload("the store is back", true);
        }
    }

    private ConfigLoader.Read read(Surroundings.Purpose purpose) {
        ConfigLoader.Read read = loader(purpose).read(file, ConfigStorage.DISK);
        files = new ConfigFiles(file, read.folders());
        storeAsked = read.storeAsked();
        return read;
    }

    private ConfigLoader loader(Surroundings.Purpose purpose) {
        return surroundings == null ? loader : loader.within(surroundings, purpose);
    }

    private synchronized Result reload(String cause, boolean onlyChanged) {
        ConfigLoader.Read read = read(Surroundings.Purpose.RELOAD);
        return switch (read.outcome()) {
            case ConfigOutcome.Wrong(List<Finding> findings) -> refused(cause, findings);
            case ConfigOutcome.Loaded(Configuration next, List<Finding> _)
            when onlyChanged && next.plan().version().equals(state.rolledBackFrom) ->
                new Result.Unchanged(state.version, state.afterRestart, state.warnings);
            case ConfigOutcome.Loaded(Configuration next, List<Finding> warnings) -> {
                Result result = good(cause, next, warnings, null);
                keep(next.plan().version(), read.files());
                yield result;
            }
        };
    }

    /**
     * Holds the files that the server was started with against their surroundings, now that these can be asked, and keeps them. Returns the
     * findings when there is an error among them: the server must not start. Files that have changed since are left to the watch.
     */
    public synchronized List<Finding> begin() {
        ConfigLoader.Read read = read(Surroundings.Purpose.START);
        return switch (read.outcome()) {
            case ConfigOutcome.Wrong(List<Finding> findings) -> findings;
            case ConfigOutcome.Loaded(Configuration now, List<Finding> warnings) -> {
                if (now.plan().version().equals(state.version)) {
                    keep(state.version, read.files());
                    state = state.with(warnings);
                    log(warnings);
                }
                yield List.of();
            }
        };
    }

    /** The plans that can be put in force again, the last one first. Throws IOException when the disk does. */
    public List<KeptSets.Kept> kept() throws IOException {
        return kept == null ? List.of() : kept.list();
    }

    /**
     * Puts an earlier plan in force, whole or not at all. The files stay as they are; see {@link State#rolledBackFrom}.
     *
     * @param version null for the one that was in force before this one
     */
    public synchronized Result rollBack(@Nullable String version) {
        String wanted = version;
        try {
            if (wanted == null) {
                wanted = kept().stream()
                        .map(KeptSets.Kept::version)
                        .filter(v -> !v.equals(state.version))
                        .findFirst()
                        .orElse(null);
            }
            if (kept == null || wanted == null) {
                return notKept("an earlier plan", "none is kept");
            }
            if (wanted.equals(state.version)) {
                return new Result.Unchanged(wanted, state.afterRestart, state.warnings);
            }
            return switch (kept.load(loader(Surroundings.Purpose.RELOAD), wanted)) {
                case ConfigOutcome.Wrong(List<Finding> findings) -> new Result.Refused(state.version, findings);
                case ConfigOutcome.Loaded(Configuration earlier, List<Finding> warnings) ->
                    good(
                            "roll back",
                            earlier,
                            warnings,
                            state.rolledBackFrom == null ? state.version : state.rolledBackFrom);
            };
        } catch (NoSuchFileException _) {
            return notKept("a version that is kept", "ringtrace plans lists them");
        } catch (IOException e) {
            return notKept("a version that can be read", String.valueOf(e.getMessage()));
        }
    }

    private Result notKept(String expected, String why) {
        return new Result.Refused(
                state.version,
                List.of(Finding.at(
                        Finding.Severity.ERROR,
                        Position.outside("roll back"),
                        "",
                        null,
                        expected,
                        Finding.printable(why))));
    }

    private void keep(String version, Map<Path, byte[]> read) {
        if (kept == null) {
            return;
        }
        try {
            kept.keep(version, file, read, clock.instant());
        } catch (IOException e) {
            LOG.warn("the files of routing plan {} can't be kept for rolling back: {}", version, e.getMessage());
        }
    }

    private Result refused(String cause, List<Finding> findings) {
        State before = state;
        state = new State(
                before.version,
                before.loadedAt,
                new Failure(
                        clock.instant(),
                        findings.stream().filter(Finding::isError).toList()),
                true,
                before.afterRestart,
                before.applied,
                before.unchanged,
                before.refused + 1,
                before.rolledBackFrom,
                before.changes,
                before.warnings);
        LOG.error(
                "reload ({}): {} is wrong; routing plan {} stays in force; findings: {}",
                cause,
                file,
                before.version,
                findings.size());
        log(findings);
        return new Result.Refused(before.version, findings);
    }

    private static void log(List<Finding> findings) {
        for (Finding finding : findings.subList(0, Math.min(MOST_LOGGED, findings.size()))) {
            LOG.atLevel(finding.isError() ? Level.ERROR : Level.WARN).log("{}", finding.text());
        }
        if (findings.size() > MOST_LOGGED) {
            LOG.warn("and {} more; check-config shows them all", findings.size() - MOST_LOGGED);
        }
    }

    private Result good(String cause, Configuration next, List<Finding> warnings, @Nullable String rolledBackFrom) {
        State before = state;
        RoutingPlan plan = next.plan();
        List<String> afterRestart = afterRestart(next);
        boolean same = plan.version().equals(before.version);
        List<String> changes = same ? before.changes : PlanDiff.between(holder.plan(), plan);
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
                before.refused,
                rolledBackFrom,
                changes,
                warnings);
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
            changes.stream().limit(MOST_LOGGED).forEach(change -> LOG.info("{}", change));
        }
        if (!same || !warnings.equals(before.warnings)) {
            log(warnings);
        }
        if (!afterRestart.isEmpty()) {
            LOG.warn("{}: changes of {} count after a restart only", file, String.join(", ", afterRestart));
        }
        return same
                ? new Result.Unchanged(plan.version(), afterRestart, warnings)
                : new Result.Applied(plan.version(), before.version, afterRestart, warnings);
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
        if (!next.retention().equals(started.retention())) {
            sections.add("retention");
        }
        if (!next.webhooks().equals(started.webhooks())) {
            sections.add("webhooks");
        }
        if (!next.log().equals(started.log())) {
            sections.add("log");
        }
        return List.copyOf(sections);
    }
}
