package io.ringtrace.server.command;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** {@code ringtrace plans}: which routing plans can be put in force again, and what the last change was. */
@Command(
        name = "plans",
        description = {
            "Lists the routing plans that were in force last, which ringtrace rollback can put in force again,",
            "and what the plan in force has otherwise than the one before it."
        },
        footer = "  ringtrace plans")
public final class PlansCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it calls anything
    private CommandSpec spec;

    @Mixin
    private final ServerOption server = new ServerOption();

    @Override
    public Integer call() throws CommandException {
        JsonNode plans;
        JsonNode inForce;
        try (OperatorClient client = server.connect()) {
            plans = client.get("/v1/operator/plans").path("plans");
            inForce = client.get("/v1/operator/status").path("plan");
        }
        var out = spec.commandLine().getOut();
        for (JsonNode plan : plans) {
            boolean active = plan.path("version")
                    .asString()
                    .equals(inForce.path("version").asString());
            out.println(plan.path("version").asString() + "  "
                    + plan.path("in_force_since").asString() + (active ? "  in force" : ""));
        }
        if (!inForce.path("changes").isEmpty()) {
            out.println();
            inForce.path("changes").forEach(change -> out.println(change.asString()));
        }
        return 0;
    }
}
