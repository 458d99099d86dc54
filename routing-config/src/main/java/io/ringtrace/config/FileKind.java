package io.ringtrace.config;

import java.util.List;

/** What kind of file of a configuration it is: which sections it may have, and which schema an editor checks it by. */
enum FileKind {
    /** The file that the operator names. May have every section. */
    MAIN("ringtrace"),
    TRUNKS("trunks"),
    GATEWAYS("gateways"),
    ROUTES("routes"),
    NUMBERS("numbers"),
    /** A file of an included folder: everything that routing is made of. */
    PART("part");

    /** The kinds that have a folder of their name beside the main file, in the order in which they are read. */
    static final List<FileKind> FOLDERS = List.of(TRUNKS, GATEWAYS, ROUTES, NUMBERS);

    private final String text;

    FileKind(String text) {
        this.text = text;
    }

    String text() {
        return text;
    }

    /** Empty for the main file, which may have all. */
    List<String> sections() {
        return switch (this) {
            case MAIN -> List.of();
            case TRUNKS -> List.of("trunks");
            case GATEWAYS -> List.of("gateways", "gateway-groups", "number-steps");
            case ROUTES -> List.of("routes", "time-windows", "calendars", "blocked-callers", "tests");
            case NUMBERS -> List.of("static-numbers");
            case PART ->
                List.of(
                        "include",
                        "trunks",
                        "gateways",
                        "gateway-groups",
                        "number-steps",
                        "routes",
                        "time-windows",
                        "calendars",
                        "blocked-callers",
                        "tests",
                        "static-numbers");
        };
    }

    boolean mayHave(String section) {
        return this == MAIN || sections().contains(section);
    }

    /** True where files of numbers, {@code *.csv}, may lie too. */
    boolean takesTables() {
        return this == NUMBERS || this == PART;
    }

    /** Where the section may stand besides the main file, for a person; empty when nowhere. */
    static String home(String section) {
        return FOLDERS.stream()
                .filter(kind -> kind.sections().contains(section))
                .map(kind -> kind.text + "/")
                .findFirst()
                .orElse("");
    }
}
