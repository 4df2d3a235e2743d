package dev.hourglass.model.variables;

import dev.hourglass.tensor.Shape;
import java.util.Arrays;
import java.util.function.DoubleSupplier;
import java.util.random.RandomGenerator;

/** What variables start from, drawn by their {@link Initializer}s. */
public final class InitialValues {
    private InitialValues() {}

    /**
     * @param generator at the start of the variable's own stream
     * @return row-major, {@code shape.size()} numbers
     */
    public static float[] of(Initializer initializer, Shape shape, RandomGenerator generator) {
        return switch (initializer) {
            case Initializer.Constant of -> constant(shape.size(), of.value());
            case Initializer.RandomUniform of -> {
                double minval = of.minval();
                double range = of.maxval() - minval;
                yield drawn(shape, () -> minval + range * generator.nextDouble());
            }
            case Initializer.RandomNormal of -> drawn(shape, () -> of.mean() + of.stddev() * generator.nextGaussian());
            case Initializer.TruncatedNormal of -> drawn(shape, () -> of.mean() + of.stddev() * truncated(generator));
            case Initializer.VarianceScaling of -> scaled(of, shape, generator);
            case Initializer.Orthogonal of -> orthogonal(shape, of.gain(), generator);
            case Initializer.Identity of -> identity(shape, of.gain());
            case Initializer.ForgetGateOnes of -> forgetGateOnes(shape.size() / 4, of.others(), generator);
        };
    }

    private static float[] drawn(Shape shape, DoubleSupplier next) {
        float[] values = new float[shape.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) next.getAsDouble();
        }
        return values;
    }

    private static double truncated(RandomGenerator generator) {
        double value = generator.nextGaussian();
        while (Math.abs(value) > 2) {
            value = generator.nextGaussian();
        }
        return value;
    }

    private static float[] scaled(Initializer.VarianceScaling of, Shape shape, RandomGenerator generator) {
        double variance = of.variance(shape);
        return switch (of.distribution()) {
            case UNIFORM -> {
                double limit = Math.sqrt(3 * variance);
                yield drawn(shape, () -> limit * (2 * generator.nextDouble() - 1));
            }
            case TRUNCATED_NORMAL -> {
                double deviation = Math.sqrt(variance) / Initializer.VarianceScaling.TRUNCATED_STDDEV;
                yield drawn(shape, () -> deviation * truncated(generator));
            }
            case UNTRUNCATED_NORMAL -> {
                double deviation = Math.sqrt(variance);
                yield drawn(shape, () -> deviation * generator.nextGaussian());
            }
        };
    }

    private static float[] identity(Shape shape, float gain) {
        if (shape.rank() != 2) {
            throw new IllegalArgumentException("Identity is of matrices [rows, columns], got " + shape);
        }
        float[] values = new float[shape.size()];
        int columns = shape.dimension(1);
        for (int i = 0; i < Math.min(shape.dimension(0), columns); i++) {
            values[i * columns + i] = gain;
        }
        return values;
    }

    /** Four gates of as many units; the second is the forget gate. */
    private static float[] forgetGateOnes(int units, Initializer others, RandomGenerator generator) {
        float[] first = of(others, Shape.of(units), generator);
        float[] rest = of(others, Shape.of(2 * units), generator);
        float[] values = constant(4 * units, 1);
        System.arraycopy(first, 0, values, 0, units);
        System.arraycopy(rest, 0, values, 2 * units, 2 * units);
        return values;
    }

    private static float[] constant(int size, float value) {
        float[] values = new float[size];
        Arrays.fill(values, value);
        return values;
    }

    private static float[] orthogonal(Shape shape, float gain, RandomGenerator generator) {
        if (shape.rank() < 2) {
            throw new IllegalArgumentException("Orthogonal is of matrices and kernels, got " + shape);
        }
        int columns = shape.dimension(-1);
        int rows = shape.size() / columns;
        boolean isTall = rows > columns;
        double[][] vectors = orthonormal(Math.min(rows, columns), Math.max(rows, columns), generator);
        float[] values = new float[shape.size()];
        for (int i = 0; i < values.length; i++) {
            int row = i / columns;
            int column = i % columns;
            values[i] = (float) (gain * (isTall ? vectors[column][row] : vectors[row][column]));
        }
        return values;
    }

    /** Gram-Schmidt over normal vectors, twice for full precision. */
    private static double[][] orthonormal(int count, int length, RandomGenerator generator) {
        double[][] vectors = new double[count][length];
        for (int i = 0; i < count; i++) {
            double[] vector = vectors[i];
            for (int j = 0; j < length; j++) {
                vector[j] = generator.nextGaussian();
            }
            for (int pass = 0; pass < 2; pass++) {
                for (int earlier = 0; earlier < i; earlier++) {
                    double projection = dot(vector, vectors[earlier]);
                    for (int j = 0; j < length; j++) {
                        vector[j] -= projection * vectors[earlier][j];
                    }
                }
            }
            double size = Math.sqrt(dot(vector, vector));
            for (int j = 0; j < length; j++) {
                vector[j] /= size;
            }
        }
        return vectors;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }
}
