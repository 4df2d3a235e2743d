package dev.hourglass.detect.metrics;

/** The scores of a series' rows, and which rows are anomalies. The larger a score, the more a row looks like one. */
public final class LabelledScores {
    private final double[] scores;
    private final Labels labels;

    private LabelledScores(double[] scores, Labels labels) {
        this.scores = scores;
        this.labels = labels;
    }

    /**
     * Of one series.
     *
     * @param scores one a row, finite; copied
     * @throws IllegalArgumentException if there are more or fewer scores than labels, or one is not finite
     */
    public static LabelledScores of(double[] scores, Labels labels) {
        if (scores.length != labels.rows()) {
            throw new IllegalArgumentException("Each row needs a score and a label, got " + scores.length
                    + " scores and " + labels.rows() + " labels. Take the labels of the data that were scored.");
        }
        requireFinite(scores);
        return new LabelledScores(scores.clone(), labels);
    }

    static void requireFinite(double[] scores) {
        for (int i = 0; i < scores.length; i++) {
            if (!Double.isFinite(scores[i])) {
                throw new IllegalArgumentException("scores must be finite, but that of row " + i + " (from 0) is "
                        + scores[i] + ". Leave the row out here and in the labels, or score it.");
            }
        }
    }

    /** How many, &gt;= 1. */
    public int rows() {
        return scores.length;
    }

    public double score(int row) {
        return scores[row];
    }

    public Labels labels() {
        return labels;
    }

    /** A copy. */
    public double[] scores() {
        return scores.clone();
    }

    /** Flags the rows with a score above the threshold. */
    public boolean[] above(double threshold) {
        boolean[] flags = new boolean[scores.length];
        flagAbove(threshold, flags);
        return flags;
    }

    void flagAbove(double threshold, boolean[] flags) {
        for (int i = 0; i < scores.length; i++) {
            flags[i] = scores[i] > threshold;
        }
    }
}
