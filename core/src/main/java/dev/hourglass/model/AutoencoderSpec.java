package dev.hourglass.model;

import dev.hourglass.tensor.Shape;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The description of an autoencoder: what it reads, the layers down to the waist and the layers back up. What leaves
 * the last encoder layer is the code (the latent representation); the decoder must end in the input's shape.
 *
 * @param name such as {@code cnn}; used for files and tables
 * @param input the shape of one sample
 * @param encoder at least one layer
 * @param decoder at least one layer
 */
public record AutoencoderSpec(String name, Shape input, List<LayerSpec> encoder, List<LayerSpec> decoder) {
    /** @throws dev.hourglass.tensor.ShapeException if the layers do not fit together or do not end in the input's shape */
    public AutoencoderSpec {
        if (encoder.isEmpty() || decoder.isEmpty()) {
            throw new IllegalArgumentException("Model '" + name + "' needs at least one encoder and one decoder layer");
        }
        encoder = List.copyOf(encoder);
        decoder = List.copyOf(decoder);
        Set<String> names = new HashSet<>();
        Stream.concat(encoder.stream(), decoder.stream()).forEach(layer -> {
            if (!names.add(layer.name())) {
                throw new IllegalArgumentException(
                        "Model '" + name + "' has two layers named '" + layer.name() + "'; give one another name");
            }
        });
        ShapeInference.requireReconstruction(name, input, encoder, decoder);
    }

    /** Encoder and decoder in one chain. */
    public List<LayerSpec> layers() {
        return Stream.concat(encoder.stream(), decoder.stream()).toList();
    }

    /** What is known of each layer: shapes, variables, operations. */
    public ModelFacts facts() {
        return ModelFacts.of(input, layers());
    }

    /** The shape of the code, such as {@code [7, 7, 8]} or {@code [32]}. */
    public Shape latent() {
        return ModelFacts.of(input, encoder).output();
    }

    /** How many numbers the code has. */
    public int latentSize() {
        return latent().size();
    }

    /** Numbers in over numbers at the waist: 784 to 32 gives 24.5. */
    public double compressionRatio() {
        return (double) input.size() / latentSize();
    }
}
