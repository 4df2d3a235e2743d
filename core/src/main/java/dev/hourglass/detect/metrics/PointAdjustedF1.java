package dev.hourglass.detect.metrics;

import dev.hourglass.tensor.RandomSource;
import java.util.random.RandomGenerator;

/**
 * F1 after a segment of which one row is flagged has been flagged as a whole (Xu et al. 2018, Donut). It misleads: one hit in
 * a segment of 1,000 rows is paid as 1,000 hits, so noise reaches high values where segments are long (Kim et al. 2022,
 * Towards a rigorous evaluation of time-series anomaly detection). Show it beside {@link #ofRandomScores}, never alone.
 */
public final class PointAdjustedF1 {
    private static final int DRAWS = 10;

    private PointAdjustedF1() {}

    /**
     * At given predictions. Of a segment that begins at row 0, that row is not filled, as the scorer of TSB-AD has it.
     *
     * @return 0 where nothing is flagged or nothing is an anomaly
     * @throws IllegalArgumentException unless there are as many predictions as labels
     */
    public static double at(Labels truth, boolean[] predicted) {
        truth.requireAsMany(predicted);
        double hits = 0;
        int flaggedInside = 0;
        for (Segment segment : truth.segments()) {
            int flagged = EventF1.flagged(predicted, segment);
            flaggedInside += flagged;
            if (flagged > 0) {
                hits += segment.length() - (segment.first() == 0 && !predicted[0] ? 1 : 0);
            }
        }
        double falseAlarms = EventF1.flagged(predicted, new Segment(0, predicted.length - 1)) - flaggedInside;
        double all = hits + falseAlarms + truth.count();
        return all == 0 ? 0 : 2 * hits / all;
    }

    /** The best of 100 thresholds at equal steps from the smallest score to the largest (TSB-AD's PA-F1). */
    public static BestThreshold best(LabelledScores scores) {
        return BestThreshold.overGrid(scores, flags -> at(scores.labels(), flags));
    }

    /**
     * What scores get that know nothing: the mean of {@link #best} over ten draws of uniform noise.
     *
     * @param random draws the noise
     */
    public static double ofRandomScores(Labels truth, RandomSource random) {
        double sum = 0;
        for (int draw = 0; draw < DRAWS; draw++) {
            RandomGenerator stream = random.stream("point-adjusted", draw);
            double[] noise = new double[truth.rows()];
            for (int i = 0; i < noise.length; i++) {
                noise[i] = stream.nextDouble();
            }
            sum += best(LabelledScores.of(noise, truth)).value();
        }
        return sum / DRAWS;
    }
}
