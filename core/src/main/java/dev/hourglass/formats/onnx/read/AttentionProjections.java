package dev.hourglass.formats.onnx.read;

import dev.hourglass.model.Activation;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.tensor.Shape;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Puts the dense layers before and after an attention into it, as its projections. A dense layer before it may give query, key
 * and value at once, of which parts are taken; nobody else may read it, since a kernel can't be in two layers.
 */
final class AttentionProjections {
    private final GraphBuilder layers;
    /** By name; what their queries are multiplied by. */
    private final Map<LayerSpec.MultiHeadAttention, Double> attentions = new HashMap<>();

    private final List<LayerSpec.MultiHeadAttention> inOrder = new ArrayList<>();
    /** How many numbers may be looked at to see which features of a layer are taken. */
    private long budget = 1L << 26;

    AttentionProjections(GraphBuilder layers) {
        this.layers = layers;
    }

    /**
     * @param layer whose kernels change nothing so far
     * @param factor by which its queries are multiplied all the same
     */
    void note(LayerSpec.MultiHeadAttention layer, double factor) {
        attentions.put(layer, factor);
        inOrder.add(layer);
    }

    /** @param outputs the layers whose values the model gives */
    void fold(Set<String> outputs) {
        for (LayerSpec.MultiHeadAttention layer : inOrder) {
            Map<String, List<String>> readers = layers.readers(outputs);
            if (readers.containsKey(layer.name())) {
                fold(layer, readers, outputs);
            }
        }
    }

    /**
     * Features of a dense layer that something else than an attention takes for it.
     *
     * @param columns which of the layer's features they are, in their order
     */
    private record Source(LayerSpec.Dense dense, int[] columns) {}

    private void fold(LayerSpec.MultiHeadAttention layer, Map<String, List<String>> readers, Set<String> outputs) {
        List<String> inputs = layers.inputs(layer.name());
        List<@Nullable Source> sources = new ArrayList<>();
        for (String input : inputs) {
            sources.add(source(input).orElse(null));
        }
        for (int i = 0; i < sources.size(); i++) {
            Source source = sources.get(i);
            if (source != null && !isForOne(source, sources, layer.name(), readers, outputs)) {
                LayerSpec.Dense shared = source.dense();
                sources.replaceAll(other -> other != null && other.dense().equals(shared) ? null : other);
            }
        }
        Optional<LayerSpec.Dense> after = after(layer.name(), readers, outputs);
        double factor = Objects.requireNonNull(attentions.get(layer));
        if (layer.heads() == 1 && after.isEmpty() && sources.stream().allMatch(Objects::isNull)) {
            simplify(layer, factor);
            return;
        }
        projected(layer, sources, after, factor);
    }

    /** One head that nothing is projected for. */
    private void simplify(LayerSpec.MultiHeadAttention layer, double factor) {
        float scale = (float) (factor / Math.sqrt(layer.keySize()));
        boolean useScale = scale != 1;
        layers.put(
                new LayerSpec.DotAttention(layer.name(), useScale, false, 0, layer.causal()),
                layers.inputs(layer.name()),
                useScale ? Map.of("scale", new float[] {scale}) : Map.of());
    }

    private void projected(
            LayerSpec.MultiHeadAttention layer,
            List<@Nullable Source> sources,
            Optional<LayerSpec.Dense> after,
            double factor) {
        Map<String, float[]> weights = new HashMap<>(layers.weights(layer.name()));
        List<String> inputs = new ArrayList<>(layers.inputs(layer.name()));
        boolean useBias = after.filter(LayerSpec.Dense::useBias).isPresent()
                || sources.stream()
                        .anyMatch(source -> source != null && source.dense().useBias());
        List<String> kinds = List.of("query", "value", "key");
        for (int i = 0; i < kinds.size(); i++) {
            Source source = sources.get(i);
            String kind = kinds.get(i);
            int size = layer.heads() * (i == 1 ? layer.valueSize() : layer.keySize());
            if (source != null) {
                inputs.set(i, layers.inputs(source.dense().name()).getFirst());
                weights.put(kind + "_kernel", taken(source, "kernel", i == 0 ? factor : 1));
            }
            if (useBias) {
                boolean biased = source != null && source.dense().useBias();
                weights.put(
                        kind + "_bias",
                        biased ? taken(Objects.requireNonNull(source), "bias", i == 0 ? factor : 1) : new float[size]);
            }
        }
        int outputs = layer.heads() * layer.valueSize();
        String name = layer.name();
        if (after.isPresent()) {
            name = after.get().name();
            outputs = after.get().units();
            weights.put("output_kernel", Objects.requireNonNull(layers.weights(name, "kernel")));
        }
        if (useBias) {
            float @Nullable [] bias = after.isPresent() ? layers.weights(name, "bias") : null;
            weights.put("output_bias", bias == null ? new float[outputs] : bias);
        }
        layers.put(
                new LayerSpec.MultiHeadAttention(
                        name, layer.heads(), layer.keySize(), layer.valueSize(), outputs, 0, useBias, layer.causal()),
                inputs,
                weights);
    }

    private float[] taken(Source source, String variable, double factor) {
        float[] from = Objects.requireNonNull(layers.weights(source.dense().name(), variable));
        int units = source.dense().units();
        int width = source.columns().length;
        float[] columns = new float[from.length / units * width];
        for (int i = 0; i < columns.length; i++) {
            columns[i] = (float) (from[i / width * units + source.columns()[i % width]] * factor);
        }
        return columns;
    }

