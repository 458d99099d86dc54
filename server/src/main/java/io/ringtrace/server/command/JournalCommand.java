package io.ringtrace.server.command;

import io.ringtrace.call.CallEvent;
import io.ringtrace.call.CallId;
import io.ringtrace.config.ConfigOutcome;
import io.ringtrace.config.Configuration;
import io.ringtrace.server.Ringtrace;
import io.ringtrace.server.StartException;
import io.ringtrace.store.journal.JournalFolder;
import io.ringtrace.store.record.LeftJournal;
import io.ringtrace.store.record.SetAsideEvents;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ringtrace journal}: looks at a journal on disk, and carries a dead node's into the store. */
@Command(
        name = "journal",
        description = "Looks at a journal of call events, and carries a dead node's into the store.",
        footer = {
            "  ringtrace journal verify /var/lib/ringtrace",
            "  ringtrace journal inspect /var/lib/ringtrace --call 01KAX3J6J8M0W4ZB2V5T7N9QRS"
        })
public final class JournalCommand {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it calls anything
    private CommandSpec spec;

    @Command(
            name = "inspect",
            description = "Lists the segments of a journal, or with --call all events of one call and where they stand."
                    + " Only reads; the node may be running.",
            footer = {
                "  ringtrace journal inspect /var/lib/ringtrace",
                "  ringtrace journal inspect /var/lib/ringtrace --call 01KAX3J6J8M0W4ZB2V5T7N9QRS"
            })
    int inspect(
            @Parameters(paramLabel = "DIR", description = "the journal's folder, or the data folder it is in") Path dir,
            @Option(names = "--call", paramLabel = "ID", description = "the events of this call") @Nullable String call)
            throws CommandException {
        CallId id = call == null ? null : id(call);
        try {
            JournalFolder folder = JournalFolder.at(dir);
            return id == null ? segments(folder) : events(folder, id);
        } catch (IOException e) {
            throw unreadable(dir, e);
        }
    }

    @Command(
            name = "verify",
            description =
                    "Reads every entry of a journal and tells damage by segment and offset. Only reads; the node may"
                            + " be running. Ends with 1 when something is damaged; a torn last entry, which the next start"
                            + " cuts off, is told and is no damage.",
            footer = "  ringtrace journal verify /var/lib/ringtrace")
    int verify(
            @Parameters(paramLabel = "DIR", description = "the journal's folder, or the data folder it is in") Path dir)
            throws CommandException {
        List<JournalFolder.Found> found;
        JournalFolder folder;
        boolean setAside;
        try {
            folder = JournalFolder.at(dir);
            found = folder.segments();
            setAside = !new SetAsideEvents(folder.path()).isEmpty();
        } catch (IOException e) {
            throw unreadable(dir, e);
        }
        List<String> damage = new ArrayList<>();
        for (JournalFolder.Found one : found) {
            switch (one.state()) {
                case SOUND, PREPARED -> {}
                case TORN ->
                    out().println(place(one) + ": a torn entry after " + one.events()
                            + " events; it was being written when the machine stopped, and the next start cuts it off");
                case DAMAGED ->
                    damage.add(place(one) + ": damaged after " + one.events()
                            + " events; whole entries follow that the drain does not reach");
                case UNREADABLE -> damage.add(one.file() + ": no segment that this version can read");
            }
            if (one.notUnderstood() > 0) {
                damage.add(one.file() + ": " + one.notUnderstood()
                        + " whole entries that this version does not understand");
            }
        }
        damage.forEach(out()::println);
        if (setAside) {
            out().println(folder.path() + ": events that the database refused (ringtrace journal set-aside)");
        }
        long events = found.stream().mapToLong(JournalFolder.Found::events).sum();
        out().printf(
                        Locale.ROOT,
                        "%d segments, %d events, %s%n",
                        found.size(),
                        events,
                        damage.isEmpty() ? "no damage" : damage.size() + " damaged places");
        return damage.isEmpty() ? 0 : 1;
    }

