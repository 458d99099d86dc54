package io.ringtrace.server.command;

import io.ringtrace.server.demo.Demo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ringtrace demo}: the whole story on this machine, with real SIP. */
@Command(
        name = "demo",
        description = "Plays the whole story on this machine: two visitors, their promo numbers, their calls, the call"
                + " records.",
        footer = {"  ringtrace demo", "  ringtrace demo --keep        # and leave the server running"})
public final class DemoCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it calls anything
    private CommandSpec spec;

    @Option(names = "--keep", description = "leave the server running, and print what to try")
    private boolean keep;

    @Override
    public Integer call() throws IOException {
        Path home = Path.of(System.getProperty("ringtrace.home", "."));
        Path folder = Files.createTempDirectory("ringtrace-demo-");
        int code = new Demo(home, folder, spec.commandLine().getOut()).tell(keep);
        if (code == 0 && !keep) {
            TemporaryFolder.delete(folder);
        }
        return code;
    }
}
