package dev.hourglass.formats.keras;

import dev.hourglass.formats.UnsupportedModelException;
import dev.hourglass.formats.json.Json;
import dev.hourglass.formats.keras.operations.PlainOperations;
import dev.hourglass.formats.keras.operations.SamplingModel;
import dev.hourglass.formats.keras.weights.StateNames;
import dev.hourglass.model.Graph;
import dev.hourglass.model.KerasClass;
import dev.hourglass.model.LayerFacts;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Masks;
import dev.hourglass.tensor.CorruptFileException;
import dev.hourglass.tensor.Shape;
import dev.hourglass.tensor.ShapeException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads a Keras model's configuration: {@code config.json} of a {@code .keras} file, {@code model_config} of a
 * {@code .h5} file, of Keras 3 or 2. Classes and modules are held against fixed lists, and nothing else in the file can
 * name code.
 */
public final class ConfigReader {
    private static final Set<String> MODEL_CLASSES = Set.of("Sequential", "Functional", "Model");
    /** Keras's own modules: Keras 3.0 and 2.13 name the file that a class stands in, such as keras.src.layers.core.dense. */
    private static final Pattern LAYER_MODULES =
            Pattern.compile("(tf_)?keras(\\.src)?\\.layers(\\.(activation|attention|"
                    + "convolutional|core|merging|normalization|pooling|preprocessing|regularization|reshaping|rnn)"
                    + "(\\.[a-z0-9_]+)?)?");

    private static final Pattern MODEL_MODULES =
            Pattern.compile("(tf_)?keras(\\.src)?(\\.(models|engine)(\\.(functional|sequential|model|training))?)?");

    /** Layers that pass on what they read in the same shape, and so say nothing of it. */
    private static final Set<String> KEEP_SHAPE = Set.of(
            "Dropout",
            "AlphaDropout",
            "SpatialDropout1D",
            "SpatialDropout2D",
            "SpatialDropout3D",
            "GaussianNoise",
            "GaussianDropout",
            "UnitNormalization",
            "Activation",
            "Masking");

    private static final Set<String> WHOLE = Set.of("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32");

    private static final int MOST_VALUES = 20_000;

    private final LayerNames names = new LayerNames();
    /** The shapes of all values so far, by the names that layers have here. */
    private final Map<String, Shape> values = new HashMap<>();

    private final List<GivenMask> givenMasks = new ArrayList<>();
    /** How many steps there are of each TimeDistributed within which the model stands that is being read, the outermost last. */
    private final Deque<Integer> steps = new ArrayDeque<>();

    private final Consumer<String> warnings;

    private ConfigReader(Consumer<String> warnings) {
        this.warnings = warnings;
    }

    /** Without knowing more of the samples than the configuration says. */
    public static ModelNode.Model read(Json root, Consumer<String> warnings) {
        return read(root, InputSizes.UNKNOWN, warnings);
    }

    /**
     * @param root the model's node
     * @param given what is known of the samples besides
     * @param warnings told of what is left out without changing the model's output
     * @throws UnsupportedModelException if the model holds what Hourglass lacks
     * @throws dev.hourglass.tensor.CorruptFileException if it is not what Keras writes
     */
    public static ModelNode.Model read(Json root, InputSizes given, Consumer<String> warnings) {
        Json.Mapping node = root.asMapping();
        String kerasClass = node.get("class_name").asText();
        requireOurs(node, kerasClass, "model");
        if (!MODEL_CLASSES.contains(kerasClass)) {
            throw unsupported(
                    node,
                    "the file holds a " + Json.printable(kerasClass)
                            + "; Hourglass reads Sequential and functional models");
        }
        refuseCode(node);
        ConfigReader reader = new ConfigReader(warnings);
        int inputs = kerasClass.equals("Sequential")
                ? 1
                : FunctionalGraph.inputCount(node.get("config").asMapping());
        ModelNode.Model model =
                reader.model(node, kerasClass, new Read(ModelNode.inputs(inputs), Collections.nCopies(inputs, given)));
        reader.requireMasks(model, node);
        return model;
    }

