package dev.hourglass.detect.metrics;

/**
 * What was flagged and what should have been: numbers of rows or of segments, or lengths of time.
 *
 * @param truePositives anomalies that were flagged
 * @param trueNegatives normal and not flagged; NaN of segments, where nobody can count what is not there
 * @param falsePositives normal, but flagged
 * @param falseNegatives anomalies that were missed
 */
public record Confusion(double truePositives, double trueNegatives, double falsePositives, double falseNegatives) {
    /**
     * By row.
     *
     * @throws IllegalArgumentException unless there are as many predictions as labels
     */
    public static Confusion of(Labels truth, boolean[] predicted) {
        truth.requireAsMany(predicted);
        int hits = 0;
        int flagged = 0;
        for (int i = 0; i < predicted.length; i++) {
            if (predicted[i]) {
                flagged++;
                hits += truth.isAnomalous(i) ? 1 : 0;
            }
        }
        int falseAlarms = flagged - hits;
        int normal = truth.rows() - truth.count();
        return new Confusion(hits, normal - falseAlarms, falseAlarms, truth.count() - hits);
    }

    /** The sum of two, such as over the files of a benchmark. */
    public Confusion plus(Confusion other) {
        return new Confusion(
                truePositives + other.truePositives,
                trueNegatives + other.trueNegatives,
                falsePositives + other.falsePositives,
                falseNegatives + other.falseNegatives);
    }

    /** Of what was flagged, the share that is anomalous; NaN where nothing was. */
    public double precision() {
        return truePositives / (truePositives + falsePositives);
    }

    /** Of the anomalies, the share that was flagged; NaN where there are none. */
    public double recall() {
        return truePositives / (truePositives + falseNegatives);
    }

    /** The harmonic mean of precision and recall; 0 where there is no hit but something flagged or missed, else NaN. */
    public double f1() {
        return truePositives / (truePositives + (falsePositives + falseNegatives) / 2);
    }

    /** SKAB's FAR: of the normal rows, the share that was flagged; NaN where there are none. */
    public double falseAlarmRate() {
        return falsePositives / (falsePositives + trueNegatives);
    }

    /** SKAB's MAR: of the anomalies, the share that was missed; NaN where there are none. */
    public double missedAlarmRate() {
        return falseNegatives / (falseNegatives + truePositives);
    }

    /** The share that was judged rightly. */
    public double accuracy() {
        return (truePositives + trueNegatives) / (truePositives + trueNegatives + falsePositives + falseNegatives);
    }
}
