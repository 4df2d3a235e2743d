package dev.hourglass.formats.keras.weights;

import dev.hourglass.engine.Loss;
import dev.hourglass.engine.Optimizer;
import dev.hourglass.engine.OptimizerState;
import dev.hourglass.engine.Penalty;
import dev.hourglass.engine.SettingException;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.formats.json.Json;
import dev.hourglass.formats.keras.ModelNode;
import dev.hourglass.formats.keras.OutputLosses;
import dev.hourglass.hdf5.Dataset;
import dev.hourglass.model.Graph;
import dev.hourglass.model.Parameter;
import dev.hourglass.model.Parameters;
import dev.hourglass.tensor.CorruptFileException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Loss and optimizer, as Keras stores them: their settings in the configuration, and as variables the count of steps, the
 * learning rate and what the optimizer remembers of each trainable variable. A model is worth reading without them, so
 * what doesn't fit here is left out with a warning.
 */
public final class StoredTraining {
    /**
     * What a file says of the training.
     *
     * @param loss null if nothing is said
     * @param optimizer null if there is none, or none that training could go on from
     */
    public record TrainedWith(@Nullable Loss loss, @Nullable OptimizerState optimizer) {
        public static final TrainedWith NOTHING = new TrainedWith(null, null);

        /** With what the layers add to the loss, if there is one. */
        public TrainedWith with(List<Penalty> penalties) {
            return loss == null || penalties.isEmpty()
                    ? this
                    : new TrainedWith(loss.withPenalties(penalties), optimizer);
        }
    }

    /** Where a {@code .h5} file of Keras keeps the variables. */
    private static final String GROUP = "optimizer_weights";
    /**
     * Where ours keeps them. Keras 3 (3.15.1) can't train on from a {@code .h5} file that has the other group, its own
     * ones included: it builds the optimizer for no variables at all, and {@code fit} fails with "Unknown variable".
     * Without that group {@code fit} works and the optimizer starts afresh.
     */
    public static final String HIDDEN_GROUP = "hourglass_optimizer_weights";

    /** Settings of optimizers that must be off here, each with what Keras writes for off. */
    private static final List<String> OFF =
            List.of("use_ema", "loss_scale_factor", "gradient_accumulation_steps", "decay");
    /** Settings of optimizers that say nothing where those are off. */
    private static final Set<String> IDLE =
            Set.of("name", "ema_momentum", "ema_overwrite_frequency", "jit_compile", "is_legacy_optimizer");
    /** Keras takes what is not above 0 for off. */
    private static final Set<String> CLIPPING = Set.of("clipnorm", "global_clipnorm", "clipvalue");
    /** Settings of losses that change nothing here. */
    private static final Set<String> IDLE_OF_LOSS = Set.of("name", "dtype", "fn");

    private static final List<String> MEAN = List.of("sum_over_batch_size", "mean", "auto");

    /** What Keras's optimizers up to 2.10 call the count of steps; they put each slot by itself. */
    private static final Pattern OLD_COUNT = Pattern.compile("/iter(ations)?(_[0-9]+)?:0$");
    /** The first slot of Keras before 2.0.7, under no scope. */
    private static final Pattern SORTED_BY_NAME = Pattern.compile("^" + GROUP + "/Variable(_[0-9]+)?:0$");

    private final ModelNode.Model model;
    private final StoredArrays arrays;
    private final Consumer<String> warnings;

    public StoredTraining(ModelNode.Model model, StoredArrays arrays, Consumer<String> warnings) {
        this.model = model;
        this.arrays = arrays;
        this.warnings = warnings;
    }

    /** What {@code compile_config} and {@code optimizer/vars} of a {@code .keras} file hold. */
    public TrainedWith read(Json.@Nullable Mapping compile, Parameters parameters) {
        Json optimizer = compile == null ? null : compile.find("optimizer");
        if (compile == null || optimizer == null) {
            return TrainedWith.NOTHING;
        }
        List<String> paths = new ArrayList<>();
        for (int i = 0; i < arrays.count("optimizer/vars"); i++) {
            paths.add("optimizer/vars/" + i);
        }
        return new TrainedWith(trained(compile), state(optimizer, paths, parameters));
    }

