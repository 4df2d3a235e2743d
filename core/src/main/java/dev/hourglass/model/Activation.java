package dev.hourglass.model;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A function that a layer applies to its output, number by number; {@link #SOFTMAX} and {@link #LOG_SOFTMAX} alone look at
 * all numbers of the last axis. Formulas and names are those of Keras 3.
 */
public enum Activation {
    /** {@code x}. */
    LINEAR,
    /** {@code max(x, 0)}. */
    RELU,
    /** {@code 1 / (1 + exp(-x))}. */
    SIGMOID,
    TANH,
    /** {@code exp(x_i) / sum_j exp(x_j)} over the last axis. */
    SOFTMAX,
    /** {@code x} where {@code x > 0}, else {@code exp(x) - 1} (Clevert et al. 2016, with alpha 1). */
    ELU,
    /** A scaled ELU that keeps mean 0 and variance 1 (Klambauer et al. 2017). */
    SELU,
    /** {@code log(1 + exp(x))}. */
    SOFTPLUS,
    /** {@code x / (1 + |x|)}. */
    SOFTSIGN,
    /** {@code x * sigmoid(x)}, also called swish (Ramachandran et al. 2017). */
    SILU,
    /** {@code x} times the normal distribution function of x (Hendrycks and Gimpel 2016), not its approximation by tanh. */
    GELU,
    /** {@code exp(x)}. */
    EXPONENTIAL,
    /** {@code min(max(x + 3, 0), 6) / 6}. */
    HARD_SIGMOID,
    /** {@code min(max(0.2 x + 0.5, 0), 1)}, which Keras 1 and 2 call hard_sigmoid; Keras 3 has no name for it. */
    HARD_SIGMOID_KERAS2,
    /** {@code min(max(x, 0), 6)}. */
    RELU6,
    /** {@code x * tanh(softplus(x))} (Misra 2019). */
    MISH,
    /** {@code x} where {@code x > 0}, else {@code 0.2 x}. */
    LEAKY_RELU,
    /** {@code min(max(x, -1), 1)}. */
    HARD_TANH,
    /** {@code x * hard_sigmoid(x)}, also called hard_swish (Howard et al. 2019). */
    HARD_SILU,
    /** {@code log(sigmoid(x))}. */
    LOG_SIGMOID,
    /** {@code (x + sqrt(x^2 + 4)) / 2} (Barron 2021). */
    SQUAREPLUS,
    /** {@code x_i - log(sum_j exp(x_j))} over the last axis. */
    LOG_SOFTMAX;

    /** Other names that Keras has for some; its celu has alpha 1, with which it is elu. */
    private static final Map<String, Activation> OTHER_NAMES =
            Map.of("swish", SILU, "hard_swish", HARD_SILU, "celu", ELU);

    /** As Keras and recipes write it, such as {@code hard_sigmoid}. */
    public String kerasName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether it looks at each number by itself, and not at all of the last axis. */
    public boolean isOfSingleNumbers() {
        return this != SOFTMAX && this != LOG_SOFTMAX;
    }

    /** The function of a name, such as {@code silu} and {@code swish}; empty if there is none. */
    public static Optional<Activation> find(String name) {
        Activation other = OTHER_NAMES.get(name);
        return other != null
                ? Optional.of(other)
                : Arrays.stream(values())
                        .filter(each -> each.kerasName().equals(name))
                        .findFirst();
    }

    /** The names of all functions. */
    public static List<String> names() {
        return Arrays.stream(values()).map(Activation::kerasName).toList();
    }
}
