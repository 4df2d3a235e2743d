package dev.hourglass.detect.series;

import dev.hourglass.data.Dataset;
import dev.hourglass.evaluate.Reconstruction;
import java.util.Arrays;
import java.util.function.IntPredicate;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.factory.LinearSolverFactory_DDRM;
import org.ejml.interfaces.linsol.LinearSolverDense;

/**
 * How a step's errors, one a channel, become a score. Each channel has a part of it, and the parts add up to the score: they
 * say which channels are to blame.
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
            Moments moments = new Moments(channels);
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
            Moments moments = new Moments(errors.length == 0 ? 0 : errors[0].length);
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
            DMatrixRMaj covariance = new DMatrixRMaj(channels, channels);
            for (int i = 0; i < channels * channels; i++) {
                covariance.data[i] = moments.products[i] / (moments.count - 1);
            }
            double variance = CommonOps_DDRM.trace(covariance) / channels;
            for (int i = 0; i < channels; i++) {
                covariance.add(i, i, RIDGE * variance);
            }
            LinearSolverDense<DMatrixRMaj> solver = LinearSolverFactory_DDRM.symmPosDef(channels);
            if (!(variance > 0) || !solver.setA(covariance)) {
                throw new IllegalArgumentException(
                        "errors that are all alike can't be whitened. Take squared errors, or normal data that vary.");
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
            private long count;

            Moments(int channels) {
                mean = new double[channels];
                products = new double[channels * channels];
                before = new double[channels];
            }

            void add(double[] errors) {
                count++;
                for (int i = 0; i < mean.length; i++) {
                    if (!Double.isFinite(errors[i])) {
                        throw new IllegalArgumentException("errors must be finite, but channel " + i + " has "
                                + errors[i] + ". Take a model whose training did not diverge.");
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
