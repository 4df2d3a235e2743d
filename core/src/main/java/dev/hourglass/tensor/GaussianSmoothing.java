package dev.hourglass.tensor;

import java.util.Arrays;

/**
 * Smooths samples by a Gaussian along their places: rows and columns of an image [height, width, channels], the steps of a
 * series [steps, features], the numbers of a vector. Each channel is smoothed by itself. At the edges, samples go on as if
 * mirrored there. It is SciPy's {@code gaussian_filter} with {@code mode='reflect'}: the window ends at four deviations.
 */
public final class GaussianSmoothing {
    private static final double DEVIATIONS = 4;

    private final double[] weights;

    /** @param deviation of the Gaussian in places, above 0 and at most 1,000 */
    public GaussianSmoothing(double deviation) {
        if (!(deviation > 0 && deviation <= 1000)) {
            throw new IllegalArgumentException("deviation must be > 0 and <= 1000, got " + deviation);
        }
        weights = new double[1 + (int) (DEVIATIONS * deviation + 0.5)];
        double sum = 0;
        for (int i = 0; i < weights.length; i++) {
            weights[i] = StrictMath.exp(-0.5 * i * i / (deviation * deviation));
            sum += i == 0 ? weights[i] : 2 * weights[i];
        }
        for (int i = 0; i < weights.length; i++) {
            weights[i] /= sum;
        }
    }

    /** Changes one sample in place, which begins at {@code offset}. */
    public void smooth(float[] values, int offset, Shape shape) {
        int axes = shape.rank() == 1 ? 1 : shape.rank() - 1;
        int inner = shape.size();
        for (int axis = 0; axis < axes; axis++) {
            int length = shape.dimension(axis);
            inner /= length;
            smooth(values, offset, shape.size(), length, inner);
        }
    }

    /** @param stride from one place of the axis to the next */
    private void smooth(float[] values, int offset, int size, int length, int stride) {
        if (length == 1) {
            return;
        }
        double[] line = new double[length];
        double[] smoothed = new double[length];
        for (int block = 0; block < size; block += length * stride) {
            for (int within = 0; within < stride; within++) {
                int first = offset + block + within;
                for (int i = 0; i < length; i++) {
                    line[i] = values[first + i * stride];
                }
                smooth(line, smoothed);
                for (int i = 0; i < length; i++) {
                    values[first + i * stride] = (float) smoothed[i];
                }
            }
        }
    }

    private void smooth(double[] line, double[] into) {
        Arrays.setAll(into, i -> {
            double sum = weights[0] * line[i];
            for (int k = 1; k < weights.length; k++) {
                sum += weights[k] * (line[mirrored(i - k, line.length)] + line[mirrored(i + k, line.length)]);
            }
            return sum;
        });
    }

    /** The place that stands for one outside of {@code 0 .. length - 1}, where the border is mirrored with its place. */
    public static int mirrored(int place, int length) {
        int within = Math.floorMod(place, 2 * length);
        return within < length ? within : 2 * length - 1 - within;
    }
}
