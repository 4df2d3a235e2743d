package dev.hourglass.engine.plan;

import dev.hourglass.model.Activation;
import java.util.List;
import java.util.Optional;

/**
 * A function of each number by itself whose slope is told from what goes in; those that can be told from what comes out
 * are {@link Nonlinearity}, which products apply on the way.
 */
public sealed interface PointFunction {
    /** {@code x > 0 ? x : alpha * (exp(x) - 1)}, times {@code scale}. */
    record Elu(float alpha, float scale) implements PointFunction {}

    /** {@code log(1 + exp(x))}. */
    record Softplus() implements PointFunction {}

    /** {@code x / (1 + |x|)}. */
    record Softsign() implements PointFunction {}

    /** {@code x * sigmoid(x)}. */
    record Silu() implements PointFunction {}

    /** {@code x} times the normal distribution function. */
    record Gelu() implements PointFunction {}

    record Exponential() implements PointFunction {}

    /** {@code slope * x + 1/2}, cut off at 0 and 1. */
    record HardSigmoid(float slope) implements PointFunction {}

    /** {@code x * tanh(log(1 + exp(x)))}. */
    record Mish() implements PointFunction {}

    /** {@code x} between -1 and 1, and else the nearer of both. */
    record HardTanh() implements PointFunction {}

    /** {@code x} times {@code x / 6 + 1/2}, the latter cut off at 0 and 1. */
    record HardSilu() implements PointFunction {}

    /** {@code -log(1 + exp(-x))}. */
    record LogSigmoid() implements PointFunction {}

    /** {@code (x + sqrt(x^2 + 4)) / 2}. */
    record Squareplus() implements PointFunction {}

    /** {@code x * scale + offset}. */
    record Affine(float scale, float offset) implements PointFunction {}

    /**
     * {@code (x - mean) / deviation}, or {@code mean + x * deviation} where it goes back. The numbers of a sample, row-major,
     * take them in turn.
     *
     * @param means a divisor of a sample's numbers
     * @param deviations as many, above 0
     */
    record Normalize(List<Float> means, List<Float> deviations, boolean invert) implements PointFunction {
        public Normalize {
            means = List.copyOf(means);
            deviations = List.copyOf(deviations);
        }
    }

    /** As {@link dev.hourglass.model.LayerSpec.Relu}. */
    record Relu(float negativeSlope, float threshold, float maxValue) implements PointFunction {}

    /** Klambauer et al. 2017, equation 14, in the digits that Keras has. */
    Elu SELU = new Elu(1.6732632f, 1.050701f);

    /** Of an activation; empty if it is a {@link Nonlinearity}, or no function of single numbers. */
    static Optional<PointFunction> of(Activation activation) {
        return switch (activation) {
            case LINEAR, RELU, SIGMOID, TANH, LEAKY_RELU, SOFTMAX, LOG_SOFTMAX -> Optional.empty();
            case ELU -> Optional.of(new Elu(1, 1));
            case SELU -> Optional.of(SELU);
            case SOFTPLUS -> Optional.of(new Softplus());
            case SOFTSIGN -> Optional.of(new Softsign());
            case SILU -> Optional.of(new Silu());
            case GELU -> Optional.of(new Gelu());
            case EXPONENTIAL -> Optional.of(new Exponential());
            case HARD_SIGMOID -> Optional.of(new HardSigmoid(1f / 6));
            case HARD_SIGMOID_KERAS2 -> Optional.of(new HardSigmoid(0.2f));
            case RELU6 -> Optional.of(new Relu(0, 0, 6));
            case MISH -> Optional.of(new Mish());
            case HARD_TANH -> Optional.of(new HardTanh());
            case HARD_SILU -> Optional.of(new HardSilu());
            case LOG_SIGMOID -> Optional.of(new LogSigmoid());
            case SQUAREPLUS -> Optional.of(new Squareplus());
        };
    }
}
