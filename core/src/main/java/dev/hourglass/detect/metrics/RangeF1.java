package dev.hourglass.detect.metrics;

import java.util.List;

/**
 * Precision and recall of ranges (Tatbul et al. 2018, Precision and recall for time series), with a flat bias and overlaps
 * shared by the number of ranges that meet: TSB-AD's R-based-F1.
 */
public final class RangeF1 {
    /** How much it counts that a range was found at all, against how much of it was. */
    private static final double EXISTENCE = 0.2;

    private RangeF1() {}

    /**
     * At given predictions: recall with a fifth for existence, precision of overlaps alone.
     *
     * @return {@code 2 P R / (P + R)}, 0 where both are
     * @throws IllegalArgumentException unless there are as many predictions as labels
     */
    public static double at(Labels truth, boolean[] predicted) {
        double precision = precision(truth, predicted);
        double recall = recall(truth, predicted);
        return precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall);
    }

    /** The mean over the true segments of 0.2 for being met and 0.8 for how much of each is flagged; 0 without an anomaly. */
    public static double recall(Labels truth, boolean[] predicted) {
        truth.requireAsMany(predicted);
        List<Segment> segments = Segment.of(predicted);
        if (isAll(segments, predicted)) {
            return truth.count() == 0 ? 0 : EXISTENCE;
        }
        return mean(truth.segments(), segments, EXISTENCE);
    }

    /** The mean over the predicted segments of how much of each is anomalous; 0 where there is none. */
    public static double precision(Labels truth, boolean[] predicted) {
        truth.requireAsMany(predicted);
        List<Segment> segments = Segment.of(predicted);
        return isAll(segments, predicted) ? 0 : mean(segments, truth.segments(), 0);
    }

    /** The best of 100 thresholds at equal steps from the smallest score to the largest. */
    public static BestThreshold best(LabelledScores scores) {
        return BestThreshold.overGrid(scores, flags -> at(scores.labels(), flags));
    }

    /**
     * The original looks for changes of the flag, so that it finds no range where every row is flagged: then nothing overlaps,
     * but all anomalies are met.
     */
    private static boolean isAll(List<Segment> segments, boolean[] flags) {
        return segments.size() == 1 && segments.getFirst().length() == flags.length;
    }

    private static double mean(List<Segment> segments, List<Segment> others, double existence) {
        double sum = 0;
        int next = 0;
        for (Segment segment : segments) {
            while (next < others.size() && others.get(next).last() < segment.first()) {
                next++;
            }
            int shared = 0;
            int meeting = 0;
            for (int k = next; k < others.size() && others.get(k).first() <= segment.last(); k++) {
                Segment other = others.get(k);
                shared += Math.min(segment.last(), other.last()) - Math.max(segment.first(), other.first()) + 1;
                meeting++;
            }
            if (meeting > 0) {
                sum += existence + (1 - existence) * shared / segment.length() / meeting;
            }
        }
        return segments.isEmpty() ? 0 : sum / segments.size();
    }
}
