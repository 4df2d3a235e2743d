package dev.hourglass.model;

import dev.hourglass.model.variables.Initializers;
import dev.hourglass.model.variables.Variable;
import dev.hourglass.tensor.Shape;
import dev.hourglass.tensor.ShapeException;
import java.util.ArrayList;
import java.util.List;

/** What is known of a layer of attention, and what to say where query, key and value don't fit together. */
final class AttentionFacts {
    private AttentionFacts() {}

    /**
     * @param inputs query, value and key; the last or the last two may be missing
     * @throws ShapeException if they are too many, or don't fit together
     */
    static LayerFacts of(LayerSpec.Attending layer, List<LayerInput> inputs) {
        if (inputs.size() > 3) {
            throw new ShapeException(LayerFacts.describe(layer) + " needs a query, a value and a key at most, got "
                    + inputs.size() + " inputs (" + MergeFacts.sources(inputs) + "). Name three.");
        }
        inputs.forEach(LayerInput::requireSequence);
        LayerInput query = inputs.getFirst();
        LayerInput value = inputs.get(Math.min(1, inputs.size() - 1));
        LayerInput key = inputs.getLast();
        if (key.shape().dimension(0) != value.shape().dimension(0)) {
            throw misfit(layer, inputs, "as many steps of the key as of the value");
        }
        boolean isProjected = layer instanceof LayerSpec.MultiHeadAttention;
        if (!isProjected && key.features() != query.features()) {
            throw misfit(layer, inputs, "as many features of the key as of the query");
        }
        int queries = query.shape().dimension(0);
        long scores = (long) queries * key.shape().dimension(0);
        return switch (layer) {
            case LayerSpec.MultiHeadAttention l -> heads(l, query, key, value, scores);
            case LayerSpec.DotAttention l -> {
                List<Variable> variables = new ArrayList<>();
                if (l.useScale()) {
                    variables.add(Variable.trained("scale", Initializers.ONES));
                }
                if (l.concat()) {
                    variables.add(Variable.trained("concat_score_weight", Initializers.ONES));
                }
                long ofScores = (l.concat() ? 0 : scores * query.features()) + scores * value.features();
                long each = l.concat() ? 3L * query.features() : 1;
                yield facts(layer, query, value, variables, ofScores, scores * each);
            }
            case LayerSpec.AdditiveAttention l ->
                facts(
                        layer,
                        query,
                        value,
                        l.useScale()
                                ? List.of(Variable.trained("scale", Initializers.ONES, query.features()))
                                : List.of(),
                        scores * value.features(),
                        scores * 4 * query.features());
        };
    }

    private static LayerFacts heads(
            LayerSpec.MultiHeadAttention layer, LayerInput query, LayerInput key, LayerInput value, long scores) {
        int outputs = layer.outputSize() == 0 ? query.features() : layer.outputSize();
        int keys = layer.keySize();
        int values = layer.valueSize();
        List<Variable> variables = new ArrayList<>();
        addProjection(variables, "query", query, layer, keys);
        addProjection(variables, "key", key, layer, keys);
        addProjection(variables, "value", value, layer, values);
        query.requireFit((double) layer.heads() * values * outputs);
        variables.add(Variable.trained("output_kernel", Initializers.GLOROT_UNIFORM, layer.heads(), values, outputs));
        if (layer.useBias()) {
            variables.add(Variable.trained("output_bias", Initializers.ZEROS, outputs));
        }
        long queries = query.shape().dimension(0);
        long perHead = query.size() * (long) keys
                + key.size() * (long) keys
                + value.size() * (long) values
                + scores * (keys + values)
                + queries * values * outputs;
        return new LayerFacts(
                layer,
                query.shape(),
                Shape.of((int) queries, outputs),
                variables,
                new Operations(2L * layer.heads() * perHead, 0, 4L * layer.heads() * scores));
    }

    private static void addProjection(
            List<Variable> variables, String of, LayerInput from, LayerSpec.MultiHeadAttention layer, int size) {
        from.requireFit((double) from.features() * layer.heads() * size);
        variables.add(
                Variable.trained(of + "_kernel", Initializers.GLOROT_UNIFORM, from.features(), layer.heads(), size));
        if (layer.useBias()) {
            variables.add(Variable.trained(of + "_bias", Initializers.ZEROS, layer.heads(), size));
        }
    }

    private static LayerFacts facts(
            LayerSpec layer, LayerInput query, LayerInput value, List<Variable> variables, long products, long others) {
        Shape out = Shape.of(query.shape().dimension(0), value.features());
        return new LayerFacts(layer, query.shape(), out, variables, new Operations(2 * products, 0, 4 * others));
    }

    private static ShapeException misfit(LayerSpec layer, List<LayerInput> inputs, String needed) {
        return new ShapeException(LayerFacts.describe(layer) + " needs " + needed + ", got "
                + MergeFacts.sources(inputs) + " (query, value, key). Bring them to fitting shapes.");
    }
}