    /** A mask that a layer was called with is the one that comes with what it reads. */
    private void requireMasks(ModelNode.Model model, Json.Mapping root) {
        Masks masks;
        try {
            masks = Masks.of(UsedModel.of(model).tree().graph());
        } catch (IllegalArgumentException e) {
            throw unsupported(root, String.valueOf(e.getMessage()));
        }
        givenMasks.forEach(call -> {
            String masking =
                    call.maskIn(model.graph(), masks).map(Masks.Mask::layer).orElse("");
            if (!masking.equals(call.masking())) {
                throw unsupported(
                        call.layer(),
                        "layer '" + Json.printable(name(call.layer(), "")) + "' is called with the mask of '"
                                + call.masking()
                                + "', which does not come with what it reads; Hourglass gives layers no"
                                + " other mask");
            }
        });
    }

    /**
     * That a layer reads a value with the mask of a Masking or Embedding layer; all by the names that they have here.
     *
     * @param result what it gives
     * @param input which of the values that it reads, counted from 0
     * @param value its name
     */
    private record GivenMask(Json.Mapping layer, String result, int input, String value, String masking) {
        /** The mask with which the layer reads the value here. */
        Optional<Masks.Mask> maskIn(Graph graph, Masks masks) {
            Optional<Graph.Node> attention = graph.nodes().stream()
                    .filter(node -> node.name().equals(result) && node.layer() instanceof LayerSpec.Attending)
                    .findFirst();
            if (attention.isEmpty()) {
                return masks.of(value);
            }
            Masks.Attended attended = masks.attended(attention.get());
            List<Masks.@Nullable Mask> all = Arrays.asList(attended.query(), attended.value(), attended.key());
            return input < all.size() ? Optional.ofNullable(all.get(input)) : Optional.empty();
        }
    }

    /** Whatever else a model may lack here, a Lambda in it is what makes it unusable, so that is said first. */
    private static void refuseCode(Json.Mapping model) {
        Json config = model.find("config");
        Json layers = config instanceof Json.Mapping settings ? settings.find("layers") : config;
        if (!(layers instanceof Json.Sequence sequence)) {
            return;
        }
        for (Json layer : sequence.items()) {
            if (layer instanceof Json.Mapping node && node.find("class_name") instanceof Json.Text kerasClass) {
                if (kerasClass.value().equals("Lambda")) {
                    throw unsupported(
                            node,
                            "layer '" + Json.printable(name(node, "Lambda"))
                                    + "' is a Lambda, which is code, and Hourglass" + " runs no code of a file");
                }
                if (MODEL_CLASSES.contains(kerasClass.value())) {
                    refuseCode(node);
                }
            }
        }
    }

    private ModelNode.Model model(Json.Mapping node, String kerasClass, Read from) {
        if (kerasClass.equals("Sequential") && node.get("config") instanceof Json.Sequence layers) {
            // Up to Keras 2.2.2 the list of layers was all there is.
            return sequential("sequential", node, layers, from);
        }
        Json.Mapping config = node.get("config").asMapping();
        Json given = config.find("name");
        String name = given == null ? "model" : given.asText();
        return kerasClass.equals("Sequential")
                ? sequential(name, node, config.get("layers").asSequence(), from)
                : functional(name, config, from);
    }

    private ModelNode.Model sequential(String name, Json.Mapping model, Json.Sequence layers, Read given) {
        List<Json.Mapping> nodes = new ArrayList<>();
        for (Json layer : layers.items()) {
            nodes.add(layer.asMapping());
        }
        if (nodes.isEmpty()) {
            throw layers.place().corrupt("at least one layer", "none");
        }
        Json.Mapping first = nodes.getFirst();
        Shape input;
        if (className(first).equals("InputLayer")) {
            input = input(first, given.sizes().getFirst());
            nodes.removeFirst();
        } else {
            input = inputOfFirst(model, nodes, given.sizes().getFirst());
        }
        Json.Mapping config = model.get("config") instanceof Json.Mapping settings ? settings : model;
        if (given.inputs().size() != 1) {
            throw wrongInputs(config, name, 1, given.inputs().size());
        }
        input = withSteps(input);
        requireRead(config, given.inputs().getFirst(), input);
        List<ModelNode> read = new ArrayList<>();
        List<String> before = given.inputs();
        for (Json.Mapping node : nodes) {
            if (node.get("config") instanceof Json.Mapping settings
                    && settings.find("return_state") instanceof Json.Flag flag
                    && flag.value()) {
                throw new UnsupportedModelException(node.place().document().file() + ": layer '"
                        + Json.printable(name(node, className(node))) + "' (" + Json.printable(className(node))
                        + ") has return_state true; Hourglass supports false in a Sequential. Change the layer in"
                        + " Keras, train and save again.");
            }
            ModelNode next = node(node, before, name, 0);
            read.add(next);
            before = next.outputs();
            if (before.size() != 1) {
                throw node.place().corrupt("a layer of one output", before.size() + " outputs");
            }
        }
        Parts parts = new Parts(name, ModelNode.Kind.SEQUENTIAL, config);
        return model(parts, List.of(new Graph.Input("input", input)), read, given.inputs(), before);
    }

