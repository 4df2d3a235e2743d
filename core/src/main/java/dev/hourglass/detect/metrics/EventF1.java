package dev.hourglass.detect.metrics;

/**
 * F1 of the share of anomalous segments of which any row is flagged, and the share of flagged rows that are anomalous
 * (TSB-AD's Event-based-F1).
 */
public final class EventF1 {
    private EventF1() {}

    /**
     * At given predictions.
     *
     * @return {@code 2 P R / (P + R + 1e-15)}; NaN without an anomaly
     * @throws IllegalArgumentException unless there are as many predictions as labels
     */
    public static double at(Labels truth, boolean[] predicted) {
        truth.requireAsMany(predicted);
        double found = 0;
        double hits = 0;
        for (Segment segment : truth.segments()) {
            int flagged = flagged(predicted, segment);
            hits += flagged;
            found += flagged > 0 ? 1 : 0;
        }
        double all = flagged(predicted, new Segment(0, predicted.length - 1));
        double precision = all == 0 ? 0 : hits / all;
        double recall = found / truth.segments().size();
        return 2 * precision * recall / (precision + recall + 1e-15);
    }

    /** The best of 100 thresholds at equal steps from the smallest score to the largest. */
    public static BestThreshold best(LabelledScores scores) {
        return BestThreshold.overGrid(scores, flags -> at(scores.labels(), flags));
    }

    /** How many rows of the segment are flagged. */
    static int flagged(boolean[] flags, Segment segment) {
        int count = 0;
        for (int i = segment.first(); i <= segment.last(); i++) {
            count += flags[i] ? 1 : 0;
        }
        return count;
    }
}