    /** What {@code training_config} and {@code optimizer_weights} of a {@code .h5} file hold. */
    public TrainedWith readLegacy(Json.@Nullable Mapping training, Parameters parameters) {
        Json optimizer = training == null ? null : training.find("optimizer_config");
        if (training == null || optimizer == null) {
            return TrainedWith.NOTHING;
        }
        String group = arrays.count(HIDDEN_GROUP) > 0 ? HIDDEN_GROUP : GROUP;
        List<String> paths = arrays.count(group) == 0
                ? List.of()
                : LegacyWeights.names(arrays, group, "weight_names").stream()
                        .map(name -> group + "/" + name)
                        .toList();
        return new TrainedWith(trained(training), state(optimizer, paths, parameters));
    }

    // --- loss ---

    /** One loss, or one for each of several outputs; null if there is none. */
    private @Nullable Loss trained(Json.Mapping compile) {
        Json loss = compile.find("loss");
        Graph graph = model.graph();
        return loss == null || loss instanceof Json.Nothing || graph.outputs().size() == 1
                ? loss(loss)
                : new OutputLosses(graph, this::loss, warnings).read(loss, compile.find("loss_weights"));
    }

    /** A name, or an object for the function or the class; null if there is none. */
    private @Nullable Loss loss(@Nullable Json loss) {
        if (loss == null || loss instanceof Json.Nothing) {
            return null;
        }
        String lacking = "Hourglass lacks it";
        try {
            if (loss instanceof Json.Text name) {
                return Loss.of(name.value(), Map.of());
            }
            if (loss instanceof Json.Mapping object && object.find("class_name") instanceof Json.Text kerasClass) {
                Json config = object.find("config");
                if (kerasClass.value().equals("function") && config instanceof Json.Text name) {
                    return Loss.of(name.value(), Map.of());
                }
                if (config instanceof Json.Mapping settings) {
                    return loss(kerasClass.value(), settings);
                }
            }
        } catch (SettingException e) {
            lacking = e.setting().isEmpty() ? lacking : e.getMessage();
        }
        warnings.accept("It was trained with the loss " + loss.excerpt() + " (" + lacking
                + "); Hourglass continues training with the mean squared error.");
        return new Loss.MeanSquaredError();
    }

    private Loss loss(String kerasClass, Json.Mapping config) {
        Map<String, Object> settings = new LinkedHashMap<>();
        config.members().forEach((name, value) -> {
            boolean isMean = name.equals("reduction") && value instanceof Json.Text text && MEAN.contains(text.value());
            // The mean over all numbers is the same along any axis.
            boolean isIdleAxis = name.equals("axis")
                    && (kerasClass.equals("BinaryCrossentropy") || kerasClass.equals("binary_crossentropy"));
            if (!IDLE_OF_LOSS.contains(name) && !isIdleAxis && !isMean) {
                settings.put(name, value(value));
            }
        });
        Loss loss = Loss.of(kerasClass, settings);
        if (loss instanceof Loss.Huber && !settings.containsKey("delta")) {
            warnings.accept("It was trained with a Huber loss whose delta Keras does not store; Hourglass takes 1.");
        }
        return loss;
    }

    // --- optimizer ---

    private @Nullable OptimizerState state(Json stored, List<String> paths, Parameters parameters) {
        List<Parameter> trained =
                parameters.list().stream().filter(Parameter::trainable).toList();
        try {
            Optimizer optimizer = optimizer(stored);
            if (model.layers().stream().anyMatch(layer -> !layer.trainable()) || !model.trainable()) {
                throw new IllegalArgumentException("Keras holds layers frozen, Hourglass trains all");
            }
            return state(optimizer, paths, trained);
        } catch (CorruptFileException e) {
            // Who logs the warning puts the file in front.
            warnings.accept("Its optimizer was left out: " + e.finding() + ".");
        } catch (SettingException e) {
            warnings.accept("Its optimizer " + stored.excerpt() + " was left out: Hourglass has "
                    + String.join(", ", Optimizer.NAMES) + ".");
        } catch (IllegalArgumentException e) {
            warnings.accept("Its optimizer was left out: " + e.getMessage() + ".");
        }
        return null;
    }

