package dev.hourglass.engine;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;

/**
 * What training minimises: a function of outputs and targets, as the mean over all their numbers. Names, settings,
 * defaults and formulas are those of {@code keras.losses}. In the formulas y is a number of the output, t its target and
 * e = y - t.
 */
public sealed interface Loss {
    /** Keras's names in recipes and model files. */
    List<String> NAMES =
            List.of("mean_squared_error", "mean_absolute_error", "binary_crossentropy", "huber", "log_cosh");

    /** e squared. */
    record MeanSquaredError() implements Loss {}

    /** The absolute value of e; where e is 0, so is its gradient. */
    record MeanAbsoluteError() implements Loss {}

    /**
     * {@code -(t log y + (1 - t) log(1 - y))} of probabilities, or the same of y = sigmoid(z) where the outputs z are
     * logits. Targets must be 0 to 1. Probabilities are first clipped to at least 1e-7 from 0 and 1, so the gradient
     * beyond is 0. Where the last layer's activation is a sigmoid, its logits are used, unclipped, as Keras does: that
     * loses nothing where the sigmoid is saturated.
     *
     * @param fromLogits whether outputs are logits; Keras's default is false
     * @param labelSmoothing s from 0 to 1: targets become {@code t (1 - s) + s / 2}
     */
    record BinaryCrossentropy(boolean fromLogits, float labelSmoothing) implements Loss {
        /** Of probabilities, of targets as they are. */
        public static final BinaryCrossentropy DEFAULT = new BinaryCrossentropy(false, 0);

        public BinaryCrossentropy {
            GivenSettings.requirePart("label_smoothing", labelSmoothing);
        }
    }

    /**
     * {@code e^2 / 2} up to |e| = delta, and from there on the straight line {@code delta |e| - delta^2 / 2} (Huber 1964).
     *
     * @param delta > 0; Keras's default is 1
     */
    record Huber(float delta) implements Loss {
        public static final Huber DEFAULT = new Huber(1);

        public Huber {
            GivenSettings.requirePositive("delta", delta);
        }
    }

    /** {@code log(cosh(e))}: about {@code e^2 / 2} where e is small and {@code |e| - log 2} where it is large. */
    record LogCosh() implements Loss {}

    /** What Keras calls it in recipes and model files. */
    default String kerasName() {
        return switch (this) {
            case MeanSquaredError loss -> "mean_squared_error";
            case MeanAbsoluteError loss -> "mean_absolute_error";
            case BinaryCrossentropy loss -> "binary_crossentropy";
            case Huber loss -> "huber";
            case LogCosh loss -> "log_cosh";
        };
    }

    /** The name of Keras's class, such as {@code LogCosh}. */
    default String kerasClass() {
        return getClass().getSimpleName();
    }

    /** For a sentence or an axis, such as {@code mean squared error} or {@code Huber loss (delta 0.5)}. */
    default String inWords() {
        return switch (this) {
            case MeanSquaredError loss -> "mean squared error";
            case MeanAbsoluteError loss -> "mean absolute error";
            case BinaryCrossentropy loss ->
                "binary cross-entropy"
                        + (loss.fromLogits() ? " from logits" : "")
                        + (loss.labelSmoothing() > 0 ? " (label smoothing " + loss.labelSmoothing() + ")" : "");
            case Huber loss -> "Huber loss (delta " + loss.delta() + ")";
            case LogCosh loss -> "log-cosh loss";
        };
    }

    /** By Keras's names, those that are not as by default. */
    default SequencedMap<String, Object> settings() {
        SequencedMap<String, Object> settings = new LinkedHashMap<>();
        switch (this) {
            case MeanSquaredError loss -> {}
            case MeanAbsoluteError loss -> {}
            case BinaryCrossentropy loss -> {
                if (loss.fromLogits()) {
                    settings.put("from_logits", true);
                }
                if (loss.labelSmoothing() > 0) {
                    settings.put("label_smoothing", loss.labelSmoothing());
                }
            }
            case Huber loss -> {
                if (!loss.equals(Huber.DEFAULT)) {
                    settings.put("delta", loss.delta());
                }
            }
            case LogCosh loss -> {}
        }
        return settings;
    }

    /** On one line, as {@link #parse} reads it, such as {@code huber:delta=0.5}. */
    default String text() {
        return GivenSettings.Named.text(kerasName(), settings());
    }

    /**
     * A loss as a user types it: its name, and after a colon its settings, such as {@code huber:delta=0.5}.
     *
     * @throws SettingException as {@link #of} does, and if the text has another form
     */
    static Loss parse(String text) {
        GivenSettings.Named named = GivenSettings.Named.parse(text);
        return of(named.name(), named.settings());
    }

    /**
     * A loss by its name in Keras: of the function, the class or short, such as {@code binary_crossentropy},
     * {@code BinaryCrossentropy} and {@code bce}.
     *
     * @param settings by Keras's names; those that are missing or null are as by default
     * @throws SettingException if there is no such loss, it lacks a setting or a value is out of its range
     */
    static Loss of(String name, Map<String, ?> settings) {
        return switch (name.replace("_", "").toLowerCase(Locale.ROOT)) {
            case "meansquarederror", "mse" -> {
                new GivenSettings("mean_squared_error", settings, List.of());
                yield new MeanSquaredError();
            }
            case "meanabsoluteerror", "mae" -> {
                new GivenSettings("mean_absolute_error", settings, List.of());
                yield new MeanAbsoluteError();
            }
            case "binarycrossentropy", "bce" -> {
                GivenSettings given =
                        new GivenSettings("binary_crossentropy", settings, List.of("from_logits", "label_smoothing"));
                yield new BinaryCrossentropy(given.flag("from_logits", false), given.number("label_smoothing", 0));
            }
            case "huber", "huberloss" ->
                new Huber(
                        new GivenSettings("huber", settings, List.of("delta")).number("delta", Huber.DEFAULT.delta()));
            case "logcosh" -> {
                new GivenSettings("log_cosh", settings, List.of());
                yield new LogCosh();
            }
            default -> throw SettingException.unknownName("a loss", name, NAMES);
        };
    }
}
