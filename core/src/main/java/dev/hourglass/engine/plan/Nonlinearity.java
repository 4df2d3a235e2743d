package dev.hourglass.engine.plan;

import dev.hourglass.model.Activation;

/** An elementwise function; slope is that of a leaky ReLU below 0, and 1 for the others. */
public record Nonlinearity(Kind kind, float slope) {
    /** Which function. */
    public enum Kind {
        LINEAR,
        LEAKY_RELU,
        SIGMOID,
        TANH
    }

    public static final Nonlinearity LINEAR = new Nonlinearity(Kind.LINEAR, 1);

    public static Nonlinearity of(Activation activation) {
        return switch (activation) {
            case LINEAR -> LINEAR;
            case RELU -> leakyRelu(0);
            case SIGMOID -> new Nonlinearity(Kind.SIGMOID, 1);
            case TANH -> new Nonlinearity(Kind.TANH, 1);
        };
    }

    public static Nonlinearity leakyRelu(float slope) {
        return new Nonlinearity(Kind.LEAKY_RELU, slope);
    }
}