    private ModelNode.Model functional(String name, Json.Mapping config, Read from) {
        FunctionalGraph graph = new FunctionalGraph(name, config);
        if (graph.inputs().size() != from.inputs().size()) {
            throw wrongInputs(config, name, graph.inputs().size(), from.inputs().size());
        }
        List<Graph.Input> given = new ArrayList<>();
        List<ModelNode> read = new ArrayList<>();
        Outputs outputs = new Outputs(name, config, read);
        Map<String, ModelNode> first = new HashMap<>();
        for (FunctionalGraph.Wired each : graph.wired()) {
            int input = graph.inputs().indexOf(each.place().layer());
            if (input >= 0) {
                Shape shape = withSteps(input(each.node(), from.sizes().get(input)));
                requireRead(config, from.inputs().get(input), shape);
                given.add(new Graph.Input(each.place().layer(), shape));
                outputs.values.put(each.place(), List.of(from.inputs().get(input)));
                continue;
            }
            List<String> sources = each.sources().stream().map(outputs::valueOf).toList();
            ModelNode earlier = first.get(each.place().layer());
            int use = each.place().use();
            ModelNode next = earlier == null
                    ? node(each.node(), sources, name, use, each.causal())
                    : again(earlier, sources, each.node(), use);
            requireSameMask(next, each);
            first.putIfAbsent(each.place().layer(), next);
            read.add(next);
            each.masks().forEach((place, layer) -> {
                String masking = outputs.values
                        .getOrDefault(new FunctionalGraph.Place(layer, 0), List.of(layer))
                        .getFirst();
                String value = sources.get(Math.min(place, sources.size() - 1));
                givenMasks.add(new GivenMask(each.node(), next.outputs().getFirst(), place, value, masking));
            });
            outputs.values.put(each.place(), next.outputs());
            outputs.nodes.put(each.place(), next);
        }
        List<String> ends = graph.outputs().stream().map(outputs::valueOf).toList();
        return model(new Parts(name, ModelNode.Kind.FUNCTIONAL, config), given, read, from.inputs(), ends);
    }

    /** Whether it attends to later steps belongs to a layer here, in Keras to each of its calls. */
    private static void requireSameMask(ModelNode node, FunctionalGraph.Wired wired) {
        if (node instanceof ModelNode.Layer layer
                && layer.spec() instanceof LayerSpec.Attending attending
                && attending.causal() != wired.causal()) {
            throw unsupported(
                    wired.node(),
                    "layer '" + Json.printable(layer.kerasName())
                            + "' is called with use_causal_mask at some places and"
                            + " without at others, which Hourglass does not compute of one layer");
        }
    }

    /** What the places of a functional model give. */
    private final class Outputs {
        private final String model;
        private final Json.Mapping config;
        /** Of the model, so far; states are added as they are read. */
        private final List<ModelNode> read;

        private final Map<FunctionalGraph.Place, List<String>> values = new HashMap<>();
        private final Map<FunctionalGraph.Place, ModelNode> nodes = new HashMap<>();
        private final Map<FunctionalGraph.Source, String> states = new HashMap<>();

        Outputs(String model, Json.Mapping config, List<ModelNode> read) {
            this.model = model;
            this.config = config;
            this.read = read;
        }

