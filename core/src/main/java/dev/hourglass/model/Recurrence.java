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
 * @param dropout how much of what is read training drops, from 0 to below 1: of each sample the same features at every step,
 *     and the rest scaled by {@code 1 / (1 - dropout)}; where recurrentDropout is above 0, others for each gate
 * @param recurrentDropout likewise of the state of the step before, where a gate reads it; always others for each gate
 */
public record Recurrence(
        Activation activation,
        Activation recurrentActivation,
        boolean useBias,
        boolean unitForgetBias,
        boolean goBackwards,
        float dropout,
        float recurrentDropout) {
    public Recurrence {
        requireComputed("activation", activation);
        requireComputed("recurrentActivation", recurrentActivation);
        requireRate("dropout", dropout);
        requireRate("recurrentDropout", recurrentDropout);
    }

    /** Training drops nothing. */
    public Recurrence(
            Activation activation,
            Activation recurrentActivation,
            boolean useBias,
            boolean unitForgetBias,
            boolean goBackwards) {
        this(activation, recurrentActivation, useBias, unitForgetBias, goBackwards, 0, 0);
    }

    private static void requireRate(String setting, float rate) {
        if (!(rate >= 0 && rate < 1)) {
            throw new IllegalArgumentException(setting + " must be from 0 to below 1, got " + rate);
        }
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
            .filter(Activation::isOfSingleNumbers)
            .toList();

    public static final Recurrence DEFAULT = new Recurrence(Activation.TANH, Activation.SIGMOID, true, true, false);

    public Recurrence withActivation(Activation other) {
        return new Recurrence(
                other, recurrentActivation, useBias, unitForgetBias, goBackwards, dropout, recurrentDropout);
    }

    public Recurrence withRecurrentActivation(Activation other) {
        return new Recurrence(activation, other, useBias, unitForgetBias, goBackwards, dropout, recurrentDropout);
    }

    public Recurrence withUseBias(boolean bias) {
        return new Recurrence(
                activation, recurrentActivation, bias, unitForgetBias, goBackwards, dropout, recurrentDropout);
    }

    public Recurrence withUnitForgetBias(boolean ones) {
        return new Recurrence(activation, recurrentActivation, useBias, ones, goBackwards, dropout, recurrentDropout);
    }

    public Recurrence withGoBackwards(boolean backwards) {
        return new Recurrence(
                activation, recurrentActivation, useBias, unitForgetBias, backwards, dropout, recurrentDropout);
    }

    /**
     * @param rate of what is read
     * @param rateOfStates of the states of the step before
     */
    public Recurrence withDropout(float rate, float rateOfStates) {
        return new Recurrence(
                activation, recurrentActivation, useBias, unitForgetBias, goBackwards, rate, rateOfStates);
    }

    /** Whether training drops anything. */
    public boolean drops() {
        return dropout > 0 || recurrentDropout > 0;
    }
}
