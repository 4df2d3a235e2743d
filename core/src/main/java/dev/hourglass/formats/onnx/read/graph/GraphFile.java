package dev.hourglass.formats.onnx.read.graph;

import dev.hourglass.files.Excerpt;
import dev.hourglass.formats.UnsupportedModelException;
import dev.hourglass.tensor.CorruptFileException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The bytes of an ONNX file as an {@link OnnxGraph}. The numbers are those of the fields in {@code onnx.proto}. */
public final class GraphFile {
    private static final int MODEL_GRAPH = 7;
    private static final int MODEL_OPERATOR_SET = 8;
    private static final int MODEL_METADATA = 14;
    private static final int OPERATOR_SET_DOMAIN = 1;
    private static final int OPERATOR_SET_VERSION = 2;
    private static final int ENTRY_KEY = 1;
    private static final int ENTRY_VALUE = 2;

    private static final int GRAPH_NODE = 1;
    private static final int GRAPH_NAME = 2;
    private static final int GRAPH_INITIALIZER = 5;
    private static final int GRAPH_INPUT = 11;
    private static final int GRAPH_OUTPUT = 12;
    private static final int GRAPH_SPARSE_INITIALIZER = 15;

    private static final int NODE_INPUT = 1;
    private static final int NODE_OUTPUT = 2;
    private static final int NODE_NAME = 3;
    private static final int NODE_OPERATOR = 4;
    private static final int NODE_ATTRIBUTE = 5;
    private static final int NODE_DOMAIN = 7;

    private static final int ATTRIBUTE_NAME = 1;
    private static final int ATTRIBUTE_FLOAT = 2;
    private static final int ATTRIBUTE_INT = 3;
    private static final int ATTRIBUTE_STRING = 4;
    private static final int ATTRIBUTE_TENSOR = 5;
    private static final int ATTRIBUTE_FLOATS = 7;
    private static final int ATTRIBUTE_INTS = 8;
    private static final int ATTRIBUTE_STRINGS = 9;
    private static final int ATTRIBUTE_TYPE = 20;
    private static final int TYPE_FLOAT = 1;
    private static final int TYPE_INT = 2;
    private static final int TYPE_STRING = 3;
    private static final int TYPE_TENSOR = 4;
    private static final int TYPE_FLOATS = 6;
    private static final int TYPE_INTS = 7;
    private static final int TYPE_STRINGS = 8;

    private static final int TENSOR_DIMENSIONS = 1;
    private static final int TENSOR_TYPE = 2;
    private static final int TENSOR_FLOATS = 4;
    private static final int TENSOR_INT32S = 5;
    private static final int TENSOR_INT64S = 7;
    private static final int TENSOR_NAME = 8;
    private static final int TENSOR_RAW = 9;
    private static final int TENSOR_DOUBLES = 10;
    private static final int TENSOR_UINT64S = 11;
    private static final int TENSOR_EXTERNAL = 13;
    private static final int TENSOR_LOCATION = 14;

    private static final int VALUE_NAME = 1;
    private static final int VALUE_TYPE = 2;
    private static final int TYPE_OF_TENSOR = 1;
    private static final int SHAPE_OF_TENSOR = 2;
    private static final int SHAPE_DIMENSION = 1;
    private static final int DIMENSION_SIZE = 1;

    /** The first version whose operators broadcast as today's do. */
    private static final long FIRST_OPERATOR_SET = 7;

    private static final Set<String> OF_ONNX = Set.of("", "ai.onnx");

    private final Bounds bounds;

    private GraphFile(Bounds bounds) {
        this.bounds = bounds;
    }

    /**
     * @throws dev.hourglass.tensor.CorruptFileException if the bytes are no ONNX model
     * @throws UnsupportedModelException if its operators are of a version that Hourglass doesn't read
     */
    public static OnnxGraph read(ByteBuffer file, Bounds bounds) {
        return new GraphFile(bounds).model(WireMessage.of(file, bounds));
    }

    private OnnxGraph model(WireMessage model) {
        @Nullable WireMessage graph = null;
        long operatorSet = 0;
        Map<String, String> metadata = new LinkedHashMap<>();
        while (model.next()) {
            switch (model.field()) {
                case MODEL_GRAPH -> graph = model.message("the graph");
                case MODEL_OPERATOR_SET ->
                    operatorSet = Math.max(operatorSet, version(model.message("a set of operators")));
                case MODEL_METADATA -> addEntry(model.message("an entry of the metadata"), metadata);
                default -> {} // of no meaning for what the model computes
            }
        }
        if (graph == null) {
            throw bounds.refuse("an ONNX model with a graph", "none");
        }
        if (operatorSet < FIRST_OPERATOR_SET) {
            throw new UnsupportedModelException(bounds.file() + ": expected operators of ONNX's set "
                    + FIRST_OPERATOR_SET + " or later, found "
                    + (operatorSet == 0 ? "none named" : "set " + operatorSet)
                    + ". Export the model again with opset_version=17.");
        }
        return graph(graph, operatorSet, metadata);
    }