        String valueOf(FunctionalGraph.Source source) {
            List<String> of = Objects.requireNonNull(values.get(source.place()));
            if (source.output() < of.size()) {
                return of.get(source.output());
            }
            String known = states.get(source);
            if (known != null) {
                return known;
            }
            ModelNode node = nodes.get(source.place());
            if (node instanceof ModelNode.Model model && model.kind() == ModelNode.Kind.CELL) {
                node = model.nodes().getFirst();
            }
            if (node instanceof ModelNode.Layer layer
                    && layer.spec() instanceof LayerSpec.Walk walk
                    && source.output() <= walk.states().size()) {
                LayerSpec.State.Which which = walk.states().get(source.output() - 1);
                String value = StateNames.isOutput(walk, which) ? of.getFirst() : state(layer, which);
                states.put(source, value);
                return value;
            }
            throw unsupported(
                    config,
                    "layer '" + Json.printable(source.place().layer()) + "' has its output number "
                            + (source.output() + 1) + " read, and Hourglass has " + of.size() + " of it");
        }

        private String state(ModelNode.Layer of, LayerSpec.State.Which state) {
            String name = StateNames.of(of.value(), state);
            LayerSpec.State spec = new LayerSpec.State(names.unique(name, model), state);
            List<String> inputs = List.of(of.value());
            LayerFacts facts = LayerFacts.ofState(spec, "'" + of.value() + "'", of.facts());
            String value = names.value(spec.name(), 0);
            put(value, facts.output(), config);
            read.add(new ModelNode.Layer(name, facts, value, inputs, true, false));
            return value;
        }
    }

    private static CorruptFileException wrongInputs(Json.Mapping config, String name, int inputs, int given) {
        return config.place()
                .corrupt("model '" + Json.printable(name) + "' to have " + given + " inputs", inputs + " inputs");
    }

    /** A layer or model that stood at another place before, at one more. */
    private ModelNode again(ModelNode earlier, List<String> inputs, Json.Mapping node, int use) {
        if (earlier instanceof ModelNode.Model model
                && model.kind() == ModelNode.Kind.CELL
                && again(model.nodes().getFirst(), inputs, node, use) instanceof ModelNode.Layer walk) {
            return cell(model.kerasName(), walk, node.get("config").asMapping(), true);
        }
        return switch (earlier) {
            case ModelNode.Layer layer -> {
                List<Shape> shapes = shapesOf(inputs);
                // What a state looks like is told from the layer that carries it, which is the same.
                LayerFacts facts = layer.spec() instanceof LayerSpec.State
                        ? layer.facts()
                        : facts(layer.spec(), inputs, shapes, node);
                if (!facts.variables().equals(layer.facts().variables())) {
                    throw node.place()
                            .corrupt(
                                    "layer '" + Json.printable(layer.kerasName()) + "' on inputs that its weights fit",
                                    "inputs of " + layer.facts().input() + " and of " + shapes.getFirst());
                }
                String value = names.value(layer.spec().name(), use);
                put(value, facts.output(), node);
                yield new ModelNode.Layer(layer.kerasName(), facts, value, inputs, layer.trainable(), true);
            }
            case ModelNode.Model model -> {
                if (inputs.size() != model.given().size()) {
                    throw wrongInputs(node, model.kerasName(), model.given().size(), inputs.size());
                }
                for (int i = 0; i < inputs.size(); i++) {
                    requireRead(node, inputs.get(i), model.given().get(i).shape());
                }
                Map<String, String> here = new HashMap<>();
                for (int i = 0; i < inputs.size(); i++) {
                    here.put(model.inputs().get(i), inputs.get(i));
                }
                List<ModelNode> nodes = new ArrayList<>();
                for (ModelNode inner : model.nodes()) {
                    ModelNode next = again(inner, mapped(inner.inputs(), here), node, use);
                    nodes.add(next);
                    for (int i = 0; i < inner.outputs().size(); i++) {
                        here.put(inner.outputs().get(i), next.outputs().get(i));
                    }
                }
                yield new ModelNode.Model(
                        model.kerasName(),
                        model.kind(),
                        model.given(),
                        nodes,
                        mapped(model.outputs(), here),
                        inputs,
                        model.trainable(),
                        true);
            }
        };
    }

    private static List<String> mapped(List<String> values, Map<String, String> here) {
        return values.stream()
                .map(value -> Objects.requireNonNull(here.get(value)))
                .toList();
    }

    /** Notes the shape of a value. Models that use models twice, which do the same, give very many of a short file. */
    private void put(String value, Shape shape, Json.Mapping node) {
        values.put(value, shape);
        if (values.size() > MOST_VALUES) {
            throw unsupported(
                    node,
                    String.format(
                            Locale.ROOT, "the model has more than %,d layers, counted at every use", MOST_VALUES));
        }
    }

