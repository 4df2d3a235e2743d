package dev.hourglass.detect.series;

import dev.hourglass.data.Dataset;
import dev.hourglass.data.SamplePlaces;
import dev.hourglass.data.SourceRows;
import dev.hourglass.data.series.RowAnswers;
import dev.hourglass.evaluate.Reconstruction;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.function.UnaryOperator;

/**
 * A score for each row of a series, and each channel's part of it. A row gets them from all windows that hold it. Immutable.
 */
public final class StepScores {
    private static final int BATCH = 64;

    private final SourceRows rows;
    private final int channels;
    private final double[] scores;
    /** [rows, channels]. */
    private final float[] parts;
    /** By row the lowest score, before smoothing, that a window gives it; empty where that is not known. */
    private final float[] least;
    /** What a row has of these that is odd by itself. */
    private final double edge;

    private StepScores(SourceRows rows, int channels, double[] scores, float[] parts, float[] least, double edge) {
        this.rows = rows;
        this.channels = channels;
        this.scores = scores;
        this.parts = parts;
        this.least = least;
        this.edge = edge;
    }

    /**
     * Scores the rows of windows.
     *
     * @param samples windows [steps, channels] of a series
     * @param model rebuilds them
     * @param overlap what a row gets that several windows have, of the score and of each part by itself; with a median, parts
     *     need not add up to the score
     * @throws IllegalArgumentException if the samples are no windows of rows
     */
    public static StepScores of(Reconstruction model, Dataset samples, StepErrors errors, RowAnswers.Overlap overlap) {
        return of(model, SampleCodes.none(), samples, errors, overlap, sample -> true);
    }

    /**
     * Scores the rows of windows, by their codes as well.
     *
     * @param codes what the score reads of them
     * @param wanted whether a sample counts; others are as if they weren't there
     */
    public static StepScores of(
            Reconstruction model,
            SampleCodes codes,
            Dataset samples,
            StepErrors errors,
            RowAnswers.Overlap overlap,
            IntPredicate wanted) {
        SamplePlaces places = samples.places()
                .orElseThrow(() -> new IllegalArgumentException("scores by step need windows of a series, but "
                        + samples.name() + " has samples without rows. Score its samples instead."));
        int channels = samples.sampleShape().dimension(-1);
        int size = samples.sampleShape().size();
        RowAnswers answers = new RowAnswers(places, channels + 1, overlap);
        float[] original = new float[size];
        float[] rebuilt = new float[BATCH * size];
        float[] steps = new float[size / channels * (channels + 1)];
        double[] differences = new double[channels];
        double[] parts = new double[channels];
        float[] numbers = new float[BATCH * codes.size()];
        float[] least = new float[places.rows().count()];
        Arrays.fill(least, Float.POSITIVE_INFINITY);
        for (int from = 0; from < samples.size(); from += BATCH) {
            int count = Math.min(BATCH, samples.size() - from);
            model.rebuild(from, count, rebuilt);
            codes.read(from, count, numbers);
            for (int sample = 0; sample < count; sample++) {
                if (!wanted.test(from + sample)) {
                    continue;
                }
                samples.copySample(from + sample, original, 0);
                double ofCode = errors.ofCode(numbers, sample * codes.size());
                int start = places.start(from + sample);
                int length = places.length(from + sample);
                for (int step = 0; step < size / channels; step++) {
                    int at = step * channels;
                    for (int i = 0; i < channels; i++) {
                        differences[i] = (double) rebuilt[sample * size + at + i] - original[at + i];
                    }
                    errors.parts(differences, ofCode, parts);
                    double score = 0;
                    for (int i = 0; i < channels; i++) {
                        score += parts[i];
                        steps[step * (channels + 1) + 1 + i] = (float) parts[i];
                    }
                    steps[step * (channels + 1)] = (float) score;
                    if (step < length) {
                        least[start + step] = Math.min(least[start + step], (float) score);
                    }
                }
                answers.add(from + sample, steps, 0);
            }
        }
        SourceRows rows = places.rows();
        double[] scores = new double[rows.count()];
        float[] all = new float[Math.multiplyExact(rows.count(), channels)];
        answers.forEach((row, answer) -> {
            scores[row] = answer[0];
            System.arraycopy(answer, 1, all, row * channels, channels);
        });
        return new StepScores(rows, channels, scores, all, least, 0);
    }

