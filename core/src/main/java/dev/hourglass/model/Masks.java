package dev.hourglass.model;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which values of a graph have steps that don't count. A {@link LayerSpec.Masking} says so, or an
 * {@link LayerSpec.Embedding} of its zeros; from there the mask goes through the layers through which Keras 3.15 passes it, to
 * recurrent layers, which skip those steps, to attention, which gives them no weight, and to the loss.
 *
 * <p>Keras tells masks twice. A recurrent layer is called with the mask that was found when the model was built. Attention and
 * the loss take the mask that a value has when the model runs, and a MultiHeadAttention takes it off what it reads: whatever
 * reads the same value behind it finds none. So {@code Add} of a value and of the attention to it has no mask any more, and
 * {@code Add} of a value and of the attention to its normalization has one.
 */
public final class Masks {
    /**
     * Who says which steps don't count: those all of whose numbers are one, as the layer reads them.
     *
     * @param layer the name of what a Masking or an Embedding gives
     * @param value what masked steps hold
     */
    public record Mask(String layer, float value) {}

    /**
     * Which steps of what a layer of attention reads count; null where all do. An Attention asks for those of query and value
     * alone.
     */
    public record Attended(
            @Nullable Mask query,
            @Nullable Mask value,
            @Nullable Mask key) {
        static final Attended ALL = new Attended(null, null, null);

        List<Mask> all() {
            return Stream.of(query, value, key)
                    .filter(Objects::nonNull)
                    .distinct()
                    .toList();
        }
    }

    private final Graph graph;
    /** By value: the mask that was found when the model was built. */
    private final Map<String, Mask> built = new HashMap<>();
    /** By value: the mask that it has when the model runs, until something takes it off. */
    private final Map<String, Mask> running = new HashMap<>();
    /** By layer of attention. */
    private final Map<String, Attended> attended = new HashMap<>();
    /** By value that is another one as it is, such as what a Dropout gives in use: the first of them. */
    private final Map<String, String> same = new HashMap<>();
    /** By the first of values that are one: what reads it and takes its mask off. */
    private final Map<String, List<String>> taking = new HashMap<>();
    /** What each layer of {@link #taking}, and what it was asked of, is computed from. */
    private final Map<String, Set<String>> ancestors = new HashMap<>();

    private Masks(Graph graph) {
        this.graph = graph;
        for (Graph.Node node : graph.nodes()) {
            String read = node.inputs().getFirst();
            if (leavesAsItIs(node.layer())) {
                same.put(node.name(), first(read));
            }
            if (node.layer() instanceof LayerSpec.MultiHeadAttention) {
                node.inputs().stream()
                        .map(this::first)
                        .distinct()
                        .forEach(value -> taking.computeIfAbsent(value, ignored -> new ArrayList<>())
                                .add(node.name()));
            }
        }
    }

    /** @throws IllegalArgumentException if a layer would have to do more with a mask than to skip steps or pass it on */
    public static Masks of(Graph graph) {
        Masks masks = new Masks(graph);
        graph.nodes().forEach(masks::add);
        graph.outputs().forEach(masks::ofOutput); // which may be refused
        return masks;
    }

    private void add(Graph.Node node) {
        Mask mask = behind(node, node.inputs().stream().map(built::get).toList());
        put(built, node, mask);
        if (makesOrIsToldMask(node.layer())) {
            put(running, node, mask);
            return;
        }
        List<@Nullable Mask> read = new ArrayList<>();
        node.inputs().forEach(value -> read.add(whileRunning(value, node)));
        put(running, node, behind(node, read));
        if (node.layer() instanceof LayerSpec.Attending attending) {
            attended.put(node.name(), attended(attending, read));
        }
    }

    private static void put(Map<String, Mask> masks, Graph.Node node, @Nullable Mask mask) {
        if (mask != null) {
            masks.put(node.name(), mask);
        }
    }

