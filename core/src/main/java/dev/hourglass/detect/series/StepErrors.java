package dev.hourglass.detect.series;

import dev.hourglass.data.Dataset;
import dev.hourglass.evaluate.Reconstruction;
import dev.hourglass.model.Graph;
import dev.hourglass.model.ModelFacts;
import java.util.Arrays;
import java.util.function.IntPredicate;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.factory.LinearSolverFactory_DDRM;
import org.ejml.interfaces.linsol.LinearSolverDense;
import org.jspecify.annotations.Nullable;

/**
 * How a step's errors, one a channel, become a score, and what the code of its window adds. Each channel has a part of it, and the
 * parts add up to the score: they say which channels are to blame.
 */
public sealed interface StepErrors {
    /**
     * The parts of one step.
     *
     * @param errors rebuilt minus original, [channels]
     * @param parts receives [channels], which add up to the score
     * @throws IllegalArgumentException if these are other channels than it was fitted to
     */
    void parts(double[] errors, double[] parts);

    /**
     * The parts of one step of a sample whose code counts as well.
     *
     * @param ofCode what {@link OfCode#ofCode} makes of the sample's code; nothing but such a score reads it
     */
    default void parts(double[] errors, double ofCode, double[] parts) {
        parts(errors, parts);
    }

    /** What a sample's code adds to the score of each of its steps; 0 where errors alone count. */
    default double ofCode(float[] numbers, int from) {
        return 0;
    }

    /**
     * Holds a graph against the numbers of a code that a score reads.
     *
     * @param code null for none
     * @throws IllegalArgumentException if it gives others
     */
    static void requireNumbers(@Nullable Graph code, StepErrors errors) {
        int read = errors instanceof OfCode ofCode ? ofCode.numbers() : 0;
        int given = 0;
        if (code != null) {
            ModelFacts facts = ModelFacts.of(code);
            given = code.outputs().stream()
                    .mapToInt(value -> facts.shapeOf(value).size())
                    .sum();
        }
        if (read != given) {
            throw new IllegalArgumentException("its scores read " + read + " numbers of a sample's code, but it gives "
                    + given + ". Calibrate it anew.");
        }
    }

    /**
     * Scores that read a sample's code. Each step of a window has what its code adds; channels have it in proportion to their squared
     * errors, since a code has no channels.
     */
    sealed interface OfCode extends StepErrors {
        /** How many numbers of a sample's code it reads, as {@link SampleCodes} gives them. */
        int numbers();

        /**
         * What a sample's code adds to the score of each of its steps.
         *
         * @param numbers those of codes
         * @param from where the sample's begin
         */
        @Override
        double ofCode(float[] numbers, int from);

        @Override
        void parts(double[] errors, double ofCode, double[] parts);

        @Override
        default void parts(double[] errors, double[] parts) {
            parts(errors, 0, parts);
        }

        private static void share(double[] errors, double squares, double score, double[] parts) {
            for (int i = 0; i < errors.length; i++) {
                parts[i] = squares > 0 ? score * (errors[i] * errors[i] / squares) : score / errors.length;
            }
        }

        private static double squares(double[] errors) {
            double sum = 0;
            for (double error : errors) {
                sum += error * error;
            }
            return sum;
        }
    }

    /**
     * How far a sample's code lies from those of normal data: the squared distance of Mahalanobis divided by the code's numbers, about 1
     * for normal samples. A decoder may rebuild well what it never saw, from a code that no normal sample has.
     *
     * @param codes of normal data
     */
    record Code(Mahalanobis codes) implements OfCode {
        /** More than of errors: what hardly varies among normal codes is no direction to measure in. */
        private static final double RIDGE = 1e-3;

