package dev.hourglass.formats.onnx;

import dev.hourglass.formats.onnx.OnnxModel.Attribute;
import dev.hourglass.formats.onnx.OnnxModel.Attribute.Whole;
import dev.hourglass.formats.onnx.OnnxModel.Attribute.Wholes;
import dev.hourglass.formats.onnx.OnnxModel.Node;
import dev.hourglass.formats.onnx.OnnxModel.Weights;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Parameter;
import dev.hourglass.model.Parameters;
import dev.hourglass.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Layers of attention as products, sums and a softmax, and products of two values. */
final class AttentionNodes {
    private static final float LATER = -1e9f;

    private final String name;
    private final Parameters parameters;
    private final Consumer<Node> nodes;
    private final Consumer<Weights> weights;

    /** What the layer reads: its name and {@code [steps, features]}. */
    record Operand(String value, Shape shape) {
        int steps() {
            return shape.dimension(0);
        }
    }

    AttentionNodes(String name, Parameters parameters, Consumer<Node> nodes, Consumer<Weights> weights) {
        this.name = name;
        this.parameters = parameters;
        this.nodes = nodes;
        this.weights = weights;
    }

    /** @param read query, value and key, of which the last or the last two may be missing */
    void add(LayerSpec.Attending layer, List<Operand> read) {
        Operand query = read.getFirst();
        Operand value = read.get(Math.min(1, read.size() - 1));
        Operand key = read.getLast();
        switch (layer) {
            case LayerSpec.MultiHeadAttention l -> addHeads(l, query, key, value);
            case LayerSpec.DotAttention l -> {
                String scores = l.concat() ? summed(l, query, key) : multiplied(l, query, key);
                node("means", "MatMul", List.of(softmax(l, scores, query, key), value.value()));
            }
            case LayerSpec.AdditiveAttention l -> {
                String sums = node("tanh", "Tanh", List.of(sums(query, key)));
                String each = l.useScale() ? node("scaled", "Mul", List.of(sums, variable("scale"))) : sums;
                node("means", "MatMul", List.of(softmax(l, sumOfFeatures(each, query), query, key), value.value()));
            }
        }
    }

    /** Rows of the one times rows of the other, each along its axis. */
    void addDot(LayerSpec.Dot dot, List<String> values, List<Shape> shapes, Shape out) {
        String left =
                rows("left", values.getFirst(), shapes.getFirst(), dot.firstOf(shapes.getFirst()), dot.normalize());
        String right =
                rows("right", values.getLast(), shapes.getLast(), dot.secondOf(shapes.getLast()), dot.normalize());
        String turned = node("right/turned", "Transpose", List.of(right), Map.of("perm", Wholes.of(0, 2, 1)));
        String product = node("product", "MatMul", List.of(left, turned));
        reshaped("whole", product, withBatch(out.toArray()));
    }

    private String rows(String of, String value, Shape shape, int axis, boolean normalize) {
        int rank = shape.rank();
        long[] order = new long[rank + 1];
        int place = 0;
        for (int i = 0; i <= rank; i++) {
            if (i != axis + 1) {
                order[place++] = i;
            }
        }
        order[rank] = axis + 1L;
        String last = axis == rank - 1
                ? value
                : node(of + "/last", "Transpose", List.of(value), Map.of("perm", Wholes.of(order)));
        int size = shape.dimension(axis);
        String rows = reshaped(of, last, 0, shape.size() / size, size);
        if (!normalize) {
            return rows;
        }
        Map<String, Attribute> along = Map.of("axes", Wholes.of(2), "keepdims", new Whole(1));
        String length = node(of + "/length", "ReduceL2", List.of(rows), along);
        String least = add(new Weights.Floats(name + "/" + of + "/least", List.of(), new float[] {1e-12f}));
        String atLeast = node(of + "/at_least", "Max", List.of(length, least));
        return node(of + "/normalized", "Div", List.of(rows, atLeast));
    }

    private static long[] withBatch(int[] sample) {
        long[] dimensions = new long[sample.length + 1];
        for (int i = 0; i < sample.length; i++) {
            dimensions[i + 1] = sample[i];
        }
        return dimensions;
    }

    private void addHeads(LayerSpec.MultiHeadAttention l, Operand query, Operand key, Operand value) {
        String q = apart("query", query, l, l.keySize(), 0, 2, 1, 3);
        String k = apart("key", key, l, l.keySize(), 0, 2, 3, 1);
        String v = apart("value", value, l, l.valueSize(), 0, 2, 1, 3);
        float scale = (float) (1 / Math.sqrt(l.keySize()));
        String factor = add(new Weights.Floats(name + "/scale", List.of(), new float[] {scale}));
        String scaled = node("query/scaled", "Mul", List.of(q, factor));
        String scores = node("scores", "MatMul", List.of(scaled, k));
        String means = node("means", "MatMul", List.of(softmax(l, scores, query, key), v));
        String turned = node("means/steps", "Transpose", List.of(means), Map.of("perm", Wholes.of(0, 2, 1, 3)));
        String beside = reshaped("beside", turned, 0, 0, (long) l.heads() * l.valueSize());
        Parameter kernel = parameters.get(name, "output_kernel");
        String product = node(
                "output",
                "MatMul",
                List.of(
                        beside,
                        add(new Weights.Floats(
                                kernel.path(),
                                List.of((long) l.heads() * l.valueSize(), (long)
                                        kernel.shape().dimension(-1)),
                                kernel.values()))));
        if (l.useBias()) {
            node("output/biased", "Add", List.of(product, variable("output_bias")));
        }
    }

