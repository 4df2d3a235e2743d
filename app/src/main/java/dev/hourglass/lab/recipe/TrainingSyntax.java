package dev.hourglass.lab.recipe;

import dev.hourglass.engine.Optimizer;
import dev.hourglass.files.Spelling;
import dev.hourglass.lab.recipe.Node.Mapping;
import dev.hourglass.lab.recipe.Node.Scalar;
import dev.hourglass.train.Augmentation;
import dev.hourglass.train.InputNoise;
import dev.hourglass.train.LearningRateSchedule;
import dev.hourglass.train.LearningRateSchedule.CosineDecay;
import dev.hourglass.train.LearningRateSchedule.ExponentialDecay;
import dev.hourglass.train.Shuffle;
import dev.hourglass.train.TrainOptions;
import dev.hourglass.train.Trimming;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * How a recipe writes training: {@code training: {epochs: 5, schedule: CosineDecay}}; loss and optimizer are read
 * by {@link CompileSyntax}. A schedule is Keras's class with Keras's settings, except that the initial rate is {@code
 * learning_rate}; augmentation has the settings of Keras's ImageDataGenerator.
 */
public final class TrainingSyntax {
    private static final int MAX_EPOCHS = 1_000_000;
    private static final int MAX_BATCH_SIZE = 1_000_000;
    private static final int MAX_SHIFT = 65_536;
    private static final List<String> SCHEDULES = List.of("CosineDecay", "ExponentialDecay");
    private static final String SCHEDULE_EXAMPLE = "a schedule such as 'CosineDecay' or 'CosineDecay: {alpha: 0.01}'";

    private TrainingSyntax() {}

    /** With known keys only; their values are yet to be read. */
    static Mapping mapping(Node node) {
        Mapping training = node.asMapping("a mapping such as {epochs: 5}")
                .allowing(
                        "epochs",
                        "batch_size",
                        "loss",
                        "optimizer",
                        "learning_rate",
                        "schedule",
                        "augmentation",
                        "noise",
                        "early_stopping",
                        "reduce_lr_on_plateau",
                        "keep_best",
                        "shuffle",
                        "robust",
                        "seed",
                        "threads");
        Optional<Node> rate = training.find("learning_rate");
        if (rate.isPresent()
                && training.find("optimizer")
                        .filter(CompileSyntax::hasLearningRate)
                        .isPresent()) {
            throw rate.get()
                    .place()
                    .error("expected the learning rate once, found it beside the optimizer and in it. Remove one.");
        }
        return training;
    }

    /**
     * What a model says of its training over what the recipe says for all. The recipe's learning rate is for any
     * optimizer, but for one of the model's that has its own.
     */
    static Mapping over(Mapping own, Mapping shared) {
        boolean hasRate =
                own.find("optimizer").filter(CompileSyntax::hasLearningRate).isPresent();
        return own.over(hasRate ? shared.without("learning_rate") : shared);
    }

    static TrainOptions read(Mapping training) {
        TrainOptions defaults = TrainOptions.defaults();
        return new TrainOptions(
                training.find("epochs").map(value -> value.asInt(1, MAX_EPOCHS)).orElse(defaults.epochs()),
                training.find("batch_size")
                        .map(value -> value.asInt(1, MAX_BATCH_SIZE))
                        .orElse(defaults.batchSize()),
                training.find("loss").map(CompileSyntax::loss).orElse(defaults.loss()),
                optimizer(training, defaults.optimizer()),
                training.find("schedule").map(TrainingSyntax::schedule).orElse(defaults.schedule()),
                training.find("augmentation").map(TrainingSyntax::augmentation).orElse(defaults.augmentation()),
                training.find("noise").map(NoiseSyntax::read).orElse(defaults.noise()),
                CallbackSyntax.read(training),
                training.find("shuffle")
                        .map(value -> value.asOneOf(Shuffle.class))
                        .orElse(defaults.shuffle()),
                training.find("robust").map(TrainingSyntax::trimming).orElse(defaults.trimming()),
                training.find("seed")
                        .map(value -> value.asWholeNumber(Long.MIN_VALUE, Long.MAX_VALUE))
                        .orElse(defaults.seed()),
                training.find("threads").map(value -> value.asInt(1, 1024)).orElse(defaults.threads()));
    }

