package io.ringtrace.sip;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/reference/proxy-behaviours.md names tests; they must be there. */
class BehaviourPageTest {
    private static final Path HOME = Path.of(System.getProperty("ringtrace.home", ".."));
    private static final Pattern QUOTED = Pattern.compile("`(\\w+)(?:\\.(\\w+))?`");

    private static String source(String test) throws IOException {
        for (String module : List.of("sip-proxy", "call-model", "routing-config", "server")) {
            try (Stream<Path> files = Files.walk(HOME.resolve(module).resolve("src/test/java"))) {
                Optional<Path> file =
                        files.filter(path -> path.endsWith(test + ".java")).findFirst();
                if (file.isPresent()) {
                    return Files.readString(file.get());
                }
            }
        }
        return "";
    }

    @Test
    void everyTestThatThePageNamesIsThere() throws IOException {
        List<String> missing = new ArrayList<>();
        int named = 0;
        for (String line : Files.readAllLines(HOME.resolve("docs/reference/proxy-behaviours.md"))) {
            String[] cells = line.split("\\|", -1);
            if (cells.length != 5) {
                continue;
            }
            String source = "";
            Matcher quoted = QUOTED.matcher(cells[3]);
            while (quoted.find()) {
                String member = quoted.group(1);
                if (member.endsWith("Test") || member.endsWith("IT")) {
                    source = source(member);
                    member = quoted.group(2);
                }
                named++;
                if (source.isEmpty() || (member != null && !source.matches("(?s).*(void|class) " + member + "\\b.*"))) {
                    missing.add(line);
                }
            }
        }
        assertThat(missing).isEmpty();
        assertThat(named).isGreaterThan(240);
    }
}
