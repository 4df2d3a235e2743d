package dev.hourglass.evaluate;

import dev.hourglass.data.Dataset;
import dev.hourglass.tensor.Shape;
import dev.hourglass.tensor.ShapeException;
import dev.hourglass.tensor.Workers;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.EigenDecomposition_F64;

/**
 * Principal component analysis (Jolliffe 2002, chapter 1): of all linear maps to k numbers and back, the one with the
 * smallest squared error on the data it was fitted to. The rival that an autoencoder with k numbers at its waist has
 * to beat.
 *
 * <p>Exact, in double: the eigenvectors of the covariance matrix, the direction of largest variance first. The same
 * data give the same bits on any number of threads, since every sum runs over the samples in their order. Immutable
 * and safe for use by several threads.
 */
public final class PrincipalComponents {
    private static final int BLOCK_SAMPLES = 256;
    private static final int ROWS_PER_TASK = 8;
    private static final int SAMPLES_PER_TASK = 16;
    /** So many axes stay in a core's cache while the samples of a task pass over them. */
    private static final int FEATURES_PER_PASS = 16;

    private final String fittedTo;
    private final Shape shape;
    private final double[] mean;
    private final int components;
    /** [feature][component]. */
    private final double[][] axes;

    private PrincipalComponents(String fittedTo, Shape shape, double[] mean, int components, double[][] axes) {
        this.fittedTo = fittedTo;
        this.shape = shape;
        this.mean = mean;
        this.components = components;
        this.axes = axes;
    }