    /** Of ONNX's own operators; 0 where it is another set. */
    private static long version(WireMessage set) {
        String domain = "";
        long version = 0;
        while (set.next()) {
            switch (set.field()) {
                case OPERATOR_SET_DOMAIN -> domain = set.text();
                case OPERATOR_SET_VERSION -> version = set.whole();
                default -> {}
            }
        }
        return OF_ONNX.contains(domain) ? version : 0;
    }

    private static void addEntry(WireMessage entry, Map<String, String> into) {
        String key = "";
        String value = "";
        while (entry.next()) {
            switch (entry.field()) {
                case ENTRY_KEY -> key = entry.text();
                case ENTRY_VALUE -> value = entry.text();
                default -> {}
            }
        }
        into.put(key, value);
    }

    private OnnxGraph graph(WireMessage graph, long operatorSet, Map<String, String> metadata) {
        String name = "";
        List<OnnxNode> nodes = new ArrayList<>();
        Map<String, StoredTensor> constants = new HashMap<>();
        List<OnnxGraph.Port> inputs = new ArrayList<>();
        List<OnnxGraph.Port> outputs = new ArrayList<>();
        while (graph.next()) {
            switch (graph.field()) {
                case GRAPH_NODE -> nodes.add(node(graph.message("a node")));
                case GRAPH_NAME -> name = graph.text();
                case GRAPH_INITIALIZER -> {
                    StoredTensor tensor = tensor(graph.message("a tensor"));
                    if (constants.put(tensor.name(), tensor) != null) {
                        throw twice(tensor.name());
                    }
                }
                case GRAPH_INPUT -> inputs.add(port(graph.message("an input")));
                case GRAPH_OUTPUT -> outputs.add(port(graph.message("an output")));
                case GRAPH_SPARSE_INITIALIZER ->
                    throw new UnsupportedModelException(bounds.file()
                            + ": expected weights that are stored number by number, found a sparse tensor."
                            + " Export the model with dense weights.");
                default -> {}
            }
        }
        // Files of IR version 3 name their weights among the inputs.
        inputs.removeIf(input -> constants.containsKey(input.name()));
        requireGivenOnce(nodes, constants.keySet(), inputs);
        return new OnnxGraph(name, operatorSet, nodes, constants, inputs, outputs, metadata);
    }

    /** Else it would be chance which of two values a node reads. */
    private void requireGivenOnce(List<OnnxNode> nodes, Set<String> constants, List<OnnxGraph.Port> inputs) {
        Set<String> given = new HashSet<>(constants);
        for (OnnxGraph.Port input : inputs) {
            requireNew(input.name(), given);
        }
        for (OnnxNode node : nodes) {
            for (String output : node.outputs()) {
                if (!output.isEmpty()) {
                    requireNew(output, given);
                }
            }
        }
    }

    private void requireNew(String name, Set<String> given) {
        if (!given.add(name)) {
            throw twice(name);
        }
    }

    private CorruptFileException twice(String name) {
        return bounds.refuse("each value by a name of its own", "'" + Excerpt.of(name, 80) + "' twice");
    }

    private OnnxNode node(WireMessage node) {
        String name = "";
        String operator = "";
        String domain = "";
        List<String> inputs = new ArrayList<>();
        List<String> outputs = new ArrayList<>();
        Map<String, Attribute> attributes = new HashMap<>();
        while (node.next()) {
            switch (node.field()) {
                case NODE_INPUT -> inputs.add(node.text());
                case NODE_OUTPUT -> outputs.add(node.text());
                case NODE_NAME -> name = node.text();
                case NODE_OPERATOR -> operator = node.text();
                case NODE_DOMAIN -> domain = node.text();
                case NODE_ATTRIBUTE -> addAttribute(node.message("an attribute"), attributes);
                default -> {}
            }
        }
        return new OnnxNode(name, operator, OF_ONNX.contains(domain) ? "" : domain, inputs, outputs, attributes);
    }

