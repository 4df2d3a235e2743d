package dev.hourglass.detect;

import dev.hourglass.data.Dataset;
import dev.hourglass.detect.series.SampleCodes;
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
        return of(model, SampleCodes.none(), samples, errors, progress);
    }

    /** @param codes what the score reads of the samples' codes */
    public static double[] of(
            Reconstruction model, SampleCodes codes, Dataset samples, StepErrors errors, IntConsumer progress) {
        int size = samples.sampleShape().size();
        float[] original = new float[size];
        float[] rebuilt = new float[BATCH * size];
        float[] parts = new float[size];
        float[] numbers = new float[BATCH * codes.size()];
        double[] scores = new double[samples.size()];
        for (int from = 0; from < samples.size(); from += BATCH) {
            int count = Math.min(BATCH, samples.size() - from);
            model.rebuild(from, count, rebuilt);
            codes.read(from, count, numbers);
            for (int i = 0; i < count; i++) {
                samples.copySample(from + i, original, 0);
                double ofCode = errors.ofCode(numbers, i * codes.size());
                scores[from + i] =
                        score(original, rebuilt, i * size, samples.sampleShape().dimension(-1), errors, ofCode, parts);
            }
            progress.accept(from + count);
        }
        return scores;
    }

    /**
     * The part of each of a sample's numbers in its score, such as a map of a picture.
     *
     * @param codes what the score reads of the samples' codes
     * @param sample index
     * @return as many as the sample has, which add up to its score
     */
    public static float[] parts(
            Reconstruction model, SampleCodes codes, Dataset samples, int sample, StepErrors errors) {
        int size = samples.sampleShape().size();
        float[] original = new float[size];
        float[] rebuilt = new float[size];
        float[] parts = new float[size];
        float[] numbers = new float[codes.size()];
        model.rebuild(sample, 1, rebuilt);
        codes.read(sample, 1, numbers);
        samples.copySample(sample, original, 0);
        score(original, rebuilt, 0, samples.sampleShape().dimension(-1), errors, errors.ofCode(numbers, 0), parts);
        return parts;
    }

    private static double score(
            float[] original, float[] rebuilt, int at, int channels, StepErrors errors, double ofCode, float[] parts) {
        double[] differences = new double[channels];
        double[] each = new double[channels];
        int places = original.length / channels;
        double score = 0;
        for (int from = 0; from < original.length; from += channels) {
            for (int i = 0; i < channels; i++) {
                differences[i] = (double) rebuilt[at + from + i] - original[from + i];
            }
            errors.parts(differences, ofCode, each);
            for (int i = 0; i < channels; i++) {
                score += each[i];
                parts[from + i] = (float) (each[i] / places);
            }
        }
        return score / places;
    }
}
