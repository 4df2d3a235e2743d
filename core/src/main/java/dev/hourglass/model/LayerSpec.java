package dev.hourglass.model;

import dev.hourglass.tensor.Shape;
import java.util.Locale;

/**
 * The description of one layer: a name and settings, no state. Shapes below leave the batch out; images are
 * {@code [height, width, channels]}, sequences {@code [steps, features]}. Settings and weight layouts are Keras's.
 *
 * <p>Layers that share rules form a group, a sealed interface of its own, so that a {@code switch} without
 * {@code default} need only name the group. What else is known of a layer is in {@link LayerFacts}.
 */
public sealed interface LayerSpec {
    /** Unique within its model; letters, digits and underscores. */
    String name();

    /** Convolutions over an image, in either direction. */
    sealed interface Convolution extends LayerSpec {
        int filters();

        Size2 kernel();

        Size2 stride();

        Padding padding();

        Activation activation();
    }

    /**
     * Layers that walk through a sequence step by step and carry a state, {@code [steps, in] -> [steps, units]}, or
     * {@code [units]} (of the last step) without {@code returnSequences}.
     */
    sealed interface Recurrent extends LayerSpec {
        int units();

        /** Whether the state of every step leaves the layer, or that of the last one alone. */
        boolean returnSequences();

        Recurrence recurrence();

        /** The same, reading from the other end. */
        default Recurrent reversed(String otherName) {
            Recurrence other = recurrence().withGoBackwards(!recurrence().goBackwards());
            return switch (this) {
                case Lstm l -> new Lstm(otherName, l.units(), l.returnSequences(), other);
                case Gru l -> new Gru(otherName, l.units(), l.returnSequences(), other, l.resetAfter());
                case SimpleRnn l -> new SimpleRnn(otherName, l.units(), l.returnSequences(), other);
            };
        }
    }

    /** Layers that change how many pixels an image has, each channel by itself, and learn nothing. */
    sealed interface Resampling extends LayerSpec {}

    /** Layers that give the same numbers in another shape, perhaps several times. */
    sealed interface Rearrangement extends LayerSpec {}

    /** Layers without variables that change each number by itself; the shape stays. */
    sealed interface Elementwise extends LayerSpec {}

    /** Layers that disturb what passes while training, and in use let it pass unchanged. */
    sealed interface TrainingNoise extends Elementwise {
        /** Whether training differs from use at all. */
        boolean disturbs();
    }

    /**
     * Two-dimensional convolution, {@code [h, w, in] -> [h', w', filters]}. Variables: kernel
     * {@code [kernel.height, kernel.width, in, filters]}, bias {@code [filters]}.
     */
    record Conv2d(String name, int filters, Size2 kernel, Size2 stride, Padding padding, Activation activation)
            implements Convolution {
        public Conv2d {
            requireName(name);
            requirePositive(name, "filters", filters);
        }
    }

    /**
     * The transpose of a convolution, {@code [h, w, in] -> [h * stride, w * stride, filters]} with padding 'same'.
     * Variables: kernel {@code [kernel.height, kernel.width, filters, in]}, bias {@code [filters]}.
     */
    record Conv2dTranspose(String name, int filters, Size2 kernel, Size2 stride, Padding padding, Activation activation)
            implements Convolution {
        public Conv2dTranspose {
            requireName(name);
            requirePositive(name, "filters", filters);
        }
    }

    /**
     * Normalises each channel (the last axis) over the batch and learns a scale and a shift (Ioffe and Szegedy 2015,
     * algorithm 1). Variables: gamma, beta, moving_mean, moving_variance, each {@code [channels]}.
     *
     * @param momentum how much of the moving statistics a step keeps, in [0, 1)
     * @param epsilon added to the variance, > 0
     */
    record BatchNormalization(String name, float momentum, float epsilon) implements LayerSpec {
        public static final float DEFAULT_MOMENTUM = 0.99f;
        public static final float DEFAULT_EPSILON = 1e-3f;

