package dev.hourglass.engine.plan;

import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Size3;
import dev.hourglass.tensor.Shape;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Layers of attention as operations: scores of each query and key, weights that are their softmax, and means of values. */
final class AttentionOps extends PartOps {
    private final int parameters;
    private final boolean training;
    private final Steps counting;

    /**
     * Which steps of query, value and key count, each {@code [steps, 1]}; null where all do.
     */
    record Steps(
            @Nullable Tensor query,
            @Nullable Tensor value,
            @Nullable Tensor key) {
        List<Tensor> keys() {
            return Stream.of(value, key).filter(Objects::nonNull).distinct().toList();
        }
    }

    /**
     * @param place that names begin with
     * @param parameters where the layer's begin
     * @param counting the steps that do
     * @param add takes each operation and gives what it writes
     */
    AttentionOps(String place, int parameters, boolean training, Steps counting, Function<Op.Layer, Tensor> add) {
        super(place, add);
        this.parameters = parameters;
        this.training = training;
        this.counting = counting;
    }

    /**
     * @param read query, value and key; those at the end may be missing
     * @return the last operation, which is not added yet
     */
    Op.Layer of(LayerSpec.Attending layer, List<Tensor> read, Tensor to) {
        Tensor query = read.getFirst();
        Tensor value = read.get(Math.min(1, read.size() - 1));
        Tensor key = read.getLast();
        return switch (layer) {
            case LayerSpec.MultiHeadAttention l -> heads(l, query, key, value, to);
            case LayerSpec.DotAttention l -> {
                Tensor scores = l.concat() ? summed(l, query, key) : multiplied(l, query, key);
                yield counted(weights(l, scores), value, to);
            }
            case LayerSpec.AdditiveAttention l -> {
                Tensor sums = tanh(sums(query, key));
                int features = query.channels();
                Tensor each = reshaped("each", sums, Shape.of(sums.shape().size() / features, features));
                Tensor scores = l.useScale() ? dense("score", parameters, each, 1, false) : sumOfFeatures(each);
                yield counted(weights(l, asScores(scores, query, key)), value, to);
            }
        };
    }

    /** The means of a value, but zeros for queries that don't count. */
    private Op.Layer counted(Tensor weights, Tensor value, Tensor to) {
        return counting.query() == null
                ? new Op.Product(place(), weights, value, to)
                : new Op.HideSteps(place(), product("means", weights, value), counting.query(), to);
    }

    private Op.Layer heads(LayerSpec.MultiHeadAttention layer, Tensor query, Tensor key, Tensor value, Tensor to) {
        int step = layer.useBias() ? 2 : 1;
        int heads = layer.heads();
        Tensor q = permuted("query/heads", apart("query", parameters, query, layer, layer.keySize()), 2, 1, 3);
        Tensor k = permuted("key/heads", apart("key", parameters + step, key, layer, layer.keySize()), 2, 3, 1);
        Tensor v = permuted(
                "value/heads", apart("value", parameters + 2 * step, value, layer, layer.valueSize()), 2, 1, 3);
        float scale = (float) (1 / Math.sqrt(layer.keySize()));
        Tensor scaled = added(new Op.Apply(
                name("query/scaled"), new PointFunction.Affine(scale, 0), q, tensor("query/scaled", q.shape())));
        Tensor scores = product("scores", scaled, k);
        Tensor means = permuted("means/steps", product("means", weights(layer, scores), v), 2, 1, 3);
        Shape beside = Shape.of(query.shape().dimension(0), heads * layer.valueSize());
        Tensor joined = reshaped("beside", means, beside);
        return new Op.Dense(place(), parameters + 3 * step, joined, Nonlinearity.LINEAR, to, layer.useBias());
    }

    /** What a projection gives for each head. */
    private Tensor apart(String of, int kernel, Tensor from, LayerSpec.MultiHeadAttention layer, int size) {
        Tensor projected = dense(of, kernel, from, layer.heads() * size, layer.useBias());
        return reshaped(of + "/apart", projected, Shape.of(from.shape().dimension(0), layer.heads(), size));
    }

