package io.ringtrace.server.command;

import io.ringtrace.server.demo.ButtonCalls;
import io.ringtrace.server.demo.LandingPage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ringtrace demo-page}: what {@code demo --keep} starts beside its server. It ends with that server. */
@Command(name = "demo-page", hidden = true, description = "Serves the landing page of ringtrace demo --keep.")
public final class DemoPageCommand implements Callable<Integer> {
    @Option(names = "--port", required = true)
    private int port;

    @Option(names = "--ringtrace", required = true, description = "where browsers reach the server")
    @SuppressWarnings("NullAway.Init") // picocli sets what is required before it calls anything
    private String ringtrace;

    @Option(names = "--site", required = true)
    @SuppressWarnings("NullAway.Init")
    private String site;

    @Option(names = "--sip", required = true)
    @SuppressWarnings("NullAway.Init")
    private String sip;

    @Option(names = "--gateway", required = true)
    @SuppressWarnings("NullAway.Init")
    private String gateway;

    @Option(names = "--data", required = true)
    @SuppressWarnings("NullAway.Init")
    private Path data;

    @Option(names = "--folder", required = true)
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @Option(names = "--server", required = true, description = "the server's process")
    private long server;

    @Override
    public Integer call() throws IOException, CommandException {
        Path home = Path.of(System.getProperty("ringtrace.home", "."));
        ProcessHandle running = ProcessHandle.of(server)
                .orElseThrow(() -> new CommandException("the server's process " + server + " is gone"));
        ButtonCalls calls = new ButtonCalls(OperatorClient.of(data), new ButtonCalls.Lines(sip, gateway), home, folder);
        LandingPage page = new LandingPage(port, ringtrace, site, calls);
        // SIPp must not outlive it.
        Runtime.getRuntime().addShutdownHook(new Thread(page::close, "close-the-page"));
        running.onExit().join();
        return 0;
    }
}