    /**
     * Of scores and parts that are there already, without knowing the {@linkplain #least lowest}.
     *
     * @param scores one a row, NaN where there is none; copied
     * @param parts [rows, channels]; not copied, so leave them as they are
     */
    public static StepScores of(SourceRows rows, double[] scores, float[] parts) {
        return of(rows, scores, parts, new float[0]);
    }

    /** @param least the {@linkplain #least lowest}, or none; not copied */
    public static StepScores of(SourceRows rows, double[] scores, float[] parts, float[] least) {
        if (scores.length != rows.count() || scores.length == 0 || parts.length % scores.length != 0) {
            throw new IllegalArgumentException("each of " + rows.count() + " rows needs a score and as many parts, got "
                    + scores.length + " scores and " + parts.length + " parts");
        }
        return new StepScores(rows, parts.length / scores.length, scores.clone(), parts, least, 0);
    }

    /** The rows, in order of their series. */
    public SourceRows rows() {
        return rows;
    }

    public int channels() {
        return channels;
    }

    /** A copy; NaN where no window has the row. */
    public double[] scores() {
        return scores.clone();
    }

    public double score(int row) {
        return scores[row];
    }

    /** A channel's part of a row's score, before smoothing. */
    public double part(int row, int channel) {
        return parts[row * channels + channel];
    }

    /**
     * By row the lowest score, before smoothing, that a window gives it: what is odd in a row is so in each window that holds it, while a
     * row beside it is rebuilt well by a window that ends before. A copy; empty where it is not known, infinite where no window has the row.
     */
    public float[] least() {
        return least.clone();
    }

    /**
     * The same, with events that begin and end at rows which are odd by themselves ({@link AnomalyEvent#find}).
     *
     * @param score of {@link #least} that rows hardly exceed which are not; 0 if events go as far as scores are high
     */
    public StepScores withEdge(double score) {
        return new StepScores(rows, channels, scores, parts, least, score);
    }

    /** Whether it is known of rows if they are odd by themselves. */
    boolean knowsOdd() {
        return edge > 0 && least.length > 0;
    }

    /** Whether a row is odd by itself, where that is known. */
    boolean isOdd(int row) {
        return least[row] > edge;
    }

    /** The same parts with scores smoothed within each piece of the series. */
    public StepScores smoothed(Smoothing smoothing) {
        return withScores(smoothing::apply);
    }

    /**
     * The same with all divided by a threshold, so that 1 is the threshold.
     *
     * @throws IllegalArgumentException unless it is finite and &gt; 0
     */
    public StepScores over(double threshold) {
        if (!(threshold > 0 && Double.isFinite(threshold))) {
            throw new IllegalArgumentException("a threshold must be finite and > 0 to divide by, got " + threshold
                    + ". Calibrate it on other normal data.");
        }
        float[] divided = new float[parts.length];
        for (int i = 0; i < divided.length; i++) {
            divided[i] = (float) (parts[i] / threshold);
        }
        double[] scaled = new double[scores.length];
        for (int i = 0; i < scaled.length; i++) {
            scaled[i] = scores[i] / threshold;
        }
        float[] lowest = new float[least.length];
        for (int i = 0; i < lowest.length; i++) {
            lowest[i] = (float) (least[i] / threshold);
        }
        return new StepScores(rows, channels, scaled, divided, lowest, edge / threshold);
    }

    private StepScores withScores(UnaryOperator<double[]> change) {
        double[] changed = scores.clone();
        List<int[]> pieces = rows.pieces();
        for (int[] piece : pieces) {
            double[] part = change.apply(Arrays.copyOfRange(scores, piece[0], piece[1]));
            System.arraycopy(part, 0, changed, piece[0], part.length);
        }
        return new StepScores(rows, channels, changed, parts, least, edge);
    }
}