    private static boolean makesOrIsToldMask(LayerSpec layer) {
        return layer instanceof LayerSpec.Masking
                || layer instanceof LayerSpec.Embedding
                || layer instanceof LayerSpec.TimeDistributed
                || skipsSteps(layer);
    }

    /** Which steps of a value a recurrent layer that reads it skips; empty where none. */
    public Optional<Mask> of(String value) {
        return Optional.ofNullable(built.get(value));
    }

    /** The mask of the output, which its loss leaves out. */
    public Optional<Mask> ofOutput() {
        return ofOutput(graph.onlyOutput());
    }

    /** @param output one of the graph's */
    public Optional<Mask> ofOutput(String output) {
        Mask mask = running.get(output);
        return mask == null || taking.containsKey(first(output)) ? Optional.empty() : Optional.of(mask);
    }

    /** What a layer of attention is told of what it reads. */
    public Attended attended(Graph.Node node) {
        return attended.getOrDefault(node.name(), Attended.ALL);
    }

    /** Whether a mask is made of the numbers that samples have, so that it is known without computing a layer. */
    public boolean isOfInput(Mask mask) {
        return graph.nodes().stream()
                .filter(node -> node.name().equals(mask.layer()))
                .anyMatch(node ->
                        graph.inputs().stream().anyMatch(input -> node.inputs().contains(input.name())));
    }

    /** The layers before a waist whose mask layers behind it have to know. */
    List<String> acrossWaist(Set<String> encoding) {
        return graph.nodes().stream()
                .filter(node -> !encoding.contains(node.name()))
                .flatMap(node -> skipsSteps(node.layer())
                        ? of(node.inputs().getFirst()).stream()
                        : attended(node).all().stream())
                .map(Mask::layer)
                .filter(encoding::contains)
                .distinct()
                .toList();
    }

    // --- while the model runs ---

    private static boolean leavesAsItIs(LayerSpec layer) {
        return layer instanceof LayerSpec.TrainingNoise
                || (layer instanceof LayerSpec.ActivationLayer function && function.activation() == Activation.LINEAR);
    }

    private String first(String value) {
        return same.getOrDefault(value, value);
    }

    /** The mask that a value has when a layer reads it. */
    private @Nullable Mask whileRunning(String value, Graph.Node reader) {
        Mask mask = running.get(value);
        if (mask == null) {
            return null;
        }
        String first = first(value);
        for (String attention : taking.getOrDefault(first, List.of())) {
            boolean isOwn = attention.equals(reader.name());
            if (!isOwn && ancestors(reader.name()).contains(attention)) {
                return null;
            }
            // What gives the same value needs no order: it is that very value that loses its mask.
            boolean isAlias = first.equals(first(reader.name()));
            if (!isOwn && !isAlias && !ancestors(attention).contains(reader.name())) {
                throw new IllegalArgumentException("Layer '" + reader.name() + "' ("
                        + KerasClass.of(reader.layer()).kerasName() + ") reads '" + value + "' beside the attention '"
                        + attention + "', which in Keras takes the mask of '" + mask.layer()
                        + "' off it, so which of the two runs first would matter. Put a LayerNormalization in front of the"
                        + " attention");
            }
        }
        return mask;
    }

    private Set<String> ancestors(String value) {
        return ancestors.computeIfAbsent(value, of -> {
            Set<String> before = new HashSet<>(graph.ancestors(List.of(of)));
            before.remove(of);
            return before;
        });
    }

    private static Attended attended(LayerSpec.Attending layer, List<@Nullable Mask> read) {
        Mask query = read.getFirst();
        Mask value = read.get(Math.min(1, read.size() - 1));
        return new Attended(query, value, layer instanceof LayerSpec.MultiHeadAttention ? read.getLast() : null);
    }

    // --- layers ---