        /**
         * From the codes of normal data on which the model was not trained.
         *
         * @param wanted whether a sample counts
         * @throws IllegalArgumentException if they are too few, all alike, or not finite
         */
        public static Code fit(SampleCodes codes, int samples, IntPredicate wanted) {
            float[] numbers = new float[codes.size()];
            double[] each = new double[numbers.length];
            Mahalanobis.Moments moments = new Mahalanobis.Moments(numbers.length, "code");
            for (int sample = 0; sample < samples; sample++) {
                if (wanted.test(sample)) {
                    codes.read(sample, 1, numbers);
                    for (int i = 0; i < each.length; i++) {
                        each[i] = numbers[i];
                    }
                    moments.add(each);
                }
            }
            if (moments.count <= numbers.length) {
                throw new IllegalArgumentException("the distance of codes of " + numbers.length
                        + " numbers needs more samples than that, got " + moments.count
                        + ". Hold out more normal data, or score errors.");
            }
            return new Code(Mahalanobis.fit(moments, RIDGE, "codes that are all alike tell nothing. Score errors."));
        }

        @Override
        public int numbers() {
            return codes.channels();
        }

        @Override
        public double ofCode(float[] numbers, int from) {
            return codes.distance(numbers, from);
        }

        @Override
        public void parts(double[] errors, double ofCode, double[] parts) {
            OfCode.share(errors, OfCode.squares(errors), ofCode, parts);
        }
    }

    /**
     * The negative evidence lower bound of a variational model (Kingma and Welling 2013, equation 3) in nats, divided by the numbers
     * of a sample, without what is the same for all: {@code sum(error^2) / (2 variance)}, rebuilt from the mean code, and the
     * Kullback-Leibler divergence {@code sum(m^2 + exp(v) - 1 - v) / 2} of means m and logarithms of variances v from the standard
     * normal distribution. Errors are normally distributed with the variance that makes normal data likeliest (Rybkin et al. 2021).
     * A step has its own errors and an equal share of the divergence.
     *
     * @param variance the mean squared error of normal data, finite and &gt; 0
     * @param codeSize numbers of a code, &gt;= 1
     * @param sampleSize numbers of a sample, &gt;= 1
     */
    record Bound(double variance, int codeSize, int sampleSize) implements OfCode {
        public Bound {
            if (!(variance > 0 && Double.isFinite(variance)) || codeSize < 1 || sampleSize < 1) {
                throw new IllegalArgumentException(
                        "a bound needs errors of finite variance > 0 and codes and samples of 1"
                                + " number or more, got " + variance + ", " + codeSize + " and " + sampleSize);
            }
        }

        /**
         * From the errors of normal data on which the model was not trained.
         *
         * @param codes means, then logarithms of variances
         * @param wanted whether a sample counts
         * @throws IllegalArgumentException if it rebuilds them without errors, or what is not finite
         */
        public static Bound fit(Reconstruction model, SampleCodes codes, Dataset samples, IntPredicate wanted) {
            int size = samples.sampleShape().size();
            float[] original = new float[size];
            float[] rebuilt = new float[size];
            double squares = 0;
            long count = 0;
            for (int sample = 0; sample < samples.size(); sample++) {
                if (!wanted.test(sample)) {
                    continue;
                }
                model.rebuild(sample, 1, rebuilt);
                samples.copySample(sample, original, 0);
                for (int i = 0; i < size; i++) {
                    double error = (double) rebuilt[i] - original[i];
                    squares += error * error;
                }
                count += size;
            }
            return new Bound(squares / count, codes.size() / 2, size);
        }

        @Override
        public int numbers() {
            return 2 * codeSize;
        }

        @Override
        public double ofCode(float[] numbers, int from) {
            double sum = 0;
            for (int i = from; i < from + codeSize; i++) {
                double mean = numbers[i];
                double logVariance = numbers[i + codeSize];
                sum += mean * mean + Math.exp(logVariance) - 1 - logVariance;
            }
            return sum / 2 / sampleSize;
        }

        @Override
        public void parts(double[] errors, double ofCode, double[] parts) {
            double squares = OfCode.squares(errors);
            OfCode.share(errors, squares, squares / (2 * variance * errors.length) + ofCode, parts);
        }
    }

    /** The mean of the squared errors. */
    record Squared() implements StepErrors {
        @Override
        public void parts(double[] errors, double[] parts) {
            for (int i = 0; i < errors.length; i++) {
                parts[i] = errors[i] * errors[i] / errors.length;
            }
        }
    }

