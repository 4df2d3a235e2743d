package dev.hourglass.detect.metrics;

import java.util.ArrayList;
import java.util.List;

/**
 * Rows of a series in a run.
 *
 * @param first from 0
 * @param last included, &gt;= first
 */
public record Segment(int first, int last) {
    public Segment {
        if (first < 0 || last < first) {
            throw new IllegalArgumentException(
                    "a segment's rows must be >= 0 and its first row not after its last, got " + first + " to " + last);
        }
    }

    /** How many rows, &gt;= 1. */
    public int length() {
        return last - first + 1;
    }

    /** The longest runs of rows that are flagged, in order. */
    public static List<Segment> of(boolean[] flags) {
        List<Segment> segments = new ArrayList<>();
        for (int i = 0; i < flags.length; i++) {
            if (flags[i]) {
                int first = i;
                while (i + 1 < flags.length && flags[i + 1]) {
                    i++;
                }
                segments.add(new Segment(first, i));
            }
        }
        return segments;
    }
}
