package dev.hourglass.detect.series;

/**
 * When rows with high scores make up an event.
 *
 * @param start an event starts at a row with a score above this; 1 for scores over their threshold
 * @param end it lasts as long as scores are above this, at most {@code start}, so that it does not flicker
 * @param mergeGap events with at most so many rows between them become one, &gt;= 0
 * @param leastRows shorter events are dropped, after merging, &gt;= 1
 */
public record EventOptions(double start, double end, int mergeGap, int leastRows) {
    public EventOptions {
        if (!Double.isFinite(start) || !Double.isFinite(end) || end > start) {
            throw new IllegalArgumentException(
                    "an event must end at a score that is not above the one it starts at, got " + end + " and "
                            + start);
        }
        if (mergeGap < 0) {
            throw new IllegalArgumentException("the gap to merge over must be >= 0 rows, got " + mergeGap);
        }
        if (leastRows < 1) {
            throw new IllegalArgumentException("an event's least length must be >= 1 row, got " + leastRows);
        }
    }

    /** Each run of rows above 1. */
    public static EventOptions defaults() {
        return new EventOptions(1, 1, 0, 1);
    }

    public EventOptions withEnd(double score) {
        return new EventOptions(start, score, mergeGap, leastRows);
    }

    public EventOptions withMergeGap(int rows) {
        return new EventOptions(start, end, rows, leastRows);
    }

    public EventOptions withLeastRows(int rows) {
        return new EventOptions(start, end, mergeGap, rows);
    }
}
