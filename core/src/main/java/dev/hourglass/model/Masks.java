package dev.hourglass.model;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which values of a graph have steps that don't count. A {@link LayerSpec.Masking} says so; from there the mask goes
 * through the layers through which Keras 3 passes it, to recurrent layers, which skip those steps, and to the loss.
 */
public final class Masks {
    /** By the values that have a mask: the layer that made it. */
    private final Map<String, LayerSpec.Masking> byValue = new HashMap<>();

    private final Graph graph;

    private Masks(Graph graph) {
        this.graph = graph;
    }

    /** @throws IllegalArgumentException if a layer would have to do more with a mask than to skip steps or pass it on */
    public static Masks of(Graph graph) {
        Masks masks = new Masks(graph);
        for (Graph.Node node : graph.nodes()) {
            LayerSpec.Masking mask = masks.behind(node);
            if (mask != null) {
                masks.byValue.put(node.name(), mask);
            }
        }
        return masks;
    }

    /** The layer that says which steps of a value count; empty where all do. */
    public Optional<LayerSpec.Masking> of(String value) {
        return Optional.ofNullable(byValue.get(value));
    }

    /** The mask of the output, which its loss leaves out. */
    public Optional<LayerSpec.Masking> ofOutput() {
        return of(graph.onlyOutput());
    }

    /** Whether a mask is made of the numbers that samples have, so that it is known without computing a layer. */
    public boolean isOfInput(LayerSpec.Masking masking) {
        return graph.nodes().stream()
                .filter(node -> node.name().equals(masking.name()))
                .anyMatch(node ->
                        graph.inputs().stream().anyMatch(input -> node.inputs().contains(input.name())));
    }

    /** The layers before a waist whose mask makes layers behind it skip steps. */
    List<String> acrossWaist(Set<String> encoding) {
        return graph.nodes().stream()
                .filter(node -> !encoding.contains(node.name()) && skipsSteps(node.layer()))
                .map(node -> byValue.get(node.inputs().getFirst()))
                .filter(Objects::nonNull)
                .map(LayerSpec.Masking::name)
                .filter(encoding::contains)
                .distinct()
                .toList();
    }

    private static boolean readsMask(LayerSpec layer) {
        return skipsSteps(layer)
                || layer instanceof LayerSpec.BatchNormalization
                || layer instanceof LayerSpec.GlobalAveragePooling1d
                || (layer instanceof LayerSpec.TimeDistributed each && readsMask(each.layer()));
    }

    private static boolean skipsSteps(LayerSpec layer) {
        return layer instanceof LayerSpec.Recurrent || layer instanceof LayerSpec.Bidirectional;
    }

    private LayerSpec.@Nullable Masking behind(Graph.Node node) {
        LayerSpec.Masking before = byValue.get(node.inputs().getFirst());
        return switch (node.layer()) {
            // Another at each of its places.
            case LayerSpec.Masking masking -> new LayerSpec.Masking(node.name(), masking.maskValue());
            case LayerSpec.Dense ignored -> before;
            case LayerSpec.TimeDistributed l ->
                readsMask(l.layer()) ? none(node, before, "gives each step's mask to the layer within") : before;
            case LayerSpec.Elementwise ignored -> before;
            case LayerSpec.PRelu ignored -> before;
            case LayerSpec.Embedding ignored -> null; // of vectors, no steps
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
            case LayerSpec.Merge l -> merged(node, l);
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
    private LayerSpec.@Nullable Masking merged(Graph.Node node, LayerSpec.Merge merge) {
        List<Optional<LayerSpec.Masking>> all =
                node.inputs().stream().map(this::of).distinct().toList();
        if (merge instanceof LayerSpec.Attending) {
            return all.stream()
                    .flatMap(Optional::stream)
                    .findFirst()
                    .map(mask -> none(node, mask, "attends to unmasked steps alone"))
                    .orElse(null);
        }
        if (merge instanceof LayerSpec.Dot) {
            return null; // where Keras lets it end
        }
        boolean alongSteps = merge instanceof LayerSpec.Concatenate l
                && l.axis() != LayerSpec.Concatenate.LAST_AXIS
                && l.axis() != 2;
        if (all.stream().anyMatch(Optional::isPresent)
                && (alongSteps || all.stream().filter(Optional::isPresent).count() > 1)) {
            return none(node, all.getFirst().or(all::getLast).orElseThrow(), "puts several masks together");
        }
        return all.size() == 1 ? all.getFirst().orElse(null) : null;
    }

    private static LayerSpec.@Nullable Masking none(
            Graph.Node node, LayerSpec.@Nullable Masking before, String inKeras) {
        if (before == null) {
            return null;
        }
        throw new IllegalArgumentException("Layer '" + node.name() + "' ("
                + KerasClass.of(node.layer()).kerasName() + ") stands behind the mask of '" + before.name()
                + "'; in Keras it then " + inKeras + ", which is not computed here. Put it in front of the Masking");
    }
}
