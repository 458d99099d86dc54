package io.ringtrace.config;

import java.util.Comparator;

/**
 * Where something stands.
 *
 * @param file a file's name, {@code option}, {@code environment} or {@code default}
 * @param line from 1; 0 where there are no lines
 * @param column from 1; 0 where there are none
 */
record Position(String file, int line, int column) implements Comparable<Position> {
    static final Position DEFAULT = new Position("default", 0, 0);

    private static final Comparator<Position> ORDER = Comparator.comparing(Position::file)
            .thenComparingInt(Position::line)
            .thenComparingInt(Position::column);

    static Position outside(String file) {
        return new Position(file, 0, 0);
    }

    @Override
    public int compareTo(Position other) {
        return ORDER.compare(this, other);
    }

    /** As other findings name it: {@code ringtrace.yaml:12}, or {@code option}. */
    @Override
    public String toString() {
        return line == 0 ? file : file + ":" + line;
    }
}