    private Tensor multiplied(LayerSpec.DotAttention layer, Tensor query, Tensor key) {
        Tensor scores = product("scores", query, permuted("key/turned", key, 2, 1));
        return layer.useScale() ? timesLearned("scaled", parameters, scores) : scores;
    }

    private Tensor summed(LayerSpec.DotAttention layer, Tensor query, Tensor key) {
        Tensor sums = sums(query, key);
        if (layer.useScale()) {
            sums = timesLearned("scaled", parameters, sums);
        }
        int features = query.channels();
        Tensor each = reshaped("each", tanh(sums), Shape.of(sums.shape().size() / features, features));
        Tensor scores = asScores(sumOfFeatures(each), query, key);
        return timesLearned("weighted", parameters + (layer.useScale() ? 1 : 0), scores);
    }

    /** Of each query and each key, {@code [queries, keys, 1, features]}. */
    private Tensor sums(Tensor query, Tensor key) {
        int queries = query.shape().dimension(0);
        int keys = key.shape().dimension(0);
        int features = query.channels();
        Shape all = Shape.of(queries, keys, 1, features);
        Tensor q = repeatedEach("query", query, Shape.of(queries, 1, 1, features), new Size3(1, keys, 1), all);
        Tensor k = repeatedEach("key", key, Shape.of(1, keys, 1, features), new Size3(queries, 1, 1), all);
        return added(new Op.Sum(name("sums"), List.of(q, k), tensor("sums", all)));
    }

    private Tensor repeatedEach(String of, Tensor from, Shape thin, Size3 times, Shape all) {
        Tensor once = reshaped(of + "/once", from, thin);
        return added(new Op.RepeatAxes(name(of + "/each"), times, once, tensor(of + "/each", all)));
    }

    private Tensor tanh(Tensor from) {
        return added(new Op.Activate(
                name("tanh"), new Nonlinearity(Nonlinearity.Kind.TANH, 1), from, tensor("tanh", from.shape())));
    }

    /** {@code [places, features] -> [places]}. */
    private Tensor sumOfFeatures(Tensor from) {
        int places = from.shape().dimension(0);
        int features = from.channels();
        Tensor image = reshaped("features", permuted("turned", from, 2, 1), Shape.of(1, features, places));
        Tensor means = added(new Op.Average(name("mean"), image, tensor("mean", Shape.of(places))));
        return added(
                new Op.Apply(name("sum"), new PointFunction.Affine(features, 0), means, tensor("sum", means.shape())));
    }

    private Tensor asScores(Tensor scores, Tensor query, Tensor key) {
        Shape shape = Shape.of(query.shape().dimension(0), key.shape().dimension(0));
        return reshaped("scores", scores, shape);
    }

    /** By one number: a product of a single channel. */
    private Tensor timesLearned(String of, int parameter, Tensor from) {
        Tensor column = reshaped(of + "/column", from, Shape.of(from.shape().size(), 1));
        Tensor product = dense(of, parameter, column, 1, false);
        return reshaped(of + "/back", product, from.shape());
    }

    /** What is made of scores; training leaves some out. */
    private Tensor weights(LayerSpec.Attending layer, Tensor scores) {
        Tensor weights = added(new Op.Softmax(
                name("weights"), scores, tensor("weights", scores.shape()), layer.causal(), hidden(layer)));
        if (!training || layer.dropout() == 0) {
            return weights;
        }
        LayerSpec.Dropout dropout = new LayerSpec.Dropout(place().replace('/', '_') + "_dropout", layer.dropout());
        return added(new Op.Noise(name("dropout"), dropout, weights, tensor("dropout", weights.shape())));
    }

    /** With a dropout, which need not be on, Keras computes a MultiHeadAttention in another way than without. */
    private Op.Hidden hidden(LayerSpec.Attending layer) {
        if (!(layer instanceof LayerSpec.MultiHeadAttention)) {
            return new Op.Hidden(null, counting.keys(), Op.Hidden.Alone.AS_SCORED);
        }
        Op.Hidden.Alone alone = layer.dropout() > 0 ? Op.Hidden.Alone.NOTHING : Op.Hidden.Alone.ALL_ALIKE;
        return new Op.Hidden(counting.query(), counting.keys(), alone);
    }
}