    /** The mean of the absolute errors. */
    record Absolute() implements StepErrors {
        @Override
        public void parts(double[] errors, double[] parts) {
            for (int i = 0; i < errors.length; i++) {
                parts[i] = Math.abs(errors[i]) / errors.length;
            }
        }
    }

    /**
     * The squared distance of Mahalanobis (1936) divided by the channels: errors whitened by those of normal data, so that it is
     * about 1 there. Small errors of a channel that is always rebuilt well count, and errors that go together count once. The
     * part of a channel may be negative, where its error is what the others' let expect.
     */
    final class Mahalanobis implements StepErrors {
        /** Added to the variances, as a share of their mean, so that channels that go together exactly can be told apart. */
        private static final double RIDGE = 1e-6;

        private final double[] mean;
        /** The inverse of the covariance, [channels, channels]. */
        private final double[] inverse;

        private Mahalanobis(double[] mean, double[] inverse) {
            this.mean = mean;
            this.inverse = inverse;
        }

        /**
         * From the errors of a model on normal data on which it was not trained.
         *
         * @param samples windows [steps, channels]; a step that several windows hold counts in each
         * @throws IllegalArgumentException if the steps are too few, their errors all alike, or not finite
         */
        public static Mahalanobis fit(Reconstruction model, Dataset samples) {
            return fit(model, samples, sample -> true);
        }

        /** @param wanted whether a sample counts */
        public static Mahalanobis fit(Reconstruction model, Dataset samples, IntPredicate wanted) {
            int channels = samples.sampleShape().dimension(-1);
            int size = samples.sampleShape().size();
            float[] original = new float[size];
            float[] rebuilt = new float[size];
            double[] errors = new double[channels];
            Moments moments = new Moments(channels, "channel");
            for (int sample = 0; sample < samples.size(); sample++) {
                if (!wanted.test(sample)) {
                    continue;
                }
                model.rebuild(sample, 1, rebuilt);
                samples.copySample(sample, original, 0);
                int place = sample;
                int steps = samples.places().map(places -> places.length(place)).orElse(size / channels);
                for (int at = 0; at < steps * channels; at += channels) {
                    for (int i = 0; i < channels; i++) {
                        errors[i] = (double) rebuilt[at + i] - original[at + i];
                    }
                    moments.add(errors);
                }
            }
            return fit(moments);
        }

        /**
         * From the errors of normal data on which the model was not trained.
         *
         * @param errors [steps, channels], more steps than channels, finite
         * @throws IllegalArgumentException if they are too few, all alike, or not finite
         */
        public static Mahalanobis fit(double[][] errors) {
            Moments moments = new Moments(errors.length == 0 ? 0 : errors[0].length, "channel");
            for (double[] each : errors) {
                moments.add(each);
            }
            return fit(moments);
        }

        private static Mahalanobis fit(Moments moments) {
            int channels = moments.mean.length;
            if (channels == 0 || moments.count <= channels) {
                throw new IllegalArgumentException(
                        "whitening errors of " + channels + " channels needs more steps than that, got " + moments.count
                                + ". Hold out more normal data, or take squared errors.");
            }
            return fit(
                    moments,
                    RIDGE,
                    "errors that are all alike can't be whitened. Take squared errors, or normal data that vary.");
        }

        private static Mahalanobis fit(Moments moments, double ridge, String alike) {
            int channels = moments.mean.length;
            DMatrixRMaj covariance = new DMatrixRMaj(channels, channels);
            for (int i = 0; i < channels * channels; i++) {
                covariance.data[i] = moments.products[i] / (moments.count - 1);
            }
            double variance = CommonOps_DDRM.trace(covariance) / channels;
            for (int i = 0; i < channels; i++) {
                covariance.add(i, i, ridge * variance);
            }
            LinearSolverDense<DMatrixRMaj> solver = LinearSolverFactory_DDRM.symmPosDef(channels);
            if (!(variance > 0) || !solver.setA(covariance)) {
                throw new IllegalArgumentException(alike);
            }
            DMatrixRMaj inverse = new DMatrixRMaj(channels, channels);
            solver.invert(inverse);
            return new Mahalanobis(moments.mean, inverse.data);
        }