    /** A model reads values of the shapes that it says; of the outermost one this is the first that is heard of them. */
    private void requireRead(Json.Mapping config, String input, Shape shape) {
        Shape before = values.putIfAbsent(input, shape);
        if (before != null && !before.equals(shape)) {
            throw config.place().corrupt("a model that reads " + before, "one that reads " + shape);
        }
    }

    /** What all kinds of models have. */
    private record Parts(String name, ModelNode.Kind kind, Json.Mapping config) {}

    private static ModelNode.Model model(
            Parts parts, List<Graph.Input> given, List<ModelNode> nodes, List<String> inputs, List<String> outputs) {
        if (nodes.isEmpty()) {
            throw parts.config().place().corrupt("at least one layer after the input", "none");
        }
        return new ModelNode.Model(
                parts.name(), parts.kind(), given, nodes, outputs, inputs, trainable(parts.config()), false);
    }

    /**
     * What is known of what a model reads.
     *
     * @param inputs the values, by the names that they have here
     * @param sizes of each
     */
    private record Read(List<String> inputs, List<InputSizes> sizes) {}

    private ModelNode node(Json.Mapping node, List<String> inputs, String model, int use) {
        return node(node, inputs, model, use, /* causal= */ false);
    }

    /**
     * @param use which of the layer's calls it is, the first being 0
     * @param causal whether it is called with use_causal_mask
     */
    private ModelNode node(Json.Mapping node, List<String> inputs, String model, int use, boolean causal) {
        String kerasClass = className(node);
        requireKnown(node);
        if (MODEL_CLASSES.contains(kerasClass)) {
            return SamplingModel.isOne(node)
                    ? sampling(node, inputs, model, use)
                    : model(node, kerasClass, read(inputs));
        }
        Json.Mapping config = node.get("config").asMapping();
        String name = name(node, kerasClass);
        if (kerasClass.equals("TimeDistributed")
                && config.find("layer") instanceof Json.Mapping inner
                && MODEL_CLASSES.contains(className(inner))) {
            return eachStep(node, inner, inputs, name);
        }
        if (kerasClass.equals(Layers.CELLS)) {
            return cells(node, inputs, model, use);
        }
        LayerSettings settings = new LayerSettings(kerasClass, Json.printable(name), config, warnings);
        List<Shape> shapes = shapesOf(inputs);
        if (!steps.isEmpty() && shapes.stream().map(Shape::rank).distinct().count() > 1) {
            throw unsupported(
                    node,
                    "layer '" + Json.printable(name) + "' merges values of different ranks within each step, which"
                            + " Hourglass does not compute");
        }
        LayerSpec read = Layers.read(kerasClass, names.unique(name, model), settings, withoutSteps(shapes.getFirst()));
        LayerSpec spec = distributed(
                causal && read instanceof LayerSpec.Attending attending ? attending.withCausal(true) : read, node);
        LayerFacts facts = facts(spec, inputs, shapes, node);
        String value = names.value(spec.name(), use);
        put(value, facts.output(), node);
        return new ModelNode.Layer(name, facts, value, inputs, trainable(config), false);
    }

    /** An RNN around a cell, or around several that are stacked, which are as many layers here. */
    private ModelNode cells(Json.Mapping node, List<String> inputs, String model, int use) {
        Json.Mapping config = node.get("config").asMapping();
        String name = name(node, Layers.CELLS);
        LayerSettings settings = new LayerSettings(Layers.CELLS, Json.printable(name), config, warnings);
        boolean sequences = settings.flag("return_sequences", false);
        boolean backwards = settings.flag("go_backwards", false);
        settings.only("time_major", "false");
        settings.only("zero_output_for_mask", "false");
        settings.warnOfStates();
        settings.ignore("return_state", "unroll");
        Json.Mapping cell = settings.get("cell").asMapping();
        settings.requireNoMore();
        requireCell(cell, name);
        if (!className(cell).equals("StackedRNNCells")) {
            ModelNode.Layer walk = walk(cell, names.unique(name, model), sequences, backwards, inputs, node, use);
            return cell(name, walk, config, false);
        }
        if (backwards) {
            throw settings.lacks("go_backwards", "false where cells are stacked");
        }
        if (inputs.size() > 1) {
            throw unsupported(
                    node,
                    "layer '" + Json.printable(name) + "' (RNN) begins with states of other layers, which Hourglass"
                            + " computes of a single cell, not of stacked ones");
        }
        List<Json> stacked =
                cell.get("config").asMapping().get("cells").asSequence().items();
        if (stacked.isEmpty()) {
            throw cell.place().corrupt("at least one cell", "none");
        }
        List<ModelNode> walks = new ArrayList<>();
        List<String> before = inputs;
        for (int i = 0; i < stacked.size(); i++) {
            Json.Mapping each = stacked.get(i).asMapping();
            requireCell(each, name);
            String unique = names.unique(name + "_" + name(each, "cell"), model);
            walks.add(walk(each, unique, sequences || i < stacked.size() - 1, false, before, node, use));
            before = walks.getLast().outputs();
        }
        return new ModelNode.Model(
                name, ModelNode.Kind.CELLS, given(inputs), walks, before, inputs, trainable(config), false);
    }

