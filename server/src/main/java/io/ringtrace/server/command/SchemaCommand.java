package io.ringtrace.server.command;

import io.ringtrace.config.PublishedSchemas;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ringtrace schema}: the JSON Schemas by which editors complete and check a configuration. */
@Command(
        name = "schema",
        description = {
            "Prints the JSON Schema of a kind of configuration file, or writes those of all kinds into a folder.",
            "A first line such as '# yaml-language-server: $schema=/etc/ringtrace/schema/routes.schema.json' makes VS"
                    + " Code use it."
        },
        footer = {"  ringtrace schema routes > routes.schema.json", "  ringtrace schema --write /etc/ringtrace/schema"})
public final class SchemaCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it calls anything
    private CommandSpec spec;

    @Parameters(
            paramLabel = "KIND",
            arity = "0..1",
            defaultValue = "ringtrace",
            description = "ringtrace, trunks, gateways, routes, numbers or part (default: ${DEFAULT-VALUE})")
    private String kind = "ringtrace";

    @Option(names = "--write", paramLabel = "FOLDER", description = "write all of them there")
    private @Nullable Path folder;

    @Override
    public Integer call() throws CommandException {
        Map<String, String> all = PublishedSchemas.all();
        Path target = folder;
        if (target != null) {
            write(all, target);
            return 0;
        }
        String schema = all.get(kind + ".schema.json");
        if (schema == null) {
            throw new CommandException("there is no schema " + kind + "; there are " + String.join(", ", all.keySet()));
        }
        spec.commandLine().getOut().print(schema);
        spec.commandLine().getOut().flush();
        return 0;
    }

    private void write(Map<String, String> all, Path target) throws CommandException {
        try {
            Files.createDirectories(target);
            for (Map.Entry<String, String> schema : all.entrySet()) {
                Files.writeString(target.resolve(schema.getKey()), schema.getValue());
                spec.commandLine().getOut().println(target.resolve(schema.getKey()));
            }
        } catch (IOException e) {
            throw new CommandException("the schemas can't be written to " + target + ": " + e.getMessage(), e);
        }
    }
}
