package dev.hourglass.evaluate.errors;

import dev.hourglass.data.Dataset;
import dev.hourglass.data.DatasetException;
import dev.hourglass.engine.Inference;
import dev.hourglass.evaluate.InterruptedComputationException;
import dev.hourglass.evaluate.Reconstruction;
import dev.hourglass.model.Autoencoder;
import dev.hourglass.tensor.Shape;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.RandomAccess;
import java.util.TreeMap;
import java.util.function.IntConsumer;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * How far reconstructions are off, over all samples and by class, sample, step and channel. Errors are in the units
 * that the model sees, after normalization: mse is the mean of the squared differences, mae of the absolute ones.
 *
 * @param samples how many were rebuilt
 * @param mse over all numbers of all samples
 * @param mae likewise
 * @param range from the smallest number of the samples to the largest, after normalization
 * @param classes those that samples have, by label; empty where the data has no labels
 * @param each every sample, in the order of the data; empty if it was not asked for
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
        each = each instanceof Each ? each : List.copyOf(each);
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

    /** Holds no more than so many at a time: there may be millions. */
    private List<OfSample> firstBy(Comparator<OfSample> by, int count) {
        Comparator<OfSample> order = by.thenComparingInt(OfSample::index);
        PriorityQueue<OfSample> kept = new PriorityQueue<>(order.reversed());
        for (OfSample sample : each) {
            kept.add(sample);
            if (kept.size() > count) {
                kept.remove();
            }
        }
        return kept.stream().sorted(order).toList();
    }

    /** The errors of each sample in 16 bytes. */
    private static final class Each extends AbstractList<OfSample> implements RandomAccess {
        private final double[] mse;
        private final double[] mae;

        Each(int samples) {
            mse = new double[samples];
            mae = new double[samples];
        }

        void put(int index, ErrorSums sample) {
            mse[index] = sample.mse();
            mae[index] = sample.mae();
        }

        @Override
        public OfSample get(int index) {
            return new OfSample(Objects.checkIndex(index, mse.length), mse[index], mae[index]);
        }

        @Override
        public int size() {
            return mse.length;
        }
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
        return of(reconstruction, data, true, progress);
    }

    /** The same without {@link #each}, in memory that does not grow with the samples. */
    public static ErrorReport inAll(Reconstruction reconstruction, Dataset data, IntConsumer progress) {
        return of(reconstruction, data, false, progress);
    }

    private static ErrorReport of(Reconstruction reconstruction, Dataset data, boolean withEach, IntConsumer progress) {
        Pass pass = new Pass(data, withEach ? new Each(data.size()) : null);
        new ReconstructedSamples(reconstruction, data, "The evaluation").forEach(progress, pass::add);
        return pass.report();
    }

    /** What is added up while the samples go by. */
    private static final class Pass {
        private final Dataset data;
        private final ErrorSums[] byPosition;
        private final ErrorSums all = new ErrorSums();
        private final Map<Integer, ErrorSums> byClass = new TreeMap<>();
        private final @Nullable Each each;
        private float smallest = Float.POSITIVE_INFINITY;
        private float largest = Float.NEGATIVE_INFINITY;

        Pass(Dataset data, @Nullable Each each) {
            this.data = data;
            this.each = each;
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
            if (each != null) {
                each.put(index, sample);
            }
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
                    each == null ? List.of() : each,
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
