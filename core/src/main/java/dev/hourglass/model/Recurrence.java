package dev.hourglass.model;

import java.util.Arrays;
import java.util.List;

/**
 * What recurrent layers have in common beside their size; names and defaults are Keras's. In a layer, what has no say
 * there has its default.
 *
 * @param activation of what is to become the state
 * @param recurrentActivation of the gates
 * @param useBias whether there is a variable {@code bias}
 * @param unitForgetBias whether the bias of an LSTM's forget gate starts at 1 instead of 0; it has no say afterwards
 * @param goBackwards whether the last step is read first; states leave the layer in the order in which they are computed
 */
public record Recurrence(
        Activation activation,
        Activation recurrentActivation,
        boolean useBias,
        boolean unitForgetBias,
        boolean goBackwards) {
    public Recurrence {
        requireComputed("activation", activation);
        requireComputed("recurrentActivation", recurrentActivation);
    }

    private static void requireComputed(String setting, Activation activation) {
        if (!ACTIVATIONS.contains(activation)) {
            throw new IllegalArgumentException(setting + " must be one of "
                    + String.join(
                            ", ",
                            ACTIVATIONS.stream().map(Activation::kerasName).toList()) + ", got "
                    + activation.kerasName());
        }
    }

    /** The functions that recurrent layers compute: those of single numbers. */
    public static final List<Activation> ACTIVATIONS = Arrays.stream(Activation.values())
            .filter(activation -> activation != Activation.SOFTMAX)
            .toList();

    public static final Recurrence DEFAULT = new Recurrence(Activation.TANH, Activation.SIGMOID, true, true, false);

    public Recurrence withActivation(Activation other) {
        return new Recurrence(other, recurrentActivation, useBias, unitForgetBias, goBackwards);
    }

    public Recurrence withRecurrentActivation(Activation other) {
        return new Recurrence(activation, other, useBias, unitForgetBias, goBackwards);
    }

    public Recurrence withUseBias(boolean bias) {
        return new Recurrence(activation, recurrentActivation, bias, unitForgetBias, goBackwards);
    }

    public Recurrence withUnitForgetBias(boolean ones) {
        return new Recurrence(activation, recurrentActivation, useBias, ones, goBackwards);
    }

    public Recurrence withGoBackwards(boolean backwards) {
        return new Recurrence(activation, recurrentActivation, useBias, unitForgetBias, backwards);
    }
}
