package io.ringtrace.server;

import io.ringtrace.server.command.AccountCommand;
import io.ringtrace.server.command.CallsCommand;
import io.ringtrace.server.command.CheckConfigCommand;
import io.ringtrace.server.command.CommandException;
import io.ringtrace.server.command.CompletionCommand;
import io.ringtrace.server.command.DemoCommand;
import io.ringtrace.server.command.DemoPageCommand;
import io.ringtrace.server.command.DestinationsCommand;
import io.ringtrace.server.command.DiffCommand;
import io.ringtrace.server.command.GatewaysCommand;
import io.ringtrace.server.command.JournalCommand;
import io.ringtrace.server.command.LiveCommand;
import io.ringtrace.server.command.ManualCommand;
import io.ringtrace.server.command.MarketingCommand;
import io.ringtrace.server.command.MigrateCommand;
import io.ringtrace.server.command.NumbersCommand;
import io.ringtrace.server.command.PlansCommand;
import io.ringtrace.server.command.RateCentersCommand;
import io.ringtrace.server.command.ReloadCommand;
import io.ringtrace.server.command.RollbackCommand;
import io.ringtrace.server.command.RouteCommand;
import io.ringtrace.server.command.SchemaCommand;
import io.ringtrace.server.command.ServeCommand;
import io.ringtrace.server.command.SizingCommand;
import io.ringtrace.server.command.StatusCommand;
import io.ringtrace.server.command.TraceCommand;
import io.ringtrace.server.command.TrainCommand;
import io.ringtrace.server.command.TrunksCommand;
import io.ringtrace.server.command.VisitorsCommand;
import io.ringtrace.server.command.WebhooksCommand;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The program: {@code ringtrace VERB}. */
@Command(
        name = "ringtrace",
        description = "A telephony call-routing server with attribution.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        footer = {
            "  ringtrace check-config ringtrace.yaml",
            "  ringtrace serve --config ringtrace.yaml",
            "  ringtrace COMMAND --help"
        },
        scope = CommandLine.ScopeType.INHERIT)
public final class Main {
    /** When this program began, by the monotonic clock. */
    static final long BEGAN_NANOS = System.nanoTime();

    private static final List<Class<?>> COMMANDS = List.of(
            ServeCommand.class,
            DemoCommand.class,
            DemoPageCommand.class,
            TrainCommand.class,
            CheckConfigCommand.class,
            RouteCommand.class,
            SchemaCommand.class,
            StatusCommand.class,
            TrunksCommand.class,
            TraceCommand.class,
            GatewaysCommand.class,
            ReloadCommand.class,
            PlansCommand.class,
            RollbackCommand.class,
            DiffCommand.class,
            MigrateCommand.class,
            AccountCommand.class,
            NumbersCommand.class,
            SizingCommand.class,
            MarketingCommand.class,
            DestinationsCommand.class,
            RateCentersCommand.class,
            CallsCommand.class,
            LiveCommand.class,
            VisitorsCommand.class,
            WebhooksCommand.class,
            JournalCommand.class,
            CompletionCommand.class,
            ManualCommand.class);

    /**
     * What Netty is told where nobody told it otherwise: no search for buffers that were never given back, which remembers where one of 128
     * was made; every buffer is used again, and not one of eight, and of each thread as many as its shard's transactions hold for half a
     * minute, because a collection has to copy those that are made anew; its loops wait by a timer that is set once for each tick, and not
     * by a timeout that the kernel sets and takes back each time.
     */
    private static final Map<String, String> NETTY = Map.of(
            "io.netty.leakDetection.level", "disabled",
            "io.netty.recycler.ratio", "0",
            "io.netty.recycler.maxCapacityPerThread", "524288",
            "io.netty.channel.epoll.epollWaitThreshold", "0");

    private Main() {}

    public static void main(String[] words) {
        NETTY.forEach(System.getProperties()::putIfAbsent);
        System.exit(commandLine(words).execute(words));
    }

    /**
     * The whole command line. Exit codes: 0 done, 1 it could not be done, 2 wrong words or a wrong configuration.
     */
    public static CommandLine commandLine() {
        return commandLine(new String[0]);
    }

    /** A server's start makes no other command: all of them cost half a second of a processor, and calls are waiting. */
    static CommandLine commandLine(String[] words) {
        boolean serves = words.length > 0 && words[0].equals("serve");
        CommandLine program = new CommandLine(new Main());
        (serves ? List.of(ServeCommand.class) : COMMANDS).forEach(program::addSubcommand);
        headExamples(program);
        return program.setCaseInsensitiveEnumValuesAllowed(true).setExecutionExceptionHandler((failure, line, _) -> {
            if (failure instanceof StartException wrong && wrong.wrongConfiguration()) {
                line.getErr().println(failure.getMessage());
                return 2;
            }
            if (failure instanceof CommandException || failure instanceof StartException) {
                line.getErr().println("ringtrace: " + failure.getMessage());
                return 1;
            }
            throw failure;
        });
    }

    /** The footer of every command is its examples. */
    private static void headExamples(CommandLine command) {
        command.getCommandSpec().usageMessage().footerHeading("%nExamples:%n");
        command.getSubcommands().values().forEach(Main::headExamples);
    }

    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"Ringtrace " + text()};
        }

        static String text() {
            String version = Main.class.getPackage().getImplementationVersion();
            return version == null ? "of this checkout" : version;
        }
    }
}
