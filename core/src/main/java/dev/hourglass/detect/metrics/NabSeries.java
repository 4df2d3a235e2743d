package dev.hourglass.detect.metrics;

import java.util.List;

/** One file of NAB: a score a row, and windows around the anomalies. Immutable. */
public final class NabSeries {
    private static final double PROBATION = 0.15;
    private static final int LONGEST_PROBATION = 750;

    private final double[] scores;
    private final List<Segment> windows;
    /** What a detection at each row is worth, whatever its score. */
    private final double[] values;

    private NabSeries(double[] scores, List<Segment> windows, double[] values) {
        this.scores = scores;
        this.windows = windows;
        this.values = values;
    }

    /**
     * Of one file.
     *
     * @param scores one a row, finite and at most 1.1, at which NAB flags nothing; copied
     * @param windows in order, of two rows or more, apart; {@link TimeInterval#rows} finds them by time
     * @throws IllegalArgumentException if a score or a window is not like that
     */
    public static NabSeries of(double[] scores, List<Segment> windows) {
        if (scores.length == 0) {
            throw new IllegalArgumentException("scores must be of at least one row, got none");
        }
        requireScores(scores);
        int before = -1;
        for (Segment window : windows) {
            Labels.requireInside(window, scores.length);
            if (window.first() <= before) {
                throw new IllegalArgumentException("NAB's windows must be in order and apart, but one begins at row "
                        + window.first() + " where the one before ends at " + before + ". Merge those that overlap.");
            }
            if (window.length() == 1) {
                throw new IllegalArgumentException("NAB's windows must be of two rows or more, got one of row "
                        + window.first() + " alone. Widen it: NAB's are a tenth of the file divided by its windows.");
            }
            before = window.last();
        }
        return new NabSeries(scores.clone(), List.copyOf(windows), values(scores.length, windows));
    }

    /**
     * The same file, scored by another detector.
     *
     * @param others as many, finite and at most 1.1; copied
     * @throws IllegalArgumentException if they are not like that
     */
    public NabSeries withScores(double[] others) {
        if (others.length != scores.length) {
            throw new IllegalArgumentException("Each row needs a score, got " + others.length + " scores for "
                    + scores.length + " rows. Take the scores of this file.");
        }
        requireScores(others);
        return new NabSeries(others.clone(), windows, values);
    }

    private static void requireScores(double[] scores) {
        LabelledScores.requireFinite(scores);
        for (int i = 0; i < scores.length; i++) {
            if (scores[i] > Nab.NOTHING) {
                throw new IllegalArgumentException("NAB's scores must be at most 1, got " + scores[i] + " at row " + i
                        + " (from 0). Divide them by the largest, or take s / (s + threshold).");
            }
        }
    }

    int rows() {
        return scores.length;
    }

    double score(int row) {
        return scores[row];
    }

    List<Segment> windows() {
        return windows;
    }

    /** How many rows at the start are not judged: 15 %, 750 at most. */
    public int probation() {
        return Math.min((int) Math.floor(PROBATION * scores.length), LONGEST_PROBATION);
    }

    /**
     * What a detection at each row is worth: up to 1 in a window, the earlier the more; down to -1 outside, the less bad the
     * nearer behind a window. Before weights.
     */
    double value(int row) {
        return values[row];
    }

    private static double[] values(int rows, List<Segment> windows) {
        double most = sigmoid(-1);
        double[] values = new double[rows];
        int next = 0;
        Segment closed = null;
        for (int i = 0; i < values.length; i++) {
            if (next < windows.size() && i >= windows.get(next).first()) {
                Segment window = windows.get(next);
                values[i] = sigmoid(-(double) (window.last() - i + 1) / window.length()) / most;
                if (i == window.last()) {
                    closed = window;
                    next++;
                }
            } else {
                values[i] = closed == null ? -1 : sigmoid((double) (i - closed.last()) / (closed.length() - 1));
            }
        }
        return values;
    }

    private static double sigmoid(double position) {
        return position > 3 ? -1 : 2 / (1 + Math.exp(5 * position)) - 1;
    }
}
