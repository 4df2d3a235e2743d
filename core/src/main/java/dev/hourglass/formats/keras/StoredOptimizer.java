package dev.hourglass.formats.keras;

import dev.hourglass.engine.Adam;
import dev.hourglass.engine.OptimizerState;
import dev.hourglass.formats.hdf5.Dataset;
import dev.hourglass.formats.json.Json;
import dev.hourglass.model.Parameter;
import dev.hourglass.model.Parameters;
import dev.hourglass.tensor.CorruptFileException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Adam, as Keras stores it: its settings in the configuration, and as variables the count of steps, the learning rate
 * and two moments of each trainable variable. A model is worth reading without its optimizer, so what doesn't fit here
 * is left out with a warning.
 */
final class StoredOptimizer {
    /** Where a {@code .h5} file of Keras keeps the variables. */
    private static final String GROUP = "optimizer_weights";
    /**
     * Where ours keeps them. Keras 3 (3.15.1) can't train on from a {@code .h5} file that has the other group, its own
     * ones included: it builds the optimizer for no variables at all, and {@code fit} fails with "Unknown variable".
     * Without that group {@code fit} works and Adam starts afresh.
     */
    static final String HIDDEN_GROUP = "hourglass_optimizer_weights";

    private static final List<String> MEAN_SQUARED = List.of("mse", "MSE", "mean_squared_error", "MeanSquaredError");
    /** Settings of Adam that must be off here, each with what Keras writes for off. */
    private static final List<String> OFF = List.of(
            "weight_decay",
            "clipnorm",
            "global_clipnorm",
            "clipvalue",
            "use_ema",
            "loss_scale_factor",
            "gradient_accumulation_steps",
            "amsgrad",
            "decay");

    private final ModelNode.Model model;
    private final StoredArrays arrays;
    private final Consumer<String> warnings;

    StoredOptimizer(ModelNode.Model model, StoredArrays arrays, Consumer<String> warnings) {
        this.model = model;
        this.arrays = arrays;
        this.warnings = warnings;
    }

    /** What {@code compile_config} and {@code optimizer/vars} of a {@code .keras} file hold; null if that is nothing. */
    @Nullable
    OptimizerState read(Json.@Nullable Mapping compile, Parameters parameters) {
        Json optimizer = compile == null ? null : compile.find("optimizer");
        if (compile == null || optimizer == null) {
            return null;
        }
        List<String> paths = new ArrayList<>();
        for (int i = 0; i < arrays.count("optimizer/vars"); i++) {
            paths.add("optimizer/vars/" + i);
        }
        return state(optimizer, compile.find("loss"), paths, parameters);
    }

    /** What {@code training_config} and {@code optimizer_weights} of a {@code .h5} file hold; null if that is nothing. */
    @Nullable
    OptimizerState readLegacy(Json.@Nullable Mapping training, Parameters parameters) {
        Json optimizer = training == null ? null : training.find("optimizer_config");
        if (training == null || optimizer == null) {
            return null;
        }
        String group = arrays.count(HIDDEN_GROUP) > 0 ? HIDDEN_GROUP : GROUP;
        List<String> paths = arrays.count(group) == 0
                ? List.of()
                : LegacyWeights.names(arrays, group, "weight_names").stream()
                        .map(name -> group + "/" + name)
                        .toList();
        return state(optimizer, training.find("loss"), paths, parameters);
    }

    private @Nullable OptimizerState state(
            Json optimizer, @Nullable Json loss, List<String> paths, Parameters parameters) {
        if (loss != null && !isMeanSquaredError(loss)) {
            warnings.accept("It was trained with the loss " + loss.excerpt()
                    + "; Hourglass trains on with the mean squared error.");
        }
        String lacking = optimizer instanceof Json.Mapping mapping ? lacking(mapping) : "only its name is stored";
        if (lacking != null || !(optimizer instanceof Json.Mapping mapping)) {
            warnings.accept("Its optimizer " + optimizer.excerpt() + " was left out: " + lacking + ".");
            return null;
        }
        List<Parameter> trained =
                parameters.list().stream().filter(Parameter::trainable).toList();
        if (model.layers().stream().anyMatch(layer -> !layer.trainable()) || !model.trainable()) {
            warnings.accept("Its optimizer was left out: Keras holds layers frozen, Hourglass trains all.");
            return null;
        }
        try {
            return state(mapping.get("config").asMapping(), paths, trained);
        } catch (CorruptFileException e) {
            // Who logs the warning puts the file in front.
            warnings.accept("Its optimizer was left out: " + e.finding() + ".");
        } catch (IllegalArgumentException e) {
            warnings.accept("Its optimizer was left out: " + e.getMessage() + ".");
        }
        return null;
    }

