package dev.hourglass.formats.onnx;

import dev.hourglass.formats.UnsupportedModelException;
import dev.hourglass.formats.onnx.OnnxModel.Attribute;
import dev.hourglass.formats.onnx.OnnxModel.Node;
import dev.hourglass.formats.onnx.OnnxModel.Value;
import dev.hourglass.formats.onnx.OnnxModel.Weights;
import dev.hourglass.tensor.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An {@link OnnxModel} as the bytes of an ONNX file and back. The numbers are those of the fields in {@code onnx.proto}.
 * Reading is for what writing gave: a field that writing never uses is an error.
 */
public final class OnnxFile {
    private static final String PRODUCER = "hourglass";
    private static final String BATCH = "batch";
    /** Of weights: 2 GB is Protocol Buffers' limit, and the rest of the graph is small. */
    private static final long MOST_BYTES = 2_000_000_000;

    private static final int MODEL_IR_VERSION = 1;
    private static final int MODEL_PRODUCER = 2;
    private static final int MODEL_GRAPH = 7;
    private static final int MODEL_OPERATOR_SET = 8;
    private static final int MODEL_METADATA = 14;
    private static final int OPERATOR_SET_VERSION = 2;
    private static final int ENTRY_KEY = 1;
    private static final int ENTRY_VALUE = 2;

    private static final int GRAPH_NODE = 1;
    private static final int GRAPH_NAME = 2;
    private static final int GRAPH_WEIGHTS = 5;
    private static final int GRAPH_INPUT = 11;
    private static final int GRAPH_OUTPUT = 12;

    private static final int NODE_INPUT = 1;
    private static final int NODE_OUTPUT = 2;
    private static final int NODE_NAME = 3;
    private static final int NODE_OPERATOR = 4;
    private static final int NODE_ATTRIBUTE = 5;

    private static final int ATTRIBUTE_NAME = 1;
    private static final int ATTRIBUTE_FLOAT = 2;
    private static final int ATTRIBUTE_INT = 3;
    private static final int ATTRIBUTE_STRING = 4;
    private static final int ATTRIBUTE_FLOATS = 7;
    private static final int ATTRIBUTE_INTS = 8;
    private static final int ATTRIBUTE_STRINGS = 9;
    private static final int ATTRIBUTE_TYPE = 20;
    private static final int TYPE_FLOAT = 1;
    private static final int TYPE_INT = 2;
    private static final int TYPE_STRING = 3;
    private static final int TYPE_FLOATS = 6;
    private static final int TYPE_INTS = 7;
    private static final int TYPE_STRINGS = 8;

    private static final int TENSOR_DIMENSIONS = 1;
    private static final int TENSOR_ELEMENTS = 2;
    private static final int TENSOR_NAME = 8;
    private static final int TENSOR_BYTES = 9;
    private static final int ELEMENTS_FLOAT = 1;
    private static final int ELEMENTS_INT64 = 7;

    private static final int VALUE_NAME = 1;
    private static final int VALUE_TYPE = 2;
    private static final int TYPE_TENSOR = 1;
    private static final int TENSOR_TYPE_ELEMENTS = 1;
    private static final int TENSOR_TYPE_SHAPE = 2;
    private static final int SHAPE_DIMENSION = 1;
    private static final int DIMENSION_SIZE = 1;
    private static final int DIMENSION_NAME = 2;

    private OnnxFile() {}

    /** @throws UnsupportedModelException if the weights are more than a file of this format holds */
    public static byte[] write(OnnxModel model) {
        long size = 0;
        for (Weights weights : model.weights()) {
            size += weights.dimensions().stream().reduce((long) Float.BYTES, Math::multiplyExact);
        }
        if (size > MOST_BYTES) {
            throw new UnsupportedModelException(String.format(
                    Locale.ROOT,
                    "Model '%s' has %,d bytes of weights, an ONNX file holds at most %,d. Write a .keras file.",
                    model.name(),
                    size,
                    MOST_BYTES));
        }
        ProtobufMessage file = new ProtobufMessage()
                .whole(MODEL_IR_VERSION, OnnxModel.IR_VERSION)
                .text(MODEL_PRODUCER, PRODUCER)
                .message(MODEL_GRAPH, graph(model))
                .message(MODEL_OPERATOR_SET, new ProtobufMessage().whole(OPERATOR_SET_VERSION, OnnxModel.OPERATOR_SET));
        model.metadata()
                .forEach((key, value) -> file.message(
                        MODEL_METADATA,
                        new ProtobufMessage().text(ENTRY_KEY, key).text(ENTRY_VALUE, value)));
        return file.toBytes();
    }

