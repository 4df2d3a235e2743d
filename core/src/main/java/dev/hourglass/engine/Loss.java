package dev.hourglass.engine;

import dev.hourglass.model.Graph;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.tensor.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What training minimises: a function of outputs and targets, as the mean over its terms. Names, settings, defaults and
 * formulas are those of {@code keras.losses}. In the formulas y is a number of the output, t its target and e = y - t; sums
 * are over the last axis.
 */
public sealed interface Loss {
    /** Keras's names in recipes and model files. {@code ssim} is ours. */
    List<String> NAMES = List.of(
            "mean_squared_error",
            "mean_absolute_error",
            "mean_squared_logarithmic_error",
            "mean_absolute_percentage_error",
            "binary_crossentropy",
            "categorical_crossentropy",
            "sparse_categorical_crossentropy",
            "kl_divergence",
            "poisson",
            "cosine_similarity",
            "huber",
            "log_cosh",
            "ssim");

    /** What a term of the mean is computed from. */
    enum Scope {
        NUMBER,
        /** The numbers along the last axis: a vector, a step's features, a pixel's channels. */
        LAST_AXIS,
        SAMPLE
    }

    /** What numbers a loss is defined for. */
    enum Domain {
        ANY("any numbers"),
        NOT_ZERO("numbers other than 0"),
        AT_LEAST_ZERO("numbers >= 0"),
        UNIT("data in [0, 1]"),
        /** Of classes. */
        WHOLE("whole numbers >= 0");

        private final String inWords;

        Domain(String inWords) {
            this.inWords = inWords;
        }

        /** NaN is in none. */
        public boolean contains(float number) {
            return switch (this) {
                case ANY -> !Float.isNaN(number);
                case NOT_ZERO -> Math.abs(number) > 1e-7f;
                case AT_LEAST_ZERO -> number >= 0;
                case UNIT -> number >= 0 && number <= 1;
                case WHOLE -> number >= 0 && number == Math.rint(number) && number < (1 << 24);
            };
        }

        /** Such as {@code numbers >= 0}. */
        public String inWords() {
            return inWords;
        }
    }

    /** e squared. */
    record MeanSquaredError() implements Loss {}

    /** The absolute value of e; where e is 0, so is its gradient. */
    record MeanAbsoluteError() implements Loss {}

    /**
     * {@code (log(1 + y) - log(1 + t))^2}: of numbers >= 0, by their ratio rather than their difference. As in Keras, what is
     * below 1e-7 is taken for 1e-7, so the gradient there is 0. Targets must be >= 0.
     */
    record MeanSquaredLogarithmicError() implements Loss {}

