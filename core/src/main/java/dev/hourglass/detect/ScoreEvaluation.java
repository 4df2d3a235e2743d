package dev.hourglass.detect;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Anomaly scores, such as reconstruction errors, and how well they tell anomalies from normal samples where those are
 * known. The larger a score, the more a sample looks like an anomaly. Immutable, and safe for use by several threads.
 */
public final class ScoreEvaluation {
    private static final int MOST_THRESHOLDS = 512;

    private final double[] scores;
    /** Rising. */
    private final double[] sorted;
    /** Which samples are true anomalies; null where nobody knows. */
    private final boolean @Nullable [] anomalous;

    private final int anomalies;
    /** Of the samples by rising score, how many anomalies come before each. */
    private final int[] anomaliesBefore;

    private ScoreEvaluation(double[] scores, boolean @Nullable [] anomalous) {
        if (scores.length == 0) {
            throw new IllegalArgumentException("scores must be of at least one sample, got none");
        }
        this.scores = scores;
        this.anomalous = anomalous;
        int[] order = IntStream.range(0, scores.length)
                .boxed()
                .sorted((a, b) -> Double.compare(scores[a], scores[b]))
                .mapToInt(Integer::intValue)
                .toArray();
        sorted = new double[scores.length];
        anomaliesBefore = new int[scores.length + 1];
        for (int i = 0; i < order.length; i++) {
            sorted[i] = scores[order[i]];
            anomaliesBefore[i + 1] = anomaliesBefore[i] + (anomalous != null && anomalous[order[i]] ? 1 : 0);
        }
        requireFinite(order[0]);
        requireFinite(order[order.length - 1]);
        anomalies = anomaliesBefore[scores.length];
    }

    private void requireFinite(int sample) {
        if (!Double.isFinite(scores[sample])) {
            throw new IllegalArgumentException("scores must be finite, but that of sample " + sample + " is "
                    + scores[sample] + ". Correct or drop the sample, or take a model whose training did not diverge.");
        }
    }

    /**
     * Of samples of which nobody knows which are anomalies.
     *
     * @param scores of at least one sample
     * @throws IllegalArgumentException if there is no score, or one is not finite
     */
    public static ScoreEvaluation of(float[] scores) {
        return new ScoreEvaluation(widened(scores), null);
    }

    /**
     * Of samples of which it is known which are anomalies.
     *
     * @param scores of at least one sample
     * @param anomalous as many as scores; not copied, so leave them as they are
     * @throws IllegalArgumentException if there is no score, or one is not finite, or there are more or fewer truths than scores
     */
    public static ScoreEvaluation of(float[] scores, boolean[] anomalous) {
        return of(widened(scores), anomalous);
    }

    private static double[] widened(float[] scores) {
        double[] wide = new double[scores.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = scores[i];
        }
        return wide;
    }

    /**
     * Of samples of which it is known which are anomalies.
     *
     * @param scores of at least one sample; not copied, so leave them as they are
     * @param anomalous as many as scores; not copied either
     * @throws IllegalArgumentException if there is no score, or one is not finite, or there are more or fewer truths than scores
     */
    public static ScoreEvaluation of(double[] scores, boolean[] anomalous) {
        if (scores.length != anomalous.length) {
            throw new IllegalArgumentException("Each score needs to be known as normal or anomalous, got "
                    + scores.length + " scores and " + anomalous.length + " truths");
        }
        return new ScoreEvaluation(scores, anomalous);
    }

    /** How many samples are anomalies; 0 where nobody knows. */
    public int anomalies() {
        return anomalies;
    }

    /** What a threshold makes of the samples. */
    public ThresholdMetrics at(double threshold) {
        int below = countUpTo(threshold);
        int flagged = sorted.length - below;
        if (anomalous == null) {
            return new ThresholdMetrics(threshold, flagged, null, null, null, null);
        }
        int hits = anomalies - anomaliesBefore[below];
        Double precision = flagged == 0 ? null : (double) hits / flagged;
        Double recall = anomalies == 0 ? null : (double) hits / anomalies;
        Double f1 = flagged + anomalies == 0 ? null : 2.0 * hits / (flagged + anomalies);
        return new ThresholdMetrics(threshold, flagged, hits, precision, recall, f1);
    }

