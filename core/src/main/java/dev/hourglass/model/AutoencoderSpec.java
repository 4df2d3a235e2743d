package dev.hourglass.model;

import dev.hourglass.tensor.Shape;
import dev.hourglass.tensor.ShapeException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The description of an autoencoder: its layers as a graph that rebuilds its input, and where its waist is. The waist is
 * one layer's output, the code (the latent representation). All layers that it is computed from are the encoder, the
 * others the decoder; the nodes stand in that order.
 *
 * <p>A composite model does more from the same code: of its several outputs the first is the reconstruction, the others may
 * predict what comes next (Srivastava, Mansimov and Salakhutdinov 2015). They are trained together and count in the loss;
 * whoever reconstructs, decodes and compares has the first.
 *
 * <p>In a chain all that the decoder knows of a sample is its code. Where layers before the waist are read behind it, as
 * by the skips of a U-Net, more {@linkplain #bypass goes around it}.
 *
 * @param name such as {@code cnn}; used for files and tables
 * @param graph with one input; its first output has the same shape
 * @param waist name of the layer whose output is the code
 */
public record AutoencoderSpec(String name, Graph graph, String waist) {
    /**
     * @throws ShapeException if the layers do not fit together or do not end in the input's shape
     * @throws IllegalArgumentException if the waist is no layer, or has no layers on one of its sides, or a layer stands
     *     behind a mask with which it can do nothing
     */
    public AutoencoderSpec {
        if (graph.inputs().size() != 1) {
            throw new IllegalArgumentException("Model '" + name + "' must have one input, got "
                    + graph.inputs().size());
        }
        if (Set.copyOf(graph.outputs()).size() < graph.outputs().size()) {
            throw new IllegalArgumentException(
                    "Model '" + name + "' must name each of its outputs once, got " + graph.outputs());
        }
        if (graph.nodes().stream().noneMatch(node -> node.name().equals(waist))) {
            throw new IllegalArgumentException("The waist of model '" + name + "' must be one of its layers, got '"
                    + waist + "'; there are "
                    + graph.nodes().stream().map(Graph.Node::name).toList());
        }
        graph = graph.encoderFirst(waist);
        String output = graph.outputs().getFirst();
        if (!graph.ancestors(List.of(output)).contains(waist)) {
            throw new IllegalArgumentException("The first output of model '" + name
                    + "' must be rebuilt from the waist '" + waist + "', but '" + output + "' is not computed from it");
        }
        if (graph.nodes().getLast().name().equals(waist)) {
            throw new IllegalArgumentException("Model '" + name + "' needs at least one encoder and one decoder layer");
        }
        ShapeInference.requireReconstruction(name, ModelFacts.of(graph));
        var ignored = Masks.of(graph); // refuses what is not computed
    }

    /**
     * A chain of layers.
     *
     * @param input the shape of one sample
     * @param encoder at least one layer; what leaves the last is the code
     * @param decoder at least one layer
     * @throws ShapeException if the layers do not fit together or do not end in the input's shape
     */
    public AutoencoderSpec(String name, Shape input, List<LayerSpec> encoder, List<LayerSpec> decoder) {
        this(name, chain(name, input, encoder, decoder), encoder.getLast().name());
    }

    private static Graph chain(String name, Shape input, List<LayerSpec> encoder, List<LayerSpec> decoder) {
        if (encoder.isEmpty() || decoder.isEmpty()) {
            throw new IllegalArgumentException("Model '" + name + "' needs at least one encoder and one decoder layer");
        }
        List<LayerSpec> layers =
                Stream.concat(encoder.stream(), decoder.stream()).toList();
        Set<String> names = new LinkedHashSet<>();
        for (LayerSpec layer : layers) {
            if (!names.add(layer.name())) {
                throw new IllegalArgumentException(
                        "Model '" + name + "' has two layers named '" + layer.name() + "'; give one another name");
            }
        }
        return Graph.chain(input, layers);
    }

    /** The shape of one sample. */
    public Shape input() {
        return graph.input();
    }

    /** All layers, those of the encoder first, each after those that it reads. */
    public List<LayerSpec> layers() {
        return graph.layers();
    }

    /** The name of the output that rebuilds the input: the first. */
    public String reconstruction() {
        return graph.outputs().getFirst();
    }

    /** Whether the model has other outputs beside the reconstruction. */
    public boolean isComposite() {
        return graph.outputs().size() > 1;
    }

    /** What computes the reconstruction: all layers, but those of a composite model that lead to other outputs alone. */
    public Graph reconstructing() {
        return isComposite() ? graph.upTo(List.of(reconstruction())) : graph;
    }

    /** The layer that gives the reconstruction. */
    public LayerSpec outputLayer() {
        return layerOf(reconstruction());
    }

    /** @param output the name of one of the graph's outputs */
    public LayerSpec layerOf(String output) {
        return graph.nodes().stream()
                .filter(node -> node.name().equals(output))
                .map(Graph.Node::layer)
                .findFirst()
                .orElseThrow();
    }

    /** The layers that the code is computed by; the last one gives it. */
    public List<LayerSpec> encoder() {
        return layersOf(graph.nodes().subList(0, encoderLayers()));
    }

    /** What computes the rest; a layer that is used on both sides of the waist is in both. */
    public List<LayerSpec> decoder() {
        return layersOf(graph.nodes().subList(encoderLayers(), graph.nodes().size()));
    }

    private static List<LayerSpec> layersOf(List<Graph.Node> nodes) {
        return nodes.stream().map(Graph.Node::layer).distinct().toList();
    }

    /** How many nodes come before the waist, its own included. */
    public int encoderLayers() {
        List<Graph.Node> nodes = graph.nodes();
        for (int i = 0; i < nodes.size(); i++) {
            if (nodes.get(i).name().equals(waist)) {
                return i + 1;
            }
        }
        throw new IllegalStateException("The waist is a layer");
    }

    /** What computes the code. */
    public Graph encoderGraph() {
        return graph.upTo(List.of(waist));
    }

    /**
     * What rebuilds a sample from its code alone.
     *
     * @throws BypassException if more than the code is needed
     */
    public Graph decoderGraph() {
        requireCodeAlone("decoding");
        return reconstructing().after(waist, latent());
    }

    /**
     * The values that go around the waist: the input or layers of the encoder, other than the waist, that a layer of the
     * decoder reads, or whose mask makes one skip steps. None in a chain without masks.
     */
    public List<String> bypass() {
        return Bypass.of(reconstructing(), waist).values();
    }

    /** How many numbers go around the waist; of a mask one for each step. */
    public long bypassSize() {
        return Bypass.of(reconstructing(), waist).size();
    }

    /** @throws BypassException if a sample can't be rebuilt from its code alone */
    public void requireCodeAlone(String use) {
        if (!bypass().isEmpty()) {
            throw bypassed(use);
        }
    }

    /**
     * What to say where more than the code is needed.
     *
     * @param use of a code alone, such as {@code decoding}
     */
    public BypassException bypassed(String use) {
        return BypassException.of(name, ModelFacts.of(reconstructing()), waist, use);
    }

    /** What is known of each layer: shapes, variables, operations. */
    public ModelFacts facts() {
        return ModelFacts.of(graph);
    }

    /** The shape of the code, such as {@code [7, 7, 8]} or {@code [32]}. */
    public Shape latent() {
        return facts().shapeOf(waist);
    }

    /** How many numbers the code has. */
    public int latentSize() {
        return latent().size();
    }

    /** Of a vector-quantised code, how many vectors out of how many it is. */
    public Optional<VectorCodes.Extent> vectors() {
        return VectorCodes.Extent.of(layerOf(waist), latent());
    }

    /**
     * As how many numbers of 32 bits the code can be kept, and so with how many components PCA is a fair rival: its own, or of
     * a vector-quantised code as many as its {@linkplain VectorCodes#bits bits} fill, 294 bits being 10.
     */
    public int keptSize() {
        return Math.max(1, (int) Math.ceil(codeNumbers()));
    }

    /** The code's numbers, or the bits of its vectors in numbers of 32. */
    private double codeNumbers() {
        return vectors().map(VectorCodes.Extent::numbers).orElseGet(() -> (double) latentSize());
    }

    /**
     * Numbers in over numbers that the code takes: 784 to 32 gives 24.5, 784 to the 294 bits of 49 vectors out of 64 gives 85.3. NaN where numbers go around
     * the waist: then the code is not what a sample is rebuilt from.
     */
    public double compressionRatio() {
        return bypass().isEmpty() ? input().size() / codeNumbers() : Double.NaN;
    }
}