    @Command(
            name = "set-aside",
            description =
                    "Lists the events that the database refused, oldest first: which call's, and the database's reason."
                            + " With --again they are written into the store once more, when its cause is gone: those"
                            + " that it takes now leave the list, the others stay with the new reason. Doing it again"
                            + " makes no difference. The node may be running. --again ends with 1 when events stay.",
            footer = {
                "  ringtrace journal set-aside /var/lib/ringtrace",
                "  ringtrace journal set-aside /var/lib/ringtrace --again --config /etc/ringtrace/ringtrace.yaml"
            })
    int setAside(
            @Parameters(paramLabel = "DIR", description = "the journal's folder, or the data folder it is in") Path dir,
            @Option(
                            names = "--again",
                            description = "write them into the store of the configuration, instead of listing them")
                    boolean again,
            @Mixin ConfigOptions config,
            @Option(
                            names = "--longest",
                            paramLabel = "SECONDS",
                            defaultValue = "600",
                            description = "for how long to write them (default: ${DEFAULT-VALUE})")
                    int longestSeconds)
            throws CommandException, StartException {
        try {
            Path journal = JournalFolder.at(dir).path();
            SetAsideEvents setAside = new SetAsideEvents(journal);
            if (setAside.isEmpty()) {
                out().println("no event has been set aside");
                return 0;
            }
            if (again) {
                return tryAgain(journal, config, longestSeconds);
            }
            setAside.read(one -> out().println(one.setAsideAt() + "  shard " + one.shard() + "  call "
                    + (one.callId().isEmpty() ? "unknown" : one.callId()) + ": " + one.why()
                    + (one.event().isEmpty() ? "" : "\n  " + one.event())));
            return 0;
        } catch (IOException e) {
            throw unreadable(dir, e);
        }
    }

    private int tryAgain(Path journal, ConfigOptions config, int longestSeconds)
            throws CommandException, StartException {
        Configuration configuration = configuration(config);
        if (configuration == null) {
            return 2;
        }
        SetAsideEvents.Outcome outcome =
                Ringtrace.setAsideAgain(configuration, System.getenv(), journal, Duration.ofSeconds(longestSeconds));
        out().printf(
                        Locale.ROOT,
                        "%d events written into the store, %d refused again, %d not tried%n",
                        outcome.written(),
                        outcome.refused(),
                        outcome.untried());
        if (!outcome.stopped().isEmpty()) {
            throw new CommandException(
                    "not all were tried: " + outcome.stopped() + ". What was written stays; run the command again.");
        }
        return outcome.refused() == 0 ? 0 : 1;
    }

    @Command(
            name = "drain",
            description =
                    "Carries what a dead node left in its journal into the store of a running configuration, under that"
                            + " node's name. Doing it again makes no difference.",
            footer = "  ringtrace journal drain /mnt/dead-node/ringtrace --config /etc/ringtrace/ringtrace.yaml")
    int drain(
            @Parameters(paramLabel = "DIR", description = "the data folder of a node that will not start again")
                    Path dir,
            @Mixin ConfigOptions config,
            @Option(
                            names = "--longest",
                            paramLabel = "SECONDS",
                            defaultValue = "600",
                            description = "how long to wait for the database (default: ${DEFAULT-VALUE})")
                    int longestSeconds)
            throws CommandException, StartException {
        Configuration configuration = configuration(config);
        if (configuration == null) {
            return 2;
        }
        LeftJournal.Outcome outcome =
                Ringtrace.drainLeftJournal(configuration, System.getenv(), dir, Duration.ofSeconds(longestSeconds));
        out().printf(
                        Locale.ROOT,
                        "%s: %d events carried into the store, %d of them set aside, %d unfinished calls"
                                + " closed as interrupted, %d answered ones as lost%n",
                        outcome.node(),
                        outcome.events(),
                        outcome.setAside(),
                        outcome.interrupted(),
                        outcome.lost());
        if (!outcome.whole()) {
            throw new CommandException("the journal's end was not reached in " + longestSeconds
                    + " s. What was carried stays; run the command again.");
        }
        return 0;
    }

