package dev.hourglass.formats.keras;

import dev.hourglass.formats.keras.operations.SamplingModel;
import dev.hourglass.model.Graph;
import dev.hourglass.model.KerasClass;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes a model's configuration as Keras 3 reads it: each setting that decides what comes out. What is said of variables
 * is added by {@link LayerPenalties} and {@link LayerVariables}.
 */
public final class ConfigWriter {
    /** The version whose format is written. */
    static final String KERAS_VERSION = "3.15.1";

    /** The legacy format has no modules. */
    private final boolean legacy;

    private ConfigWriter(boolean legacy) {
        this.legacy = legacy;
    }

    /** @return the model's node of a {@code config.json} */
    public static Map<String, Object> write(ModelNode.Model model) {
        return new ConfigWriter(false).model(model);
    }

    /** @return a {@code model_config} */
    static Map<String, Object> writeLegacy(ModelNode.Model model) {
        return new ConfigWriter(true).model(model);
    }

    private Map<String, Object> model(ModelNode.Model model) {
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("name", model.kerasName());
        config.put("trainable", true);
        return switch (model.kind()) {
            case SEQUENTIAL -> {
                List<Object> layers = new ArrayList<>();
                layers.add(input(model.input().shape(), inputNames(model).getFirst()));
                model.nodes().forEach(node -> layers.add(node(node, /* returnsStates= */ false)));
                config.put("layers", layers);
                yield node("keras", "Sequential", config);
            }
            case FUNCTIONAL -> {
                addGraph(model, config);
                // The name by which Keras's own loader finds the class; "Functional" has no public module.
                yield node("keras", legacy ? "Functional" : "Model", config);
            }
            case EACH_STEP, CELL, CELLS ->
                throw new IllegalArgumentException("What is written has layers in place of such models: " + model);
        };
    }

    private void addGraph(ModelNode.Model model, Map<String, Object> config) {
        List<Object> layers = new ArrayList<>();
        // What gives each value here, by the name that it has in this model.
        Map<String, Source> sources = new HashMap<>();
        Map<String, LayerSpec.Walk> walks = new HashMap<>();
        List<List<Object>> inputs = new ArrayList<>();
        List<String> names = inputNames(model);
        for (int i = 0; i < names.size(); i++) {
            Shape shape = model.given().get(i).shape();
            Map<String, Object> input = input(shape, names.get(i));
            input.put("name", names.get(i));
            input.put("inbound_nodes", List.of());
            layers.add(input);
            Source source = new Source(names.get(i), shape, 0, 0);
            inputs.add(source.reference());
            sources.put(model.inputs().get(i), source);
        }
        config.put("layers", layers);
        config.put("input_layers", inputs.size() == 1 ? inputs.getFirst() : inputs);
        Map<String, List<Object>> calls = new HashMap<>();
        Set<String> withStates = withStates(model);
        for (ModelNode node : model.nodes()) {
            List<Source> read = node.inputs().stream()
                    .map(name -> Objects.requireNonNull(sources.get(name)))
                    .toList();
            if (node instanceof ModelNode.Layer layer && layer.spec() instanceof LayerSpec.State state) {
                LayerSpec.Walk walk =
                        Objects.requireNonNull(walks.get(layer.inputs().getFirst()));
                sources.put(
                        layer.value(),
                        read.getFirst()
                                .state(layer.facts().output(), walk.states().indexOf(state.which())));
                continue;
            }
            if (!node.isFurtherUse()) {
                Map<String, Object> entry = node(node, withStates.contains(node.kerasName()));
                entry.put("name", node.kerasName());
                List<Object> ofLayer = new ArrayList<>();
                calls.put(node.kerasName(), ofLayer);
                entry.put("inbound_nodes", ofLayer);
                layers.add(entry);
            }
            if (node instanceof ModelNode.Layer layer && layer.spec() instanceof LayerSpec.Walk walk) {
                walks.put(layer.value(), walk);
            }
            List<Object> ofLayer = Objects.requireNonNull(calls.get(node.kerasName()));
            for (int i = 0; i < node.outputs().size(); i++) {
                String value = node.outputs().get(i);
                Shape shape = shapeOf(node, value);
                sources.put(value, new Source(node.kerasName(), shape, ofLayer.size(), i));
            }
            ofLayer.add(call(node, read));
        }
        List<List<Object>> outputs = model.outputs().stream()
                .map(value -> {
                    Source source = Objects.requireNonNull(sources.get(value));
                    return isModel(model, source.layer())
                            ? source.afterItsMaking().reference()
                            : source.reference();
                })
                .toList();
        config.put("output_layers", outputs.size() == 1 ? outputs.getFirst() : outputs);
    }