    private static boolean readsMask(LayerSpec layer) {
        return skipsSteps(layer)
                || layer instanceof LayerSpec.BatchNormalization
                || layer instanceof LayerSpec.GlobalAveragePooling1d
                || (layer instanceof LayerSpec.TimeDistributed each && readsMask(each.layer()));
    }

    private static boolean skipsSteps(LayerSpec layer) {
        return layer instanceof LayerSpec.Recurrent || layer instanceof LayerSpec.Bidirectional;
    }

    /** @param read the masks of what it reads, null where there is none */
    private static @Nullable Mask behind(Graph.Node node, List<@Nullable Mask> read) {
        Mask before = read.getFirst();
        return switch (node.layer()) {
            // Another at each of its places.
            case LayerSpec.Masking masking -> new Mask(node.name(), masking.maskValue());
            case LayerSpec.Embedding table -> table.maskZero() ? new Mask(node.name(), 0) : null;
            case LayerSpec.Dense ignored -> before;
            case LayerSpec.TimeDistributed l ->
                readsMask(l.layer()) ? none(node, before, "gives each step's mask to the layer within") : before;
            case LayerSpec.Elementwise ignored -> before;
            case LayerSpec.PRelu ignored -> before;
            case LayerSpec.SampleNormalization ignored -> before;
            case LayerSpec.Recurrent l ->
                node.inputs().size() > 1
                        ? none(node, before, "reads all steps, since it begins with states")
                        : l.returnSequences() ? before : null;
            case LayerSpec.Bidirectional l ->
                node.inputs().size() > 1
                        ? none(node, before, "reads all steps, since it begins with states")
                        : l.returnSequences() ? before : null;
            case LayerSpec.State ignored -> null;
            case LayerSpec.Sampling ignored -> null; // a layer of one's own, in Keras
            case LayerSpec.VectorQuantizer ignored -> null; // likewise
            case LayerSpec.Attending ignored -> before; // the query's
            case LayerSpec.Merge l -> merged(node, l, read);
            case LayerSpec.BatchNormalization ignored ->
                none(node, before, "takes the moments of unmasked steps alone");
            case LayerSpec.GlobalAveragePooling1d ignored ->
                none(node, before, "takes the mean of unmasked steps alone");
            // Keras lets a mask end here.
            case LayerSpec.OneDimensional ignored -> null;
            case LayerSpec.Convolution ignored -> null;
            case LayerSpec.ChannelwiseConvolution ignored -> null;
            case LayerSpec.VolumeConvolution ignored -> null;
            case LayerSpec.ConvolutionalLstm ignored -> null; // reads no sequence of vectors
            case LayerSpec.ChannelsFirst ignored -> null;
            case LayerSpec.Resampling ignored -> null;
            case LayerSpec.Rearrangement ignored -> null;
        };
    }

    /** Values that all have the same mask pass it on; where one has none, every step counts. */
    private static @Nullable Mask merged(Graph.Node node, LayerSpec.Merge merge, List<@Nullable Mask> read) {
        if (merge instanceof LayerSpec.Dot) {
            return null; // where Keras lets it end
        }
        List<Mask> masks = read.stream().filter(Objects::nonNull).distinct().toList();
        boolean alongSteps = merge instanceof LayerSpec.Concatenate l
                && l.axis() != LayerSpec.Concatenate.LAST_AXIS
                && l.axis() != 2;
        if (masks.size() > 1 || (alongSteps && !masks.isEmpty())) {
            return none(node, masks.getFirst(), "puts several masks together");
        }
        return masks.isEmpty() || read.contains(null) ? null : masks.getFirst();
    }

    private static @Nullable Mask none(Graph.Node node, @Nullable Mask before, String inKeras) {
        if (before == null) {
            return null;
        }
        throw new IllegalArgumentException("Layer '" + node.name() + "' ("
                + KerasClass.of(node.layer()).kerasName() + ") stands behind the mask of '" + before.layer()
                + "'; in Keras it then " + inKeras + ", which is not computed here. Put it in front of that layer");
    }
}
