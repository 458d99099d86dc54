package io.ringtrace.server.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

@DisplayName("A table in the terminal")
class TextTableTest {
    @CommandLine.Command(name = "any")
    private static final class AnyCommand {}

    private static Paint paint(Ansi ansi) {
        return new Paint(new CommandLine(new AnyCommand())
                .setColorScheme(CommandLine.Help.defaultColorScheme(ansi))
                .getCommandSpec());
    }

    private static TextTable table(Paint paint) {
        TextTable table = new TextTable(paint, List.of("GATEWAY", "HEALTH", "CALLS"), Set.of("CALLS"));
        table.row("east", "up", "7");
        table.row("a-long-name-west", "down", "1200");
        return table;
    }

    @Test
    void columnsAreAsWideAsTheirWidestCellAndNumbersStandRight() {
        assertThat(table(Paint.none()).text().lines())
                .containsExactly(
                        "GATEWAY           HEALTH  CALLS",
                        "east              up          7",
                        "a-long-name-west  down     1200");
    }

    @Test
    void colourIsForTerminalsAndChangesNoWidth() {
        assertThat(table(paint(Ansi.OFF)).text()).isEqualTo(table(Paint.none()).text());
        String coloured = table(paint(Ansi.ON)).text();
        assertThat(coloured).contains("\u001B[32mup\u001B[", "\u001B[31mdown\u001B[", "\u001B[1mGATEWAY");
        assertThat(coloured.replaceAll("\u001B\\[[0-9;]*m", ""))
                .isEqualTo(table(Paint.none()).text());
    }

    @Test
    void withoutRowsItIsItsHeadings() {
        assertThat(new TextTable(Paint.none(), List.of("TRUNK", "FROM"), Set.of()).text())
                .isEqualTo("TRUNK  FROM");
    }
}
