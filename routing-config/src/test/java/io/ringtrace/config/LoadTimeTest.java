package io.ringtrace.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("proof")
@Tag("load-time")
@DisplayName("A large configuration loads at once")
class LoadTimeTest {
    private static final boolean FULL = "full".equals(System.getProperty("ringtrace.scale"));
    private static final int PREFIXES = FULL ? 10_000 : 1_000;
    private static final int NUMBERS = FULL ? 100_000 : 10_000;
    private static final int ROUNDS = FULL ? 10 : 1;

    @TempDir
    Path folder;

    /**
     * @param millis by the clock on the wall, which a busy machine makes longer
     * @param processorMillis what the loading thread used
     */
    private record Measured(String what, double megabytes, List<Long> millis, List<Long> processorMillis) {
        String row() {
            return "| %s | %.1f | %d | %d | %d | %d |"
                    .formatted(
                            what,
                            megabytes,
                            processorMillis.getFirst(),
                            median(processorMillis),
                            millis.getFirst(),
                            median(millis));
        }

        static long median(List<Long> values) {
            return values.stream().sorted().toList().get(values.size() / 2);
        }
    }

    /** The first of all is the one that finds the program cold, as at a start of the server. */
    @Test
    void prefixesInYamlAndNumbersInATableOrInYaml() throws IOException {
        StringBuilder routes = new StringBuilder("gateways: {east: {host: 192.0.2.10}}\nroutes:\n");
        prefixes().forEach(p -> routes.append("  - {prefix: ").append(p).append(", gateways: [east]}\n"));
        StringBuilder table = new StringBuilder("number,destination,campaign\n");
        StringBuilder yaml = new StringBuilder("static-numbers:\n");
        for (int i = 0; i < NUMBERS; i++) {
            int number = 5_000_000 + i;
            table.append("+1800")
                    .append(number)
                    .append(",+12135550187,c")
                    .append(i % 100)
                    .append('\n');
            yaml.append("  - {number: +1800").append(number).append(", destination: +12135550187, campaign: c}\n");
        }
        Path main = Files.writeString(folder.resolve("ringtrace.yaml"), routes);
        Path numbers = Files.createDirectory(folder.resolve("numbers"));
        Path csv = Files.writeString(numbers.resolve("static.csv"), table);
        Measured asTable = measured("a table, `numbers/*.csv`", main, csv);
        Files.delete(csv);
        Measured asYaml =
                measured("YAML, `numbers/*.yaml`", main, Files.writeString(numbers.resolve("static.yaml"), yaml));

        List<Measured> all = List.of(asTable, asYaml);
        all.forEach(m -> System.out.println("load time, " + m));
        if (FULL) {
            assertThat(asTable.processorMillis())
                    .as("milliseconds of one processor")
                    .allSatisfy(millis -> assertThat(millis).isLessThan(3_000));
            Path page = Path.of(System.getProperty("ringtrace.proof.directory", "docs/proofs"));
            Files.createDirectories(page);
            Files.writeString(page.resolve("load-time.md"), """
                    # How long a large configuration takes to load

                    Written by `./dev prove load-time` (`LoadTimeTest`): %,d prefixes and %,d static numbers, read, checked and bound %d
                    times in one process, whose first load finds it cold. Where other programs want the
                    processor too, the time by the clock grows; the processor time does not, and is what must stay below 3 s.

                    | static numbers in | MB | processor, first, ms | processor, median, ms | clock, first, ms | clock, median, ms |
                    | --- | --- | --- | --- | --- | --- |
                    %s
                    """.formatted(
                    PREFIXES, NUMBERS, ROUNDS, all.stream().map(Measured::row).collect(Collectors.joining("\n"))));
        }
    }

    private static final Pattern NEVER_ROUTED = Pattern.compile("900|976|911");

    private static Set<Integer> prefixes() {
        Random random = new Random(3);
        Set<Integer> prefixes = new HashSet<>();
        while (prefixes.size() < PREFIXES) {
            int prefix = 1 + random.nextInt(9_999_999);
            // Premium and emergency numbers are never routed to.
            if (!NEVER_ROUTED.matcher(Integer.toString(prefix)).find()) {
                prefixes.add(prefix);
            }
        }
        return prefixes;
    }

    private static Measured measured(String what, Path main, Path numbers) throws IOException {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        List<Long> millis = new ArrayList<>();
        List<Long> processorMillis = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            long started = System.nanoTime();
            long used = threads.getCurrentThreadCpuTime();
            Configuration configuration = new Written(main, Map.of(), Map.of()).loaded();
            millis.add(Duration.ofNanos(System.nanoTime() - started).toMillis());
            processorMillis.add(
                    Duration.ofNanos(threads.getCurrentThreadCpuTime() - used).toMillis());
            assertThat(configuration.plan().routes()).hasSize(PREFIXES);
            assertThat(configuration.plan().staticNumbers()).hasSize(NUMBERS);
        }
        return new Measured(what, (Files.size(main) + Files.size(numbers)) / 1e6, millis, processorMillis);
    }
}
