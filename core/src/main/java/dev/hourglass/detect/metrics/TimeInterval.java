package dev.hourglass.detect.metrics;

/**
 * A stretch of time, both limits included.
 *
 * @param start in any unit, the same everywhere, such as nanoseconds since 1970 or a row's number
 * @param end &gt;= start
 */
public record TimeInterval(long start, long end) {
    public TimeInterval {
        if (end < start) {
            throw new IllegalArgumentException("an interval must not end before it starts, got " + start + " to " + end
                    + ". Exchange its limits.");
        }
    }

    /**
     * The rows between the first one at the start and the first one at the end, as NAB has them: its windows begin and end
     * at rows.
     *
     * @param times of each row
     * @throws IllegalArgumentException if no row has one of the limits
     */
    public Segment rows(long[] times) {
        return new Segment(firstAt(times, start), firstAt(times, end));
    }

    private static int firstAt(long[] times, long time) {
        // Not by halving: a file of NAB's has a step back in time.
        int row = 0;
        while (row < times.length && times[row] != time) {
            row++;
        }
        if (row == times.length) {
            throw new IllegalArgumentException(
                    "no row is at " + time
                            + ", where a window begins or ends. Windows must begin and end at times of rows: move it to the nearest.");
        }
        return row;
    }
}