    /** {@code 100 |e / t|}. Targets must not be 0; Keras takes 1e-7 for what is nearer. */
    record MeanAbsolutePercentageError() implements Loss {}

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
     * {@code -sum(t log p)} along the last axis, where p is {@code y / sum(y)}, clipped to at least 1e-7 from 0 and 1; or
     * softmax(z), unclipped, where the outputs z are logits. Targets must be 0 to 1. The gradient is that of the formula
     * for any targets; Keras's, from logits, is so for those whose sum is 1 alone. (After a layer with a sigmoid, Keras on
     * TensorFlow takes its logits for those of a softmax; this does not.)
     *
     * @param fromLogits whether outputs are logits; Keras's default is false
     * @param labelSmoothing s from 0 to 1: targets become {@code t (1 - s) + s / n}, with n numbers along the axis
     */
    record CategoricalCrossentropy(boolean fromLogits, float labelSmoothing) implements Loss {
        /** Of probabilities, of targets as they are. */
        public static final CategoricalCrossentropy DEFAULT = new CategoricalCrossentropy(false, 0);

        public CategoricalCrossentropy {
            GivenSettings.requirePart("label_smoothing", labelSmoothing);
        }
    }

    /**
     * {@code -log p} of the class that a target names by its number, where p is the share of that class: {@code y / sum(y)} of
     * numbers y that are first clipped to at least 1e-7 from 0 and 1, or softmax(z), unclipped, where the outputs z are logits.
     * Targets lack the outputs' last axis, or have one number there, and are whole numbers from 0 to n - 1, with n numbers
     * along that axis. A plan takes them as {@linkplain Target#ofClasses rows of zeros with a single 1}, and MSE and MAE
     * compare with these.
     *
     * @param fromLogits whether outputs are logits; Keras's default is false
     * @param ignoreClass targets of this number don't count, and the mean is over the others; null for none
     */
    record SparseCategoricalCrossentropy(
            boolean fromLogits, @Nullable Integer ignoreClass) implements Loss {
        static final String IGNORE_CLASS = "ignore_class";

        /** Of probabilities, where all targets count. */
        public static final SparseCategoricalCrossentropy DEFAULT = new SparseCategoricalCrossentropy(false, null);

        /** As a plan computes it: rows of zeros are those that don't count. */
        public Loss ofRows() {
            Loss all = new SparseCategoricalCrossentropy(fromLogits, null);
            return ignoreClass == null ? all : new Weighted(all, TermWeights.NONE, 0f);
        }
    }

    /**
     * {@code sum(t log(t / y))} along the last axis (Kullback and Leibler 1951), both clipped to 1e-7 to 1, so the gradient
     * beyond is 0. Targets must be 0 to 1.
     */
    record KlDivergence() implements Loss {}

    /** {@code y - t log(y + 1e-7)}, of counts: outputs and targets must be >= 0. */
    record Poisson() implements Loss {}

    /**
     * {@code -sum(y t) / (|y| |t|)} along the last axis: -1 where both point the same way. Where one of them is all 0, so are
     * the loss and its gradient.
     */
    record CosineSimilarity() implements Loss {}

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

    /**
     * 1 - SSIM of two images: what is left of the structural similarity (Wang, Bovik, Sheikh and Simoncelli 2004, equation
     * 13) with Gaussian windows of 11x11 pixels, a standard deviation of 1.5, K1 = 0.01 and K2 = 0.03, as the mean over the
     * windows inside the image and over the channels. The same as {@code 1 - tf.image.ssim}. Keras has no loss like that.
     *
     * @param dataRange from the smallest number that a pixel can be to the largest, > 0; null takes the range of the
     *     model's outputs, such as 1 after a sigmoid
     */
    record Ssim(@Nullable Float dataRange) implements Loss {
        /** The range is the model's. */
        public static final Ssim DEFAULT = new Ssim(null);

        /** Pixels that a window is wide and high; images must be as large. */
        public static final int WINDOW = 11;

        public Ssim {
            if (dataRange != null) {
                GivenSettings.requirePositive("data_range", dataRange);
            }
        }
    }

    /**
     * A loss whose terms count differently. The mean is over the terms that a mask leaves, as Keras takes it, however they
     * are weighed. Model files hold the weights in our note: Keras's {@code compile} has no place for them.
     *
     * @param of a loss by number or along the last axis
     * @param weights what each term is multiplied with
     * @param maskValue terms whose targets all have this value don't count; null for none
     */
    record Weighted(Loss of, TermWeights weights, @Nullable Float maskValue) implements Loss {
        /** @throws SettingException if the loss has a single term for each sample, or weights lack what they are for */
        public Weighted {
            if (of instanceof Weighted || of instanceof PerOutput || of.scope() == Scope.SAMPLE) {
                throw SettingException.value("", "a loss with several terms a sample to weigh", of.text());
            }
            if (of instanceof SparseCategoricalCrossentropy sparse && sparse.ignoreClass() != null) {
                throw SettingException.value(
                        SparseCategoricalCrossentropy.IGNORE_CLASS,
                        "none beside weights of terms",
                        sparse.ignoreClass());
            }
            if (of.scope() == Scope.LAST_AXIS && !weights.ofChannels().isEmpty()) {
                throw SettingException.value(
                        TermWeights.CHANNELS,
                        "a loss that is computed number by number, but " + of.kerasName() + " takes channels together",
                        "weights for them");
            }
        }
    }

    /**
     * A loss to which is added what weights or activities cost; with that, Keras's regularizers stand on the layers.
     *
     * @param of without penalties
     * @param penalties at least one
     */
    record Penalized(Loss of, List<Penalty> penalties) implements Loss {
        /** @throws SettingException if the loss has penalties, or a mask beside one that is told from samples */
        public Penalized {
            penalties = List.copyOf(penalties);
            if (penalties.isEmpty() || of instanceof Penalized) {
                throw SettingException.value(Penalty.SETTING, "a loss without penalties and some", of.text());
            }
            if (of instanceof Weighted weighted
                    && weighted.maskValue() != null
                    && !penalties.stream().allMatch(Penalty.OfVariable.class::isInstance)) {
                throw SettingException.value(
                        Penalty.SETTING, "penalties of variables beside a mask_value", "one of another kind");
            }
        }
    }

    /**
     * Of a model with several outputs: the sum of what each of them misses its own target by, times its weight, as Keras has
     * it with a list of losses and {@code loss_weights}.
     *
     * @param terms at least one, each of another output
     */
    record PerOutput(List<OutputTerm> terms) implements Loss {
        static final String NAME = "per_output";

        /** @throws SettingException if there is no term, two are of the same output, or none counts */
        public PerOutput {
            terms = List.copyOf(terms);
            long outputs = terms.stream().map(OutputTerm::output).distinct().count();
            if (terms.isEmpty() || outputs < terms.size()) {
                throw SettingException.value(
                        OutputTerm.SETTING, "one loss for each of some outputs", OutputTerm.text(terms));
            }
            if (terms.stream().allMatch(term -> term.weight() == 0)) {
                throw SettingException.value("loss_weight", "a weight above 0", "zeros");
            }
        }
    }

    /** What outputs are compared with, each by a loss of its own; empty where there is a single one. */
    default List<OutputTerm> outputTerms() {
        return ofOutputs() instanceof PerOutput several ? several.terms() : List.of();
    }

    /**
     * The one of these that an output is compared by.
     *
     * @throws IllegalArgumentException if there is none
     */
    default OutputTerm outputTerm(String output) {
        return outputTerms().stream()
                .filter(term -> term.output().equals(output))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("Output '" + output + "' has no loss"));
    }

    /**
     * Another loss in this one's place: of a model with several outputs, of each of them, with their targets and weights.
     */
    default Loss withOfOutputs(Loss other) {
        if (outputTerms().isEmpty() || !other.outputTerms().isEmpty()) {
            return other;
        }
        List<OutputTerm> terms = outputTerms().stream()
                .map(term -> new OutputTerm(term.output(), term.target(), other.ofOutputs(), term.weight()))
                .toList();
        return new PerOutput(terms).withPenalties(other.penalties());
    }

    /** The same of outputs that are called otherwise. */
    default Loss withOutputNames(UnaryOperator<String> names) {
        if (outputTerms().isEmpty()) {
            return this;
        }
        List<OutputTerm> renamed = outputTerms().stream()
                .map(term -> new OutputTerm(names.apply(term.output()), term.target(), term.loss(), term.weight()))
                .toList();
        return new PerOutput(renamed).withPenalties(penalties());
    }

    /** Without what is added for weights and activities. */
    default Loss ofOutputs() {
        return this instanceof Penalized penalized ? penalized.of() : this;
    }

    /** The one without weights and penalties, if it is told from the numbers of classes. */
    default @Nullable SparseCategoricalCrossentropy ofClasses() {
        Loss of = ofOutputs() instanceof Weighted weighted ? weighted.of() : ofOutputs();
        return of instanceof SparseCategoricalCrossentropy sparse ? sparse : null;
    }

    /** What is added for weights and activities; empty where nothing is. */
    default List<Penalty> penalties() {
        return this instanceof Penalized penalized ? penalized.penalties() : List.of();
    }

    /** Whether it has a divergence: then it is the sum over a sample's terms, as the mean over samples. */
    default boolean isVariational() {
        return penalties().stream().anyMatch(Penalty.Divergence.class::isInstance);
    }

    /**
     * With what layers that sample or quantize need and have not yet: a divergence makes the negative evidence lower bound,
     * where the loss of outputs is a negative logarithm of a likelihood, as binary cross-entropy is; by a quantization a
     * codebook learns.
     */
    default Loss withDivergences(Graph graph) {
        List<Penalty> all = new ArrayList<>(penalties());
        for (LayerSpec layer : graph.layers()) {
            if (layer instanceof LayerSpec.Sampling && !has(all, Penalty.Divergence.class, layer)) {
                all.add(Penalty.Divergence.of(layer.name()));
            }
            if (layer instanceof LayerSpec.VectorQuantizer && !has(all, Penalty.Quantization.class, layer)) {
                all.add(Penalty.Quantization.of(layer.name()));
            }
        }
        return withPenalties(all);
    }

    private static boolean has(List<Penalty> all, Class<? extends Penalty> kind, LayerSpec layer) {
        return all.stream()
                .anyMatch(penalty -> kind.isInstance(penalty) && penalty.layer().equals(layer.name()));
    }

    /** With these penalties and no others. */
    default Loss withPenalties(List<Penalty> penalties) {
        return penalties.isEmpty() ? ofOutputs() : new Penalized(ofOutputs(), penalties);
    }

    /** What has to be at hand at once to compute it. */
    default Scope scope() {
        return switch (this) {
            case MeanSquaredError loss -> Scope.NUMBER;
            case MeanAbsoluteError loss -> Scope.NUMBER;
            case MeanSquaredLogarithmicError loss -> Scope.NUMBER;
            case MeanAbsolutePercentageError loss -> Scope.NUMBER;
            case BinaryCrossentropy loss -> Scope.NUMBER;
            case CategoricalCrossentropy loss -> Scope.LAST_AXIS;
            case SparseCategoricalCrossentropy loss -> Scope.LAST_AXIS;
            case KlDivergence loss -> Scope.LAST_AXIS;
            case Poisson loss -> Scope.NUMBER;
            case CosineSimilarity loss -> Scope.LAST_AXIS;
            case Huber loss -> Scope.NUMBER;
            case LogCosh loss -> Scope.NUMBER;
            case Ssim loss -> Scope.SAMPLE;
            case Weighted loss -> Scope.SAMPLE;
            case PerOutput loss -> Scope.SAMPLE;
            case Penalized loss -> loss.of().scope();
        };
    }

    /** How many terms a sample of some shape has that the loss is the mean of. */
    default int terms(Shape sample) {
        if (isVariational()) {
            return 1;
        }
        if (ofOutputs() instanceof Weighted weighted) {
            return weighted.of().terms(sample);
        }
        return switch (scope()) {
            case NUMBER -> sample.size();
            case LAST_AXIS -> sample.size() / sample.dimension(-1);
            case SAMPLE -> 1;
        };
    }

    /** What targets must be. */
    default Domain targets() {
        return switch (this) {
            case BinaryCrossentropy loss -> Domain.UNIT;
            case CategoricalCrossentropy loss -> Domain.UNIT;
            case SparseCategoricalCrossentropy loss -> Domain.WHOLE;
            case KlDivergence loss -> Domain.UNIT;
            case MeanSquaredLogarithmicError loss -> Domain.AT_LEAST_ZERO;
            case Poisson loss -> Domain.AT_LEAST_ZERO;
            case MeanAbsolutePercentageError loss -> Domain.NOT_ZERO;
            case Weighted loss -> loss.of().targets();
            case PerOutput loss -> Domain.ANY; // each of its losses has its own
            case Penalized loss -> loss.of().targets();
            case MeanSquaredError loss -> Domain.ANY;
            case MeanAbsoluteError loss -> Domain.ANY;
            case CosineSimilarity loss -> Domain.ANY;
            case Huber loss -> Domain.ANY;
            case LogCosh loss -> Domain.ANY;
            case Ssim loss -> Domain.ANY;
        };
    }

    /** What outputs must be. */
    default Domain outputs() {
        return switch (this) {
            case BinaryCrossentropy loss -> loss.fromLogits() ? Domain.ANY : Domain.UNIT;
            case CategoricalCrossentropy loss -> loss.fromLogits() ? Domain.ANY : Domain.AT_LEAST_ZERO;
            case SparseCategoricalCrossentropy loss -> loss.fromLogits() ? Domain.ANY : Domain.AT_LEAST_ZERO;
            case KlDivergence loss -> Domain.UNIT;
            case Poisson loss -> Domain.AT_LEAST_ZERO;
            case Weighted loss -> loss.of().outputs();
            case PerOutput loss -> Domain.ANY;
            case Penalized loss -> loss.of().outputs();
            case MeanSquaredError loss -> Domain.ANY;
            case MeanAbsoluteError loss -> Domain.ANY;
            case MeanSquaredLogarithmicError loss -> Domain.ANY;
            case MeanAbsolutePercentageError loss -> Domain.ANY;
            case CosineSimilarity loss -> Domain.ANY;
            case Huber loss -> Domain.ANY;
            case LogCosh loss -> Domain.ANY;
            case Ssim loss -> Domain.ANY;
        };
    }

    /** Whether Keras has it, with all its settings; penalties aside, which it has on the layers. */
    default boolean isOfKeras() {
        return !(ofOutputs() instanceof Ssim)
                && !(ofOutputs() instanceof Weighted)
                && outputTerms().stream().allMatch(term -> term.loss().isOfKeras());
    }

    /** What Keras calls it in recipes and model files. */
    default String kerasName() {
        return switch (this) {
            case MeanSquaredError loss -> "mean_squared_error";
            case MeanAbsoluteError loss -> "mean_absolute_error";
            case MeanSquaredLogarithmicError loss -> "mean_squared_logarithmic_error";
            case MeanAbsolutePercentageError loss -> "mean_absolute_percentage_error";
            case BinaryCrossentropy loss -> "binary_crossentropy";
            case CategoricalCrossentropy loss -> "categorical_crossentropy";
            case SparseCategoricalCrossentropy loss -> "sparse_categorical_crossentropy";
            case KlDivergence loss -> "kl_divergence";
            case Poisson loss -> "poisson";
            case CosineSimilarity loss -> "cosine_similarity";
            case Huber loss -> "huber";
            case LogCosh loss -> "log_cosh";
            case Ssim loss -> "ssim";
            case Weighted loss -> loss.of().kerasName();
            case PerOutput loss -> PerOutput.NAME;
            case Penalized loss -> loss.of().kerasName();
        };
    }

    /** The name of Keras's class, such as {@code LogCosh}. */
    default String kerasClass() {
        return this instanceof KlDivergence ? "KLDivergence" : getClass().getSimpleName();
    }

    /** For a sentence or an axis, such as {@code mean squared error} or {@code Huber loss (delta 0.5)}. */
    default String inWords() {
        return switch (this) {
            case MeanSquaredError loss -> "mean squared error";
            case MeanAbsoluteError loss -> "mean absolute error";
            case MeanSquaredLogarithmicError loss -> "mean squared logarithmic error";
            case MeanAbsolutePercentageError loss -> "mean absolute percentage error";
            case BinaryCrossentropy loss ->
                "binary cross-entropy" + crossentropyWords(loss.fromLogits(), loss.labelSmoothing());
            case CategoricalCrossentropy loss ->
                "categorical cross-entropy" + crossentropyWords(loss.fromLogits(), loss.labelSmoothing());
            case SparseCategoricalCrossentropy loss ->
                "cross-entropy of classes" + crossentropyWords(loss.fromLogits(), 0)
                        + (loss.ignoreClass() == null ? "" : " without class " + loss.ignoreClass());
            case KlDivergence loss -> "Kullback-Leibler divergence";
            case Poisson loss -> "Poisson loss";
            case CosineSimilarity loss -> "negative cosine similarity";
            case Huber loss -> "Huber loss (delta " + loss.delta() + ")";
            case LogCosh loss -> "log-cosh loss";
            case Ssim loss -> "1 - SSIM";
            case Weighted loss -> loss.of().inWords() + " " + loss.weights().inWords(loss.maskValue());
            case PerOutput loss ->
                loss.terms().stream()
                        .filter(term -> term.weight() > 0)
                        .map(OutputTerm::inWords)
                        .collect(Collectors.joining(" + "));
            case Penalized loss -> loss.of().inWords() + " + " + Penalty.inWords(loss.penalties());
        };
    }

    private static String crossentropyWords(boolean fromLogits, float labelSmoothing) {
        return (fromLogits ? " from logits" : "")
                + (labelSmoothing > 0 ? " (label smoothing " + labelSmoothing + ")" : "");
    }

    /** By Keras's names, those that are not as by default. */
    default SequencedMap<String, Object> settings() {
        SequencedMap<String, Object> settings = new LinkedHashMap<>();
        switch (this) {
            case MeanSquaredError loss -> {}
            case MeanAbsoluteError loss -> {}
            case MeanSquaredLogarithmicError loss -> {}
            case MeanAbsolutePercentageError loss -> {}
            case KlDivergence loss -> {}
            case Poisson loss -> {}
            case CosineSimilarity loss -> {}
            case LogCosh loss -> {}
            case BinaryCrossentropy loss -> putCrossentropy(settings, loss.fromLogits(), loss.labelSmoothing());
            case CategoricalCrossentropy loss -> putCrossentropy(settings, loss.fromLogits(), loss.labelSmoothing());
            case SparseCategoricalCrossentropy loss -> {
                putCrossentropy(settings, loss.fromLogits(), 0);
                if (loss.ignoreClass() != null) {
                    settings.put(SparseCategoricalCrossentropy.IGNORE_CLASS, loss.ignoreClass());
                }
            }
            case Huber loss -> {
                if (!loss.equals(Huber.DEFAULT)) {
                    settings.put("delta", loss.delta());
                }
            }
            case Ssim loss -> {
                if (loss.dataRange() != null) {
                    settings.put("data_range", loss.dataRange());
                }
            }
            case PerOutput loss -> settings.put(OutputTerm.SETTING, OutputTerm.text(loss.terms()));
            case Penalized loss -> {
                settings.putAll(loss.of().settings());
                settings.put(Penalty.SETTING, Penalty.text(loss.penalties()));
            }
            case Weighted loss -> {
                settings.putAll(loss.of().settings());
                settings.putAll(loss.weights().settings());
                if (loss.maskValue() != null) {
                    settings.put(TermWeights.MASK, loss.maskValue());
                }
            }
        }
        return settings;
    }

    private static void putCrossentropy(Map<String, Object> settings, boolean fromLogits, float labelSmoothing) {
        if (fromLogits) {
            settings.put("from_logits", true);
        }
        if (labelSmoothing > 0) {
            settings.put("label_smoothing", labelSmoothing);
        }
    }

    /** On one line, as {@link #parse} reads it, such as {@code huber:delta=0.5}. */
    default String text() {
        return GivenSettings.Named.text(kerasName(), settings());
    }

    /**
     * A loss as a user types it: its name, and after a colon its settings, such as {@code huber:delta=0.5}. Several numbers
     * of one setting have spaces between them.
     *
     * @throws SettingException as {@link #of} does, and if the text has another form
     */
    static Loss parse(String text) {
        GivenSettings.Named named = GivenSettings.Named.parse(text);
        return of(named.name(), named.settings());
    }

    /**
     * A loss by its name in Keras: of the function, the class or short, such as {@code binary_crossentropy},
     * {@code BinaryCrossentropy} and {@code bce}. Besides its own settings it takes {@code step_weights},
     * {@code channel_weights} and {@code mask_value}, see {@link Weighted}, and {@code penalties}, see {@link Penalized}.
     * {@code per_output} has the setting {@code outputs}, see {@link PerOutput}.
     *
     * @param settings by Keras's names; those that are missing or null are as by default
     * @throws SettingException if there is no such loss, it lacks a setting or a value is out of its range
     */
    static Loss of(String name, Map<String, ?> settings) {
        Map<String, Object> own = new LinkedHashMap<>(settings);
        own.keySet().removeAll(TermWeights.SETTINGS);
        Object penalties = own.remove(Penalty.SETTING);
        Map<String, Object> common = new LinkedHashMap<>(settings);
        common.keySet().retainAll(TermWeights.SETTINGS);
        Loss loss = unweighted(name, own);
        GivenSettings given = new GivenSettings(loss.kerasName(), common, TermWeights.SETTINGS);
        TermWeights weights = TermWeights.of(given);
        Float mask = given.number(TermWeights.MASK);
        if (mask != null && loss instanceof SparseCategoricalCrossentropy) {
            throw SettingException.value(
                    TermWeights.MASK, "none, but " + SparseCategoricalCrossentropy.IGNORE_CLASS, mask);
        }
        Loss weighted = weights.equals(TermWeights.NONE) && mask == null ? loss : new Weighted(loss, weights, mask);
        return penalties == null ? weighted : weighted.withPenalties(Penalty.parse(penalties.toString()));
    }

    private static Loss unweighted(String name, Map<String, ?> settings) {
        return switch (name.replace("_", "").toLowerCase(Locale.ROOT)) {
            case "meansquarederror", "mse" -> plain(new MeanSquaredError(), settings);
            case "meanabsoluteerror", "mae" -> plain(new MeanAbsoluteError(), settings);
            case "meansquaredlogarithmicerror", "msle" -> plain(new MeanSquaredLogarithmicError(), settings);
            case "meanabsolutepercentageerror", "mape" -> plain(new MeanAbsolutePercentageError(), settings);
            case "binarycrossentropy", "bce" -> {
                GivenSettings given =
                        new GivenSettings("binary_crossentropy", settings, List.of("from_logits", "label_smoothing"));
                yield new BinaryCrossentropy(given.flag("from_logits", false), given.number("label_smoothing", 0));
            }
            case "categoricalcrossentropy" -> {
                GivenSettings given = alongLastAxis(
                        "categorical_crossentropy", settings, List.of("from_logits", "label_smoothing", "axis"));
                yield new CategoricalCrossentropy(given.flag("from_logits", false), given.number("label_smoothing", 0));
            }
            case "sparsecategoricalcrossentropy" -> {
                GivenSettings given = alongLastAxis(
                        "sparse_categorical_crossentropy",
                        settings,
                        List.of("from_logits", SparseCategoricalCrossentropy.IGNORE_CLASS, "axis"));
                yield new SparseCategoricalCrossentropy(
                        given.flag("from_logits", false),
                        given.wholeNumber(SparseCategoricalCrossentropy.IGNORE_CLASS));
            }
            case "kldivergence", "kullbackleiblerdivergence", "kld" -> plain(new KlDivergence(), settings);
            case "poisson" -> plain(new Poisson(), settings);
            case "cosinesimilarity" -> {
                alongLastAxis("cosine_similarity", settings, List.of("axis"));
                yield new CosineSimilarity();
            }
            case "huber", "huberloss" ->
                new Huber(
                        new GivenSettings("huber", settings, List.of("delta")).number("delta", Huber.DEFAULT.delta()));
            case "logcosh" -> plain(new LogCosh(), settings);
            case "peroutput" -> {
                new GivenSettings(PerOutput.NAME, settings, List.of(OutputTerm.SETTING));
                yield new PerOutput(OutputTerm.parse(String.valueOf(settings.get(OutputTerm.SETTING))));
            }
            case "ssim" -> new Ssim(new GivenSettings("ssim", settings, List.of("data_range")).number("data_range"));
            default -> throw SettingException.unknownName("a loss", name, NAMES);
        };
    }

    /** A loss that has no settings. */
    private static Loss plain(Loss loss, Map<String, ?> settings) {
        new GivenSettings(loss.kerasName(), settings, List.of());
        return loss;
    }

    private static GivenSettings alongLastAxis(String owner, Map<String, ?> settings, List<String> known) {
        GivenSettings given = new GivenSettings(owner, settings, known);
        if (given.number("axis", -1) != -1) {
            throw SettingException.value("axis", "-1, the last one", given.number("axis", -1));
        }
        return given;
    }
}
