package io.ringtrace.server.command;

import io.ringtrace.config.ConfigOutcome;
import io.ringtrace.config.ConfigSource;
import io.ringtrace.config.Configuration;
import io.ringtrace.server.DataFolder;
import io.ringtrace.server.Logging;
import io.ringtrace.server.ModuleSettings;
import io.ringtrace.server.ProcessSignal;
import io.ringtrace.server.Rehearsal;
import io.ringtrace.server.Ringtrace;
import io.ringtrace.server.StartException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ringtrace serve}: the server, until it is told to stop. */
@Command(
        name = "serve",
        description = {
            "Runs the server until SIGTERM or Ctrl-C. It then refuses new calls and lets running ones end, as long as sip.stop-grace says; a second signal stops it at once. Changed routing is put in force when the files change, at SIGHUP, and by ringtrace reload.",
            "Exit code 2 when the configuration is wrong (one line for each finding), 1 when it can't start."
        },
        footer = {
            "  ringtrace serve --config /etc/ringtrace/ringtrace.yaml",
            "  ringtrace serve --set http.port=0 --set log.level=debug"
        })
public final class ServeCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it calls anything
    private CommandSpec spec;

    @Mixin
    private final ConfigOptions config = new ConfigOptions();

    @Option(
            names = "--no-rehearsal",
            description =
                    "start without playing calls first, which takes a second or two of one processor; the first real calls are slower then: for trying things out")
    private boolean unrehearsed;

    @Override
    public Integer call() throws StartException, InterruptedException {
        ConfigSource source = config.source();
        return switch (source.load()) {
            case ConfigOutcome.Wrong wrong -> {
                wrong.findings().forEach(finding -> spec.commandLine().getErr().println(finding.text()));
                yield 2;
            }
            case ConfigOutcome.Loaded loaded -> {
                Logging.configure(loaded.configuration().log());
                Configuration configuration = loaded.configuration();
                // After a death calls are waiting, and some seconds of them cost more than slower first ones.
                boolean died = new DataFolder(configuration.store().dataDirectory()).isMarkedRunning();
                Rehearsal rehearsal =
                        unrehearsed || died ? null : Rehearsal.begin(ModuleSettings.udpEngine(configuration.sip()));
                WishToStop wish = new WishToStop();
                ProcessSignal.handle("TERM", wish::came);
                ProcessSignal.handle("INT", wish::came);
                Ringtrace server = Ringtrace.start(
                        source, configuration, System.getenv(), rehearsal == null ? () -> {} : rehearsal::end);
                Runtime.getRuntime()
                        .addShutdownHook(Thread.ofPlatform().name("shutdown").unstarted(server::close));
                wish.concerns(server);
                server.awaitEnd();
                yield 0;
            }
        };
    }

    /**
     * Signals to stop. One that comes while the server starts is kept until it has: what was started, a database among it, is then ended in
     * its order. A second one does not wait for that. Thread-safe.
     */
    private static final class WishToStop {
        private static final Logger LOG = LoggerFactory.getLogger(WishToStop.class);
        /** As of a process that SIGTERM has ended. */
        private static final int ENDED_BY_SIGNAL = 143;

        private @Nullable Ringtrace server;
        private boolean early;

        void came() {
            Ringtrace started;
            boolean again;
            synchronized (this) {
                started = server;
                again = early;
                early = started == null;
            }
            if (started != null) {
                stop(started);
            } else if (again) {
                Runtime.getRuntime().halt(ENDED_BY_SIGNAL);
            } else {
                LOG.info("told to stop: the server ends as soon as it has started");
            }
        }

        void concerns(Ringtrace started) {
            boolean already;
            synchronized (this) {
                server = started;
                already = early;
            }
            if (already) {
                stop(started);
            }
        }

        private static void stop(Ringtrace server) {
            try {
                server.stop();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