    // --- what is before ---

    /** Which features of a dense layer a value is, where it is nothing else at each step. */
    private Optional<Source> source(String value) {
        List<LayerSpec> path = new ArrayList<>();
        String from = value;
        while (isRearrangement(from)) {
            path.addFirst(layers.layer(from).orElseThrow());
            from = layers.inputs(from).getFirst();
        }
        Optional<LayerSpec.Dense> dense = dense(from);
        return dense.flatMap(found -> columns(layers.output(found.name()), path, layers.output(value)))
                .map(columns -> new Source(dense.orElseThrow(), columns));
    }

    private Optional<LayerSpec.Dense> dense(String name) {
        return layers.layer(name)
                .filter(layer -> layer instanceof LayerSpec.Dense dense && dense.activation() == Activation.LINEAR)
                .map(LayerSpec.Dense.class::cast)
                .filter(dense -> layers.output(dense.name()).rank() == 2);
    }

    private boolean isRearrangement(String name) {
        return layers.layer(name)
                .filter(layer -> layer instanceof LayerSpec.Permute
                        || layer instanceof LayerSpec.Reshape
                        || layer instanceof LayerSpec.Flatten
                        || layer instanceof LayerSpec.Cropping1d)
                .isPresent();
    }

    /** Found by sending each number's place through the layers. */
    private Optional<int[]> columns(Shape given, List<LayerSpec> path, Shape wanted) {
        budget -= (long) given.size() * (path.size() + 1);
        if (wanted.rank() != 2 || given.dimension(0) != wanted.dimension(0) || budget < 0) {
            return Optional.empty();
        }
        double[] numbers = IntStream.range(0, given.size()).asDoubleStream().toArray();
        Constant moved = new Constant(given.toArray(), numbers, true);
        for (LayerSpec layer : path) {
            moved = moved(moved, layer);
        }
        double[] places = moved.numbers();
        int width = wanted.dimension(1);
        int units = given.dimension(1);
        int[] columns =
                Arrays.stream(places, 0, width).mapToInt(place -> (int) place).toArray();
        for (int i = 0; i < places.length; i++) {
            if (columns[i % width] >= units || places[i] != i / width * units + columns[i % width]) {
                return Optional.empty();
            }
        }
        return Optional.of(columns);
    }

    private static Constant moved(Constant value, LayerSpec layer) {
        return switch (layer) {
            case LayerSpec.Permute l ->
                value.transposed(l.axes().stream().mapToInt(axis -> axis - 1).toArray());
            case LayerSpec.Reshape l -> value.reshaped(l.target().toArray());
            case LayerSpec.Cropping1d l -> {
                int features = value.dimensions()[1];
                int steps = value.dimensions()[0] - l.before() - l.after();
                int first = l.before() * features;
                yield new Constant(
                        new int[] {steps, features},
                        Arrays.copyOfRange(value.numbers(), first, first + steps * features),
                        true);
            }
            default -> value.reshaped(value.size());
        };
    }

    /** Whether all that a dense layer gives goes to one attention, each feature at most once. */
    private boolean isForOne(
            Source source,
            List<@Nullable Source> sources,
            String attention,
            Map<String, List<String>> readers,
            Set<String> outputs) {
        BitSet taken = new BitSet();
        for (Source other : sources) {
            if (other != null && other.dense().equals(source.dense())) {
                for (int column : other.columns()) {
                    if (taken.get(column)) {
                        return false;
                    }
                    taken.set(column);
                }
            }
        }
        return leadsOnlyTo(source.dense().name(), attention, readers, outputs);
    }

    private boolean leadsOnlyTo(
            String value, String attention, Map<String, List<String>> readers, Set<String> outputs) {
        Deque<String> open = new ArrayDeque<>(List.of(value));
        while (!open.isEmpty()) {
            String next = open.pop();
            if (outputs.contains(next)) {
                return false;
            }
            for (String reader : readers.getOrDefault(next, List.of())) {
                if (isRearrangement(reader)) {
                    open.push(reader);
                } else if (!reader.equals(attention)) {
                    return false;
                }
            }
        }
        return true;
    }

    // --- what is behind ---

    /** The dense layer that alone reads what an attention gives, as it is. */
    private Optional<LayerSpec.Dense> after(String attention, Map<String, List<String>> readers, Set<String> outputs) {
        String value = attention;
        List<LayerSpec> path = new ArrayList<>();
        while (!outputs.contains(value)
                && readers.getOrDefault(value, List.of()).size() == 1) {
            String reader = readers.getOrDefault(value, List.of()).getFirst();
            if (!isRearrangement(reader)) {
                Shape given = layers.output(attention);
                return dense(reader)
                        .filter(dense -> columns(
                                        given,
                                        path,
                                        layers.output(layers.inputs(reader).getFirst()))
                                .filter(AttentionProjections::isAsItWas)
                                .filter(columns -> columns.length == given.dimension(1))
                                .isPresent());
            }
            path.add(layers.layer(reader).orElseThrow());
            value = reader;
        }
        return Optional.empty();
    }

    private static boolean isAsItWas(int[] columns) {
        for (int i = 0; i < columns.length; i++) {
            if (columns[i] != i) {
                return false;
            }
        }
        return true;
    }
}