    /** What a projection gives, with an axis of heads, and the axes in another order. */
    private String apart(String of, Operand from, LayerSpec.MultiHeadAttention l, int size, long... order) {
        Parameter kernel = parameters.get(name, of + "_kernel");
        List<Long> matrix = List.of((long) kernel.shape().dimension(0), (long) l.heads() * size);
        String product = node(
                of, "MatMul", List.of(from.value(), add(new Weights.Floats(kernel.path(), matrix, kernel.values()))));
        if (l.useBias()) {
            Parameter bias = parameters.get(name, of + "_bias");
            String added = add(new Weights.Floats(bias.path(), List.of((long) l.heads() * size), bias.values()));
            product = node(of + "/biased", "Add", List.of(product, added));
        }
        String apart = reshaped(of + "/apart", product, 0, from.steps(), l.heads(), size);
        return node(of + "/heads", "Transpose", List.of(apart), Map.of("perm", Wholes.of(order)));
    }

    private String multiplied(LayerSpec.DotAttention l, Operand query, Operand key) {
        String turned = node("key/turned", "Transpose", List.of(key.value()), Map.of("perm", Wholes.of(0, 2, 1)));
        String scores = node("scores", "MatMul", List.of(query.value(), turned));
        return l.useScale() ? node("scaled", "Mul", List.of(scores, variable("scale"))) : scores;
    }

    private String summed(LayerSpec.DotAttention l, Operand query, Operand key) {
        String sums = sums(query, key);
        String scaled = l.useScale() ? node("scaled", "Mul", List.of(sums, variable("scale"))) : sums;
        String scores = sumOfFeatures(node("tanh", "Tanh", List.of(scaled)), query);
        return node("weighted", "Mul", List.of(scores, variable("concat_score_weight")));
    }

    /** {@code [queries, keys, features]}. */
    private String sums(Operand query, Operand key) {
        int features = query.shape().dimension(-1);
        String q = reshaped("query/once", query.value(), 0, query.steps(), 1, features);
        String k = reshaped("key/once", key.value(), 0, 1, key.steps(), features);
        return node("sums", "Add", List.of(q, k));
    }

    /** As a product with ones, which takes the last axis away. */
    private String sumOfFeatures(String value, Operand query) {
        int features = query.shape().dimension(-1);
        float[] ones = new float[features];
        Arrays.fill(ones, 1);
        String column = add(new Weights.Floats(name + "/ones", List.of((long) features, 1L), ones));
        String sums = node("summed", "MatMul", List.of(value, column));
        String axes = add(new Weights.Longs(name + "/last", List.of(1L), new long[] {3}));
        return node("scores", "Squeeze", List.of(sums, axes));
    }

    private String softmax(LayerSpec.Attending layer, String scores, Operand query, Operand key) {
        if (layer.causal()) {
            return softmax(node("scores/causal", "Add", List.of(scores, add(later(query.steps(), key.steps())))));
        }
        return softmax(scores);
    }

    /** What Keras adds to the scores of later steps, behind which their weights are 0. */
    private Weights later(int queries, int keys) {
        float[] values = new float[queries * keys];
        for (int query = 0; query < queries; query++) {
            for (int key = query + 1; key < keys; key++) {
                values[query * keys + key] = LATER;
            }
        }
        return new Weights.Floats(name + "/later", List.of((long) queries, (long) keys), values);
    }

    private String softmax(String scores) {
        return node("weights", "Softmax", List.of(scores), Map.of("axis", new Whole(-1)));
    }

    private String reshaped(String of, String value, long... dimensions) {
        String shape =
                add(new Weights.Longs(name + "/" + of + "/shape", List.of((long) dimensions.length), dimensions));
        return node(of, "Reshape", List.of(value, shape));
    }

    private String variable(String variable) {
        Parameter parameter = parameters.get(name, variable);
        List<Long> dimensions = Arrays.stream(parameter.shape().toArray())
                .mapToObj(Long::valueOf)
                .toList();
        return add(new Weights.Floats(parameter.path(), dimensions, parameter.values()));
    }

    private String add(Weights constant) {
        weights.accept(constant);
        return constant.name();
    }

    private String node(String of, String operator, List<String> inputs) {
        return node(of, operator, inputs, Map.of());
    }

    private String node(String of, String operator, List<String> inputs, Map<String, Attribute> attributes) {
        String node = name + "/" + of;
        nodes.accept(new Node(node, operator, inputs, List.of(node), attributes));
        return node;
    }
}