        public BatchNormalization {
            requireName(name);
            if (!(momentum >= 0 && momentum < 1)) {
                throw new IllegalArgumentException(
                        "Layer '" + name + "': momentum must be >= 0 and < 1, got " + momentum);
            }
            if (!(epsilon > 0)) {
                throw new IllegalArgumentException("Layer '" + name + "': epsilon must be > 0, got " + epsilon);
            }
        }
    }

    /** The largest value of each window, channel by channel. */
    record MaxPooling2d(String name, Size2 pool, Size2 stride, Padding padding) implements Resampling {
        public MaxPooling2d {
            requireName(name);
        }
    }

    /** Repeats rows and columns (nearest neighbour), {@code [h, w, c] -> [h * size.height, w * size.width, c]}. */
    record UpSampling2d(String name, Size2 size) implements Resampling {
        public UpSampling2d {
            requireName(name);
        }
    }

    /** The mean of each channel, {@code [h, w, c] -> [c]}. */
    record GlobalAveragePooling2d(String name) implements Resampling {
        public GlobalAveragePooling2d {
            requireName(name);
        }
    }

    /** Everything in one row, {@code [...] -> [size]}. */
    record Flatten(String name) implements Rearrangement {
        public Flatten {
            requireName(name);
        }
    }

    /** The same numbers in the same order under another shape. */
    record Reshape(String name, Shape target) implements Rearrangement {
        public Reshape {
            requireName(name);
        }
    }

    /**
     * {@code activation(x W + b)} over the last axis. Variables: kernel {@code [in, units]}, bias {@code [units]}.
     */
    record Dense(String name, int units, Activation activation) implements LayerSpec {
        public Dense {
            requireName(name);
            requirePositive(name, "units", units);
        }
    }

    /** Applies a dense layer to each step, {@code [steps, in] -> [steps, units]}. Variables: those of the inner layer. */
    record TimeDistributed(String name, Dense layer) implements LayerSpec {
        public TimeDistributed {
            requireName(name);
        }
    }

    /**
     * While training, sets each value to 0 with probability {@code rate} and divides the others by {@code 1 - rate}.
     *
     * @param rate in [0, 1)
     */
    record Dropout(String name, float rate) implements TrainingNoise {
        public Dropout {
            requireName(name);
            if (!(rate >= 0 && rate < 1)) {
                throw new IllegalArgumentException("Layer '" + name + "': rate must be >= 0 and < 1, got " + rate);
            }
        }

        @Override
        public boolean disturbs() {
            return rate > 0;
        }
    }

    /**
     * While training, adds to each value a number drawn from a normal distribution around 0.
     *
     * @param stddev standard deviation of the noise, in [0, 1] as Keras takes it
     */
    record GaussianNoise(String name, float stddev) implements TrainingNoise {
        public GaussianNoise {
            requireName(name);
            if (!(stddev >= 0 && stddev <= 1)) {
                throw new IllegalArgumentException("Layer '" + name + "': stddev must be >= 0 and <= 1, got " + stddev);
            }
        }

        @Override
        public boolean disturbs() {
            return stddev > 0;
        }
    }

    /** An elementwise function as a layer of its own. */
    record ActivationLayer(String name, Activation activation) implements Elementwise {
        public ActivationLayer {
            requireName(name);
        }
    }

    /**
     * {@code x} where {@code x > 0}, else {@code negativeSlope * x}.
     *
     * @param negativeSlope >= 0; Keras's default is 0.3
     */
    record LeakyRelu(String name, float negativeSlope) implements Elementwise {
        public LeakyRelu {
            requireName(name);
            if (!(negativeSlope >= 0 && negativeSlope < Float.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException(
                        "Layer '" + name + "': negativeSlope must be >= 0 and finite, got " + negativeSlope);
            }
        }
    }

    /** The same vector at each of {@code steps} steps, {@code [features] -> [steps, features]}. */
    record RepeatVector(String name, int steps) implements Rearrangement {
        public RepeatVector {
            requireName(name);
            requirePositive(name, "steps", steps);
        }
    }