    /** A node around the layer that walks with a cell. */
    private ModelNode.Model cell(String name, ModelNode.Layer walk, Json.Mapping config, boolean isFurtherUse) {
        return new ModelNode.Model(
                name,
                ModelNode.Kind.CELL,
                given(walk.inputs()),
                List.of(walk),
                walk.outputs(),
                walk.inputs(),
                trainable(config),
                isFurtherUse);
    }

    private List<Graph.Input> given(List<String> inputs) {
        return shapesOf(inputs).stream()
                .map(shape -> new Graph.Input("input", shape))
                .toList();
    }

    private static void requireCell(Json.Mapping cell, String layer) {
        requireOurs(cell, className(cell), "the cell of layer '" + Json.printable(layer) + "'");
    }

    private ModelNode.Layer walk(
            Json.Mapping cell,
            String name,
            boolean sequences,
            boolean backwards,
            List<String> inputs,
            Json.Mapping node,
            int use) {
        Json.Mapping config = cell.get("config").asMapping();
        LayerSettings settings = new LayerSettings(className(cell), name, config, warnings);
        LayerSpec.Recurrent walk = Layers.cell(className(cell), name, settings, sequences, backwards);
        if (walk == null) {
            throw unsupported(
                    node,
                    "layer '" + name + "' (RNN) walks with a " + Json.printable(className(cell))
                            + "; Hourglass has LSTMCell, GRUCell, SimpleRNNCell and StackedRNNCells of these");
        }
        LayerSpec spec = distributed(walk, node);
        LayerFacts facts = facts(spec, inputs, shapesOf(inputs), node);
        String value = names.value(spec.name(), use);
        put(value, facts.output(), node);
        return new ModelNode.Layer(name(cell, className(cell)), facts, value, inputs, trainable(config), false);
    }

    /** That a node is a layer of Keras's that Hourglass has, or a model; what it is called with is asked after that. */
    static void requireKnown(Json.Mapping node) {
        String kerasClass = className(node);
        String layer = "layer '" + Json.printable(name(node, kerasClass)) + "'";
        if (PlainOperations.isSaidToBeOfKeras(node)) {
            throw unsupported(
                    node,
                    layer + " is the operation " + Json.printable(kerasClass) + " of keras.ops, which no layers of"
                            + " Hourglass compute as it is called here; docs/keras-files.md lists those that it reads");
        }
        requireOurs(node, kerasClass, layer);
        if (kerasClass.equals("InputLayer")) {
            throw node.place().corrupt("a layer", "an InputLayer within the model");
        }
        if (!MODEL_CLASSES.contains(kerasClass) && !Layers.classes().contains(kerasClass)) {
            String why = kerasClass.equals("Lambda") ? ", which is code, and Hourglass runs no code of a file" : "";
            throw unsupported(
                    node,
                    layer + " is a " + Json.printable(kerasClass) + why + "; Hourglass has "
                            + String.join(", ", Layers.classes()));
        }
    }

