package io.ringtrace.server.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ringtrace manual}: writes the manual pages; for who builds packages. */
@Command(
        name = "manual",
        hidden = true,
        description = "Writes the manual pages, one for each command, into a folder.",
        footer = "  ringtrace manual /tmp/man1 && man -l /tmp/man1/ringtrace-calls.1")
public final class ManualCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it calls anything
    private CommandSpec spec;

    @Parameters(paramLabel = "DIR", description = "the folder, made when missing")
    private Path folder = Path.of(".");

    @Override
    public Integer call() throws CommandException {
        CommandSpec program = spec.root();
        try {
            Files.createDirectories(folder);
            Files.writeString(folder.resolve("ringtrace.1"), ManualPage.of(program));
            for (CommandLine command : program.subcommands().values()) {
                CommandSpec verb = command.getCommandSpec();
                if (!verb.usageMessage().hidden()) {
                    Files.writeString(folder.resolve("ringtrace-" + verb.name() + ".1"), ManualPage.of(verb));
                }
            }
        } catch (IOException e) {
            throw new CommandException("the manual pages can't be written to " + folder + ": " + e.getMessage(), e);
        }
        return 0;
    }
}