    private void addAttribute(WireMessage attribute, Map<String, Attribute> into) {
        String name = "";
        long type = 0;
        Attribute single = new Attribute.Other();
        List<Long> wholes = new ArrayList<>();
        List<Float> reals = new ArrayList<>();
        List<String> texts = new ArrayList<>();
        while (attribute.next()) {
            switch (attribute.field()) {
                case ATTRIBUTE_NAME -> name = attribute.text();
                case ATTRIBUTE_FLOAT -> single = new Attribute.Real(attribute.real());
                case ATTRIBUTE_INT -> single = new Attribute.Whole(attribute.whole());
                case ATTRIBUTE_STRING -> single = new Attribute.Text(attribute.text());
                case ATTRIBUTE_TENSOR -> single = new Attribute.Numbers(tensor(attribute.message("a tensor")));
                case ATTRIBUTE_FLOATS -> attribute.addReals(reals);
                case ATTRIBUTE_INTS -> attribute.addWholes(wholes);
                case ATTRIBUTE_STRINGS -> texts.add(attribute.text());
                case ATTRIBUTE_TYPE -> type = attribute.whole();
                default -> {}
            }
        }
        Attribute other = single;
        into.put(
                name,
                switch (Math.clamp(type, 0, Integer.MAX_VALUE)) {
                    case TYPE_FLOAT -> other instanceof Attribute.Real ? other : new Attribute.Real(0);
                    case TYPE_INT -> other instanceof Attribute.Whole ? other : new Attribute.Whole(0);
                    case TYPE_STRING -> other instanceof Attribute.Text ? other : new Attribute.Text("");
                    case TYPE_TENSOR -> other instanceof Attribute.Numbers ? other : new Attribute.Other();
                    case TYPE_FLOATS -> new Attribute.Reals(reals);
                    case TYPE_INTS -> new Attribute.Wholes(wholes);
                    case TYPE_STRINGS -> new Attribute.Texts(texts);
                    default -> new Attribute.Other();
                });
    }

    private StoredTensor tensor(WireMessage tensor) {
        String name = "";
        List<Long> dimensions = new ArrayList<>();
        long type = 0;
        @Nullable ByteBuffer raw = null;
        List<ByteBuffer> chunks = new ArrayList<>();
        Map<String, String> external = new LinkedHashMap<>();
        boolean elsewhere = false;
        while (tensor.next()) {
            switch (tensor.field()) {
                case TENSOR_DIMENSIONS -> tensor.addWholes(dimensions);
                case TENSOR_TYPE -> type = tensor.whole();
                case TENSOR_NAME -> name = tensor.text();
                case TENSOR_RAW -> raw = tensor.bytes();
                case TENSOR_FLOATS, TENSOR_INT32S, TENSOR_INT64S, TENSOR_DOUBLES, TENSOR_UINT64S ->
                    chunks.add(tensor.bytes());
                case TENSOR_EXTERNAL -> addEntry(tensor.message("where a tensor's data lies"), external);
                case TENSOR_LOCATION -> elsewhere = tensor.whole() == 1;
                default -> {}
            }
        }
        if (elsewhere && external.isEmpty()) {
            throw bounds.refuse("the place of the data of tensor '" + Excerpt.of(name, 80) + "'", "none");
        }
        return new StoredTensor(
                name, dimensions, Math.clamp(type, 0, Integer.MAX_VALUE), raw, chunks, elsewhere ? external : Map.of());
    }

    private static OnnxGraph.Port port(WireMessage port) {
        String name = "";
        @Nullable List<@Nullable Long> dimensions = null;
        while (port.next()) {
            switch (port.field()) {
                case VALUE_NAME -> name = port.text();
                case VALUE_TYPE -> dimensions = dimensionsOf(port.message("a type"));
                default -> {}
            }
        }
        return new OnnxGraph.Port(name, dimensions);
    }

    private static @Nullable List<@Nullable Long> dimensionsOf(WireMessage type) {
        while (type.next()) {
            if (type.field() == TYPE_OF_TENSOR) {
                WireMessage tensor = type.message("a tensor's type");
                while (tensor.next()) {
                    if (tensor.field() == SHAPE_OF_TENSOR) {
                        return dimensions(tensor.message("a shape"));
                    }
                }
            }
        }
        return null;
    }

    private static List<@Nullable Long> dimensions(WireMessage shape) {
        List<@Nullable Long> dimensions = new ArrayList<>();
        while (shape.next()) {
            if (shape.field() == SHAPE_DIMENSION) {
                WireMessage dimension = shape.message("a dimension");
                @Nullable Long size = null;
                while (dimension.next()) {
                    if (dimension.field() == DIMENSION_SIZE) {
                        size = dimension.whole();
                    }
                }
                dimensions.add(size);
            }
        }
        return dimensions;
    }
}
