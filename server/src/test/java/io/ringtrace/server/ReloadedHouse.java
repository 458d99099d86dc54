package io.ringtrace.server;

import io.ringtrace.config.ConfigLoader;
import io.ringtrace.config.ConfigOutcome;
import io.ringtrace.server.demo.SampleHouse;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * The configuration of a sample house in a folder of files, and the ways in which such a folder gets broken. Plans of even numbers send all
 * calls to gateway {@code even}, the others to {@code odd}.
 */
record ReloadedHouse(Path folder, String main, String gateway) {
    /** Ways to break a configuration, each with what the finding must say. */
    enum Break {
        SYNTAX("routes/all.yaml:3:3: expected YAML"),
        UNKNOWN_KEY("routes/all.yaml:2:18: routes[0].gateway: expected one of the keys"),
        WRONG_TYPE("gateways/all.yaml:2:33: gateways.even.port: '5080': expected a port of 1 to 65535"),
        MISSING_FILE("routes/all.yaml:3:29: routes[0].gateways[0]: '"),
        HALF_WRITTEN_FILE("routes/all.yaml:3:1: expected YAML"),
        FILE_OF_100_MB("routes/all.yaml: expected a file of at most 10 MB"),
        WRONG_RIGHTS("numbers/print.csv: expected a readable file (this user may not read it)"),
        CIRCULAR_INCLUDE("carriers/acme.yaml:1:11: include[0]: '..': expected a folder that is not read already");

        final String finding;

        Break(String finding) {
            this.finding = finding;
        }

        String text() {
            return name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }
    }

    static ReloadedHouse of(SampleHouse house) throws IOException {
        Path folder = Objects.requireNonNull(house.config().getParent());
        String whole = Files.readString(house.config());
        int gateways = whole.indexOf("gateways:\n");
        int store = whole.indexOf("store:\n");
        return new ReloadedHouse(
                folder,
                "include: [carriers]\n" + whole.substring(0, gateways) + whole.substring(store),
                house.gateway());
    }

    /** Writes all of a good configuration; returns its version. */
    String writeGood(int number) throws IOException {
        write("ringtrace.yaml", main);
        write("numbers/print.csv", """
                number,destination,campaign
                +18005550198,+12135550101,warm-up
                +18005550199,+12135550101,print
                """);
        write("carriers/acme.yaml", "trunks: {acme: {source-networks: [127.0.0.2/32]}}\n");
        write("gateways/all.yaml", gateways(gateway.substring(gateway.indexOf(':') + 1)));
        write("routes/all.yaml", """
                # plan %d
                routes:
                  - {prefix: +1, gateways: [%s]}
                """.formatted(number, number % 2 == 0 ? "even" : "odd"));
        ConfigOutcome outcome = new ConfigLoader(Map.of(), System.getenv()).load(folder.resolve("ringtrace.yaml"));
        if (outcome instanceof ConfigOutcome.Loaded loaded) {
            return loaded.configuration().plan().version();
        }
        throw new IllegalStateException("a good configuration is wrong: " + outcome);
    }

    private static String gateways(String port) {
        return "gateways:\n  even: {host: 127.0.0.1, port: " + port + "}\n  odd: {host: 127.0.0.1, port: " + port
                + "}\n";
    }

    void breakBy(Break kind) throws IOException {
        switch (kind) {
            case SYNTAX -> write("routes/all.yaml", "routes:\n  - prefix: +1\n  gateways: [even]\n");
            case UNKNOWN_KEY -> write("routes/all.yaml", "routes:\n  - {prefix: +1, gateway: [even]}\n");
            case WRONG_TYPE -> write("gateways/all.yaml", gateways("\"5080\""));
            case MISSING_FILE -> Files.delete(folder.resolve("gateways/all.yaml"));
            case HALF_WRITTEN_FILE -> write("routes/all.yaml", "routes:\n  - {prefix: +1, gate\n");
            case FILE_OF_100_MB -> {
                try (RandomAccessFile file =
                        new RandomAccessFile(folder.resolve("routes/all.yaml").toFile(), "rw")) {
                    file.setLength(100L << 20);
                }
            }
            case WRONG_RIGHTS ->
                Files.setPosixFilePermissions(
                        folder.resolve("numbers/print.csv"), PosixFilePermissions.fromString("---------"));
            case CIRCULAR_INCLUDE -> write("carriers/acme.yaml", "include: [..]\n");
        }
    }

    /** As editors do: written beside, then renamed, so that nobody sees half of it. */
    private void write(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Path parent = Objects.requireNonNull(file.getParent());
        Files.createDirectories(parent);
        Path whole = parent.resolve("." + file.getFileName() + ".new");
        Files.writeString(whole, text);
        Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE);
    }
}
