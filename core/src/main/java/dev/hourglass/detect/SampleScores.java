package dev.hourglass.detect;

import dev.hourglass.data.Dataset;
import dev.hourglass.detect.series.StepErrors;
import dev.hourglass.evaluate.Reconstruction;
import java.util.function.IntConsumer;

/** Scores of samples that are no series, such as pictures: the mean of the scores of their pixels, or of a row. */
public final class SampleScores {
    private static final int BATCH = 64;

    private SampleScores() {}

    /**
     * Scores all samples.
     *
     * @param samples of any shape; the last dimension is that of channels
     * @param progress is told how many samples are done
     * @return one a sample, NaN where the model rebuilds NaN
     */
    public static double[] of(Reconstruction model, Dataset samples, StepErrors errors, IntConsumer progress) {
        int size = samples.sampleShape().size();
        float[] original = new float[size];
        float[] rebuilt = new float[BATCH * size];
        float[] parts = new float[size];
        double[] scores = new double[samples.size()];
        for (int from = 0; from < samples.size(); from += BATCH) {
            int count = Math.min(BATCH, samples.size() - from);
            model.rebuild(from, count, rebuilt);
            for (int i = 0; i < count; i++) {
                samples.copySample(from + i, original, 0);
                scores[from + i] =
                        score(original, rebuilt, i * size, samples.sampleShape().dimension(-1), errors, parts);
            }
            progress.accept(from + count);
        }
        return scores;
    }

    /**
     * The part of each of a sample's numbers in its score, such as a map of a picture.
     *
     * @param sample index
     * @return as many as the sample has, which add up to its score
     */
    public static float[] parts(Reconstruction model, Dataset samples, int sample, StepErrors errors) {
        int size = samples.sampleShape().size();
        float[] original = new float[size];
        float[] rebuilt = new float[size];
        float[] parts = new float[size];
        model.rebuild(sample, 1, rebuilt);
        samples.copySample(sample, original, 0);
        score(original, rebuilt, 0, samples.sampleShape().dimension(-1), errors, parts);
        return parts;
    }

    private static double score(
            float[] original, float[] rebuilt, int at, int channels, StepErrors errors, float[] parts) {
        double[] differences = new double[channels];
        double[] each = new double[channels];
        int places = original.length / channels;
        double score = 0;
        for (int from = 0; from < original.length; from += channels) {
            for (int i = 0; i < channels; i++) {
                differences[i] = (double) rebuilt[at + from + i] - original[from + i];
            }
            errors.parts(differences, each);
            for (int i = 0; i < channels; i++) {
                score += each[i];
                parts[from + i] = (float) (each[i] / places);
            }
        }
        return score / places;
    }
}
