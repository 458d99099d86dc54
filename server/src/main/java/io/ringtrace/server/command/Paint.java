package io.ringtrace.server.command;

import java.util.Locale;
import picocli.CommandLine.Help.Ansi.Style;
import picocli.CommandLine.Model.CommandSpec;

/** Colours for a person at a terminal; none where the output goes to a file or a pipe, or NO_COLOR is set. */
final class Paint {
    private final boolean colours;

    Paint(CommandSpec command) {
        this(command.commandLine().getColorScheme().ansi().enabled());
    }

    private Paint(boolean colours) {
        this.colours = colours;
    }

    static Paint none() {
        return new Paint(false);
    }

    String head(String text) {
        return painted(text, Style.bold);
    }

    String alarm(String text) {
        return painted(text, Style.fg_red);
    }

    /** Green, yellow or red by what the word means; as it is when it means none of these. */
    String state(String word) {
        return switch (word.strip().toLowerCase(Locale.ROOT)) {
            case "ok", "up", "in progress" -> painted(word, Style.fg_green);
            case "degraded", "suspect" -> painted(word, Style.fg_yellow);
            case "down" -> painted(word, Style.fg_red);
            default -> word;
        };
    }

    private String painted(String text, Style style) {
        return colours && !text.isEmpty() ? style.on() + text + Style.reset.on() : text;
    }
}
