package dev.hourglass.model.variables;

import dev.hourglass.tensor.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What the values of a variable are before training, with Keras's names, settings, defaults and formulas. What is drawn
 * comes from the run's one source of randomness, so Keras's {@code seed} has no say.
 */
public sealed interface Initializer {
    /** Keras's classes, as {@link #of} reads them. */
    List<String> NAMES = List.of(
            "GlorotUniform",
            "GlorotNormal",
            "HeUniform",
            "HeNormal",
            "LecunUniform",
            "LecunNormal",
            "RandomUniform",
            "RandomNormal",
            "TruncatedNormal",
            "VarianceScaling",
            "Orthogonal",
            "Identity",
            "Zeros",
            "Ones",
            "Constant");

    /** One value everywhere; {@code Zeros} and {@code Ones} are such. */
    record Constant(float value) implements Initializer {
        public Constant {
            requireFinite("value", value);
        }
    }

    /**
     * Uniform between two values.
     *
     * @param maxval >= minval
     */
    record RandomUniform(float minval, float maxval) implements Initializer {
        public RandomUniform {
            requireFinite("minval", minval);
            requireFinite("maxval", maxval);
            if (maxval < minval) {
                throw new IllegalArgumentException("maxval must be >= minval, got " + maxval + " and " + minval);
            }
        }
    }

    /** @param stddev >= 0 */
    record RandomNormal(float mean, float stddev) implements Initializer {
        public RandomNormal {
            requireFinite("mean", mean);
            requireAtLeastZero("stddev", stddev);
        }
    }

    /**
     * Normal, but what is more than two standard deviations from the mean is drawn again.
     *
     * @param stddev of the normal distribution before that, >= 0
     */
    record TruncatedNormal(float mean, float stddev) implements Initializer {
        public TruncatedNormal {
            requireFinite("mean", mean);
            requireAtLeastZero("stddev", stddev);
        }
    }

    /**
     * With a variance of {@code scale / n}, where n is how many numbers a variable's inputs or outputs are, or the mean of
     * both. Those of Glorot and Bengio 2010 (equation 16), He et al. 2015 and LeCun et al. 1998 are such.
     *
     * @param scale > 0
     */
    record VarianceScaling(float scale, Mode mode, Distribution distribution) implements Initializer {
        /** Of the standard normal distribution between -2 and 2. */
        static final double TRUNCATED_STDDEV = 0.8796256610342398;

        /** What n is. */
        public enum Mode {
            FAN_IN,
            FAN_OUT,
            FAN_AVG
        }

        /** What is drawn from. */
        public enum Distribution {
            UNIFORM,
            /** Cut at two standard deviations, and as much wider before that the variance is right behind it. */
            TRUNCATED_NORMAL,
            UNTRUNCATED_NORMAL
        }

        public VarianceScaling {
            if (!(scale > 0 && scale < Float.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("scale must be > 0, got " + scale);
            }
        }

        /**
         * The variance of what is drawn.
         *
         * @param shape a kernel's: its last two dimensions are what a place of the window reads and writes
         */
        public double variance(Shape shape) {
            double fanIn = shape.dimension(shape.rank() > 1 ? -2 : -1);
            double fanOut = shape.dimension(-1);
            double window = shape.rank() > 1 ? shape.size() / fanIn / fanOut : 1;
            double n = switch (mode) {
                case FAN_IN -> window * fanIn;
                case FAN_OUT -> window * fanOut;
                case FAN_AVG -> window * (fanIn + fanOut) / 2;
            };
            return scale / Math.max(1, n);
        }
    }

    /**
     * A matrix whose rows, or whose columns where these are fewer, are orthogonal (Saxe et al. 2014); of a kernel, all
     * dimensions but the last count as one.
     *
     * @param gain their length
     */
    record Orthogonal(float gain) implements Initializer {
        public Orthogonal {
            requireFinite("gain", gain);
        }
    }

    /** A matrix with {@code gain} on its diagonal and 0 elsewhere. */
    record Identity(float gain) implements Initializer {
        public Identity {
            requireFinite("gain", gain);
        }
    }

