package io.ringtrace.server.command;

import io.ringtrace.server.Training;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ringtrace train}: what the Java VM learns in a minute of calls, kept for the servers that start later. */
@Command(
        name = "train",
        description = {
            "Plays calls through a server of its own, on an embedded store in a temporary folder and on free ports of 127.0.0.1, and keeps what Java learned by them in an AOT cache. Servers that start afterwards read it: they are ready sooner, and the first minute's calls cost what later ones do.",
            "Takes about a minute of both processors and needs mariadbd. To be repeated after an upgrade; a cache of other program files is not read."
        },
        footer = {"  ringtrace train", "  ringtrace train --calls 5000 /tmp/ringtrace.aot"})
public final class TrainCommand implements Callable<Integer> {
    /** Where the program's start looks for its cache. */
    private static final String CACHE = "ringtrace.aot-cache";

    private static final Duration LONGEST = Duration.ofSeconds(60);

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it calls anything
    private CommandSpec spec;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "FILE",
            description = "the cache; without it the one that servers read")
    private @Nullable Path file;

    @Option(
            names = "--calls",
            description = "how many calls are enough; after 60 s fewer are too (default: ${DEFAULT-VALUE})",
            defaultValue = "60000")
    private int calls;

    @Override
    public Integer call() throws CommandException, IOException {
        Path cache = cache();
        Path folder = Files.createTempDirectory("ringtrace-training-");
        int played;
        try {
            played = new Training(calls, LONGEST).write(cache, folder);
        } catch (IOException e) {
            throw new CommandException("no training: " + e.getMessage() + "\nThe server's files are in " + folder);
        }
        TemporaryFolder.delete(folder);
        spec.commandLine()
                .getOut()
                .println(cache + " holds what Java learned by " + played + " calls, " + (Files.size(cache) >> 20)
                        + " MB. Servers that start from now on read it.");
        return 0;
    }

    private Path cache() {
        Path named = file;
        if (named != null) {
            return named.toAbsolutePath();
        }
        String known = System.getProperty(CACHE);
        if (known == null) {
            throw new ParameterException(
                    spec.commandLine(), "FILE is missing: this start of the program names no cache");
        }
        return Path.of(known);
    }
}