    private @Nullable OptimizerState state(Json.Mapping config, List<String> paths, List<Parameter> trained) {
        float rate = (float) config.get("learning_rate").asNumber();
        // Keras 2 has the learning rate among the settings only.
        int first = paths.size() == 1 + 2 * trained.size() ? 1 : 2;
        if (paths.size() != first + 2 * trained.size()) {
            // Compiled, but not trained a single step; or by something else.
            if (paths.size() > 2) {
                throw arrays.wrongCount("the optimizer", 2 + 2 * trained.size(), paths.size());
            }
            return null;
        }
        Optional<Double> steps = arrays.number(paths.getFirst());
        if (steps.isEmpty() || steps.get() != steps.get().intValue()) {
            throw new IllegalArgumentException("its count of steps is no whole number of 32 bits");
        }
        if (first == 2) {
            // A callback may have changed it since the model was compiled.
            rate = arrays.number(paths.get(1)).orElse((double) rate).floatValue();
        }
        Adam adam = new Adam(rate, number(config, "beta_1", 0.9f), number(config, "beta_2", 0.999f), epsilon(config));
        return new OptimizerState(
                adam,
                steps.get().intValue(),
                moments(paths, first, first, trained),
                moments(paths, first, first + 1, trained));
    }

    /** Every second array from {@code from} on; Keras 2 of old puts all first moments before all second ones. */
    private Parameters moments(List<String> paths, int first, int from, List<Parameter> trained) {
        boolean interleaved = first == 2;
        List<Parameter> moments = new ArrayList<>();
        for (int i = 0; i < trained.size(); i++) {
            Parameter of = trained.get(i);
            int place = interleaved ? from + 2 * i : first + (from - first) * trained.size() + i;
            moments.add(new Parameter(
                    of.layer(), of.name(), of.shape(), true, arrays.floats(paths.get(place), of.shape())));
        }
        return Parameters.of(moments);
    }

    private static float epsilon(Json.Mapping config) {
        return number(config, "epsilon", 1e-7f);
    }

    private static float number(Json.Mapping config, String setting, float otherwise) {
        Json value = config.find(setting);
        return value == null ? otherwise : (float) value.asNumber();
    }

    /** What is not as in our Adam, or null. */
    private static @Nullable String lacking(Json.Mapping optimizer) {
        Json kerasClass = optimizer.find("class_name");
        Json config = optimizer.find("config");
        if (kerasClass == null
                || !kerasClass.excerpt().equals("'Adam'")
                || !(config instanceof Json.Mapping settings)) {
            return "Hourglass has Adam";
        }
        for (String setting : OFF) {
            Json value = settings.find(setting);
            if (value != null && !List.of("false", "0").contains(value.excerpt())) {
                return "it has " + setting + " " + value.excerpt() + ", which Hourglass lacks";
            }
        }
        return settings.find("learning_rate") instanceof Json.Numeral ? null : "its learning rate is a schedule";
    }

    /** A name, or an object for the function or the class. */
    private static boolean isMeanSquaredError(Json loss) {
        if (loss instanceof Json.Mapping object) {
            Json name = object.find("class_name");
            Json of = name != null && name.excerpt().equals("'function'") ? object.find("config") : name;
            return of instanceof Json.Text text && MEAN_SQUARED.contains(text.value());
        }
        return loss instanceof Json.Text text && MEAN_SQUARED.contains(text.value());
    }

    /** The settings, as an object for either format. */
    static Map<String, Object> config(Adam adam) {
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("name", "adam");
        config.put("learning_rate", adam.learningRate());
        config.put("beta_1", adam.beta1());
        config.put("beta_2", adam.beta2());
        config.put("epsilon", adam.epsilon());
        config.put("amsgrad", false);
        return config;
    }

    /** The variables in Keras's order, by names that tell them apart. */
    static Map<String, Dataset> variables(OptimizerState state) {
        Map<String, Dataset> variables = new LinkedHashMap<>();
        variables.put("iteration", Dataset.scalar(state.steps()));
        variables.put("learning_rate", Dataset.scalar(state.adam().learningRate()));
        List<Parameter> first = state.firstMoments().list();
        List<Parameter> second = state.secondMoments().list();
        for (int i = 0; i < first.size(); i++) {
            variables.put(first.get(i).path() + "_momentum", WeightsFile.dataset(first.get(i)));
            variables.put(second.get(i).path() + "_velocity", WeightsFile.dataset(second.get(i)));
        }
        return variables;
    }
}