    /** @throws IllegalArgumentException if Hourglass lacks it or one of its settings */
    private static Optimizer optimizer(Json stored) {
        if (stored instanceof Json.Text name) {
            return Optimizer.of(name.value(), Map.of()); // compile("adam"), which means Keras's defaults
        }
        if (!(stored instanceof Json.Mapping object
                && object.find("class_name") instanceof Json.Text kerasClass
                && object.find("config") instanceof Json.Mapping config)) {
            throw new IllegalArgumentException("of " + stored.excerpt() + " only its name is stored");
        }
        Map<String, Object> settings = new LinkedHashMap<>();
        config.members().forEach((name, value) -> {
            Object of = value(value);
            boolean isOff = of instanceof Number number && !(number.doubleValue() > 0);
            if (OFF.contains(name)) {
                if (of != null && !of.equals(false) && !isOff) {
                    throw new IllegalArgumentException(
                            "it has " + name + " " + value.excerpt() + ", which Hourglass lacks");
                }
            } else if (!IDLE.contains(name) && !(CLIPPING.contains(name) && isOff)) {
                settings.put(name.equals("lr") ? "learning_rate" : name, of); // lr until Keras 2.2
            }
        });
        if (!(settings.get("learning_rate") instanceof Number)) {
            throw new IllegalArgumentException("its learning rate is a schedule");
        }
        try {
            return Optimizer.of(withoutRegistration(kerasClass.value()), settings);
        } catch (SettingException e) {
            Json of = config.find(e.setting());
            throw of == null ? e : of.place().corrupt(e.expected(), e.found());
        }
    }

    /** Keras 2.11 to 2.15 registered its own optimizers as others register theirs. */
    private static String withoutRegistration(String kerasClass) {
        return kerasClass.startsWith("Custom>") ? kerasClass.substring("Custom>".length()) : kerasClass;
    }

    /** As {@link Optimizer#of} takes it; null for nothing. */
    private static @Nullable Object value(Json value) {
        return switch (value) {
            case Json.Numeral number -> new BigDecimal(number.text());
            case Json.Flag flag -> flag.value();
            case Json.Text text -> text.value();
            case Json.Nothing nothing -> null;
            case Json.Mapping mapping -> mapping.excerpt();
            case Json.Sequence sequence -> sequence.excerpt();
        };
    }

    private @Nullable OptimizerState state(Optimizer optimizer, List<String> paths, List<Parameter> trained) {
        int remembered =
                optimizer.slots().size() * trained.size() + optimizer.scalars().size();
        List<String> stored = withoutPlaceholders(optimizer, paths, remembered, trained.size());
        // Keras 2 has the learning rate among the settings only.
        int first = stored.size() == 1 + remembered ? 1 : 2;
        if (stored.size() == remembered && remembered > 0) {
            throw new IllegalArgumentException("Keras before 2.3 stored no count of its steps");
        }
        if (stored.size() != first + remembered) {
            // Compiled, but not trained a single step; or by something else.
            if (stored.size() > 2) {
                throw arrays.wrongCount("the optimizer", 2 + remembered, stored.size());
            }
            return null;
        }
        if (stored.size() > first && SORTED_BY_NAME.matcher(stored.get(first)).find()) {
            throw new IllegalArgumentException(
                    "Keras before 2.0.7 stored its variables in another order than the model's");
        }
        Optional<Double> steps = arrays.number(stored.getFirst());
        if (steps.isEmpty() || steps.get() != steps.get().intValue()) {
            throw new IllegalArgumentException("its count of steps is not a 32-bit integer");
        }
        // A callback may have changed it since the model was compiled.
        Optimizer now = first == 2
                ? arrays.number(stored.get(1))
                        .map(rate -> optimizer.withLearningRate(rate.floatValue()))
                        .orElse(optimizer)
                : optimizer;
        List<String> left = stored.subList(first, stored.size());
        boolean together = first == 2 || !OLD_COUNT.matcher(stored.getFirst()).find();
        List<List<String>> groups =
                together ? groups(now) : names(now).stream().map(List::of).toList();
        Map<String, Parameters> slots = new LinkedHashMap<>();
        int place = 0;
        for (List<String> group : groups) {
            for (int i = 0; i < group.size(); i++) {
                slots.put(group.get(i), slot(left, place + i, group.size(), trained));
            }
            place += group.size() * trained.size();
        }
        Map<String, Float> scalars = new LinkedHashMap<>();
        for (String name : now.scalars().keySet()) {
            scalars.put(
                    name,
                    arrays.number(left.get(place++))
                            .orElseThrow(() -> new IllegalArgumentException("its " + name + " is not a number"))
                            .floatValue());
        }
        return new OptimizerState(now, steps.get().intValue(), slots, scalars);
    }

