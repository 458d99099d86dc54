package io.ringtrace.server.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Rows under headings, every column as wide as its widest cell. For the thread of one command. */
final class TextTable {
    private final Paint paint;
    private final List<String> headings;
    private final Set<String> numbers;
    private final List<List<String>> rows = new ArrayList<>();

    /**
     * @param numbers headings of the columns that stand right-aligned
     */
    TextTable(Paint paint, List<String> headings, Set<String> numbers) {
        this.paint = paint;
        this.headings = List.copyOf(headings);
        this.numbers = Set.copyOf(numbers);
    }

    void row(String... cells) {
        if (cells.length != headings.size()) {
            throw new IllegalArgumentException(cells.length + " cells for " + headings);
        }
        rows.add(List.of(cells));
    }

    /** All lines, without a line's end after the last. */
    String text() {
        int[] widths = new int[headings.size()];
        for (int i = 0; i < widths.length; i++) {
            widths[i] = headings.get(i).length();
            for (List<String> row : rows) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        StringBuilder text = new StringBuilder(paint.head(line(headings, widths, false)));
        rows.forEach(row -> text.append('\n').append(line(row, widths, true)));
        return text.toString();
    }

    private String line(List<String> cells, int[] widths, boolean painted) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < cells.size(); i++) {
            String cell = cells.get(i);
            String blanks = " ".repeat(widths[i] - cell.length());
            String shown = painted ? paint.state(cell) : cell;
            line.append(i == 0 ? "" : "  ").append(numbers.contains(headings.get(i)) ? blanks + shown : shown + blanks);
        }
        return line.toString().stripTrailing();
    }
}