    private static ProtobufMessage graph(OnnxModel model) {
        ProtobufMessage graph = new ProtobufMessage();
        model.nodes().forEach(node -> graph.message(GRAPH_NODE, node(node)));
        graph.text(GRAPH_NAME, model.name());
        model.weights().forEach(weights -> graph.message(GRAPH_WEIGHTS, tensor(weights)));
        model.inputs().forEach(input -> graph.message(GRAPH_INPUT, value(input)));
        model.outputs().forEach(output -> graph.message(GRAPH_OUTPUT, value(output)));
        return graph;
    }

    private static ProtobufMessage node(Node node) {
        ProtobufMessage message = new ProtobufMessage()
                .texts(NODE_INPUT, node.inputs())
                .texts(NODE_OUTPUT, node.outputs())
                .text(NODE_NAME, node.name())
                .text(NODE_OPERATOR, node.operator());
        node.attributes().forEach((name, value) -> message.message(NODE_ATTRIBUTE, attribute(name, value)));
        return message;
    }

    private static ProtobufMessage attribute(String name, Attribute attribute) {
        ProtobufMessage message = new ProtobufMessage().text(ATTRIBUTE_NAME, name);
        return switch (attribute) {
            case Attribute.Real real ->
                message.real(ATTRIBUTE_FLOAT, real.value()).whole(ATTRIBUTE_TYPE, TYPE_FLOAT);
            case Attribute.Whole whole ->
                message.whole(ATTRIBUTE_INT, whole.value()).whole(ATTRIBUTE_TYPE, TYPE_INT);
            case Attribute.Text text ->
                message.text(ATTRIBUTE_STRING, text.value()).whole(ATTRIBUTE_TYPE, TYPE_STRING);
            case Attribute.Wholes wholes ->
                message.wholes(ATTRIBUTE_INTS, wholes.values()).whole(ATTRIBUTE_TYPE, TYPE_INTS);
            case Attribute.Reals reals -> {
                reals.values().forEach(value -> message.real(ATTRIBUTE_FLOATS, value));
                yield message.whole(ATTRIBUTE_TYPE, TYPE_FLOATS);
            }
            case Attribute.Texts texts ->
                message.texts(ATTRIBUTE_STRINGS, texts.values()).whole(ATTRIBUTE_TYPE, TYPE_STRINGS);
        };
    }

    private static ProtobufMessage tensor(Weights weights) {
        ProtobufMessage message = new ProtobufMessage().wholes(TENSOR_DIMENSIONS, weights.dimensions());
        return switch (weights) {
            case Weights.Floats floats -> {
                ByteBuffer bytes = ByteBuffer.allocate(floats.values().length * Float.BYTES);
                bytes.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(floats.values());
                yield message.whole(TENSOR_ELEMENTS, ELEMENTS_FLOAT)
                        .text(TENSOR_NAME, floats.name())
                        .bytes(TENSOR_BYTES, bytes.array());
            }
            case Weights.Longs longs -> {
                ByteBuffer bytes = ByteBuffer.allocate(longs.values().length * Long.BYTES);
                bytes.order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().put(longs.values());
                yield message.whole(TENSOR_ELEMENTS, ELEMENTS_INT64)
                        .text(TENSOR_NAME, longs.name())
                        .bytes(TENSOR_BYTES, bytes.array());
            }
        };
    }

    private static ProtobufMessage value(Value value) {
        ProtobufMessage shape =
                new ProtobufMessage().message(SHAPE_DIMENSION, new ProtobufMessage().text(DIMENSION_NAME, BATCH));
        for (int dimension : value.shape().toArray()) {
            shape.message(SHAPE_DIMENSION, new ProtobufMessage().whole(DIMENSION_SIZE, dimension));
        }
        ProtobufMessage tensorType = new ProtobufMessage()
                .whole(TENSOR_TYPE_ELEMENTS, ELEMENTS_FLOAT)
                .message(TENSOR_TYPE_SHAPE, shape);
        return new ProtobufMessage()
                .text(VALUE_NAME, value.name())
                .message(VALUE_TYPE, new ProtobufMessage().message(TYPE_TENSOR, tensorType));
    }

