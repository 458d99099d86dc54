package io.ringtrace.server.command;

import io.ringtrace.config.ConfigLoader;
import io.ringtrace.config.ConfigOutcome;
import io.ringtrace.routing.RoutingPlan;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ringtrace check-config}: all that is wrong with a configuration, at once. */
@Command(
        name = "check-config",
        description = {
            "Checks a configuration without using it.",
            "One line for each finding: file:line:column: key: 'value': what was expected. Exit code 2 when there is one."
        })
public final class CheckConfigCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it calls anything
    private CommandSpec spec;

    @Parameters(
            paramLabel = "FILE",
            arity = "0..1",
            defaultValue = "${env:RINGTRACE_CONFIG:-ringtrace.yaml}",
            description = "the configuration (default: ${DEFAULT-VALUE})")
    private @Nullable Path file;

    @Option(names = "--set", paramLabel = "KEY=VALUE", description = "a value over the file's, such as http.port=8081")
    private Map<String, String> settings = new LinkedHashMap<>();

    @Override
    public Integer call() {
        Path checked = file == null ? Path.of("ringtrace.yaml") : file;
        return switch (new ConfigLoader(settings, System.getenv()).load(checked)) {
            case ConfigOutcome.Wrong wrong -> {
                wrong.findings().forEach(finding -> spec.commandLine().getErr().println(finding.text()));
                yield 2;
            }
            case ConfigOutcome.Loaded loaded -> {
                RoutingPlan plan = loaded.configuration().plan();
                spec.commandLine()
                        .getOut()
                        .println(checked + " is good: " + plan.trunks().size() + " trunks, "
                                + plan.gateways().size() + " gateways, "
                                + plan.routes().size() + " routes, "
                                + plan.staticNumbers().size() + " static numbers, version " + plan.version());
                yield 0;
            }
        };
    }
}