    /**
     * Long short-term memory (Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000). With {@code s}
     * for the recurrent activation and {@code a} for the activation: {@code i, f, o = s(x W + h U + b)},
     * {@code g = a(x W + h U + b)}, {@code c = f * c + i * g}, {@code h = o * a(c)}; gates in Keras's order i, f, g, o.
     * Variables: kernel {@code [in, 4 * units]}, recurrent_kernel {@code [units, 4 * units]}, bias {@code [4 * units]}.
     */
    record Lstm(String name, int units, boolean returnSequences, Recurrence recurrence) implements Recurrent {
        public Lstm {
            requireName(name);
            requirePositive(name, "units", units);
        }

        /** With Keras's defaults. */
        public Lstm(String name, int units, boolean returnSequences) {
            this(name, units, returnSequences, Recurrence.DEFAULT);
        }
    }

    /**
     * Gated recurrent unit (Cho et al. 2014). With {@code s} for the recurrent activation and {@code a} for the
     * activation: {@code z, r = s(x W + h U + b)}, {@code g = a(x W + b + r * (h U + b'))}, or
     * {@code g = a(x W + b + (r * h) U)} where the reset gate is applied before the product, and
     * {@code h = z * h + (1 - z) * g}; gates in Keras's order z, r, g. Variables: kernel {@code [in, 3 * units]},
     * recurrent_kernel {@code [units, 3 * units]}, bias {@code [2, 3 * units]} (of the input, then of the state), or
     * {@code [3 * units]} without {@code resetAfter}.
     *
     * @param resetAfter whether the reset gate is applied after the product with the state; Keras's default
     */
    record Gru(String name, int units, boolean returnSequences, Recurrence recurrence, boolean resetAfter)
            implements Recurrent {
        public Gru {
            requireName(name);
            requirePositive(name, "units", units);
        }
    }

    /**
     * The simplest recurrent layer (Elman 1990): {@code h = a(x W + h U + b)}. It has no gates, so its recurrent
     * activation has no say. Variables: kernel {@code [in, units]}, recurrent_kernel {@code [units, units]}, bias
     * {@code [units]}.
     */
    record SimpleRnn(String name, int units, boolean returnSequences, Recurrence recurrence) implements Recurrent {
        public SimpleRnn {
            requireName(name);
            requirePositive(name, "units", units);
        }
    }

    /**
     * A recurrent layer and a second one that reads the sequence from its end, put together (Schuster and Paliwal 1997):
     * {@code [steps, in] -> [steps, out]}, each step of the second where it was read, or {@code [out]} of the states that
     * each computes last. Variables: those of the first, called {@code forward_...}, then {@code backward_...}.
     *
     * @param backward goes backwards, and returns sequences if forward does
     */
    record Bidirectional(String name, Recurrent forward, Recurrent backward, MergeMode mergeMode) implements LayerSpec {
        public Bidirectional {
            requireName(name);
            if (forward.recurrence().goBackwards() || !backward.recurrence().goBackwards()) {
                throw new IllegalArgumentException("Layer '" + name
                        + "': forward must have go_backwards false and backward true, got "
                        + forward.recurrence().goBackwards() + " and "
                        + backward.recurrence().goBackwards());
            }
            if (forward.returnSequences() != backward.returnSequences()) {
                throw new IllegalArgumentException("Layer '" + name
                        + "': both ways must agree on return_sequences, got " + forward.returnSequences() + " and "
                        + backward.returnSequences());
            }
            if (mergeMode != MergeMode.CONCAT && forward.units() != backward.units()) {
                throw new IllegalArgumentException("Layer '" + name + "': merge_mode "
                        + mergeMode.name().toLowerCase(Locale.ROOT) + " needs as many units both ways, got "
                        + forward.units() + " and " + backward.units());
            }
        }
    }

    /** How the states of both ways are put together. */
    enum MergeMode {
        CONCAT,
        SUM,
        MUL,
        /** The mean of both. */
        AVE
    }

    private static void requireName(String name) {
        if (!name.matches("[A-Za-z0-9_]+")) {
            throw new IllegalArgumentException(
                    "A layer's name takes letters, digits and underscores, got '" + name + "'");
        }
    }

    private static void requirePositive(String layer, String setting, int value) {
        if (value < 1) {
            throw new IllegalArgumentException("Layer '" + layer + "': " + setting + " must be >= 1, got " + value);
        }
    }
}
