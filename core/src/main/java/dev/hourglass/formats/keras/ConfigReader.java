package dev.hourglass.formats.keras;

import dev.hourglass.formats.UnsupportedModelException;
import dev.hourglass.formats.json.Json;
import dev.hourglass.model.LayerFacts;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.tensor.Shape;
import dev.hourglass.tensor.ShapeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads a Keras model's configuration: {@code config.json} of a {@code .keras} file, {@code model_config} of a
 * {@code .h5} file, of Keras 3 or 2. Classes and modules are held against fixed lists, and nothing else in the file can
 * name code.
 */
final class ConfigReader {
    private static final Set<String> MODEL_CLASSES = Set.of("Sequential", "Functional", "Model");
    private static final Set<String> LAYER_MODULES = Set.of("keras.layers", "tf_keras.layers");
    /** Where Keras 3 has its models and where Keras 2 had them. */
    private static final Set<String> MODEL_MODULES = Set.of(
            "keras",
            "keras.models",
            "keras.src.models.functional",
            "keras.src.models.sequential",
            "keras.src.models.model",
            "keras.src.engine.functional",
            "keras.src.engine.sequential",
            "tf_keras",
            "tf_keras.src.engine.functional");

    private final LayerNames names = new LayerNames();
    private final Consumer<String> warnings;

    private ConfigReader(Consumer<String> warnings) {
        this.warnings = warnings;
    }

    /**
     * @param root the model's node
     * @param warnings told of what is left out without changing the model's output
     * @throws UnsupportedModelException if the model holds what Hourglass lacks
     * @throws dev.hourglass.tensor.CorruptFileException if it is not what Keras writes
     */
    static ModelNode.Model read(Json root, Consumer<String> warnings) {
        Json.Mapping node = root.asMapping();
        String kerasClass = node.get("class_name").asText();
        requireOurs(node, kerasClass, "model");
        if (!MODEL_CLASSES.contains(kerasClass)) {
            throw unsupported(
                    node,
                    "the file holds a " + Json.printable(kerasClass)
                            + "; Hourglass reads Sequential and functional models");
        }
        return new ConfigReader(warnings).model(node, kerasClass);
    }

    private ModelNode.Model model(Json.Mapping node, String kerasClass) {
        Json.Mapping config = node.get("config").asMapping();
        Json given = config.find("name");
        String name = given == null ? "model" : given.asText();
        return kerasClass.equals("Sequential") ? sequential(name, config) : functional(name, config);
    }

    private ModelNode.Model sequential(String name, Json.Mapping config) {
        List<Json.Mapping> nodes = new ArrayList<>();
        for (Json layer : config.get("layers").asSequence().items()) {
            nodes.add(layer.asMapping());
        }
        if (nodes.isEmpty()) {
            throw config.place().corrupt("at least one layer", "none");
        }
        Json.Mapping first = nodes.getFirst();
        Shape input;
        if (className(first).equals("InputLayer")) {
            input = input(first);
            nodes.removeFirst();
        } else {
            input = inputOfFirst(name, first, config);
        }
        return chain(name, ModelNode.Kind.SEQUENTIAL, config, input, nodes);
    }

    private ModelNode.Model functional(String name, Json.Mapping config) {
        List<Json.Mapping> nodes = FunctionalGraph.chain(name, config);
        Shape input = input(nodes.getFirst());
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
        Json.Mapping config = node.get("config").asMapping();
        Json given = config.find("name");
        String name = given == null ? kerasClass : given.asText();
        requireOurs(node, kerasClass, "layer '" + Json.printable(name) + "'");
        if (MODEL_CLASSES.contains(kerasClass)) {
            ModelNode.Model nested = model(node, kerasClass);
            if (!nested.input().equals(in)) {
                throw node.place().corrupt("a model that reads " + in, "one that reads " + nested.input());
            }
            return nested;
        }
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
        Set<String> modules = MODEL_CLASSES.contains(kerasClass) ? MODEL_MODULES : LAYER_MODULES;
        boolean foreignName = registered != null && !registered.asText().equals(kerasClass);
        boolean foreignModule = module != null && !modules.contains(module.asText());
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

    private static Shape input(Json.Mapping inputLayer) {
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
        return withoutBatch(shape);
    }

    private static @Nullable Json batchShape(Json.Mapping config) {
        Json shape = config.find("batch_shape");
        return shape == null ? config.find("batch_input_shape") : shape;
    }

    /** Of a Sequential that has no InputLayer: Keras 2 gave its first layer the shape, Keras 3 the model. */
    private Shape inputOfFirst(String model, Json.Mapping first, Json.Mapping config) {
        Json shape = batchShape(first.get("config").asMapping());
        if (shape == null) {
            shape = config.find("build_input_shape");
        }
        if (shape == null && MODEL_CLASSES.contains(className(first))) {
            Json.Mapping inner = first.get("config").asMapping();
            List<Json> layers = inner.get("layers").asSequence().items();
            if (!layers.isEmpty() && className(layers.getFirst().asMapping()).equals("InputLayer")) {
                return input(layers.getFirst().asMapping());
            }
        }
        if (shape == null) {
            throw unsupported(
                    config,
                    "model '" + Json.printable(model) + "' has no input shape, so it was never built; Hourglass reads"
                            + " models that were");
        }
        return withoutBatch(shape);
    }

    private static Shape withoutBatch(Json batchShape) {
        List<Json> all = batchShape.asSequence().items();
        if (all.size() < 2) {
            throw batchShape.place().corrupt("a batch size and at least one dimension", batchShape.excerpt());
        }
        int[] dimensions = new int[all.size() - 1];
        Arrays.setAll(dimensions, i -> dimension(all.get(i + 1), batchShape));
        try {
            return Shape.of(dimensions);
        } catch (ShapeException e) {
            throw batchShape.place().corrupt("a shape", String.valueOf(e.getMessage()));
        }
    }

    private static int dimension(Json dimension, Json shape) {
        if (dimension instanceof Json.Nothing) {
            throw new UnsupportedModelException(shape.place().document().file() + ": the input's shape is "
                    + shape.excerpt() + "; Hourglass needs every dimension but the batch. Build the model with a fixed"
                    + " input shape and save it again.");
        }
        return dimension.asWhole();
    }
}
