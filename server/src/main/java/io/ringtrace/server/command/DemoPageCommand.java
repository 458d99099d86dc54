package io.ringtrace.server.command;

import io.ringtrace.server.demo.ButtonCalls;
import io.ringtrace.server.demo.LandingPage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ringtrace demo-page}: what {@code demo --keep} starts beside its server. It ends with that server. */
@Command(
        name = "demo-page",
        hidden = true,
        description = "Serves the landing page of ringtrace demo --keep.",
        footer = "  ringtrace demo-page --port 8081 --ringtrace http://127.0.0.1:8080 --site site_AbCdEfGhIjKlMnOp"
                + " --sip 127.0.0.1:5060 --gateway 127.0.0.1:15060 --data data --folder demo --server 4711")
public final class DemoPageCommand implements Callable<Integer> {
    @Option(names = "--port", required = true, description = "of the site's origin")
    private int port;

    @Option(names = "--ringtrace", required = true, description = "where browsers reach the server")
    @SuppressWarnings("NullAway.Init") // picocli sets what is required before it calls anything
    private String ringtrace;

    @Option(names = "--site", required = true, description = "its public id")
    @SuppressWarnings("NullAway.Init")
    private String site;

    @Option(names = "--sip", required = true, description = "where the server takes calls")
    @SuppressWarnings("NullAway.Init")
    private String sip;

    @Option(names = "--gateway", required = true, description = "where the destination's gateway listens")
    @SuppressWarnings("NullAway.Init")
    private String gateway;

    @Option(names = "--data", required = true, description = "the server's data folder")
    @SuppressWarnings("NullAway.Init")
    private Path data;

    @Option(names = "--folder", required = true, description = "for SIPp's files")
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
