package dev.hourglass.detect.metrics;

import dev.hourglass.tensor.RandomSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.random.RandomGenerator;

/**
 * How much better one detector finds known anomalies than another, and how far that could be off with other anomalies of the
 * kind: the same ones are drawn for both, with replacement (Efron 1979).
 *
 * @param difference of the first detector's F1 from the second's, -1 to 1
 * @param low in 2.5 % of the draws it is below; NaN where there is one anomaly, of which nothing can be drawn
 * @param high in 2.5 % of them above
 * @param anomalies how many there were to draw from
 */
public record PairedDifference(double difference, double low, double high, int anomalies) {
    private static final double CONFIDENCE = 0.95;
    private static final int DRAWS = 2000;
    private static final int LEAST_DRAWS = 200;
    /** Of samples drawn for all draws together. */
    private static final int MOST_DRAWN = 40_000_000;

    /** Whether the draws leave no doubt about the sign. */
    public boolean isClear() {
        return low > 0 || high < 0;
    }

    /**
     * Of event F1 ({@link EventF1}) of rows of a series. An anomaly is drawn with the rows around it, up to half way to the next.
     *
     * @param one the rows that the first detector flags
     * @param other the second's
     * @param random draws; the same anomalies each time
     * @throws IllegalArgumentException without an anomaly, or unless there are as many flags as labels
     */
    public static PairedDifference ofEvents(Labels truth, boolean[] one, boolean[] other, RandomSource random) {
        truth.requireAnomalies("a difference");
        truth.requireAsMany(one);
        truth.requireAsMany(other);
        List<Zone> ones = zones(truth, one);
        List<Zone> others = zones(truth, other);
        return of(ones.size(), random, DRAWS, drawn -> eventF1(ones, drawn) - eventF1(others, drawn), ones.size());
    }

    /** An anomaly with the rows around it: whether it is found, and how many rows are flagged, in it and in all. */
    private record Zone(boolean found, int hits, int flagged) {}

    private static List<Zone> zones(Labels truth, boolean[] flags) {
        List<Segment> segments = truth.segments();
        List<Zone> zones = new ArrayList<>();
        int first = 0;
        for (int i = 0; i < segments.size(); i++) {
            Segment segment = segments.get(i);
            int last = i + 1 == segments.size()
                    ? truth.rows() - 1
                    : (segment.last() + segments.get(i + 1).first()) / 2;
            int hits = EventF1.flagged(flags, segment);
            zones.add(new Zone(hits > 0, hits, EventF1.flagged(flags, new Segment(first, last))));
            first = last + 1;
        }
        return zones;
    }

    private static double eventF1(List<Zone> zones, int[] drawn) {
        double found = 0;
        double hits = 0;
        double flagged = 0;
        for (int i : drawn) {
            Zone zone = zones.get(i);
            found += zone.found ? 1 : 0;
            hits += zone.hits;
            flagged += zone.flagged;
        }
        double precision = flagged == 0 ? 0 : hits / flagged;
        double recall = found / drawn.length;
        return 2 * precision * recall / (precision + recall + 1e-15);
    }

    /**
     * Of F1 of samples that are no series.
     *
     * @param one the samples that the first detector flags
     * @param other the second's
     * @param random draws; the same samples each time
     * @throws IllegalArgumentException without an anomaly, or unless there are as many flags as labels
     */
    public static PairedDifference ofSamples(Labels truth, boolean[] one, boolean[] other, RandomSource random) {
        truth.requireAnomalies("a difference");
        truth.requireAsMany(one);
        truth.requireAsMany(other);
        return of(
                truth.rows(),
                random,
                Math.clamp(MOST_DRAWN / truth.rows(), LEAST_DRAWS, DRAWS),
                drawn -> f1(truth, one, drawn) - f1(truth, other, drawn),
                truth.count());
    }

    private static double f1(Labels truth, boolean[] flags, int[] drawn) {
        double hits = 0;
        double wrong = 0;
        for (int i : drawn) {
            boolean anomalous = truth.isAnomalous(i);
            if (flags[i] && anomalous) {
                hits++;
            } else if (flags[i] != anomalous) {
                wrong++;
            }
        }
        return hits == 0 ? 0 : hits / (hits + wrong / 2);
    }

    private static PairedDifference of(
            int items, RandomSource random, int count, ToDoubleFunction<int[]> difference, int anomalies) {
        int[] drawn = new int[items];
        Arrays.setAll(drawn, i -> i);
        double measured = difference.applyAsDouble(drawn);
        if (anomalies < 2) {
            return new PairedDifference(measured, Double.NaN, Double.NaN, anomalies);
        }
        double[] draws = new double[count];
        for (int draw = 0; draw < count; draw++) {
            RandomGenerator stream = random.stream("paired difference", draw);
            Arrays.setAll(drawn, i -> stream.nextInt(items));
            draws[draw] = difference.applyAsDouble(drawn);
        }
        Arrays.sort(draws);
        int tail = (int) ((1 - CONFIDENCE) / 2 * count);
        return new PairedDifference(measured, draws[tail], draws[count - 1 - tail], anomalies);
    }
}
