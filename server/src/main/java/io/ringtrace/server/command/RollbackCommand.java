package io.ringtrace.server.command;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** {@code ringtrace rollback}: the running server routes by an earlier plan. */
@Command(
        name = "rollback",
        description = {
            "Puts an earlier routing plan in force. The files stay as they are: the plan holds until they change,",
            "ringtrace reload is said, or the server is started again. Exit code 2 when the version is not kept."
        },
        footer = {"  ringtrace rollback", "  ringtrace rollback 9f86d081884c"})
public final class RollbackCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it calls anything
    private CommandSpec spec;

    @Mixin
    private final ServerOption server = new ServerOption();

    @Parameters(
            paramLabel = "VERSION",
            arity = "0..1",
            description = "as ringtrace plans lists it (default: the one before the plan in force)")
    private @Nullable String version;

    @Override
    public Integer call() throws CommandException {
        String query = version == null ? "" : "?version=" + URLEncoder.encode(version, StandardCharsets.UTF_8);
        JsonNode answer = server.post("/v1/operator/rollback" + query);
        String inForce = answer.path("version").asString();
        if (answer.path("result").asString().equals("refused")) {
            answer.path("findings")
                    .forEach(finding -> spec.commandLine().getErr().println(finding.asString()));
            spec.commandLine().getErr().println("Nothing was changed: routing plan " + inForce + " stays in force.");
            return 2;
        }
        spec.commandLine()
                .getOut()
                .println("Routing plan " + inForce + " is in force, until the files change, a reload, or a restart.");
        return 0;
    }
}