    /** The layers of which a state is read, at whatever place: Keras lets these return all. */
    private static Set<String> withStates(ModelNode.Model model) {
        Map<String, String> layers = new HashMap<>();
        Set<String> read = new HashSet<>();
        for (ModelNode node : model.nodes()) {
            node.outputs().forEach(value -> layers.put(value, node.kerasName()));
            if (node instanceof ModelNode.Layer layer && layer.spec() instanceof LayerSpec.State) {
                read.add(Objects.requireNonNull(layers.get(layer.inputs().getFirst())));
            }
        }
        return read;
    }

    private static Shape shapeOf(ModelNode node, String value) {
        return switch (node) {
            case ModelNode.Layer layer -> layer.facts().output();
            case ModelNode.Model nested -> nested.shapeOf(value);
        };
    }

    private static boolean isModel(ModelNode.Model model, String kerasName) {
        return model.nodes().stream()
                .filter(node -> node.kerasName().equals(kerasName))
                .anyMatch(node -> switch (node) {
                    case ModelNode.Layer layer -> layer.spec() instanceof LayerSpec.Sampling;
                    case ModelNode.Model ignored -> true;
                });
    }

    /**
     * Who gives a value.
     *
     * @param call which of the layer's calls gives it
     * @param output which of what that gives
     */
    private record Source(String layer, Shape shape, int call, int output) {
        List<Object> reference() {
            return List.of(layer, call, output);
        }

        /** Of a layer that returns its states too, one of them, counted from 0. */
        Source state(Shape units, int state) {
            return new Source(layer, units, call, 1 + state);
        }

        /** A nested model was called once already, when it was made; Keras counts that where it names outputs, not in a call. */
        Source afterItsMaking() {
            return new Source(layer, shape, call + 1, output);
        }
    }

    /** Query, value and key of an attention are arguments, or a list of at least two; states of a recurrent layer are named. */
    private static Map<String, Object> call(ModelNode node, List<Source> read) {
        LayerSpec spec = node instanceof ModelNode.Layer layer ? layer.spec() : null;
        if (spec instanceof LayerSpec.Walk) {
            return call(read.subList(0, 1), read.subList(1, read.size()));
        }
        if (!(spec instanceof LayerSpec.Attending attending)) {
            return call(read, List.of());
        }
        List<Source> all = read.size() == 1 ? List.of(read.getFirst(), read.getFirst()) : read;
        Map<String, Object> call = call(all, List.of());
        if (spec instanceof LayerSpec.MultiHeadAttention) {
            call.put("args", tensors(all));
        }
        if (attending.causal()) {
            call.put("kwargs", Map.of("use_causal_mask", true));
        }
        return call;
    }

    /**
     * One argument: a tensor, or a list of them for a layer that merges.
     *
     * @param states with which a recurrent layer begins, or none
     */
    private static Map<String, Object> call(List<Source> read, List<Source> states) {
        List<Object> tensors = tensors(read);
        Map<String, Object> call = new LinkedHashMap<>();
        call.put("args", List.of(tensors.size() == 1 ? tensors.getFirst() : tensors));
        call.put("kwargs", states.isEmpty() ? Map.of() : Map.of("initial_state", tensors(states)));
        return call;
    }

    private static List<Object> tensors(List<Source> sources) {
        List<Object> tensors = new ArrayList<>();
        for (Source source : sources) {
            Map<String, Object> tensor = new LinkedHashMap<>();
            tensor.put("shape", withBatch(source.shape()));
            tensor.put("dtype", "float32");
            tensor.put("keras_history", source.reference());
            Map<String, Object> argument = new LinkedHashMap<>();
            argument.put("class_name", "__keras_tensor__");
            argument.put("config", tensor);
            tensors.add(argument);
        }
        return tensors;
    }

    /** For what a model reads, names that no layer has. */
    private static List<String> inputNames(ModelNode.Model model) {
        Set<String> names = new HashSet<>();
        model.nodes().forEach(node -> names.add(node.kerasName()));
        List<String> free = new ArrayList<>();
        for (Graph.Input input : model.given()) {
            String name = input.name();
            while (!names.add(name)) {
                name += "_";
            }
            free.add(name);
        }
        return free;
    }

