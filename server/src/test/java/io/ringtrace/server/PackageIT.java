package io.ringtrace.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The Debian package")
@Tag("proof")
@Tag("package")
class PackageIT {
    @TempDir
    static Path folder;

    private static final Path DEBIAN = Scale.home().resolve("packaging/debian");
    private static final Path UNPACKED = Path.of("unpacked");
    private static List<String> contents = List.of();

    private record Ended(int exitCode, String text) {}

    private static Ended run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ended(process.waitFor(), said);
    }

    private static String good(String... command) throws IOException, InterruptedException {
        Ended ended = run(command);
        assertThat(ended.exitCode()).as(ended.text()).isZero();
        return ended.text();
    }

    @BeforeAll
    static void build() throws Exception {
        String deb = good(
                        DEBIAN.resolve("build").toString(),
                        "--output",
                        folder.toString(),
                        "--version",
                        "1.0",
                        "--compression",
                        "none")
                .strip();
        contents = good("dpkg-deb", "--contents", deb).lines().toList();
        good("dpkg-deb", "--raw-extract", deb, folder.resolve(UNPACKED).toString());
    }

    private static Path unpacked(String path) {
        return folder.resolve(UNPACKED).resolve(path);
    }

    @Test
    void everyFileIsRootsAndNobodyElseMayWriteIt() {
        assertThat(contents)
                .hasSizeGreaterThan(100)
                .allSatisfy(line -> assertThat(line).contains(" root/root "))
                .allSatisfy(line -> assertThat(line).matches("(-rw-r--r--|-rwxr-xr-x|drwxr-xr-x|l).*"));
    }

    @Test
    void whatOperatorsEditIsKeptAtAnUpgrade() throws Exception {
        List<String> under = new ArrayList<>();
        try (Stream<Path> files = Files.walk(unpacked("etc"))) {
            files.filter(Files::isRegularFile)
                    .map(file -> "/" + unpacked("").relativize(file))
                    .forEach(under::add);
        }
        assertThat(Files.readAllLines(unpacked("DEBIAN/conffiles")))
                .containsExactlyInAnyOrderElementsOf(under)
                .contains("/etc/ringtrace/ringtrace.yaml", "/etc/default/ringtrace");
    }

    @Test
    void theShippedConfigurationIsGoodAndHeardOnThisMachineOnly() throws Exception {
        Path config = unpacked("etc/ringtrace/ringtrace.yaml");
        assertThat(good(
                        unpacked("usr/lib/ringtrace/runtime/bin/java").toString(),
                        "-jar",
                        unpacked("usr/lib/ringtrace/ringtrace.jar").toString(),
                        "check-config",
                        config.toString()))
                .contains("is good");
        assertThat(Files.readString(config)).contains("address: 127.0.0.1").doesNotContain("0.0.0.0");
    }

    @Test
    void theScriptsAreGoodShell() throws Exception {
        for (String script : List.of("DEBIAN/postinst", "DEBIAN/prerm", "DEBIAN/postrm", "usr/bin/ringtrace")) {
            assertThat(unpacked(script)).isExecutable();
            good("sh", "-n", unpacked(script).toString());
        }
        for (String script : List.of("build", "prove")) {
            good("bash", "-n", DEBIAN.resolve(script).toString());
        }
    }

    @Test
    void manualPagesCompletionAndDocumentsAreIn() throws Exception {
        assertThat(good(
                        "zgrep",
                        "-c",
                        "^.SH \"EXAMPLES\"",
                        unpacked("usr/share/man/man1/ringtrace-calls.1.gz").toString()))
                .isEqualTo("1\n");
        good(
                "bash",
                "-n",
                unpacked("usr/share/bash-completion/completions/ringtrace").toString());
        assertThat(unpacked("usr/share/doc/ringtrace/reference/configuration.md"))
                .isNotEmptyFile();
        assertThat(unpacked("usr/share/doc/ringtrace/copyright")).isNotEmptyFile();
        assertThat(unpacked("usr/share/doc/ringtrace/grafana/ringtrace-dashboard.json"))
                .isNotEmptyFile();
        assertThat(unpacked("usr/share/doc/ringtrace/prometheus/ringtrace-rules.yaml"))
                .isNotEmptyFile();
    }

    @Test
    void theControlFileNamesWhatIsNeeded() throws Exception {
        assertThat(Files.readString(unpacked("DEBIAN/control")))
                .contains("Package: ringtrace\n", "Version: 1.0\n", "mariadb-server-core (>= 1:10.11)", "adduser")
                .doesNotContainPattern("@[A-Z]+@");
    }

    @Test
    void theUnitStartsWhatIsInThePackage() throws Exception {
        String unit = Files.readString(unpacked("lib/systemd/system/ringtrace.service"));
        assertThat(unit).contains("Type=notify\n", "ExecStart=/usr/bin/ringtrace serve\n", "User=ringtrace\n");
        assertThat(unit).contains("AmbientCapabilities=CAP_NET_BIND_SERVICE\n", "KillMode=mixed\n");
    }

    /** As far as that can be seen without a Docker: its words are known, and name what there is. */
    @Test
    void theDockerfileFitsThePackage() throws Exception {
        List<String> lines = Files.readAllLines(Scale.home().resolve("Dockerfile")).stream()
                .filter(line -> !line.isBlank() && !line.startsWith("#") && !line.startsWith(" &&"))
                .toList();
        assertThat(lines)
                .allSatisfy(
                        line -> assertThat(line)
                                .matches(
                                        "(FROM|RUN|COPY|ENV|WORKDIR|USER|VOLUME|EXPOSE|HEALTHCHECK|STOPSIGNAL|ENTRYPOINT|CMD) .+"));
        assertThat(lines)
                .contains(
                        "USER ringtrace", "ENTRYPOINT [\"ringtrace\"]", "CMD [\"serve\"]", "VOLUME /var/lib/ringtrace");
        assertThat(lines.stream().filter(line -> line.startsWith("HEALTHCHECK")))
                .singleElement()
                .asString()
                .endsWith("CMD [\"ringtrace\", \"status\"]");
        for (String line : lines) {
            Matcher from = Pattern.compile("--from=(\\w+)").matcher(line);
            if (from.find()) {
                assertThat(lines).anyMatch(stage -> stage.endsWith(" AS " + from.group(1)));
            }
        }
        assertThat(Files.readString(Scale.home().resolve(".dockerignore"))).contains("**/target", ".git");
    }

    /** On a Debian of its own, with the real systemd; only at full numbers, for it fetches that Debian. */
    @Test
    void installedStartedCalledUpgradedRemoved() throws Exception {
        assumeTrue(Scale.of(0, 1) == 1, "./dev prove package does it");
        List<String> steps = good(
                        DEBIAN.resolve("prove").toString(),
                        Scale.home().resolve("scripts/sipp-scenarios").toString(),
                        folder.toString())
                .lines()
                .filter(line -> line.contains(" | "))
                .toList();
        assertThat(steps).hasSizeGreaterThan(8).last().asString().startsWith("apt-get purge");
        Scale.proof(
                "package",
                "# The Debian package, on a fresh Debian with systemd\n\n"
                        + "By `./dev prove package` (`packaging/debian/prove`).\n\n| done | seen |\n| --- | --- |\n"
                        + String.join(
                                "",
                                steps.stream().map(step -> "| " + step + " |\n").toList()));
    }
}