    /** A model that is applied to each step: each of its layers is. */
    private ModelNode eachStep(Json.Mapping node, Json.Mapping inner, List<String> inputs, String name) {
        requireOurs(inner, className(inner), "the model within '" + Json.printable(name) + "'");
        Shape shape = shapesOf(inputs).getFirst();
        Shape read = withoutSteps(shape);
        if (inputs.size() != 1 || read.rank() < 2) {
            throw node.place().corrupt("a TimeDistributed that reads the steps of one value", "one of " + read);
        }
        steps.push(read.dimension(0));
        ModelNode.Model model = model(inner, className(inner), read(inputs));
        steps.pop();
        return new ModelNode.Model(
                name,
                ModelNode.Kind.EACH_STEP,
                List.of(new Graph.Input("input", shape)),
                List.of(model),
                model.outputs(),
                inputs,
                trainable(node.get("config").asMapping()),
                false);
    }

    /** What a model within this one reads, as that sees it. */
    private Read read(List<String> inputs) {
        return new Read(
                inputs,
                shapesOf(inputs).stream()
                        .map(this::withoutSteps)
                        .map(InputSizes::of)
                        .toList());
    }

    /** What is read at each step, at all of them. */
    private Shape withSteps(Shape shape) {
        Shape all = shape;
        for (int count : steps) {
            all = all.times(count);
        }
        return all;
    }

    private Shape withoutSteps(Shape all) {
        Shape shape = all;
        for (int i = 0; i < steps.size(); i++) {
            shape = shape.inner();
        }
        return shape;
    }

    /** A layer of a model that is applied to each step; what is done number by number to several values needs no steps. */
    private LayerSpec distributed(LayerSpec layer, Json.Mapping node) {
        LayerSpec all = layer;
        for (int i = 0; i < steps.size(); i++) {
            if (all instanceof LayerSpec.Concatenate merge) {
                all = merge.axis() > 0 ? new LayerSpec.Concatenate(merge.name(), merge.axis() + 1) : merge;
            } else if (all instanceof LayerSpec.Attending || all instanceof LayerSpec.Dot) {
                throw unsupported(
                        node,
                        "layer '" + layer.name() + "' (" + KerasClass.of(all).kerasName()
                                + ") stands in a model that is applied to each step, where Hourglass does not compute"
                                + " it");
            } else if (!(all instanceof LayerSpec.Merge)) {
                try {
                    all = new LayerSpec.TimeDistributed(layer.name(), all);
                } catch (IllegalArgumentException e) {
                    throw unsupported(node, String.valueOf(e.getMessage()));
                }
            }
        }
        return all;
    }

    private List<Shape> shapesOf(List<String> inputs) {
        return inputs.stream()
                .map(input -> Objects.requireNonNull(values.get(input)))
                .toList();
    }

    private ModelNode sampling(Json.Mapping node, List<String> inputs, String model, int use) {
        Json.Mapping config = node.get("config").asMapping();
        String name = name(node, "sampling");
        LayerSpec spec = new LayerSpec.Sampling(names.unique(name, model));
        LayerFacts facts = facts(spec, inputs, shapesOf(inputs), node);
        String value = names.value(spec.name(), use);
        put(value, facts.output(), node);
        return new ModelNode.Layer(name, facts, value, inputs, trainable(config), false);
    }

    private static String name(Json.Mapping node, String otherwise) {
        Json given = node.get("config") instanceof Json.Mapping config ? config.find("name") : null;
        return given == null ? otherwise : given.asText();
    }

    private static LayerFacts facts(LayerSpec layer, List<String> inputs, List<Shape> shapes, Json.Mapping node) {
        boolean begins = layer instanceof LayerSpec.Walk walk
                && inputs.size() == 1 + walk.states().size();
        if (inputs.size() > 1 && !begins && !(layer instanceof LayerSpec.Merge)) {
            throw node.place().corrupt("a layer that reads one value", "one that reads " + inputs.size());
        }
        try {
            List<LayerFacts.Source> sources = new ArrayList<>();
            for (int i = 0; i < shapes.size(); i++) {
                String source = inputs.get(i);
                sources.add(new LayerFacts.Source(
                        source.startsWith(ModelNode.INPUT) ? "the input" : "'" + source + "'", shapes.get(i)));
            }
            return LayerFacts.ofSources(layer, sources);
        } catch (ShapeException e) {
            throw node.place().corrupt("layers that fit together", String.valueOf(e.getMessage()));
        } catch (ArithmeticException e) {
            throw node.place().corrupt("sizes that fit an array", "larger ones");
        }
    }

