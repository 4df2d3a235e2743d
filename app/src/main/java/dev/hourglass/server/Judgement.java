package dev.hourglass.server;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Reconstruction errors as a judgement: whoever has a large one is called an anomaly. */
final class Judgement {
    private static final int MOST_THRESHOLDS = 512;

    private final float[] errors;
    private final float[] sorted;
    /** Which samples are anomalies in truth; null where nobody knows. */
    private final boolean @Nullable [] anomalous;

    private final int anomalies;
    /** Of the samples in rising order of error, how many anomalies come before each. */
    private final int[] anomaliesBefore;

    /** @param anomalous as many as errors, or null */
    Judgement(float[] errors, boolean @Nullable [] anomalous) {
        this.errors = errors;
        this.anomalous = anomalous;
        int[] order = IntStream.range(0, errors.length)
                .boxed()
                .sorted((a, b) -> Float.compare(errors[a], errors[b]))
                .mapToInt(Integer::intValue)
                .toArray();
        sorted = new float[errors.length];
        anomaliesBefore = new int[errors.length + 1];
        for (int i = 0; i < order.length; i++) {
            sorted[i] = errors[order[i]];
            anomaliesBefore[i + 1] = anomaliesBefore[i] + (anomalous != null && anomalous[order[i]] ? 1 : 0);
        }
        anomalies = anomaliesBefore[errors.length];
    }

    int anomalies() {
        return anomalies;
    }

    /**
     * What a threshold makes of the samples: those with a larger error are flagged. Precision is the share of true
     * anomalies among the flagged, recall the share of the true anomalies that are flagged; null where that is 0 / 0 or
     * nobody knows the truth.
     */
    record Threshold(
            double threshold,
            int flagged,
            @Nullable Integer truePositives,
            @Nullable Double precision,
            @Nullable Double recall,
            @Nullable Double f1) {}

    Threshold at(double threshold) {
        int below = firstAbove(threshold);
        int flagged = sorted.length - below;
        if (anomalous == null) {
            return new Threshold(threshold, flagged, null, null, null, null);
        }
        int hits = anomalies - anomaliesBefore[below];
        Double precision = flagged == 0 ? null : (double) hits / flagged;
        Double recall = anomalies == 0 ? null : (double) hits / anomalies;
        Double f1 = flagged + anomalies == 0 ? null : 2.0 * hits / (flagged + anomalies);
        return new Threshold(threshold, flagged, hits, precision, recall, f1);
    }

    /** How many errors are not above the threshold. */
    private int firstAbove(double threshold) {
        int low = 0;
        int high = sorted.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (sorted[middle] > threshold) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    /** The smallest error that at least this share of the samples does not exceed. */
    double percentile(double share) {
        int index = (int) Math.ceil(share * sorted.length) - 1;
        return sorted[Math.clamp(index, 0, sorted.length - 1)];
    }

    /** Thresholds at equal steps through the samples, from flagging all but the smallest to flagging none. */
    List<Threshold> thresholds() {
        int count = Math.min(MOST_THRESHOLDS, sorted.length);
        List<Threshold> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int index = count == 1 ? 0 : (int) ((long) i * (sorted.length - 1) / (count - 1));
            if (all.isEmpty() || all.getLast().threshold() < sorted[index]) {
                all.add(at(sorted[index]));
            }
        }
        return all;
    }

    /** The threshold with the largest F1, of {@link #thresholds}. */
    @Nullable
    Threshold best() {
        Threshold best = null;
        double most = -1;
        for (Threshold threshold : thresholds()) {
            Double f1 = threshold.f1();
            if (f1 != null && f1 > most) {
                best = threshold;
                most = f1;
            }
        }
        return best;
    }

    /**
     * The chance that an anomaly has a larger error than a normal sample, ties counting half (Mann and Whitney 1947);
     * null unless there are both.
     */
    @Nullable
    Double rocAuc() {
        long normal = (long) sorted.length - anomalies;
        if (anomalous == null || anomalies == 0 || normal == 0) {
            return null;
        }
        double wins = 0;
        for (int from = 0; from < sorted.length; ) {
            int to = from;
            while (to < sorted.length && sorted[to] == sorted[from]) {
                to++;
            }
            int hits = anomaliesBefore[to] - anomaliesBefore[from];
            int normalBefore = from - anomaliesBefore[from];
            int normalHere = to - from - hits;
            wins += hits * (normalBefore + normalHere / 2.0);
            from = to;
        }
        return wins / anomalies / normal;
    }

    /**
     * The mean of the precision over the steps of the recall: the sum over thresholds of
     * {@code (recall - recall before) * precision}, as scikit-learn's average_precision_score.
     */
    @Nullable
    Double averagePrecision() {
        if (anomalous == null || anomalies == 0) {
            return null;
        }
        double sum = 0;
        for (int to = sorted.length; to > 0; ) {
            int from = to;
            while (from > 0 && sorted[from - 1] == sorted[to - 1]) {
                from--;
            }
            int hits = anomaliesBefore[to] - anomaliesBefore[from];
            int flagged = sorted.length - from;
            sum += (double) hits / anomalies * (anomalies - anomaliesBefore[from]) / flagged;
            to = from;
        }
        return sum;
    }

    /** How many errors are where. */
    record Histogram(double[] edges, int[] counts, int @Nullable [] anomalousCounts) {}

    /** Equal bins from 0 to the 99.5th percentile; the last one takes what lies above as well. */
    Histogram histogram(int bins) {
        double end = percentile(0.995) > 0 ? percentile(0.995) : 1;
        double[] edges = new double[bins + 1];
        Arrays.setAll(edges, i -> end * i / bins);
        edges[bins] = Math.max(end, sorted[sorted.length - 1]);
        int[] counts = new int[bins];
        int[] anomalousCounts = new int[bins];
        for (int i = 0; i < errors.length; i++) {
            int bin = Math.min(bins - 1, (int) (errors[i] / end * bins));
            counts[bin]++;
            if (anomalous != null && anomalous[i]) {
                anomalousCounts[bin]++;
            }
        }
        return new Histogram(edges, counts, anomalous == null ? null : anomalousCounts);
    }
}
