package io.ringtrace.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.call.PhoneNumber;
import io.ringtrace.routing.RoutingPlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A configuration in several files")
class ConfigFolderTest {
    @TempDir
    Path folder;

    private void write(String file, String text) throws IOException {
        Path path = folder.resolve(file);
        Files.createDirectories(Objects.requireNonNull(path.getParent()));
        Files.writeString(path, text);
    }

    private Written written() {
        return new Written(folder.resolve("ringtrace.yaml"), Map.of(), Map.of());
    }

    private void layout() throws IOException {
        write("ringtrace.yaml", "include: [carriers]\nhttp: {port: 0}\n");
        write("trunks/acme.yaml", "trunks: {acme: {source-networks: [203.0.113.0/24]}}\n");
        write("gateways/all.yaml", "gateways:\n  east: {host: 192.0.2.10}\n  west: {host: 192.0.2.20}\n");
        write("routes/10-all.yaml", "routes:\n  - {prefix: +1, gateways: [east]}\n");
        write("routes/20-acme.yaml", "routes:\n\n  - {prefix: +1, trunk: acme, gateways: [west]}\n");
        write("routes/30-nothing-yet.yaml", "# routes:\n");
        write("numbers/print.csv", "number,destination,campaign\n+18005550199,+12135550101,print\n");
        write("carriers/globex.yaml", """
                include: [old]
                trunks: {globex: {source-networks: [198.51.100.0/24]}}
                routes: [{prefix: +44, trunk: globex, gateways: [east]}]
                blocked-callers: {prefixes: [+1900]}
                """);
        write("carriers/old/numbers.csv", "campaign,number,destination\r\n\"a, b\",+18005550198,+12135550101\r\n");
    }

    @Test
    void isTheMainFileTheFoldersBesideItAndTheFoldersThatTheyInclude() throws IOException {
        layout();

        RoutingPlan plan = written().loaded().plan();

        assertThat(plan.trunks()).extracting("name").containsExactly("acme", "globex");
        assertThat(plan.gateways()).containsOnlyKeys("east", "west");
        assertThat(plan.routes()).hasSize(3);
        assertThat(plan.staticNumber(PhoneNumber.parse("+18005550198")))
                .isNotNull()
                .extracting("campaign", "source")
                .containsExactly("a, b", folder + "/carriers/old/numbers.csv:2");
        assertThat(plan.blockedCallers().size()).isEqualTo(1);
    }

    @Test
    void isNamedByItsFolderToo() throws IOException {
        layout();

        ConfigOutcome outcome = new ConfigLoader(Map.of(), Map.of()).load(folder);

        assertThat(outcome).isInstanceOf(ConfigOutcome.Loaded.class);
    }

    @Test
    void knowsFileAndLineOfEachPart() throws IOException {
        layout();
        RoutingPlan plan = written().loaded().plan();

        assertThat(plan.routes())
                .extracting(route -> route.source().replace(folder + "/", ""))
                .containsExactly("routes/10-all.yaml:2", "routes/20-acme.yaml:3", "carriers/globex.yaml:3");
        assertThat(plan.sources().gateways().get("west")).endsWith("gateways/all.yaml:3");
    }

    @Test
    void hasAnotherVersionWhenAnyOfItsFilesChangesItsNameOrItsText() throws IOException {
        layout();
        String before = written().loaded().plan().version();
        write("numbers/print.csv", "number,destination,campaign\n+18005550199,+12135550101,prints\n");
        String text = written().loaded().plan().version();
        Files.move(folder.resolve("routes/10-all.yaml"), folder.resolve("routes/11-all.yaml"));
        String name = written().loaded().plan().version();

        assertThat(List.of(before, text, name)).doesNotHaveDuplicates();
    }

    @Test
    void theExampleIsGood() {
        Path example = Path.of(System.getProperty("ringtrace.home", ".."), "examples/folder");

        assertThat(new ConfigLoader(Map.of(), Map.of()).load(example)).isInstanceOf(ConfigOutcome.Loaded.class);
    }

    @Test
    void everyExampleNamesTheSchemaOfItsKind() throws IOException {
        Path home = Path.of(System.getProperty("ringtrace.home", ".."));
        try (Stream<Path> files = Files.walk(home.resolve("examples"))) {
            List<Path> yaml = files.filter(f -> f.toString().endsWith(".yaml")).toList();
            assertThat(yaml).hasSizeGreaterThan(3).allSatisfy(file -> {
                String first = Files.readAllLines(file).getFirst();
                String schema = first.replace("# yaml-language-server: $schema=", "");
                assertThat(file.resolveSibling(schema)).exists();
            });
        }
    }
}
