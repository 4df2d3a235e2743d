package dev.hourglass.evaluate.pca;

import dev.hourglass.data.Dataset;
import dev.hourglass.evaluate.InterruptedComputationException;
import dev.hourglass.evaluate.Points;
import dev.hourglass.evaluate.Reconstruction;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import dev.hourglass.tensor.ShapeException;
import dev.hourglass.tensor.Workers;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Principal component analysis (Jolliffe 2002, chapter 1): of all linear maps to k numbers and back, the one with the
 * smallest squared error on the data it was fitted to. The rival that an autoencoder with k numbers at its waist has
 * to beat.
 *
 * <p>In double, the direction of largest variance first. The same data give the same bits on any number of threads,
 * since every sum runs over the samples in their order. Immutable and safe for use by several threads.
 */
public final class PrincipalComponents {
    /** Above so many features the eigenvectors of their covariance matrix take minutes, and its memory is felt. */
    private static final int MOST_EXACT_FEATURES = 1024;
    /** Where more are wanted of the features, {@link #fitRandomized} saves little. */
    private static final int LEAST_FEATURES_PER_COMPONENT = 8;

    /** Of features x features, at once. */
    private static final long EXACT_MATRICES = 5;
    /** Of features x components, at once. */
    private static final long RANDOMIZED_MATRICES = 10;

    private static final long SEED = 42;

    private final String fittedTo;
    private final Shape shape;
    private final double[] mean;
    private final int components;
    /** [feature][component]. */
    private final double[][] axes;

    private PrincipalComponents(String fittedTo, Shape shape, double[] mean, double[][] axes) {
        this.fittedTo = fittedTo;
        this.shape = shape;
        this.mean = mean;
        this.components = axes[0].length;
        this.axes = axes;
    }

    /** @param axes [feature][component], orthonormal; owned from now on, and turned to the side that the rule says */
    static PrincipalComponents of(Dataset training, double[] mean, double[][] axes) {
        for (int c = 0; c < axes[0].length; c++) {
            double sign = signOfLargest(axes, c);
            for (double[] feature : axes) {
                feature[c] *= sign;
            }
        }
        return new PrincipalComponents(training.name(), training.sampleShape(), mean, axes);
    }

    /**
     * Finds the axes along which samples vary most: by {@link #fitRandomized} from a fixed seed where samples have more
     * than 1,024 features and at most an eighth as many components are wanted, else by {@link #fitExact}.
     *
     * @param training at least one sample, all numbers finite
     * @param maxComponents how many axes to keep, 1 to the size of a sample; where the samples span fewer dimensions,
     *     {@link #components} is that number
     * @param threads that compute, >= 1
     * @throws IllegalArgumentException if {@code maxComponents} is out of range or a sample holds NaN or infinity
     * @throws InterruptedComputationException if this thread is interrupted
     */
    public static PrincipalComponents fit(Dataset training, int maxComponents, int threads) {
        int features = training.sampleShape().size();
        return isRandomized(features, maxComponents)
                ? fitRandomized(training, maxComponents, new RandomSource(SEED), threads)
                : fitExact(training, maxComponents, threads);
    }

    /**
     * How much memory {@link #fit} takes at its largest, about.
     *
     * @param features of a sample
     * @param maxComponents as for {@link #fit}
     * @return bytes
     */
    public static long bytesToFit(int features, int maxComponents) {
        long numbers = isRandomized(features, maxComponents)
                ? RANDOMIZED_MATRICES * features * maxComponents
                : EXACT_MATRICES * features * features;
        return numbers * Double.BYTES;
    }

    private static boolean isRandomized(int features, int maxComponents) {
        return features > MOST_EXACT_FEATURES && maxComponents <= features / LEAST_FEATURES_PER_COMPONENT;
    }

    /**
     * {@link #fit} by the eigenvectors of the covariance matrix. Time grows with {@code samples * features^2}, shared by
     * the threads, and {@code features^3} on one; where samples are at most half as many as their features, with
     * {@code samples^2 * features} alone. Memory is {@link #bytesToFit}.
     */
    public static PrincipalComponents fitExact(Dataset training, int maxComponents, int threads) {
        requireFeatures(training, maxComponents);
        try (Workers workers = Workers.of(threads)) {
            return FewSamplesPca.isFor(training)
                    ? FewSamplesPca.fit(training, maxComponents, workers)
                    : ExactPca.fit(training, maxComponents, workers);
        }
    }

