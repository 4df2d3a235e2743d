package dev.hourglass.formats.keras;

import dev.hourglass.formats.UnsupportedModelException;
import dev.hourglass.formats.json.Json;
import dev.hourglass.model.LayerFacts;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.tensor.Shape;
import dev.hourglass.tensor.ShapeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads a Keras model's configuration: {@code config.json} of a {@code .keras} file, {@code model_config} of a
 * {@code .h5} file, of Keras 3 or 2. Classes and modules are held against fixed lists, and nothing else in the file can
 * name code.
 */
final class ConfigReader {
    private static final Set<String> MODEL_CLASSES = Set.of("Sequential", "Functional", "Model");
    /** Keras's own modules: Keras 3.0 and 2.13 name the file that a class stands in, such as keras.src.layers.core.dense. */
    private static final Pattern LAYER_MODULES =
            Pattern.compile("(tf_)?keras(\\.src)?\\.layers(\\.(activation|attention|"
                    + "convolutional|core|merging|normalization|pooling|preprocessing|regularization|reshaping|rnn)"
                    + "(\\.[a-z0-9_]+)?)?");

    private static final Pattern MODEL_MODULES =
            Pattern.compile("(tf_)?keras(\\.src)?(\\.(models|engine)(\\.(functional|sequential|model|training))?)?");

    /** Layers that pass on what they read in the same shape, and so say nothing of it. */
    private static final Set<String> KEEP_SHAPE =
            Set.of("Dropout", "GaussianNoise", "GaussianDropout", "Activation", "Masking");

    private final LayerNames names = new LayerNames();
    private final Consumer<String> warnings;

    private ConfigReader(Consumer<String> warnings) {
        this.warnings = warnings;
    }

    /** Without knowing more of the samples than the configuration says. */
    static ModelNode.Model read(Json root, Consumer<String> warnings) {
        return read(root, InputSizes.UNKNOWN, warnings);
    }

    /**
     * @param root the model's node
     * @param given what is known of the samples besides
     * @param warnings told of what is left out without changing the model's output
     * @throws UnsupportedModelException if the model holds what Hourglass lacks
     * @throws dev.hourglass.tensor.CorruptFileException if it is not what Keras writes
     */
    static ModelNode.Model read(Json root, InputSizes given, Consumer<String> warnings) {
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
        return new ConfigReader(warnings).model(node, kerasClass, given);
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

    private ModelNode.Model model(Json.Mapping node, String kerasClass, InputSizes sizes) {
        if (kerasClass.equals("Sequential") && node.get("config") instanceof Json.Sequence layers) {
            // Up to Keras 2.2.2 the list of layers was all there is.
            return sequential("sequential", node, layers, sizes);
        }
        Json.Mapping config = node.get("config").asMapping();
        Json given = config.find("name");
        String name = given == null ? "model" : given.asText();
        return kerasClass.equals("Sequential")
                ? sequential(name, node, config.get("layers").asSequence(), sizes)
                : functional(name, config, sizes);
    }

    private ModelNode.Model sequential(String name, Json.Mapping model, Json.Sequence layers, InputSizes sizes) {
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
            input = input(first, sizes);
            nodes.removeFirst();
        } else {
            input = inputOfFirst(model, nodes, sizes);
        }
        Json.Mapping config = model.get("config") instanceof Json.Mapping settings ? settings : model;
        return chain(name, ModelNode.Kind.SEQUENTIAL, config, input, nodes);
    }

    private ModelNode.Model functional(String name, Json.Mapping config, InputSizes sizes) {
        List<Json.Mapping> nodes = FunctionalGraph.chain(name, config);
        Shape input = input(nodes.getFirst(), sizes);
        return chain(name, ModelNode.Kind.FUNCTIONAL, config, input, nodes.subList(1, nodes.size()));
    }

    private ModelNode.Model chain(
            String name, ModelNode.Kind kind, Json.Mapping config, Shape input, List<Json.Mapping> nodes) {
        List<ModelNode> chain = new ArrayList<>();
        Shape shape = input;
        for (Json.Mapping node : nodes) {
            ModelNode next = node(node, shape, name);
            for (ModelNode.Layer layer : next.layers()) {
                shape = output(layer, node);
            }
            chain.add(next);
        }
        if (chain.isEmpty()) {
            throw config.place().corrupt("at least one layer after the input", "none");
        }
        return new ModelNode.Model(name, kind, input, chain, trainable(config));
    }

    private ModelNode node(Json.Mapping node, Shape in, String model) {
        String kerasClass = className(node);
        if (MODEL_CLASSES.contains(kerasClass)) {
            requireOurs(node, kerasClass, "layer '" + Json.printable(name(node, kerasClass)) + "'");
            ModelNode.Model nested = model(node, kerasClass, InputSizes.of(in));
            if (!nested.input().equals(in)) {
                throw node.place().corrupt("a model that reads " + in, "one that reads " + nested.input());
            }
            return nested;
        }
        Json.Mapping config = node.get("config").asMapping();
        String name = name(node, kerasClass);
        requireOurs(node, kerasClass, "layer '" + Json.printable(name) + "'");
        if (kerasClass.equals("InputLayer")) {
            throw node.place().corrupt("a layer", "an InputLayer within the model");
        }
        if (!Layers.classes().contains(kerasClass)) {
            String why = kerasClass.equals("Lambda") ? ", which is code, and Hourglass runs no code of a file" : "";
            throw unsupported(
                    node,
                    "layer '" + Json.printable(name) + "' is a " + Json.printable(kerasClass) + why + "; Hourglass has "
                            + String.join(", ", Layers.classes()));
        }
        LayerSettings settings = new LayerSettings(kerasClass, Json.printable(name), config, warnings);
        LayerSpec spec = Layers.read(kerasClass, names.unique(name, model), settings, in);
        return new ModelNode.Layer(name, spec, in, trainable(config));
    }

    private static String name(Json.Mapping node, String otherwise) {
        Json given = node.get("config") instanceof Json.Mapping config ? config.find("name") : null;
        return given == null ? otherwise : given.asText();
    }

    private static Shape output(ModelNode.Layer layer, Json.Mapping node) {
        try {
            return LayerFacts.of(layer.spec(), layer.input()).output();
        } catch (ShapeException e) {
            throw node.place().corrupt("layers that fit together", String.valueOf(e.getMessage()));
        } catch (ArithmeticException e) {
            throw node.place().corrupt("sizes that fit an array", "larger ones");
        }
    }

    private static boolean trainable(Json.Mapping config) {
        Json flag = config.find("trainable");
        return flag == null || flag.asFlag();
    }

    private static String className(Json.Mapping node) {
        return node.get("class_name").asText();
    }

    /** A node's module and registered name, where there are any, must say that it is Keras's own. */
    private static void requireOurs(Json.Mapping node, String kerasClass, String what) {
        Json registered = node.find("registered_name");
        Json module = node.find("module");
        Pattern modules = MODEL_CLASSES.contains(kerasClass) ? MODEL_MODULES : LAYER_MODULES;
        boolean foreignName = registered != null && !registered.asText().equals(kerasClass);
        boolean foreignModule =
                module != null && !modules.matcher(module.asText()).matches();
        if (foreignName || foreignModule) {
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
        LayerSettings settings = new LayerSettings("InputLayer", "input", config, warning -> {});
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