        /** Means and sums of products about them, in one pass (Welford 1962; Chan et al. 1983). */
        private static final class Moments {
            private final double[] mean;
            private final double[] products;
            private final double[] before;
            /** What a number is of, for messages. */
            private final String what;

            private long count;

            Moments(int channels, String what) {
                this.what = what;
                mean = new double[channels];
                products = new double[channels * channels];
                before = new double[channels];
            }

            void add(double[] errors) {
                count++;
                for (int i = 0; i < mean.length; i++) {
                    if (!Double.isFinite(errors[i])) {
                        throw new IllegalArgumentException((what.equals("channel") ? "errors" : "codes")
                                + " must be finite, but " + what + " " + i + " has " + errors[i]
                                + ". Take a model whose training did not diverge.");
                    }
                    before[i] = errors[i] - mean[i];
                    mean[i] += before[i] / count;
                }
                for (int i = 0; i < mean.length; i++) {
                    for (int j = 0; j < mean.length; j++) {
                        products[i * mean.length + j] += before[i] * (errors[j] - mean[j]);
                    }
                }
            }
        }

        /**
         * Of what was fitted before, such as what a file holds.
         *
         * @param mean error of each channel, finite; copied
         * @param inverse of the covariance, [channels, channels], finite and symmetric, above 0 on its diagonal; copied
         */
        public static Mahalanobis of(double[] mean, double[] inverse) {
            int channels = mean.length;
            if (channels == 0 || inverse.length != (long) channels * channels) {
                throw new IllegalArgumentException("whitening errors of " + channels + " channels needs "
                        + (long) channels * channels + " numbers, got " + inverse.length);
            }
            for (int i = 0; i < channels; i++) {
                boolean fits = Double.isFinite(mean[i]) && inverse[i * channels + i] > 0;
                for (int j = 0; j < channels; j++) {
                    double number = inverse[i * channels + j];
                    fits &= Double.isFinite(number)
                            && Math.abs(number - inverse[j * channels + i]) <= 1e-6 * Math.abs(number);
                }
                if (!fits) {
                    throw new IllegalArgumentException("whitening errors needs finite means and a finite, symmetric"
                            + " inverse that is above 0 on its diagonal, but channel " + i + " has others");
                }
            }
            return new Mahalanobis(mean.clone(), inverse.clone());
        }

        /** How many channels it is for. */
        public int channels() {
            return mean.length;
        }

        /** The squared distance divided by the channels; allocates nothing. */
        double distance(float[] numbers, int from) {
            int channels = mean.length;
            double sum = 0;
            for (int i = 0; i < channels; i++) {
                double whitened = 0;
                for (int j = 0; j < channels; j++) {
                    whitened += inverse[i * channels + j] * (numbers[from + j] - mean[j]);
                }
                sum += (numbers[from + i] - mean[i]) * whitened;
            }
            return sum / channels;
        }

        /** The mean error of each channel; a copy. */
        public double[] mean() {
            return mean.clone();
        }

        /** The inverse of the errors' covariance, [channels, channels]; a copy. */
        public double[] inverse() {
            return inverse.clone();
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Mahalanobis that
                    && Arrays.equals(mean, that.mean)
                    && Arrays.equals(inverse, that.inverse);
        }

        @Override
        public int hashCode() {
            return 31 * Arrays.hashCode(mean) + Arrays.hashCode(inverse);
        }

        @Override
        public String toString() {
            return "Mahalanobis[channels=" + mean.length + "]";
        }

        @Override
        public void parts(double[] errors, double[] parts) {
            int channels = mean.length;
            if (errors.length != channels) {
                throw new IllegalArgumentException(
                        "errors of " + errors.length + " channels can't be whitened by those of " + channels
                                + ". Take the channels that it was calibrated on.");
            }
            Arrays.fill(parts, 0);
            for (int i = 0; i < channels; i++) {
                double whitened = 0;
                for (int j = 0; j < channels; j++) {
                    whitened += inverse[i * channels + j] * (errors[j] - mean[j]);
                }
                parts[i] = (errors[i] - mean[i]) * whitened / channels;
            }
        }
    }
}