    /**
     * Of an LSTM's bias with Keras's {@code unit_forget_bias}: 1 in the second quarter, the forget gate (Jozefowicz et al.
     * 2015).
     *
     * @param others what the other gates start from
     */
    record ForgetGateOnes(Initializer others) implements Initializer {}

    /** Keras's class. */
    default String kerasClass() {
        return switch (this) {
            case Constant of -> of.value() == 0 ? "Zeros" : of.value() == 1 ? "Ones" : "Constant";
            case RandomUniform ignored -> "RandomUniform";
            case RandomNormal ignored -> "RandomNormal";
            case TruncatedNormal ignored -> "TruncatedNormal";
            case VarianceScaling of -> VarianceScalings.nameOf(of);
            case Orthogonal ignored -> "Orthogonal";
            case Identity ignored -> "Identity";
            case ForgetGateOnes of -> of.others().kerasClass();
        };
    }

    /** By Keras's names, what {@link #of} reads back; empty where the class says it all. */
    default Map<String, Object> settings() {
        Map<String, Object> settings = new LinkedHashMap<>();
        switch (this) {
            case Constant of -> {
                if (kerasClass().equals("Constant")) {
                    settings.put("value", of.value());
                }
            }
            case RandomUniform of -> {
                settings.put("minval", of.minval());
                settings.put("maxval", of.maxval());
            }
            case RandomNormal of -> {
                settings.put("mean", of.mean());
                settings.put("stddev", of.stddev());
            }
            case TruncatedNormal of -> {
                settings.put("mean", of.mean());
                settings.put("stddev", of.stddev());
            }
            case VarianceScaling of -> {
                if (kerasClass().equals("VarianceScaling")) {
                    settings.put("scale", of.scale());
                    settings.put("mode", of.mode().name().toLowerCase(Locale.ROOT));
                    settings.put("distribution", of.distribution().name().toLowerCase(Locale.ROOT));
                }
            }
            case Orthogonal of -> settings.put("gain", of.gain());
            case Identity of -> settings.put("gain", of.gain());
            case ForgetGateOnes of -> settings.putAll(of.others().settings());
        }
        return settings;
    }

    /**
     * One by name.
     *
     * @param name Keras's class or function, such as {@code HeNormal} or {@code he_normal}
     * @param settings numbers and texts by Keras's names; what is missing has Keras's default, and {@code seed} is ignored
     * @throws IllegalArgumentException if there is none of that name, or a setting is unknown or out of range; the message
     *     says what would be right
     */
    static Initializer of(String name, Map<String, ?> settings) {
        NamedSettings given = new NamedSettings(settings);
        given.ignore("seed");
        Initializer initializer = switch (NamedSettings.plain(name)) {
            case "zeros", "zero" -> new Constant(0);
            case "ones", "one" -> new Constant(1);
            case "constant" -> new Constant(given.number("value", 0));
            case "randomuniform", "uniform" ->
                new RandomUniform(given.number("minval", -0.05f), given.number("maxval", 0.05f));
            case "randomnormal", "normal" -> new RandomNormal(given.number("mean", 0), given.number("stddev", 0.05f));
            case "truncatednormal" -> new TruncatedNormal(given.number("mean", 0), given.number("stddev", 0.05f));
            case "orthogonal", "orthogonalinitializer" -> new Orthogonal(given.number("gain", 1));
            case "identity", "identityinitializer" -> new Identity(given.number("gain", 1));
            case "variancescaling" -> VarianceScalings.read(given);
            default ->
                VarianceScalings.named(NamedSettings.plain(name))
                        .orElseThrow(() -> new IllegalArgumentException(
                                "an initializer must be one of " + String.join(", ", NAMES) + ", got '" + name + "'"));
        };
        given.requireNoMore(initializer.kerasClass());
        return initializer;
    }

    private static void requireFinite(String setting, float value) {
        if (!Float.isFinite(value)) {
            throw new IllegalArgumentException(setting + " must be finite, got " + value);
        }
    }

    private static void requireAtLeastZero(String setting, float value) {
        if (!(value >= 0 && value < Float.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(setting + " must be >= 0, got " + value);
        }
    }
}
