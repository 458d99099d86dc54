package io.ringtrace.server.command;

import io.ringtrace.config.ConfigOutcome;
import io.ringtrace.server.Ringtrace;
import io.ringtrace.server.StartException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code ringtrace migrate}: brings the schema of an external database up to this program's version. */
@Command(
        name = "migrate",
        description =
                "Brings the database's schema up to this version. The embedded store does so by itself at every start.",
        footer = "  ringtrace migrate --config /etc/ringtrace/ringtrace.yaml")
public final class MigrateCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it calls anything
    private CommandSpec spec;

    @Mixin
    private final ConfigOptions config = new ConfigOptions();

    @Override
    public Integer call() throws StartException {
        return switch (config.load()) {
            case ConfigOutcome.Wrong wrong -> {
                wrong.findings().forEach(finding -> spec.commandLine().getErr().println(finding.text()));
                yield 2;
            }
            case ConfigOutcome.Loaded loaded -> {
                int applied = Ringtrace.migrate(loaded.configuration(), System.getenv());
                spec.commandLine()
                        .getOut()
                        .println(applied == 0 ? "The schema is up to date." : applied + " migrations applied.");
                yield 0;
            }
        };
    }
}