    /** @throws IllegalStateException if the bytes are not what {@link #write} gives */
    public static OnnxModel read(byte[] bytes) {
        ProtobufReader file = ProtobufReader.of(bytes);
        @Nullable ProtobufReader graph = null;
        Map<String, String> metadata = new LinkedHashMap<>();
        while (file.hasNext()) {
            switch (file.field()) {
                case MODEL_IR_VERSION -> require("IR version", file.whole(), OnnxModel.IR_VERSION);
                case MODEL_PRODUCER -> require("producer", file.text(), PRODUCER);
                case MODEL_GRAPH -> graph = file.message();
                case MODEL_OPERATOR_SET ->
                    require("operator set", wholeIn(file.message(), OPERATOR_SET_VERSION), OnnxModel.OPERATOR_SET);
                case MODEL_METADATA -> readEntry(file.message(), metadata);
                default -> throw unexpected("model");
            }
        }
        if (graph == null) {
            throw new IllegalStateException("ONNX file without a graph");
        }
        return readGraph(graph, metadata);
    }

    private static void readEntry(ProtobufReader entry, Map<String, String> into) {
        String key = "";
        String value = "";
        while (entry.hasNext()) {
            switch (entry.field()) {
                case ENTRY_KEY -> key = entry.text();
                case ENTRY_VALUE -> value = entry.text();
                default -> throw unexpected("metadata");
            }
        }
        into.put(key, value);
    }

    private static OnnxModel readGraph(ProtobufReader graph, Map<String, String> metadata) {
        String name = "";
        List<Node> nodes = new ArrayList<>();
        List<Weights> weights = new ArrayList<>();
        List<Value> inputs = new ArrayList<>();
        List<Value> outputs = new ArrayList<>();
        while (graph.hasNext()) {
            switch (graph.field()) {
                case GRAPH_NODE -> nodes.add(readNode(graph.message()));
                case GRAPH_NAME -> name = graph.text();
                case GRAPH_WEIGHTS -> weights.add(readTensor(graph.message()));
                case GRAPH_INPUT -> inputs.add(readValue(graph.message()));
                case GRAPH_OUTPUT -> outputs.add(readValue(graph.message()));
                default -> throw unexpected("graph");
            }
        }
        return new OnnxModel(name, inputs, outputs, nodes, weights, metadata);
    }

    private static Node readNode(ProtobufReader node) {
        String name = "";
        String operator = "";
        List<String> inputs = new ArrayList<>();
        List<String> outputs = new ArrayList<>();
        Map<String, Attribute> attributes = new LinkedHashMap<>();
        while (node.hasNext()) {
            switch (node.field()) {
                case NODE_INPUT -> inputs.add(node.text());
                case NODE_OUTPUT -> outputs.add(node.text());
                case NODE_NAME -> name = node.text();
                case NODE_OPERATOR -> operator = node.text();
                case NODE_ATTRIBUTE -> readAttribute(node.message(), attributes);
                default -> throw unexpected("node");
            }
        }
        return new Node(name, operator, inputs, outputs, attributes);
    }

    private static void readAttribute(ProtobufReader attribute, Map<String, Attribute> into) {
        String name = "";
        List<Long> wholes = new ArrayList<>();
        List<Float> reals = new ArrayList<>();
        List<String> texts = new ArrayList<>();
        Attribute value = new Attribute.Wholes(wholes);
        int written = TYPE_INTS;
        long declared = 0;
        while (attribute.hasNext()) {
            switch (attribute.field()) {
                case ATTRIBUTE_NAME -> name = attribute.text();
                case ATTRIBUTE_FLOAT -> {
                    value = new Attribute.Real(attribute.real());
                    written = TYPE_FLOAT;
                }
                case ATTRIBUTE_INT -> {
                    value = new Attribute.Whole(attribute.whole());
                    written = TYPE_INT;
                }
                case ATTRIBUTE_STRING -> {
                    value = new Attribute.Text(attribute.text());
                    written = TYPE_STRING;
                }
                case ATTRIBUTE_INTS -> {
                    wholes.add(attribute.whole());
                    value = new Attribute.Wholes(wholes);
                }
                case ATTRIBUTE_FLOATS -> {
                    reals.add(attribute.real());
                    value = new Attribute.Reals(reals);
                    written = TYPE_FLOATS;
                }
                case ATTRIBUTE_STRINGS -> {
                    texts.add(attribute.text());
                    value = new Attribute.Texts(texts);
                    written = TYPE_STRINGS;
                }
                case ATTRIBUTE_TYPE -> declared = attribute.whole();
                default -> throw unexpected("attribute");
            }
        }
        require("type of attribute " + name, declared, written);
        into.put(name, value);
    }

