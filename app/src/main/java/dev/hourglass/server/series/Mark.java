package dev.hourglass.server.series;

import dev.hourglass.detect.metrics.Segment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * What a person says of rows.
 *
 * @param first row
 * @param last row, included, &gt;= first
 */
record Mark(int first, int last, Kind kind) {
    /** What is said. */
    enum Kind {
        ANOMALY,
        NORMAL;

        /** As it is written: {@code anomaly}. */
        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    Mark {
        if (first < 0 || last < first) {
            throw new IllegalArgumentException(
                    "a mark's rows must be >= 0 and its first row not after its last, got " + first + " to " + last);
        }
    }

    /** Takes these rows out of all marks: what is left of them, in order. */
    static List<Mark> without(List<Mark> marks, Segment rows) {
        List<Mark> left = new ArrayList<>();
        for (Mark mark : marks) {
            if (mark.last < rows.first() || mark.first > rows.last()) {
                left.add(mark);
                continue;
            }
            if (mark.first < rows.first()) {
                left.add(new Mark(mark.first, rows.first() - 1, mark.kind));
            }
            if (mark.last > rows.last()) {
                left.add(new Mark(rows.last() + 1, mark.last, mark.kind));
            }
        }
        return left;
    }

    /** The marks with one more, in order: what is said last holds. Those of a kind that touch become one. */
    static List<Mark> with(List<Mark> marks, Mark next) {
        int first = next.first;
        int last = next.last;
        List<Mark> others = new ArrayList<>();
        for (Mark mark : without(marks, new Segment(next.first, next.last))) {
            if (mark.kind == next.kind && (mark.last == next.first - 1 || mark.first == next.last + 1)) {
                first = Math.min(first, mark.first);
                last = Math.max(last, mark.last);
            } else {
                others.add(mark);
            }
        }
        others.add(new Mark(first, last, next.kind));
        others.sort(Comparator.comparingInt(Mark::first));
        return others;
    }
}