    private Map<String, Object> input(Shape shape, String name) {
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("batch_shape", withBatch(shape));
        config.put("dtype", "float32");
        config.put("name", name);
        return node("keras.layers", "InputLayer", config);
    }

    private Map<String, Object> node(ModelNode node, boolean returnsStates) {
        return switch (node) {
            case ModelNode.Layer layer ->
                layer.spec() instanceof LayerSpec.Sampling
                        ? sampling(layer)
                        : layer.spec() instanceof LayerSpec.Normalization scaling
                                ? normalization(scaling, layer.facts().output())
                                : layer(layer.spec(), returnsStates);
            case ModelNode.Model model -> model(model);
        };
    }

    /** Keras takes the numbers as lists within lists, one for each of the axes; without axes it takes one number. */
    private Map<String, Object> normalization(LayerSpec.Normalization layer, Shape sample) {
        Map<String, Object> config = Layers.write(layer);
        config.put("mean", nested(layer, layer.means(), sample));
        config.put("variance", nested(layer, layer.variances(), sample));
        return node("keras.layers", KerasClass.of(layer).kerasName(), config);
    }

    private static Object nested(LayerSpec.Normalization layer, List<Float> numbers, Shape sample) {
        if (layer.axes().isEmpty()) {
            return numbers.getFirst();
        }
        int[] dimensions = layer.dimensions(sample);
        List<Object> level = List.copyOf(numbers);
        for (int axis = dimensions.length - 1; axis > 0; axis--) {
            List<Object> outer = new ArrayList<>();
            for (int i = 0; i < level.size(); i += dimensions[axis]) {
                outer.add(List.copyOf(level.subList(i, i + dimensions[axis])));
            }
            level = outer;
        }
        return level;
    }

    private Map<String, Object> layer(LayerSpec layer, boolean returnsStates) {
        Map<String, Object> config = Layers.write(layer);
        if (returnsStates && layer instanceof LayerSpec.Bidirectional both) {
            config.put("layer", way(both.forward()));
            config.put("backward_layer", way(both.backward()));
        } else if (returnsStates) {
            config.put("return_state", true);
        }
        return node("keras.layers", KerasClass.of(layer).kerasName(), config);
    }

    /** Of a layer both ways that returns the states of both. */
    private static Map<String, Object> way(LayerSpec.Recurrent way) {
        return new ConfigWriter(false).layer(way, /* returnsStates= */ true);
    }

    private Map<String, Object> sampling(ModelNode.Layer layer) {
        Shape shape = layer.facts().output();
        List<Object> layers = new ArrayList<>();
        List<Object> inputs = new ArrayList<>();
        for (String name : SamplingModel.inputs()) {
            Map<String, Object> input = input(shape, name);
            input.put("name", name);
            input.put("inbound_nodes", List.of());
            layers.add(input);
            inputs.add(new Source(name, shape, 0, 0).reference());
        }
        for (SamplingModel.Part part : SamplingModel.parts()) {
            Map<String, Object> entry = node("keras.layers", part.kerasClass(), SamplingModel.config(part));
            entry.put("name", part.name());
            List<Source> read = part.inputs().stream()
                    .map(name -> new Source(name, shape, 0, 0))
                    .toList();
            entry.put("inbound_nodes", List.of(call(read, List.of())));
            layers.add(entry);
        }
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("name", layer.kerasName());
        config.put("trainable", true);
        config.put("layers", layers);
        config.put("input_layers", inputs);
        config.put("output_layers", new Source(SamplingModel.output(), shape, 0, 0).reference());
        return node("keras", legacy ? "Functional" : "Model", config);
    }

    /** A layer within another, which is a whole node in the legacy format too. */
    static Map<String, Object> inner(LayerSpec layer) {
        return new ConfigWriter(false).layer(layer, /* returnsStates= */ false);
    }

    private Map<String, Object> node(String module, String kerasClass, Map<String, Object> config) {
        Map<String, Object> node = new LinkedHashMap<>();
        if (!legacy) {
            node.put("module", module);
        }
        node.put("class_name", kerasClass);
        node.put("config", config);
        return node;
    }

    /** The batch is any size, which is {@code null}. */
    private static List<@Nullable Integer> withBatch(Shape shape) {
        List<@Nullable Integer> dimensions = new ArrayList<>();
        dimensions.add(null);
        dimensions.addAll(Arrays.stream(shape.toArray()).boxed().toList());
        return dimensions;
    }
}
