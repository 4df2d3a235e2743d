package dev.hourglass.formats.onnx.read;

import dev.hourglass.formats.onnx.read.graph.OnnxNode;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Attention as exporters write it: {@code softmax(scale * Q K') V} of values whose heads are axes of their own or merged with
 * the batch. Each becomes a layer that projects nothing; {@link AttentionProjections} puts the dense layers around it into it.
 */
final class AttentionReader {
    /** From here on, what is added to a score leaves its key no weight that a float could hold. */
    private static final double NO_WEIGHT = -1e4;

    private final Reading reading;

    AttentionReader(Reading reading) {
        this.reading = reading;
    }

    /** Whether both factors of a product are computed. */
    boolean isProduct(OnnxNode node) {
        return !(reading.operand(node, 0) instanceof Constant) && !(reading.operand(node, 1) instanceof Constant);
    }

    /** Scores of queries and keys, or the means of values by the weights of such. */
    Operand multiply(OnnxNode node) {
        if (reading.operand(node, 0) instanceof Scores scores) {
            return means(node, scores, reading.view(node, 1));
        }
        double scale = scale(node, 0) * scale(node, 1);
        View query = unscaled(node, 0);
        View key = unscaled(node, 1);
        int rank = query.rank();
        boolean fit = rank >= 3
                && key.rank() == rank
                && query.size(rank - 1) == key.size(rank - 2)
                && areAlike(query, key)
                && isWithinSamples(query)
                && isWithinSamples(key);
        reading.require(
                fit,
                node,
                "queries [batch, ..., steps, features] and keys [batch, ..., features, steps]",
                Arrays.toString(query.dimensions()) + " and " + Arrays.toString(key.dimensions()));
        return new Scores(query, key, scale, 0, false);
    }

    /** A scaling without an offset is left for the scores. */
    private double scale(OnnxNode node, int index) {
        return isScaled(node, index) ? ((Scaled) reading.operand(node, index)).scale() : 1;
    }

    private View unscaled(OnnxNode node, int index) {
        return isScaled(node, index) ? ((Scaled) reading.operand(node, index)).view() : reading.view(node, index);
    }

    private boolean isScaled(OnnxNode node, int index) {
        return reading.operand(node, index) instanceof Scaled scaled && scaled.isPlain() && scaled.shift() == 0;
    }

    /** Whether what lies before the last two axes has the same sizes in the same order, the batch at the same place. */
    private static boolean areAlike(View one, View other) {
        List<Atom> ones = before(one);
        List<Atom> others = before(other);
        boolean alike = ones.size() == others.size();
        for (int i = 0; alike && i < ones.size(); i++) {
            alike = ones.get(i).size() == others.get(i).size()
                    && ones.get(i).isBatch() == others.get(i).isBatch();
        }
        return alike;
    }

    private static boolean isWithinSamples(View view) {
        return !view.hasBatch(view.rank() - 1) && !view.hasBatch(view.rank() - 2);
    }

    private static List<Atom> before(View view) {
        List<Atom> atoms = new ArrayList<>();
        view.axes().subList(0, view.rank() - 2).forEach(atoms::addAll);
        return atoms;
    }

    private static List<Atom> heads(View view) {
        return before(view).stream().filter(atom -> !atom.isBatch()).toList();
    }

    boolean isOfScores(OnnxNode node) {
        return reading.operand(node, 0) instanceof Scores || reading.operand(node, 1) instanceof Scores;
    }

    /** Scores times a number; a number added to all of them changes no weight, one added to later steps may hide these. */
    Operand arithmetic(OnnxNode node) {
        int index = reading.operand(node, 0) instanceof Scores ? 0 : 1;
        Scores scores = (Scores) reading.operand(node, index);
        Constant constant = reading.constant(node, 1 - index, "what scores of an attention are scaled by");
        double number = constant.uniform();
        String operator = node.operator();
        boolean isScale = operator.equals("Mul") || (operator.equals("Div") && index == 0 && number != 0);
        boolean isShift = operator.equals("Add") || (operator.equals("Sub") && index == 0);
        double later = operator.equals("Add") && !scores.areWeights() ? later(constant, scores) : 0;
        if (later < 0) {
            return scores.withLater(later);
        }
        if (scores.areWeights() || Double.isNaN(number) || !(isScale || isShift)) {
            throw reading.unsupported(
                    node,
                    "attention of each step to all or to those before it, whose scores are scaled by a number",
                    "another mask or weights " + Arrays.toString(constant.dimensions()),
                    "Export the model with a causal mask or none.");
        }
        return isShift ? scores : scores.times(operator.equals("Mul") ? number : 1 / number);
    }

    /** Whether a node puts a number in the place of some scores. */
    boolean masks(OnnxNode node) {
        return node.inputs().size() == 3
                && (reading.operand(node, 1) instanceof Scores || reading.operand(node, 2) instanceof Scores);
    }

    /** Scores of which those of later steps are a number so small that these weigh nothing. */
    Operand masked(OnnxNode node) {
        int index = reading.operand(node, 1) instanceof Scores ? 1 : 2;
        Scores scores = (Scores) reading.operand(node, index);
        Constant replaced = reading.constant(node, 0, "where scores of an attention are masked");
        double number =
                reading.constant(node, 3 - index, "what masked scores are").uniform();
        double[] added = Arrays.stream(replaced.numbers())
                .map(condition -> (condition == 0) == (index == 1) ? number : 0)
                .toArray();
        double later = number < 0 ? later(new Constant(replaced.dimensions(), added, false), scores) : 0;
        reading.require(
                later < 0 && !scores.areWeights(),
                node,
                "a mask that hides later steps from each, and no others",
                "another " + Arrays.toString(replaced.dimensions()));
        return scores.withLater(later);
    }

    /**
     * What a mask adds to the scores of all steps behind the query's, where it adds one number to these and nothing to others.
     *
     * @return 0 if it is no such mask
     */
    private static double later(Constant mask, Scores scores) {
        int[] of = scores.dimensions();
        int queries = of[of.length - 2];
        int keys = of[of.length - 1];
        int rank = mask.rank();
        boolean fits = rank >= 2
                && keys > 1
                && mask.dimensions()[rank - 2] == queries
                && mask.dimensions()[rank - 1] == keys
                && mask.size() > 1;
        double later = fits ? mask.numbers()[1] : 0;
        for (int i = 0; later < 0 && i < mask.size(); i++) {
            boolean isLater = i % keys > i / keys % queries;
            if (mask.numbers()[i] != (isLater ? later : 0)) {
                return 0;
            }
        }
        return later;
    }

    Scores softmax(OnnxNode node, Scores scores) {
        int rank = scores.query().rank();
        int axis = reading.axis(node, node.whole("axis", -1), rank);
        reading.require(
                !scores.areWeights() && axis == rank - 1, node, "one softmax over the keys of an attention", "another");
        reading.require(
                !scores.isCausal() || scores.later() <= NO_WEIGHT,
                node,
                "a mask that adds at most " + NO_WEIGHT + " to the scores of later steps",
                Double.toString(scores.later()));
        return scores.weights();
    }

    private View means(OnnxNode node, Scores scores, View value) {
        View query = scores.query();
        View key = scores.key();
        int rank = query.rank();
        boolean fits = scores.areWeights()
                && value.rank() == rank
                && value.size(rank - 2) == key.size(rank - 1)
                && areAlike(query, value)
                && isWithinSamples(value);
        reading.require(
                fits,
                node,
                "weights by a softmax and values [batch, ..., steps, features]",
                (scores.areWeights() ? "weights" : "scores") + " and " + Arrays.toString(value.dimensions()));
        List<Atom> heads = heads(query);
        int keySize = query.size(rank - 1);
        int valueSize = value.size(rank - 1);
        int count = View.product(heads);
        String name = reading.name(node);
        List<View> read = List.of(
                rows(query, rank - 2, rank - 1, name),
                rows(value, rank - 2, rank - 1, name),
                rows(key, rank - 1, rank - 2, name));
        LayerSpec.MultiHeadAttention layer = new LayerSpec.MultiHeadAttention(
                name, count, keySize, valueSize, Math.multiplyExact(count, valueSize), 0, false, scores.isCausal());
        double factor = scores.scale() * Math.sqrt(keySize);
        // The scale is a float where the model is stored.
        double queries = Math.abs(factor - 1) < 1e-6 ? 1 : factor;
        Shape stored = reading.layers()
                .add(
                        layer,
                        read,
                        Map.of(
                                "query_kernel", same((long) count * keySize, queries),
                                "key_kernel", same((long) count * keySize, 1),
                                "value_kernel", same((long) count * valueSize, 1),
                                "output_kernel", same((long) count * valueSize, 1)));
        reading.attentions().note(layer, queries);
        List<Atom> order = new ArrayList<>(query.axes().get(rank - 2));
        order.addAll(heads);
        order.addAll(value.axes().get(rank - 1));
        List<List<Atom>> axes = new ArrayList<>(query.axes());
        axes.set(rank - 1, value.axes().get(rank - 1));
        return new View(name, stored, order, axes);
    }

    /** {@code [steps, features of all heads]}. */
    private View rows(View view, int steps, int features, String reader) {
        List<Atom> all = new ArrayList<>(heads(view));
        all.addAll(view.axes().get(features));
        return reading.layers().arrange(view, List.of(view.axes().get(steps), all), reader);
    }

    /** A matrix that changes nothing, times a number. */
    private float[] same(long size, double number) {
        reading.bounds().countComputed(Math.multiplyExact(size, size));
        float[] matrix = new float[Math.toIntExact(size * size)];
        for (int i = 0; i < size; i++) {
            matrix[Math.toIntExact(i * (size + 1))] = (float) number;
        }
        return matrix;
    }
}