    /**
     * {@link #fit} by a randomized subspace iteration (Halko, Martinsson and Tropp 2011, algorithms 4.4 and 5.3), which
     * ends when a pass over the data lowers the squared error on them by less than 3e-5 of itself; that is then as good
     * as the exact one's to about as much, while axes of nearly equal variance may be mixed. Time grows with
     * {@code samples * features * maxComponents}, memory with {@code features * maxComponents}.
     *
     * @param random draws the directions to begin with; the same gives the same bits
     */
    public static PrincipalComponents fitRandomized(
            Dataset training, int maxComponents, RandomSource random, int threads) {
        requireFeatures(training, maxComponents);
        try (Workers workers = Workers.of(threads)) {
            return RandomizedPca.fit(training, maxComponents, random, workers);
        }
    }

    private static void requireFeatures(Dataset training, int maxComponents) {
        int features = training.sampleShape().size();
        if (maxComponents < 1 || maxComponents > features) {
            throw new IllegalArgumentException("PCA of " + training.name() + " can keep 1 to " + features
                    + " components, the numbers in a sample " + training.sampleShape() + ", got " + maxComponents);
        }
    }

    /** An axis may point either way; one rule, so that codes can be compared. */
    private static double signOfLargest(double[][] axes, int component) {
        double largest = 0;
        for (double[] feature : axes) {
            if (Math.abs(feature[component]) > Math.abs(largest)) {
                largest = feature[component];
            }
        }
        return Math.signum(largest);
    }

    /** How many axes there are: what {@link #fit} was asked for, or fewer if the samples span fewer dimensions. */
    public int components() {
        return components;
    }

    /**
     * The mean over all numbers of all samples of the squared difference between a sample and its reconstruction from
     * the first {@code components} axes.
     *
     * @param test samples of the size that was fitted
     * @param components 0 (every reconstruction is the mean of the training data) to {@link #components}
     * @param threads that compute, >= 1
     * @throws IllegalArgumentException if {@code components} is out of range or a sample holds NaN or infinity
     * @throws ShapeException if the samples are of another size
     */
    public double mse(Dataset test, int components, int threads) {
        requireKept(components);
        return mseUpTo(components, test, threads)[components];
    }

    /**
     * {@link #mse} for every number of components, in one pass over the data.
     *
     * @return element k is the error with k components, for k from 0 to {@link #components}
     */
    public double[] mseByComponents(Dataset test, int threads) {
        return mseUpTo(components, test, threads);
    }

    /**
     * One sample as its coordinates along the axes, the axis of largest variance first.
     *
     * @param sample as many numbers as a fitted sample
     * @return {@link #components} numbers
     */
    public double[] transform(float[] sample) {
        requireSize(sample.length, "a sample");
        double[] centred = new double[sample.length];
        for (int i = 0; i < sample.length; i++) {
            centred[i] = sample[i] - mean[i];
        }
        double[] codes = new double[components];
        ScaledRows.add(codes, 0, axes, everyFeature(), centred, 0, centred.length);
        return codes;
    }

    /**
     * {@link #transform} for every sample of a data set.
     *
     * @param samples of the size that was fitted
     * @param threads that compute, >= 1
     * @return [samples, {@link #components}]
     * @throws IllegalArgumentException if there are no axes, since all fitted samples were equal, or a code is not finite
     * @throws ShapeException if the samples are of another size
     */
    public Points codes(Dataset samples, int threads) {
        requireSize(samples.sampleShape().size(), samples.name());
        if (components == 0) {
            throw new IllegalArgumentException(
                    "PCA of " + fittedTo + " has no components, because all its samples are equal");
        }
        float[] codes = new float[Math.multiplyExact(samples.size(), components)];
        try (Workers workers = Workers.of(threads)) {
            workers.run(Math.ceilDiv(samples.size(), SampleBlocks.SAMPLES_PER_TASK), (worker, task) -> {
                float[] sample = new float[mean.length];
                int end = Math.min((task + 1) * SampleBlocks.SAMPLES_PER_TASK, samples.size());
                for (int s = task * SampleBlocks.SAMPLES_PER_TASK; s < end; s++) {
                    samples.copySample(s, sample, 0);
                    double[] code = transform(sample);
                    for (int c = 0; c < components; c++) {
                        codes[s * components + c] = (float) code[c];
                    }
                }
            });
        }
        return Points.of(codes, components);
    }

