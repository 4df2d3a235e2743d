package dev.hourglass.detect.metrics;

import java.util.Arrays;
import java.util.List;

/** Which rows of a series are anomalies. Immutable. */
public final class Labels {
    private final boolean[] anomalous;
    private final List<Segment> segments;
    private final int count;

    private Labels(boolean[] anomalous) {
        if (anomalous.length == 0) {
            throw new IllegalArgumentException("labels must be of at least one row, got none");
        }
        this.anomalous = anomalous;
        segments = List.copyOf(Segment.of(anomalous));
        count = segments.stream().mapToInt(Segment::length).sum();
    }

    /**
     * By row.
     *
     * @param anomalous of at least one row; copied
     */
    public static Labels of(boolean[] anomalous) {
        return new Labels(anomalous.clone());
    }

    /**
     * By segments. Those that touch or overlap become one.
     *
     * @param rows of the series, &gt;= 1
     * @throws IllegalArgumentException if a segment ends after the last row
     */
    public static Labels of(List<Segment> segments, int rows) {
        boolean[] anomalous = new boolean[rows];
        for (Segment segment : segments) {
            requireInside(segment, rows);
            Arrays.fill(anomalous, segment.first(), segment.last() + 1, true);
        }
        return new Labels(anomalous);
    }

    static void requireInside(Segment segment, int rows) {
        if (segment.last() >= rows) {
            throw new IllegalArgumentException("the anomaly of rows " + segment.first() + " to " + segment.last()
                    + " is not inside the data's rows 0 to " + (rows - 1)
                    + ". Take the labels of these data, or correct the window.");
        }
    }

    /** How many rows the series has. */
    public int rows() {
        return anomalous.length;
    }

    /** How many of them are anomalies. */
    public int count() {
        return count;
    }

    public boolean isAnomalous(int row) {
        return anomalous[row];
    }

    /** The longest runs of anomalous rows, in order. */
    public List<Segment> segments() {
        return segments;
    }

    /** A copy. */
    boolean[] flags() {
        return anomalous.clone();
    }

    void requireAsMany(boolean[] predicted) {
        if (predicted.length != anomalous.length) {
            throw new IllegalArgumentException(
                    "Each row needs a prediction, got " + predicted.length + " predictions for " + anomalous.length
                            + " labels. Take the labels of the data that were scored.");
        }
    }

    /** @throws IllegalArgumentException unless some rows are anomalies */
    void requireAnomalies(String metric) {
        if (count == 0) {
            throw new IllegalArgumentException(
                    metric + " needs an anomaly, but no row is labelled as one. Take data with anomalies to judge by.");
        }
    }
}