    /**
     * Finds the axes along which samples vary most. Time grows with {@code samples * features^2}, shared by the
     * threads, and {@code features^3} on one; memory holds 5 matrices of {@code features^2} doubles for a moment.
     *
     * @param training at least one sample, all numbers finite
     * @param maxComponents how many axes to keep, 1 to the size of a sample; where the samples span fewer dimensions,
     *     {@link #components} is that number
     * @param threads that compute, >= 1
     * @throws IllegalArgumentException if {@code maxComponents} is out of range or a sample holds NaN or infinity
     */
    public static PrincipalComponents fit(Dataset training, int maxComponents, int threads) {
        int features = training.sampleShape().size();
        if (maxComponents < 1 || maxComponents > features) {
            throw new IllegalArgumentException("PCA of " + training.name() + " can keep 1 to " + features
                    + " components, the numbers in a sample " + training.sampleShape() + ", got " + maxComponents);
        }
        try (Workers workers = Workers.of(threads)) {
            Blocks blocks = new Blocks(training, workers);
            Moments moments = moments(blocks);
            double[][] covariance = covariance(blocks, moments);
            return ofCovariance(training, moments.mean, covariance, maxComponents);
        }
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
        if (components < 0 || components > this.components) {
            throw new IllegalArgumentException("PCA of " + fittedTo + " has " + this.components
                    + " components (the axes kept, at most the dimensions its samples span), got " + components);
        }
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
        addScaled(codes, 0, axes, everyFeature(), centred, 0, centred.length);
        return codes;
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
     * The axes are orthonormal, so the squared error with k of them is the squared distance from the mean less the
     * first k squared coordinates.
     */
    private double[] mseUpTo(int count, Dataset test, int threads) {
        requireSize(test.sampleShape().size(), test.name());
        double distance = 0;
        double[] captured = new double[count];
        try (Workers workers = Workers.of(threads)) {
            Blocks blocks = new Blocks(test, workers);
            double[][] codes = new double[BLOCK_SAMPLES][count];
            for (int from = 0; from < test.size(); from += BLOCK_SAMPLES) {
                int samples = blocks.read(from, mean);
                workers.run(
                        Math.ceilDiv(samples, SAMPLES_PER_TASK),
                        (worker, task) -> project(
                                blocks.samples,
                                codes,
                                task * SAMPLES_PER_TASK,
                                Math.min((task + 1) * SAMPLES_PER_TASK, samples)));
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

    private void project(double[][] centred, double[][] codes, int from, int to) {
        int[] features = everyFeature();
        for (int s = from; s < to; s++) {
            Arrays.fill(codes[s], 0);
        }
        for (int feature = 0; feature < features.length; feature += FEATURES_PER_PASS) {
            int end = Math.min(feature + FEATURES_PER_PASS, features.length);
            for (int s = from; s < to; s++) {
                addScaled(codes[s], 0, axes, features, centred[s], feature, end);
            }
        }
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

    /** Of each feature, the mean and the origin that the covariance is summed up from. */
    private static final class Moments {
        final double[] mean;
        /**
         * 0, which leaves the many zeros of images to be skipped; or the mean, where it is so large beside the deviation
         * that its square would drown the variance.
         */
        final double[] origin;

        Moments(int features) {
            mean = new double[features];
            origin = new double[features];
        }
    }

    private static Moments moments(Blocks blocks) {
        int size = blocks.data.size();
        int features = blocks.features;
        // Distances from the first sample: exactly 0 for a constant feature, and small where all values are alike.
        blocks.read(0, new double[features]);
        double[] first = blocks.samples[0].clone();
        double[] sum = new double[features];
        double[] squares = new double[features];
        for (int from = 0; from < size; from += BLOCK_SAMPLES) {
            int count = blocks.read(from, first);
            for (int s = 0; s < count; s++) {
                double[] sample = blocks.samples[s];
                for (int i = 0; i < features; i++) {
                    sum[i] += sample[i];
                    squares[i] += sample[i] * sample[i];
                }
            }
        }
        Moments moments = new Moments(features);
        for (int i = 0; i < features; i++) {
            double shift = sum[i] / size;
            double variance = squares[i] / size - shift * shift;
            double mean = first[i] + shift;
            moments.mean[i] = mean;
            moments.origin[i] = mean * mean > 100 * variance ? mean : 0;
        }
        return moments;
    }

    /** E[(x - o)(x - o)'] - (m - o)(m - o)', which loses at most two of the 15 digits by the choice of the origin. */
    private static double[][] covariance(Blocks blocks, Moments moments) {
        int size = blocks.data.size();
        int features = blocks.features;
        double[][] matrix = new double[features][features];
        for (int from = 0; from < size; from += BLOCK_SAMPLES) {
            int count = blocks.read(from, moments.origin);
            blocks.workers.run(Math.ceilDiv(features, ROWS_PER_TASK), (worker, task) -> {
                int end = Math.min((task + 1) * ROWS_PER_TASK, features);
                for (int row = task * ROWS_PER_TASK; row < end; row++) {
                    addProducts(matrix, row, blocks.samples, count);
                }
            });
        }
        for (int row = 0; row < features; row++) {
            double rowShift = moments.mean[row] - moments.origin[row];
            for (int column = row; column < features; column++) {
                double columnShift = moments.mean[column] - moments.origin[column];
                matrix[row][column] = matrix[row][column] / size - rowShift * columnShift;
                matrix[column][row] = matrix[row][column];
            }
        }
        return matrix;
    }

    /** Adds each sample's {@code x[row] * x[column]} to one row of the matrix, from the diagonal on. */
    private static void addProducts(double[][] matrix, int row, double[][] samples, int count) {
        int[] chosen = new int[count];
        double[] scales = new double[count];
        int nonZero = 0;
        for (int s = 0; s < count; s++) {
            double value = samples[s][row];
            if (value != 0) {
                chosen[nonZero] = s;
                scales[nonZero++] = value;
            }
        }
        addScaled(matrix[row], row, samples, chosen, scales, 0, nonZero);
    }

    /**
     * For k from {@code begin} to {@code end - 1}, adds {@code scales[k]} times the row {@code chosen[k]} to
     * {@code into}, which is as long as the rows or shorter, from place {@code start} on. Four rows a pass, for fewer
     * loads and stores; whole arrays under one index, which is what the compiler turns into vector code.
     */
    private static void addScaled(
            double[] into, int start, double[][] rows, int[] chosen, double[] scales, int begin, int end) {
        int k = begin;
        for (; k + 4 <= end; k += 4) {
            double[] row0 = rows[chosen[k]];
            double[] row1 = rows[chosen[k + 1]];
            double[] row2 = rows[chosen[k + 2]];
            double[] row3 = rows[chosen[k + 3]];
            double scale0 = scales[k];
            double scale1 = scales[k + 1];
            double scale2 = scales[k + 2];
            double scale3 = scales[k + 3];
            for (int j = start; j < into.length; j++) {
                into[j] = into[j] + scale0 * row0[j] + scale1 * row1[j] + scale2 * row2[j] + scale3 * row3[j];
            }
        }
        for (; k < end; k++) {
            double[] row = rows[chosen[k]];
            double scale = scales[k];
            for (int j = start; j < into.length; j++) {
                into[j] += scale * row[j];
            }
        }
    }

    private static PrincipalComponents ofCovariance(
            Dataset training, double[] mean, double[][] covariance, int maxComponents) {
        int features = mean.length;
        EigenDecomposition_F64<DMatrixRMaj> eigen = DecompositionFactory_DDRM.eig(features, true, true);
        if (!eigen.decompose(new DMatrixRMaj(covariance))) {
            throw new IllegalStateException("The eigenvectors of the " + features + "x" + features
                    + " covariance matrix of " + training.name() + " did not converge");
        }
        double[] variances = IntStream.range(0, features)
                .mapToDouble(i -> eigen.getEigenvalue(i).getReal())
                .toArray();
        int[] order = IntStream.range(0, features)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> variances[i]).reversed())
                .mapToInt(Integer::intValue)
                .toArray();
        // What is below the rounding of the largest is no dimension of the data; n samples span at most n - 1.
        double rounding = features * Math.ulp(1.0) * variances[order[0]];
        int rank = (int)
                Arrays.stream(variances).filter(variance -> variance > rounding).count();
        int components = Math.min(maxComponents, Math.min(rank, training.size() - 1));
        double[][] axes = new double[features][components];
        for (int c = 0; c < components; c++) {
            double[] axis = eigen.getEigenVector(order[c]).getData();
            double sign = signOfLargest(axis);
            for (int i = 0; i < features; i++) {
                axes[i][c] = sign * axis[i];
            }
        }
        return new PrincipalComponents(training.name(), training.sampleShape(), mean, components, axes);
    }

    /** An axis may point either way; one rule, so that codes can be compared. */
    private static double signOfLargest(double[] axis) {
        double largest = 0;
        for (double value : axis) {
            if (Math.abs(value) > Math.abs(largest)) {
                largest = value;
            }
        }
        return Math.signum(largest);
    }

    /** A data set read block by block, as doubles. */
    private static final class Blocks {
        final Dataset data;
        final Workers workers;
        final int features;
        final double[][] samples;
        private final float[][] scratch;

        Blocks(Dataset data, Workers workers) {
            this.data = data;
            this.workers = workers;
            this.features = data.sampleShape().size();
            this.samples = new double[Math.min(BLOCK_SAMPLES, data.size())][features];
            this.scratch = new float[workers.threads()][features];
        }

        /** Reads samples {@code from} and after, less an origin, into {@link #samples}; returns how many. */
        int read(int from, double[] origin) {
            int count = Math.min(samples.length, data.size() - from);
            workers.run(Math.ceilDiv(count, SAMPLES_PER_TASK), (worker, task) -> {
                int end = Math.min((task + 1) * SAMPLES_PER_TASK, count);
                for (int s = task * SAMPLES_PER_TASK; s < end; s++) {
                    data.copySample(from + s, scratch[worker], 0);
                    subtract(scratch[worker], origin, from + s, samples[s]);
                }
            });
            return count;
        }

        private void subtract(float[] sample, double[] origin, int index, double[] into) {
            for (int i = 0; i < into.length; i++) {
                if (!Float.isFinite(sample[i])) {
                    throw new IllegalArgumentException("PCA needs finite numbers, but sample " + index + " of "
                            + data.name() + " holds " + sample[i] + " at position " + i + ". Mend or drop the sample.");
                }
                into[i] = sample[i] - origin[i];
            }
        }
    }
}
