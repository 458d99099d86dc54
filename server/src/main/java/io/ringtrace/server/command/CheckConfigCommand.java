package io.ringtrace.server.command;

import io.ringtrace.config.ConfigLoader;
import io.ringtrace.config.ConfigOutcome;
import io.ringtrace.config.Finding;
import io.ringtrace.config.Surroundings;
import io.ringtrace.routing.RoutingPlan;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** {@code ringtrace check-config}: all that is wrong with a configuration, at once. */
@Command(
        name = "check-config",
        description = {
            "Checks a configuration without using it.",
            "One line for each finding: file:line:column: key: 'value': what was expected. Exit code 2 when one of"
                    + " them is an error.",
            "A line with \"warning:\" before the key is worth a look, and no error unless --strict says so.",
            "Asks the running server which numbers the store owns, else the database of store.url, else what the"
                    + " stopped server left on its disk; and DNS where gateways' names lead.",
            "--format json writes one object: good, version, findings."
        },
        footer = {
            "  ringtrace check-config --strict && ringtrace reload",
            "  ringtrace check-config --files-only .                  # in a pipeline, where neither store nor DNS is",
            "  ringtrace check-config /etc/ringtrace/ringtrace.yaml",
            "  ringtrace check-config --format json ringtrace.yaml    # for editors and pipelines"
        })
public final class CheckConfigCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it calls anything
    private CommandSpec spec;

    @Parameters(
            paramLabel = "FILE",
            arity = "0..1",
            defaultValue = "${env:RINGTRACE_CONFIG:-ringtrace.yaml}",
            description =
                    "the configuration: a file, or the folder that ringtrace.yaml lies in (default: ${DEFAULT-VALUE})")
    private @Nullable Path file;

    @Option(names = "--set", paramLabel = "KEY=VALUE", description = "a value over the file's, such as http.port=8081")
    private Map<String, String> settings = new LinkedHashMap<>();

    /** How findings are written. */
    enum Format {
        TEXT,
        JSON
    }

    @Option(
            names = "--format",
            defaultValue = "text",
            description = "text for people, json for programs (default: ${DEFAULT-VALUE})")
    private Format format = Format.TEXT;

    @Option(names = "--strict", description = "exit code 2 for warnings too")
    private boolean strict;

    @Option(names = "--files-only", description = "ask neither the store nor DNS, and leave certificate files alone")
    private boolean filesOnly;

    @Override
    public Integer call() {
        Path checked = file == null ? Path.of("ringtrace.yaml") : file;
        ConfigLoader files = new ConfigLoader(settings, System.getenv());
        ConfigLoader loader =
                filesOnly ? files : files.within(new AskedSurroundings(System.getenv()), Surroundings.Purpose.CHECK);
        ConfigOutcome outcome = loader.load(checked);
        switch (format) {
            case TEXT -> text(checked, outcome);
            case JSON -> spec.commandLine().getOut().println(json(outcome).toPrettyString());
        }
        return outcome instanceof ConfigOutcome.Wrong
                        || (strict && !outcome.findings().isEmpty())
                ? 2
                : 0;
    }

    private void text(Path checked, ConfigOutcome outcome) {
        outcome.findings().forEach(finding -> spec.commandLine().getErr().println(finding.text()));
        switch (outcome) {
            case ConfigOutcome.Wrong _ -> {}
            case ConfigOutcome.Loaded loaded -> {
                int warnings = loaded.warnings().size();
                RoutingPlan plan = loaded.configuration().plan();
                spec.commandLine()
                        .getOut()
                        .println(checked + " is good: " + plan.trunks().size() + " trunks, "
                                + plan.gateways().size() + " gateways, "
                                + plan.routes().size() + " routes, "
                                + plan.staticNumbers().size() + " static numbers, version " + plan.version()
                                + (warnings == 0 ? "" : "; warnings: " + warnings));
            }
        }
    }

    private static ObjectNode json(ConfigOutcome outcome) {
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        switch (outcome) {
            case ConfigOutcome.Wrong _ -> answer.put("good", false);
            case ConfigOutcome.Loaded loaded ->
                answer.put("good", true)
                        .put("version", loaded.configuration().plan().version());
        }
        ArrayNode findings = answer.putArray("findings");
        for (Finding finding : outcome.findings()) {
            findings.addObject()
                    .put("severity", finding.severity().name().toLowerCase(Locale.ROOT))
                    .put("file", finding.file())
                    .put("line", finding.line())
                    .put("column", finding.column())
                    .put("key", finding.key())
                    .put("value", finding.value())
                    .put("expected", finding.expected())
                    .put("mend", finding.mend());
        }
        return answer;
    }
}
