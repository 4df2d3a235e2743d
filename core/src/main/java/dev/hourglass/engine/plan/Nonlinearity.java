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
                    MISH -> Optional.empty();
        };
    }

    public static Nonlinearity leakyRelu(float slope) {
        return new Nonlinearity(Kind.LEAKY_RELU, slope);
    }
}