    /** Null when there are findings, which are told then. */
    private @Nullable Configuration configuration(ConfigOptions config) {
        return switch (config.load()) {
            case ConfigOutcome.Wrong wrong -> {
                wrong.findings().forEach(finding -> spec.commandLine().getErr().println(finding.text()));
                yield null;
            }
            case ConfigOutcome.Loaded loaded -> loaded.configuration();
        };
    }

    private int segments(JournalFolder folder) throws IOException {
        String row = "%5s  %14s  %11s  %11s  %7s  %10s  %8s  %7s  %-24s  %-24s  %-10s  %s%n";
        out().printf(
                        Locale.ROOT,
                        row,
                        "SHARD",
                        "SEGMENT",
                        "BYTES",
                        "ENTRIES END",
                        "BEGAN",
                        "PROGRESSED",
                        "ANSWERED",
                        "ENDED",
                        "FIRST EVENT",
                        "LAST EVENT",
                        "STATE",
                        "FILE");
        for (JournalFolder.Found one : folder.segments()) {
            out().printf(
                            Locale.ROOT,
                            row,
                            one.shard(),
                            one.number() == 0 ? "-" : one.number(),
                            one.bytes(),
                            one.end(),
                            one.began(),
                            one.progressed(),
                            one.answered(),
                            one.ended(),
                            time(one.firstMillis()),
                            time(one.lastMillis()),
                            one.state().name().toLowerCase(Locale.ROOT),
                            one.file().getFileName());
        }
        return 0;
    }

    private int events(JournalFolder folder, CallId call) throws IOException {
        List<String> lines = new ArrayList<>();
        folder.events(
                call,
                place -> lines.add("shard " + place.shard() + " " + place.position() + "  "
                        + time(place.event().atMillis()) + "  " + text(place.event())));
        lines.forEach(out()::println);
        if (lines.isEmpty()) {
            spec.commandLine().getErr().println("ringtrace: no event of call " + call + " stands in " + folder.path());
        }
        return lines.isEmpty() ? 1 : 0;
    }

    private static String text(CallEvent event) {
        return switch (event) {
            case CallEvent.Began began ->
                "began: dialed " + began.dialedText() + ", trunk " + began.trunk() + ", "
                        + began.attribution().status().text() + ", destination " + began.destination()
                        + ", Call-ID " + began.sipCallId();
            case CallEvent.Progressed progressed ->
                "progressed: " + progressed.status() + " from gateway " + progressed.gateway();
            case CallEvent.Answered answered ->
                "answered: " + answered.status() + " from gateway " + answered.gateway() + ", rang "
                        + answered.ringMillis() + " ms";
            case CallEvent.Continued continued ->
                "continued: answered " + time(continued.answeredAtMillis()) + ", last sign of life "
                        + time(continued.aliveAtMillis());
            case CallEvent.Corrected corrected ->
                "corrected: " + corrected.reason().text() + " by "
                        + corrected.by().text() + " instead of "
                        + corrected.instead().text()
                        + (corrected.talkMillis() < 0 ? "" : ", talked " + corrected.talkMillis() + " ms");
            case CallEvent.Ended ended ->
                "ended: " + ended.reason().text() + " by " + ended.by().text()
                        + (ended.statusSent() == 0 ? "" : ", SIP " + ended.statusSent())
                        + (ended.talkMillis() < 0 ? "" : ", talked " + ended.talkMillis() + " ms")
                        + (ended.durationExact() ? "" : ", inferred");
        };
    }

    private static String place(JournalFolder.Found one) {
        return one.file() + ": shard " + one.shard() + " segment " + one.number() + " offset " + one.end();
    }

    private static String time(long millis) {
        return millis == 0 ? "-" : Instant.ofEpochMilli(millis).toString();
    }

    private static CallId id(String text) throws CommandException {
        try {
            return CallId.parse(text);
        } catch (IllegalArgumentException e) {
            throw new CommandException(String.valueOf(e.getMessage()), e);
        }
    }

    private static CommandException unreadable(Path dir, IOException e) {
        return new CommandException("the journal in " + dir + " can't be read: " + e.getMessage(), e);
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }
}