    /** {@code true}, or the largest share that may be left out. */
    private static Trimming trimming(Node node) {
        if (node instanceof Scalar scalar && scalar.kind() == Scalar.Kind.BOOLEAN) {
            return node.asBoolean() ? Trimming.TENTH : Trimming.NONE;
        }
        return new Trimming(node.asDouble(
                "true, or the largest share of samples to leave out, above 0 and at most 0.5",
                share -> share > 0 && share <= 0.5));
    }

    private static Optimizer optimizer(Mapping training, Optimizer otherwise) {
        Optimizer optimizer =
                training.find("optimizer").map(CompileSyntax::optimizer).orElse(otherwise);
        return training.find("learning_rate")
                .map(value -> value.asFloat("a number > 0", rate -> rate > 0))
                .map(optimizer::withLearningRate)
                .orElse(optimizer);
    }

    static Map<String, Object> write(TrainOptions options) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("epochs", options.epochs());
        tree.put("batch_size", options.batchSize());
        tree.putAll(CompileSyntax.write(options.loss(), options.optimizer()));
        tree.put("learning_rate", options.learningRate());
        switch (options.schedule()) {
            case LearningRateSchedule.Constant constant -> {}
            case CosineDecay cosine -> tree.put("schedule", Map.of("CosineDecay", settings(cosine)));
            case ExponentialDecay decay -> tree.put("schedule", Map.of("ExponentialDecay", settings(decay)));
        }
        if (!options.augmentation().equals(Augmentation.NONE)) {
            tree.put("augmentation", settings(options.augmentation()));
        }
        if (!options.noise().equals(InputNoise.none())) {
            tree.put("noise", NoiseSyntax.write(options.noise()));
        }
        tree.putAll(CallbackSyntax.write(options.callbacks()));
        if (options.shuffle() != Shuffle.BY_SIZE) {
            tree.put("shuffle", options.shuffle().name().toLowerCase(Locale.ROOT));
        }
        if (options.trimming().trims()) {
            tree.put("robust", options.trimming().share());
        }
        tree.put("seed", options.seed());
        tree.put("threads", options.threads());
        return tree;
    }

    /** Whether the learning rate, the images or which samples are trained on change while a model trains. */
    public static boolean changes(TrainOptions options) {
        return !options.schedule().equals(LearningRateSchedule.CONSTANT)
                || !options.augmentation().equals(Augmentation.NONE)
                || !options.noise().equals(InputNoise.none())
                || options.trimming().trims();
    }

    /** Such as {@code CosineDecay (alpha 0.0); horizontal_flip true}, or {@code none}. */
    public static String changesInWords(TrainOptions options) {
        List<String> words = new ArrayList<>();
        switch (options.schedule()) {
            case LearningRateSchedule.Constant constant -> {}
            case CosineDecay cosine -> words.add("CosineDecay (" + inWords(settings(cosine)) + ")");
            case ExponentialDecay decay -> words.add("ExponentialDecay (" + inWords(settings(decay)) + ")");
        }
        if (!options.augmentation().equals(Augmentation.NONE)) {
            words.add(inWords(settings(options.augmentation())));
        }
        if (!options.noise().equals(InputNoise.none())) {
            words.add("inputs with " + options.noise().inWords());
        }
        if (options.trimming().trims()) {
            words.add("samples that stay worst left out, at most a share of "
                    + options.trimming().share());
        }
        return words.isEmpty() ? "none" : String.join("; ", words);
    }

    private static String inWords(Map<String, Object> settings) {
        return settings.entrySet().stream()
                .map(setting -> setting.getKey() + " " + setting.getValue())
                .collect(Collectors.joining(", "));
    }

    private static LearningRateSchedule schedule(Node node) {
        if (node instanceof Scalar) {
            return schedule(node.asText(SCHEDULE_EXAMPLE), node.place(), new Mapping(node.place(), Map.of()));
        }
        Mapping mapping = node.asMapping(SCHEDULE_EXAMPLE);
        if (mapping.entries().size() != 1) {
            throw mapping.place()
                    .error("expected one schedule, found " + mapping.entries().size() + " keys. Write "
                            + SCHEDULE_EXAMPLE + ".");
        }
        Map.Entry<String, Node.Entry> only =
                mapping.entries().entrySet().iterator().next();
        return schedule(
                only.getKey(),
                only.getValue().key(),
                only.getValue().value().asMapping("the settings of " + only.getKey()));
    }

    private static LearningRateSchedule schedule(String kerasClass, Place place, Mapping settings) {
        return switch (kerasClass) {
            case "CosineDecay" -> cosineDecay(settings, place);
            case "ExponentialDecay" -> {
                settings.allowing("decay_steps", "decay_rate", "staircase");
                yield new ExponentialDecay(
                        settings.require("decay_steps", "decay_steps: 1000").asInt(1, Integer.MAX_VALUE),
                        settings.require("decay_rate", "decay_rate: 0.5")
                                .asFloat("a number > 0, at most 1", rate -> rate > 0 && rate <= 1),
                        settings.find("staircase").map(Node::asBoolean).orElse(false));
            }
            default ->
                throw place.error(
                        "expected a schedule, found '" + kerasClass + "'." + Spelling.hint(kerasClass, SCHEDULES));
        };
    }

    private static CosineDecay cosineDecay(Mapping settings, Place place) {
        settings.allowing("decay_steps", "alpha", "warmup_target", "warmup_steps");
        if (settings.find("warmup_target").isPresent()
                != settings.find("warmup_steps").isPresent()) {
            throw place.error("expected both warmup_target and warmup_steps or none, found one. Add the other, such as"
                    + " '{warmup_target: 0.001, warmup_steps: 500}'.");
        }
        return new CosineDecay(
                settings.find("decay_steps")
                        .map(steps -> steps.asInt(1, Integer.MAX_VALUE))
                        .orElse(null),
                settings.find("alpha")
                        .map(value -> value.asFloat("a number from 0 to 1", alpha -> alpha >= 0 && alpha <= 1))
                        .orElse(0f),
                settings.find("warmup_target")
                        .map(value -> value.asFloat("a number > 0", rate -> rate > 0))
                        .orElse(null),
                settings.find("warmup_steps")
                        .map(steps -> steps.asInt(1, Integer.MAX_VALUE))
                        .orElse(0));
    }

    private static Map<String, Object> settings(CosineDecay cosine) {
        Map<String, Object> settings = new LinkedHashMap<>();
        if (cosine.decaySteps() != null) {
            settings.put("decay_steps", cosine.decaySteps());
        }
        settings.put("alpha", cosine.alpha());
        if (cosine.warmupTarget() != null) {
            settings.put("warmup_target", cosine.warmupTarget());
            settings.put("warmup_steps", cosine.warmupSteps());
        }
        return settings;
    }

    private static Map<String, Object> settings(ExponentialDecay decay) {
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("decay_steps", decay.decaySteps());
        settings.put("decay_rate", decay.decayRate());
        settings.put("staircase", decay.staircase());
        return settings;
    }

    private static Augmentation augmentation(Node node) {
        Mapping settings = node.asMapping("a mapping such as {horizontal_flip: true}")
                .allowing("horizontal_flip", "width_shift_range", "height_shift_range", "fill_mode");
        Augmentation none = Augmentation.NONE;
        return new Augmentation(
                settings.find("horizontal_flip").map(Node::asBoolean).orElse(none.horizontalFlip()),
                settings.find("width_shift_range")
                        .map(pixels -> pixels.asInt(0, MAX_SHIFT))
                        .orElse(none.widthShiftRange()),
                settings.find("height_shift_range")
                        .map(pixels -> pixels.asInt(0, MAX_SHIFT))
                        .orElse(none.heightShiftRange()),
                settings.find("fill_mode")
                        .map(mode -> mode.asOneOf(Augmentation.FillMode.class))
                        .orElse(none.fillMode()));
    }

    private static Map<String, Object> settings(Augmentation augmentation) {
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("horizontal_flip", augmentation.horizontalFlip());
        settings.put("width_shift_range", augmentation.widthShiftRange());
        settings.put("height_shift_range", augmentation.heightShiftRange());
        settings.put("fill_mode", augmentation.fillMode().name().toLowerCase(Locale.ROOT));
        return settings;
    }
}
