package dev.hourglass.engine.plan;

import dev.hourglass.model.Activation;
import java.util.Optional;

/** An elementwise function whose slope can be told from its value alone; slope is that of a leaky ReLU below 0, and 1 for the others. */
public record Nonlinearity(Kind kind, float slope) {
    /** Which function. */
    public enum Kind {
        LINEAR,
        LEAKY_RELU,
        SIGMOID,
        TANH
    }

    public static final Nonlinearity LINEAR = new Nonlinearity(Kind.LINEAR, 1);

    /** Of an activation; empty if its slope can't be told from its value. */
    public static Optional<Nonlinearity> of(Activation activation) {
        return switch (activation) {
            case LINEAR -> Optional.of(LINEAR);
            case RELU -> Optional.of(leakyRelu(0));
            case LEAKY_RELU -> Optional.of(leakyRelu(0.2f));
            case SIGMOID -> Optional.of(new Nonlinearity(Kind.SIGMOID, 1));
            case TANH -> Optional.of(new Nonlinearity(Kind.TANH, 1));
            case SOFTMAX,
                    ELU,
                    SELU,
                    SOFTPLUS,
                    SOFTSIGN,
                    SILU,
                    GELU,
                    EXPONENTIAL,
                    HARD_SIGMOID,
                    HARD_SIGMOID_KERAS2,
                    RELU6,
                    MISH,
                    HARD_TANH,
                    HARD_SILU,
                    LOG_SIGMOID,
                    SQUAREPLUS,
                    LOG_SOFTMAX -> Optional.empty();
        };
    }

    /**
     * The slope where the function has some value; at the kink of a ReLU, that of its left side.
     *
     * @param value what the function gave
     */
    public float slopeAt(float value) {
        return switch (kind) {
            case LINEAR -> 1;
            case LEAKY_RELU -> value > 0 ? 1 : slope;
            case SIGMOID -> value * (1 - value);
            case TANH -> 1 - value * value;
        };
    }

    /** How fast {@link #slopeAt} changes with the value; of a ReLU not at all. */
    public float slopeChangeAt(float value) {
        return switch (kind) {
            case LINEAR, LEAKY_RELU -> 0;
            case SIGMOID -> 1 - 2 * value;
            case TANH -> -2 * value;
        };
    }

    public static Nonlinearity leakyRelu(float slope) {
        return new Nonlinearity(Kind.LEAKY_RELU, slope);
    }
}