    private static Weights readTensor(ProtobufReader tensor) {
        String name = "";
        List<Long> dimensions = new ArrayList<>();
        long elements = 0;
        ByteBuffer bytes = ByteBuffer.allocate(0);
        while (tensor.hasNext()) {
            switch (tensor.field()) {
                case TENSOR_DIMENSIONS -> dimensions.add(tensor.whole());
                case TENSOR_ELEMENTS -> elements = tensor.whole();
                case TENSOR_NAME -> name = tensor.text();
                case TENSOR_BYTES -> bytes = tensor.bytes();
                default -> throw unexpected("tensor");
            }
        }
        long count = dimensions.stream().reduce(1L, Math::multiplyExact);
        if (elements == ELEMENTS_FLOAT) {
            require("bytes of " + name, bytes.remaining(), count * Float.BYTES);
            float[] values = new float[(int) count];
            bytes.asFloatBuffer().get(values);
            return new Weights.Floats(name, dimensions, values);
        }
        require("elements of " + name, elements, ELEMENTS_INT64);
        require("bytes of " + name, bytes.remaining(), count * Long.BYTES);
        long[] values = new long[(int) count];
        bytes.asLongBuffer().get(values);
        return new Weights.Longs(name, dimensions, values);
    }

    private static Value readValue(ProtobufReader value) {
        String name = "";
        Shape shape = Shape.of();
        while (value.hasNext()) {
            switch (value.field()) {
                case VALUE_NAME -> name = value.text();
                case VALUE_TYPE -> shape = readType(messageIn(value.message(), TYPE_TENSOR));
                default -> throw unexpected("value");
            }
        }
        return new Value(name, shape);
    }

    private static Shape readType(ProtobufReader type) {
        List<Integer> dimensions = new ArrayList<>();
        while (type.hasNext()) {
            switch (type.field()) {
                case TENSOR_TYPE_ELEMENTS -> require("elements of a value", type.whole(), ELEMENTS_FLOAT);
                case TENSOR_TYPE_SHAPE -> readShape(type.message(), dimensions);
                default -> throw unexpected("type");
            }
        }
        return Shape.of(dimensions.stream().mapToInt(Integer::intValue).toArray());
    }

    private static void readShape(ProtobufReader shape, List<Integer> into) {
        require("field of a shape", shape.field(), SHAPE_DIMENSION);
        require("batch", textIn(shape.message(), DIMENSION_NAME), BATCH);
        while (shape.hasNext()) {
            require("field of a shape", shape.field(), SHAPE_DIMENSION);
            into.add(Math.toIntExact(wholeIn(shape.message(), DIMENSION_SIZE)));
        }
    }

    private static long wholeIn(ProtobufReader message, int field) {
        require("field", message.field(), field);
        return message.whole();
    }

    private static String textIn(ProtobufReader message, int field) {
        require("field", message.field(), field);
        return message.text();
    }

    private static ProtobufReader messageIn(ProtobufReader message, int field) {
        require("field", message.field(), field);
        return message.message();
    }

    private static void require(String what, long found, long expected) {
        require(what, Long.toString(found), Long.toString(expected));
    }

    private static void require(String what, String found, String expected) {
        if (!found.equals(expected)) {
            throw new IllegalStateException("ONNX " + what + " is '" + found + "', expected '" + expected + "'");
        }
    }

    private static IllegalStateException unexpected(String message) {
        return new IllegalStateException("ONNX " + message + " with a field that is never written");
    }
}
