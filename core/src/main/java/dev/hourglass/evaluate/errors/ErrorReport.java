package dev.hourglass.evaluate.errors;

import dev.hourglass.data.Dataset;
import dev.hourglass.data.DatasetException;
import dev.hourglass.engine.Inference;
import dev.hourglass.evaluate.InterruptedComputationException;
import dev.hourglass.evaluate.Reconstruction;
import dev.hourglass.model.Autoencoder;
import dev.hourglass.tensor.Shape;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntConsumer;
import java.util.function.IntUnaryOperator;

/**
 * How far reconstructions are off, over all samples and by class, sample, step and channel. Errors are in the units
 * that the model sees, after normalization: mse is the mean of the squared differences, mae of the absolute ones.
 *
 * @param samples how many were rebuilt
 * @param mse over all numbers of all samples
 * @param mae likewise
 * @param range from the smallest number of the samples to the largest, after normalization
 * @param classes those that samples have, by label; empty where the data has no labels
 * @param each every sample, in the order of the data
 * @param steps of sequences, whose samples are [steps, features]; empty for samples of another rank
 * @param channels the last dimension of a sample: features of a sequence, channels of an image
 */
public record ErrorReport(
        int samples,
        double mse,
        double mae,
        double range,
        List<OfClass> classes,
        List<OfSample> each,
        List<OfPart> steps,
        List<OfPart> channels) {
    /** The errors over the samples of one class. */
    public record OfClass(int label, int samples, double mse, double mae) {}

    /** @param index from 0, in the order of the data */
    public record OfSample(int index, double mse, double mae) {}

    /** The errors at one step or in one channel, over all samples; {@code index} counts from 0. */
    public record OfPart(int index, double mse, double mae) {}

    public ErrorReport {
        classes = List.copyOf(classes);
        each = List.copyOf(each);
        steps = List.copyOf(steps);
        channels = List.copyOf(channels);
    }

    /**
     * Peak signal-to-noise ratio: {@code 10 log10(range^2 / mse)}, in decibels. Infinite where every number is right;
     * NaN where, besides, all are the same. Of all samples at once; {@link ImageQuality} has it image by image.
     */
    public double psnr() {
        return 10 * Math.log10(range * range / mse);
    }

    /**
     * The samples with the smallest mse, the best first; of equal ones the one that comes first in the data.
     *
     * @param count how many; all of them if there are fewer
     */
    public List<OfSample> best(int count) {
        return firstBy(Comparator.comparingDouble(OfSample::mse), count);
    }

    /** Like {@link #best}, those with the largest mse, the worst first. */
    public List<OfSample> worst(int count) {
        return firstBy(Comparator.comparingDouble(OfSample::mse).reversed(), count);
    }

    private List<OfSample> firstBy(Comparator<OfSample> order, int count) {
        return each.stream()
                .sorted(order.thenComparingInt(OfSample::index))
                .limit(count)
                .toList();
    }

    /**
     * Reconstructs every sample with a model, 256 at a time.
     *
     * @param data of the shape that the model reads, under the normalization it was trained with
     * @param threads that compute, >= 1; the errors have the same bits on any number
     * @param progress told how many samples are done
     * @throws dev.hourglass.tensor.ShapeException if the samples have another shape
     * @throws IllegalArgumentException if the samples come under another normalization
     * @throws DatasetException if a sample holds NaN or infinity
     * @throws InterruptedComputationException if this thread is interrupted
     */
    public static ErrorReport of(Autoencoder model, Dataset data, int threads, IntConsumer progress) {
        Evaluation.requireMatch(model, data);
        try (Inference inference = Inference.of(model, threads)) {
            return of(
                    (from, count, into) -> inference.reconstruct(data::copySample, from, count, into), data, progress);
        }
    }

    /**
     * Judges what anything makes of every sample, 256 at a time.
     *
     * @param reconstruction of that very data
     * @param progress told how many samples are done
     * @throws DatasetException if a sample holds NaN or infinity
     * @throws InterruptedComputationException if this thread is interrupted
     */
    public static ErrorReport of(Reconstruction reconstruction, Dataset data, IntConsumer progress) {
        Pass pass = new Pass(data);
        new ReconstructedSamples(reconstruction, data, "The evaluation").forEach(progress, pass::add);
        return pass.report();
    }

    /** What is added up while the samples go by. */
    private static final class Pass {
        private final Dataset data;
        private final ErrorSums[] byPosition;
        private final ErrorSums all = new ErrorSums();
        private final Map<Integer, ErrorSums> byClass = new TreeMap<>();
        private final List<OfSample> each = new ArrayList<>();
        private float smallest = Float.POSITIVE_INFINITY;
        private float largest = Float.NEGATIVE_INFINITY;

        Pass(Dataset data) {
            this.data = data;
            byPosition = ErrorSums.create(data.sampleShape().size());
        }

        void add(int index, float[] original, float[] rebuilt, int offset) {
            requireFinite(original, index, data);
            ErrorSums sample = new ErrorSums();
            for (int i = 0; i < original.length; i++) {
                double difference = (double) rebuilt[offset + i] - original[i];
                sample.add(difference);
                byPosition[i].add(difference);
                smallest = Math.min(smallest, original[i]);
                largest = Math.max(largest, original[i]);
            }
            all.add(sample);
            each.add(new OfSample(index, sample.mse(), sample.mae()));
            if (data.hasLabels()) {
                byClass.computeIfAbsent(data.label(index), label -> new ErrorSums())
                        .add(sample);
            }
        }

        ErrorReport report() {
            Shape shape = data.sampleShape();
            int channels = shape.dimension(-1);
            List<OfClass> classes = new ArrayList<>();
            byClass.forEach((label, sums) ->
                    classes.add(new OfClass(label, (int) (sums.count() / byPosition.length), sums.mse(), sums.mae())));
            return new ErrorReport(
                    data.size(),
                    all.mse(),
                    all.mae(),
                    (double) largest - smallest,
                    classes,
                    each,
                    shape.rank() == 2 ? parts(byPosition, shape.dimension(0), i -> i / channels) : List.of(),
                    parts(byPosition, channels, i -> i % channels));
        }
    }

    private static void requireFinite(float[] sample, int index, Dataset data) {
        for (int i = 0; i < sample.length; i++) {
            if (!Float.isFinite(sample[i])) {
                data.requireUnchanged();
                throw new DatasetException("Can't evaluate sample " + index + " of " + data.name() + ": it holds "
                        + sample[i] + " at position " + i + ", both from 0. Correct or drop the sample.");
            }
        }
    }

    /** @param partOf which part a position belongs to */
    private static List<OfPart> parts(ErrorSums[] byPosition, int count, IntUnaryOperator partOf) {
        ErrorSums[] sums = ErrorSums.create(count);
        for (int i = 0; i < byPosition.length; i++) {
            sums[partOf.applyAsInt(i)].add(byPosition[i]);
        }
        List<OfPart> parts = new ArrayList<>();
        for (int part = 0; part < count; part++) {
            parts.add(new OfPart(part, sums[part].mse(), sums[part].mae()));
        }
        return parts;
    }
}