    /**
     * The sample that coordinates stand for.
     *
     * @param codes at most {@link #components} numbers; axes beyond them count as 0
     * @return as many numbers as a fitted sample
     */
    public double[] reconstruct(double[] codes) {
        if (codes.length > components) {
            throw new IllegalArgumentException("PCA of " + fittedTo + " reconstructs from at most " + components
                    + " components, got " + codes.length);
        }
        double[] sample = mean.clone();
        for (int i = 0; i < sample.length; i++) {
            for (int c = 0; c < codes.length; c++) {
                sample[i] += codes[c] * axes[i][c];
            }
        }
        return sample;
    }

    /**
     * The samples of a data set, rebuilt from their first {@code components} coordinates.
     *
     * @param test samples of the size that was fitted
     * @param components 0 (every reconstruction is the mean of the training data) to {@link #components}
     * @throws IllegalArgumentException if {@code components} is out of range
     * @throws ShapeException if the samples are of another size
     */
    public Reconstruction reconstruction(Dataset test, int components) {
        requireKept(components);
        requireSize(test.sampleShape().size(), test.name());
        return (from, count, into) -> {
            float[] sample = new float[mean.length];
            for (int s = 0; s < count; s++) {
                test.copySample(from + s, sample, 0);
                double[] rebuilt = reconstruct(Arrays.copyOf(transform(sample), components));
                for (int i = 0; i < rebuilt.length; i++) {
                    into[s * rebuilt.length + i] = (float) rebuilt[i];
                }
            }
        };
    }

    private void requireKept(int wanted) {
        if (wanted < 0 || wanted > components) {
            throw new IllegalArgumentException("PCA of " + fittedTo + " has " + components
                    + " components (the axes kept, at most the dimensions its samples span), got " + wanted);
        }
    }

    /**
     * The axes are orthonormal, so the squared error with k of them is the squared distance from the mean less the
     * first k squared coordinates.
     */
    private double[] mseUpTo(int count, Dataset test, int threads) {
        requireSize(test.sampleShape().size(), test.name());
        double distance = 0;
        double[] captured = new double[count];
        try (Workers workers = Workers.of(threads)) {
            SampleBlocks blocks = new SampleBlocks(test, workers);
            double[][] codes = new double[SampleBlocks.BLOCK_SAMPLES][count];
            int[] features = everyFeature();
            for (int from = 0; from < test.size(); from += SampleBlocks.BLOCK_SAMPLES) {
                int samples = blocks.read(from, mean);
                workers.run(
                        Math.ceilDiv(samples, SampleBlocks.SAMPLES_PER_TASK),
                        (worker, task) -> ScaledRows.products(
                                codes,
                                axes,
                                features,
                                blocks.samples,
                                task * SampleBlocks.SAMPLES_PER_TASK,
                                Math.min((task + 1) * SampleBlocks.SAMPLES_PER_TASK, samples)));
                for (int s = 0; s < samples; s++) {
                    for (double centred : blocks.samples[s]) {
                        distance += centred * centred;
                    }
                    for (int c = 0; c < count; c++) {
                        captured[c] += codes[s][c] * codes[s][c];
                    }
                }
            }
        }
        double numbers = (double) test.size() * mean.length;
        double[] errors = new double[count + 1];
        for (int c = 0; c <= count; c++) {
            errors[c] = Math.max(distance, 0) / numbers; // rounding may leave less than nothing with all axes
            distance -= c < count ? captured[c] : 0;
        }
        return errors;
    }

    private int[] everyFeature() {
        return IntStream.range(0, mean.length).toArray();
    }

    private void requireSize(int size, String what) {
        if (size != mean.length) {
            throw new ShapeException("PCA of " + fittedTo + " needs samples of " + mean.length + " numbers " + shape
                    + ", " + what + " has " + size);
        }
    }
}