    static boolean isModel(Json.Mapping node) {
        return MODEL_CLASSES.contains(className(node));
    }

    private static boolean trainable(Json.Mapping config) {
        Json flag = config.find("trainable");
        return flag == null || flag.asFlag();
    }

    private static String className(Json.Mapping node) {
        return node.get("class_name").asText();
    }

    /** Whether a node's module and registered name, where there are any, say that it is a layer or model of Keras's own. */
    public static boolean isOurs(Json.Mapping node, String kerasClass) {
        Json registered = node.find("registered_name");
        Json module = node.find("module");
        Pattern modules = MODEL_CLASSES.contains(kerasClass) ? MODEL_MODULES : LAYER_MODULES;
        return (registered == null || registered.asText().equals(kerasClass))
                && (module == null || modules.matcher(module.asText()).matches());
    }

    /** @param what the node is, for the message */
    static void requireOurs(Json.Mapping node, String kerasClass, String what) {
        if (!isOurs(node, kerasClass)) {
            Json registered = node.find("registered_name");
            Json module = node.find("module");
            throw unsupported(
                    node,
                    what + " is a " + Json.printable(kerasClass) + " of "
                            + (module == null ? "no module" : module.excerpt())
                            + (registered == null ? "" : ", registered as " + registered.excerpt())
                            + "; Hourglass reads Keras's own classes only and runs no code of a file");
        }
    }

    private static UnsupportedModelException unsupported(Json.Mapping node, String what) {
        return new UnsupportedModelException(
                node.place().document().file() + ": " + what + ". Build the model without it and save it again.");
    }

    private static Shape input(Json.Mapping inputLayer, InputSizes sizes) {
        Json.Mapping config = inputLayer.get("config").asMapping();
        // What is whole comes as the same numbers here.
        Json.Mapping ofNumbers = config.find("dtype") instanceof Json.Text type && WHOLE.contains(type.value())
                ? config.without("dtype")
                : config;
        LayerSettings settings = new LayerSettings("InputLayer", "input", ofNumbers, warning -> {});
        settings.only("sparse", "false");
        settings.only("ragged", "false");
        settings.ignore("batch_shape", "batch_input_shape", "shape");
        settings.requireNoMore();
        Json shape = batchShape(config);
        if (shape == null) {
            throw config.place().corrupt("a member 'batch_shape'", "none");
        }
        return sizes.input(shape);
    }

    private static @Nullable Json batchShape(Json.Mapping config) {
        Json shape = config.find("batch_shape");
        return shape == null ? config.find("batch_input_shape") : shape;
    }

    /**
     * Of a Sequential that has no InputLayer: Keras 2 gave its first layer the shape, Keras 3 the model. One that was built
     * by its data may have it from when it was built, or must be told by its weights.
     */
    private static Shape inputOfFirst(Json.Mapping model, List<Json.Mapping> layers, InputSizes sizes) {
        Json.Mapping first = layers.getFirst();
        Json shape = first.get("config") instanceof Json.Mapping config ? batchShape(config) : null;
        if (shape == null && model.get("config") instanceof Json.Mapping config) {
            shape = config.find("build_input_shape");
        }
        for (Json.Mapping built : List.of(model, first)) {
            if (shape == null && built.find("build_config") instanceof Json.Mapping config) {
                shape = config.find("input_shape");
            }
        }
        if (shape != null) {
            return sizes.input(shape);
        }
        if (MODEL_CLASSES.contains(className(first))) {
            return inputOfNested(first, sizes);
        }
        String withWeights = layers.stream()
                .map(ConfigReader::className)
                .dropWhile(KEEP_SHAPE::contains)
                .findFirst()
                .orElse("");
        return sizes.byFirstKernel(withWeights, model);
    }

    private static Shape inputOfNested(Json.Mapping nested, InputSizes sizes) {
        Json config = nested.get("config");
        Json layers = config instanceof Json.Mapping settings ? settings.get("layers") : config;
        List<Json.Mapping> nodes =
                layers.asSequence().items().stream().map(Json::asMapping).toList();
        if (nodes.isEmpty()) {
            throw nested.place().corrupt("at least one layer", "none");
        }
        return className(nodes.getFirst()).equals("InputLayer")
                ? input(nodes.getFirst(), sizes)
                : inputOfFirst(nested, nodes, sizes);
    }
}
