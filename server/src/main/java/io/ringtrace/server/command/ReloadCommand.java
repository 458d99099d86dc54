package io.ringtrace.server.command;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** {@code ringtrace reload}: the running server reads its configuration again. */
@Command(
        name = "reload",
        description = {
            "Makes the running server read its configuration again. Calls in progress keep their route.",
            "Exit code 2 when the configuration is wrong; then nothing changes, and there is one line for each finding."
        },
        footer = "  ringtrace check-config && ringtrace reload")
public final class ReloadCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it calls anything
    private CommandSpec spec;

    @Mixin
    private final ServerOption server = new ServerOption();

    @Override
    public Integer call() throws CommandException {
        JsonNode answer = server.post("/v1/operator/reload");
        var out = spec.commandLine().getOut();
        String version = answer.path("version").asString();
        String result = answer.path("result").asString();
        if (result.equals("refused")) {
            answer.path("findings")
                    .forEach(finding -> spec.commandLine().getErr().println(finding.asString()));
            spec.commandLine().getErr().println("Nothing was changed: routing plan " + version + " stays in force.");
            return 2;
        }
        out.println(
                result.equals("applied")
                        ? "Routing plan " + version + " is in force."
                        : "Nothing has changed: routing plan " + version + " is in force.");
        answer.path("warnings").forEach(warning -> spec.commandLine().getErr().println(warning.asString()));
        StatusText.afterRestart(answer.path("after_restart")).ifPresent(out::println);
        return 0;
    }
}
