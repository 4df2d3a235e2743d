package dev.hourglass.model;

import dev.hourglass.tensor.Shape;
import dev.hourglass.tensor.ShapeException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The description of an autoencoder: its layers as a graph that ends in the input's shape, and where its waist is. The waist is
 * one layer's output, the code (the latent representation). All layers that it is computed from are the encoder, the
 * others the decoder; the nodes stand in that order.
 *
 * <p>In a chain all that the decoder knows of a sample is its code. Where layers before the waist are read behind it, as
 * by the skips of a U-Net, more {@linkplain #bypass goes around it}.
 *
 * @param name such as {@code cnn}; used for files and tables
 * @param graph with one input and one output, of the same shape
 * @param waist name of the layer whose output is the code
 */
public record AutoencoderSpec(String name, Graph graph, String waist) {
    /**
     * @throws ShapeException if the layers do not fit together or do not end in the input's shape
     * @throws IllegalArgumentException if the waist is no layer, or has no layers on one of its sides, or a layer stands
     *     behind a mask with which it can do nothing
     */
    public AutoencoderSpec {
        if (graph.inputs().size() != 1 || graph.outputs().size() != 1) {
            throw new IllegalArgumentException("Model '" + name + "' must have one input and one output, got "
                    + graph.inputs().size() + " and " + graph.outputs().size());
        }
        if (graph.nodes().stream().noneMatch(node -> node.name().equals(waist))) {
            throw new IllegalArgumentException("The waist of model '" + name + "' must be one of its layers, got '"
                    + waist + "'; there are "
                    + graph.nodes().stream().map(Graph.Node::name).toList());
        }
        graph = graph.encoderFirst(waist);
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

    /** The layer whose output is the model's. */
    public LayerSpec outputLayer() {
        String output = graph.onlyOutput();
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
        return graph.after(waist, latent());
    }

    /**
     * The values that go around the waist: the input or layers of the encoder, other than the waist, that a layer of the
     * decoder reads, or whose mask makes one skip steps. None in a chain without masks.
     */
    public List<String> bypass() {
        return Bypass.of(graph, waist).values();
    }

    /** How many numbers go around the waist; of a mask one for each step. */
    public long bypassSize() {
        return Bypass.of(graph, waist).size();
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
        return BypassException.of(name, facts(), waist, use);
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

    /**
     * Numbers in over numbers at the waist: 784 to 32 gives 24.5. NaN where numbers go around the waist: then the code is
     * not what a sample is rebuilt from.
     */
    public double compressionRatio() {
        return bypass().isEmpty() ? (double) input().size() / latentSize() : Double.NaN;
    }
}
