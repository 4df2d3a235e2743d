package dev.hourglass.evaluate;

import dev.hourglass.data.Dataset;
import dev.hourglass.engine.Inference;
import dev.hourglass.model.Autoencoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntConsumer;

/**
 * How far a model's reconstructions are off, over all samples and by class.
 *
 * @param samples how many were rebuilt
 * @param mse mean squared error over all numbers of all samples
 * @param mae mean absolute error, likewise
 * @param range from the smallest number of the samples to the largest, after normalization
 * @param classes those that samples have, by label; empty where the data has no labels
 */
public record ErrorReport(int samples, double mse, double mae, double range, List<OfClass> classes) {
    private static final int BATCH_SIZE = 256;

    /** The errors over the samples of one class. */
    public record OfClass(int label, int samples, double mse, double mae) {}

    public ErrorReport {
        classes = List.copyOf(classes);
    }

    /**
     * Peak signal-to-noise ratio: {@code 10 log10(range^2 / mse)}, in decibels. Infinite where every number is right;
     * NaN where, besides, all are the same.
     */
    public double psnr() {
        return 10 * Math.log10(range * range / mse);
    }

    /**
     * Reconstructs every sample, 256 at a time.
     *
     * @param data of the shape that the model reads, under the normalization it was trained with
     * @param threads that compute, >= 1; the errors have the same bits on any number
     * @param progress told how many samples are done
     * @throws dev.hourglass.tensor.ShapeException if the samples have another shape
     * @throws IllegalArgumentException if the samples come under another normalization
     * @throws InterruptedComputationException if this thread is interrupted
     */
    public static ErrorReport of(Autoencoder model, Dataset data, int threads, IntConsumer progress) {
        Evaluation.requireMatch(model, data);
        int numbers = data.sampleShape().size();
        float[] rebuilt = new float[Math.multiplyExact(Math.min(BATCH_SIZE, data.size()), numbers)];
        float[] original = new float[numbers];
        Sums all = new Sums();
        Map<Integer, Sums> byClass = new TreeMap<>();
        try (Inference inference = Inference.of(model, threads)) {
            for (int from = 0; from < data.size(); from += BATCH_SIZE) {
                InterruptedComputationException.throwIfInterrupted(Thread.currentThread(), "The evaluation");
                int count = Math.min(BATCH_SIZE, data.size() - from);
                inference.reconstruct(data::copySample, from, count, rebuilt);
                for (int i = 0; i < count; i++) {
                    data.copySample(from + i, original, 0);
                    Sums sample = new Sums();
                    sample.add(original, rebuilt, i * numbers);
                    all.add(sample);
                    if (data.hasLabels()) {
                        byClass.computeIfAbsent(data.label(from + i), label -> new Sums())
                                .add(sample);
                    }
                }
                progress.accept(from + count);
            }
        }
        List<OfClass> classes = new ArrayList<>();
        byClass.forEach(
                (label, sums) -> classes.add(new OfClass(label, sums.samples, sums.mse(numbers), sums.mae(numbers))));
        return new ErrorReport(
                all.samples, all.mse(numbers), all.mae(numbers), (double) all.largest - all.smallest, classes);
    }

    private static final class Sums {
        private int samples;
        private double squares;
        private double distances;
        private float smallest = Float.POSITIVE_INFINITY;
        private float largest = Float.NEGATIVE_INFINITY;

        void add(float[] original, float[] rebuilt, int from) {
            samples++;
            for (int i = 0; i < original.length; i++) {
                double difference = (double) rebuilt[from + i] - original[i];
                squares += difference * difference;
                distances += Math.abs(difference);
                smallest = Math.min(smallest, original[i]);
                largest = Math.max(largest, original[i]);
            }
        }

        void add(Sums other) {
            samples += other.samples;
            squares += other.squares;
            distances += other.distances;
            smallest = Math.min(smallest, other.smallest);
            largest = Math.max(largest, other.largest);
        }

        double mse(int numbers) {
            return squares / ((double) samples * numbers);
        }

        double mae(int numbers) {
            return distances / ((double) samples * numbers);
        }
    }
}