    /** How many scores are not above the threshold. */
    private int countUpTo(double threshold) {
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

    /**
     * The smallest score that at least this share of the samples does not exceed ({@code numpy.percentile} with
     * {@code method="inverted_cdf"}).
     *
     * @param share 0 to 1
     */
    public double percentile(double share) {
        int index = (int) Math.ceil(share * sorted.length) - 1;
        return sorted[Math.clamp(index, 0, sorted.length - 1)];
    }

    /**
     * Thresholds at equal steps through the samples, at most 512, rising: from flagging all but those with the smallest
     * score to flagging none.
     */
    public List<ThresholdMetrics> thresholds() {
        int count = Math.min(MOST_THRESHOLDS, sorted.length);
        List<ThresholdMetrics> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int index = count == 1 ? 0 : (int) ((long) i * (sorted.length - 1) / (count - 1));
            if (all.isEmpty() || all.getLast().threshold() < sorted[index]) {
                all.add(at(sorted[index]));
            }
        }
        return all;
    }

    /**
     * The score that is the best threshold by F1, the smallest of equals.
     *
     * @return empty where nobody knows the anomalies, or there is none
     */
    public Optional<ThresholdMetrics> bestByF1() {
        if (anomalies == 0) {
            return Optional.empty();
        }
        int best = 0;
        double most = -1;
        for (int end = 1; end <= sorted.length; end++) {
            boolean lastOfEquals = end == sorted.length || sorted[end] > sorted[end - 1];
            double f1 = 2.0 * (anomalies - anomaliesBefore[end]) / (sorted.length - end + anomalies);
            if (lastOfEquals && f1 > most) {
                best = end - 1;
                most = f1;
            }
        }
        return Optional.of(at(sorted[best]));
    }

    /**
     * The area under the receiver operating characteristic: the chance that an anomaly has a larger score than a normal
     * sample, ties counting half (Mann and Whitney 1947; Hanley and McNeil 1982). As scikit-learn's
     * {@code roc_auc_score}.
     *
     * @return 0 to 1, 0.5 for scores that tell nothing; empty unless there are both, and known
     */
    public OptionalDouble rocAuc() {
        long normal = (long) sorted.length - anomalies;
        if (anomalies == 0 || normal == 0) {
            return OptionalDouble.empty();
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
        return OptionalDouble.of(wins / anomalies / normal);
    }

    /**
     * The mean of the precision over the steps of the recall: the sum over falling thresholds of
     * {@code (recall - recall before) * precision}. As scikit-learn's {@code average_precision_score}.
     *
     * @return 0 to 1, the share of anomalies for scores that tell nothing; empty where nobody knows the anomalies, or
     *     there is none
     */
    public OptionalDouble averagePrecision() {
        if (anomalies == 0) {
            return OptionalDouble.empty();
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
        return OptionalDouble.of(sum);
    }

    /**
     * Equal bins from 0 to the 99.5th percentile; the last one takes what lies above as well.
     *
     * @param bins how many, >= 1
     */
    public ScoreHistogram histogram(int bins) {
        double end = percentile(0.995) > 0 ? percentile(0.995) : 1;
        double[] edges = new double[bins + 1];
        Arrays.setAll(edges, i -> end * i / bins);
        edges[bins] = Math.max(end, sorted[sorted.length - 1]);
        int[] counts = new int[bins];
        int[] anomalousCounts = new int[bins];
        for (int i = 0; i < scores.length; i++) {
            int bin = Math.clamp((int) (scores[i] / end * bins), 0, bins - 1);
            counts[bin]++;
            if (anomalous != null && anomalous[i]) {
                anomalousCounts[bin]++;
            }
        }
        return new ScoreHistogram(edges, counts, anomalous == null ? null : anomalousCounts);
    }
}
