package io.ringtrace.server.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** A manual page in man(7)'s macros, of what {@code --help} says: one source for both. */
public final class ManualPage {
    private final StringBuilder page = new StringBuilder();

    private ManualPage() {}

    /** The page of the program, or of one of its verbs with the verbs below that. */
    public static String of(CommandSpec command) {
        ManualPage manual = new ManualPage();
        String name = command.qualifiedName("-");
        manual.macro("TH", name.toUpperCase(Locale.ROOT), "1", "", "Ringtrace", "Ringtrace manual");
        manual.macro("SH", "NAME");
        manual.line(name + " - " + summary(command));
        manual.macro("SH", "SYNOPSIS");
        manual.synopsis(command);
        manual.macro("SH", "DESCRIPTION");
        manual.paragraphs(description(command));
        manual.options(command, "SH");
        if (command.parent() == null) {
            manual.verbs(command);
        } else {
            for (CommandSpec verb : shown(command)) {
                manual.macro("SH", verb.qualifiedName(" ").toUpperCase(Locale.ROOT));
                manual.synopsis(verb);
                manual.macro("PP");
                manual.paragraphs(description(verb));
                manual.options(verb, "SS");
                manual.examples(verb, "SS");
            }
        }
        manual.examples(command, "SH");
        manual.macro("SH", "EXIT STATUS");
        manual.line("0: done. 1: it could not be done, or the answer is no. 2: wrong words, or a wrong configuration.");
        manual.macro("SH", "ENVIRONMENT");
        manual.line("RINGTRACE_CONFIG: the configuration. RINGTRACE_DATA_DIRECTORY: the data folder of the server."
                + " NO_COLOR: no colours on a terminal. RINGTRACE_ and a key of the configuration in capitals, such as"
                + " RINGTRACE_HTTP_PORT: a value over the file's.");
        manual.macro("SH", "SEE ALSO");
        manual.seeAlso(command);
        return manual.page.toString();
    }

    private static List<CommandSpec> shown(CommandSpec command) {
        return command.subcommands().values().stream()
                .map(CommandLine::getCommandSpec)
                .filter(verb -> !verb.usageMessage().hidden() && !verb.name().equals("help"))
                .toList();
    }

    private static List<String> description(CommandSpec command) {
        return Stream.of(command.usageMessage().description())
                .map(ManualPage::plain)
                .toList();
    }

    /** The first sentence. */
    private static String summary(CommandSpec command) {
        String all = String.join(" ", description(command));
        int end = all.indexOf(". ");
        String sentence = end < 0 ? all : all.substring(0, end);
        return sentence.endsWith(".") ? sentence.substring(0, sentence.length() - 1) : sentence;
    }

    private void synopsis(CommandSpec command) {
        line(plain(new Help(command, Help.defaultColorScheme(Help.Ansi.OFF)).synopsis(0))
                .replaceAll("\\s+", " ")
                .strip());
    }

    private void options(CommandSpec command, String heading) {
        List<PositionalParamSpec> words = command.positionalParameters();
        List<OptionSpec> options =
                command.options().stream().filter(option -> !option.hidden()).toList();
        if (words.isEmpty() && options.isEmpty()) {
            return;
        }
        macro(heading, "OPTIONS");
        for (PositionalParamSpec word : words) {
            described(word.paramLabel(), word.description());
        }
        for (OptionSpec option : options) {
            described(
                    String.join(", ", option.names())
                            + (option.arity().max() > 0 ? "=" + option.paramLabel() : "")
                            + (option.required() ? " (must be given)" : ""),
                    option.description());
        }
    }

    private void described(String what, String... description) {
        macro("TP");
        line(what);
        line(Stream.of(description).map(ManualPage::plain).collect(Collectors.joining(" ")));
    }

    private void verbs(CommandSpec program) {
        macro("SH", "COMMANDS");
        for (CommandSpec verb : shown(program)) {
            described("ringtrace-" + verb.name() + "(1)", summary(verb) + ".");
        }
    }

    private void examples(CommandSpec command, String heading) {
        String[] examples = command.usageMessage().footer();
        if (examples.length == 0) {
            return;
        }
        macro(heading, "EXAMPLES");
        macro("nf");
        Stream.of(examples).map(ManualPage::plain).map(String::strip).forEach(this::line);
        macro("fi");
    }

    private void seeAlso(CommandSpec command) {
        List<String> pages = new ArrayList<>();
        if (command.parent() == null) {
            shown(command).forEach(verb -> pages.add("ringtrace-" + verb.name() + "(1)"));
        } else {
            pages.add("ringtrace(1)");
        }
        line(String.join(", ", pages) + ", /usr/share/doc/ringtrace/operators-guide.md");
    }

    private void paragraphs(List<String> paragraphs) {
        for (int i = 0; i < paragraphs.size(); i++) {
            if (i > 0) {
                macro("PP");
            }
            line(paragraphs.get(i));
        }
    }

    private void macro(String name, String... arguments) {
        page.append('.').append(name);
        for (String argument : arguments) {
            page.append(" \"").append(escaped(argument).replace("\"", "\\(dq")).append('"');
        }
        page.append('\n');
    }

    private void line(String text) {
        String safe = escaped(text);
        // A line that begins with a dot or an apostrophe would be a macro.
        page.append(safe.startsWith(".") || safe.startsWith("'") ? "\\&" + safe : safe)
                .append('\n');
    }

    private static String escaped(String text) {
        return text.replace("\\", "\\e").replace("-", "\\-").replace("\n", " ");
    }

    /** What picocli would print: its format and colour marks taken out. */
    private static String plain(String text) {
        return Help.Ansi.OFF.string(text.contains("%") ? String.format(Locale.ROOT, text) : text);
    }
}