    /** Keras 2.0.9 to 2.3 gave Adam without amsgrad a third slot, a single number for each variable. */
    private List<String> withoutPlaceholders(Optimizer optimizer, List<String> paths, int remembered, int trained) {
        int end = paths.size() - trained;
        boolean placeholders = optimizer instanceof Optimizer.Adam
                && paths.size() == 1 + remembered + trained
                && paths.subList(end, paths.size()).stream()
                        .allMatch(path -> arrays.dimensions(path).equals(List.of(1)));
        return placeholders ? paths.subList(0, end) : paths;
    }

    /** Every {@code step}-th array from {@code from} on, one for each trained variable. */
    private Parameters slot(List<String> paths, int from, int step, List<Parameter> trained) {
        List<Parameter> slot = new ArrayList<>();
        for (int i = 0; i < trained.size(); i++) {
            Parameter of = trained.get(i);
            slot.add(new Parameter(
                    of.layer(), of.name(), of.shape(), true, arrays.floats(paths.get(from + step * i), of.shape())));
        }
        return Parameters.of(slot);
    }

    private static List<String> names(Optimizer optimizer) {
        return optimizer.slots().stream().map(Optimizer.Slot::name).toList();
    }

    /** The slots that Keras makes together: variable by variable these lie side by side, one group after the other. */
    private static List<List<String>> groups(Optimizer optimizer) {
        List<String> names = names(optimizer);
        return optimizer instanceof Optimizer.RmsProp || names.size() < 2
                ? names.stream().map(List::of).toList()
                : names.size() == 2 ? List.of(names) : List.of(names.subList(0, 2), names.subList(2, names.size()));
    }

    // --- writing ---

    /** The state with its arrays in the order in which Keras has the layers. */
    public static @Nullable OptimizerState inOrderOf(ModelNode.Model tree, @Nullable OptimizerState state) {
        return state == null
                ? null
                : state.ofLayers(tree.layers().stream()
                        .map(ModelNode.Layer::spec)
                        .distinct()
                        .toList());
    }

    /**
     * Keras's name of the loss; or an object, where it has settings that are not as by default; or null where Keras has no
     * such loss, so that it loads the model and asks for one before it trains.
     *
     * @param model its penalties stand on the layers; of several outputs there is a list
     * @param withModule whether objects name their module, as in {@code .keras}
     */
    public static @Nullable Object lossObject(SavedModel model, boolean withModule) {
        Loss loss = model.trainedLoss().ofOutputs();
        return loss.outputTerms().isEmpty()
                ? lossObject(loss, withModule)
                : OutputLosses.losses(loss, model.graph(), each -> lossObject(each, withModule));
    }

    private static @Nullable Object lossObject(Loss loss, boolean withModule) {
        if (!loss.isOfKeras()) {
            return null;
        }
        // Not "mse": Keras 3 writes that to .h5 and can't load it again.
        return loss.settings().isEmpty()
                ? loss.kerasName()
                : object("keras.losses", loss.kerasClass(), loss.settings(), withModule);
    }

    /** @param withModule as in {@link #lossObject} */
    public static Object optimizerObject(Optimizer optimizer, boolean withModule) {
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("name", optimizer.kerasName());
        config.putAll(optimizer.settings());
        return object("keras.optimizers", optimizer.kerasClass(), config, withModule);
    }

    private static Map<String, Object> object(
            String module, String kerasClass, Map<String, Object> config, boolean withModule) {
        Map<String, Object> object = new LinkedHashMap<>();
        if (withModule) {
            object.put("module", module);
        }
        object.put("class_name", kerasClass);
        object.put("config", config);
        return object;
    }

    /** The variables in Keras's order, by names that tell them apart. */
    public static Map<String, Dataset> variables(OptimizerState state) {
        Map<String, Dataset> variables = new LinkedHashMap<>();
        variables.put("iteration", Dataset.scalar(state.steps()));
        variables.put("learning_rate", Dataset.scalar(state.optimizer().learningRate()));
        for (List<String> group : groups(state.optimizer())) {
            int trained = state.slot(group.getFirst()).list().size();
            for (int i = 0; i < trained; i++) {
                for (String name : group) {
                    Parameter of = state.slot(name).list().get(i);
                    variables.put(of.path() + "_" + name, WeightsFile.dataset(of));
                }
            }
        }
        state.scalars().forEach((name, value) -> variables.put(name, Dataset.scalar(value)));
        return variables;
    }
}
