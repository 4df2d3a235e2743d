package dev.hourglass.model.variables;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What is made to hold of a variable after each step of training, with Keras's names, settings, defaults and formulas.
 * Norms are Euclidean, of the numbers along some axes of the variable, in Keras's layout, which count from 0 or, negative,
 * from behind: 0 is what a unit of a dense layer reads, 0 to 2 what a filter of a convolution over images reads.
 */
public sealed interface Constraint {
    /** Keras's classes, as {@link #of} reads them. */
    List<String> NAMES = List.of("MaxNorm", "NonNeg", "UnitNorm", "MinMaxNorm");

    /** What Keras adds to a norm before it divides by it. */
    float EPSILON = 1e-7f;

    /** No number below 0: becomes 0. */
    record NonNeg() implements Constraint {}

    /** A constraint of norms. */
    sealed interface OfNorm extends Constraint {
        /** Along which a norm is taken, at least one. */
        List<Integer> axes();

        /** What a norm shall be that is so large. */
        default double desired(double norm) {
            return switch (this) {
                case MaxNorm of -> Math.min(norm, of.maxValue());
                case UnitNorm ignored -> 1;
                case MinMaxNorm of ->
                    of.rate() * Math.clamp(norm, of.minValue(), of.maxValue()) + (1 - of.rate()) * norm;
            };
        }
    }

    /**
     * Norms of at most a value (Srebro and Shraibman 2005).
     *
     * @param maxValue >= 0
     */
    record MaxNorm(float maxValue, List<Integer> axes) implements OfNorm {
        public MaxNorm {
            requireAtLeastZero("max_value", maxValue);
            axes = requireAxes(axes);
        }
    }

    /** Norms of 1. */
    record UnitNorm(List<Integer> axes) implements OfNorm {
        public UnitNorm {
            axes = requireAxes(axes);
        }
    }

    /**
     * Norms between two values.
     *
     * @param maxValue >= minValue
     * @param rate how much of the way each step goes, 0 to 1
     */
    record MinMaxNorm(float minValue, float maxValue, float rate, List<Integer> axes) implements OfNorm {
        public MinMaxNorm {
            requireAtLeastZero("min_value", minValue);
            requireAtLeastZero("max_value", maxValue);
            if (maxValue < minValue) {
                throw new IllegalArgumentException(
                        "max_value must be >= min_value, got " + maxValue + " and " + minValue);
            }
            if (!(rate >= 0 && rate <= 1)) {
                throw new IllegalArgumentException("rate must be 0 to 1, got " + rate);
            }
            axes = requireAxes(axes);
        }
    }

    /** Keras's class. */
    default String kerasClass() {
        return switch (this) {
            case MaxNorm ignored -> "MaxNorm";
            case NonNeg ignored -> "NonNeg";
            case UnitNorm ignored -> "UnitNorm";
            case MinMaxNorm ignored -> "MinMaxNorm";
        };
    }

    /** By Keras's names, what {@link #of} reads back. */
    default Map<String, Object> settings() {
        Map<String, Object> settings = new LinkedHashMap<>();
        switch (this) {
            case NonNeg ignored -> {}
            case MaxNorm of -> settings.put("max_value", of.maxValue());
            case UnitNorm ignored -> {}
            case MinMaxNorm of -> {
                settings.put("min_value", of.minValue());
                settings.put("max_value", of.maxValue());
                settings.put("rate", of.rate());
            }
        }
        if (this instanceof OfNorm norm) {
            settings.put("axis", norm.axes().size() == 1 ? norm.axes().getFirst() : norm.axes());
        }
        return settings;
    }

    /**
     * One by name.
     *
     * @param name Keras's class or function, such as {@code MaxNorm} or {@code max_norm}
     * @param settings numbers by Keras's names, {@code axis} also a list; what is missing has Keras's default
     * @throws IllegalArgumentException if there is none of that name, or a setting is unknown or out of range; the message
     *     says what would be right
     */
    static Constraint of(String name, Map<String, ?> settings) {
        NamedSettings given = new NamedSettings(settings);
        Constraint constraint = switch (NamedSettings.plain(name)) {
            case "maxnorm" -> new MaxNorm(given.number("max_value", 2), given.wholes("axis", 0));
            case "nonneg" -> new NonNeg();
            case "unitnorm" -> new UnitNorm(given.wholes("axis", 0));
            case "minmaxnorm" ->
                new MinMaxNorm(
                        given.number("min_value", 0),
                        given.number("max_value", 1),
                        given.number("rate", 1),
                        given.wholes("axis", 0));
            default ->
                throw new IllegalArgumentException(
                        "a constraint must be one of " + String.join(", ", NAMES) + ", got '" + name + "'");
        };
        given.requireNoMore(constraint.kerasClass());
        return constraint;
    }

    private static void requireAtLeastZero(String setting, float value) {
        if (!(value >= 0 && value < Float.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(setting + " must be >= 0, got " + value);
        }
    }

    private static List<Integer> requireAxes(List<Integer> axes) {
        if (axes.isEmpty()) {
            throw new IllegalArgumentException("axis must be one axis or several, got none");
        }
        return List.copyOf(axes);
    }
}
