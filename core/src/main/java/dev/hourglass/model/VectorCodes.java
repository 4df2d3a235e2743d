package dev.hourglass.model;

import dev.hourglass.tensor.Shape;
import java.util.Arrays;
import java.util.Optional;

/**
 * Codes of a vector-quantised autoencoder as what they are: at each place of a code, the number of a vector (van den Oord,
 * Vinyals and Kavukcuoglu 2017, equation 1).
 *
 * @param layer the quantizer's name
 * @param codebook its vectors
 * @param places the shape of a code without its last axis; a single place where a code is one vector
 */
public record VectorCodes(String layer, Codebook codebook, Shape places) {
    /**
     * @param graph the value of whose name is the code
     * @param parameters of its layers, at least
     * @param waist name of the value that is the code
     * @return empty if no {@link LayerSpec.VectorQuantizer} gives it
     */
    public static Optional<VectorCodes> of(Graph graph, Parameters parameters, String waist) {
        return graph.nodes().stream()
                .filter(node -> node.name().equals(waist))
                .map(Graph.Node::layer)
                .filter(LayerSpec.VectorQuantizer.class::isInstance)
                .findFirst()
                .map(layer -> {
                    int[] code = ModelFacts.of(graph).shapeOf(waist).toArray();
                    return new VectorCodes(
                            layer.name(),
                            Codebook.of(parameters.get(layer.name(), "embeddings")),
                            code.length == 1 ? Shape.of(1) : Shape.of(Arrays.copyOf(code, code.length - 1)));
                });
    }

    /**
     * The numbers of the vectors that codes are made of, from 0.
     *
     * @param codes row-major, one after the other
     * @param from where the first begins
     * @param count of codes
     * @param into receives a number for each place of each code
     */
    public void number(float[] codes, int from, int count, float[] into) {
        for (int i = 0; i < count * places.size(); i++) {
            into[i] = codebook.nearest(codes, from + i * codebook.size());
        }
    }

    /** How many bits a code takes if each number is written with as many. */
    public double bits() {
        return new Extent(places.size(), codebook.count()).bits();
    }

    /**
     * What codes take, whatever the vectors are.
     *
     * @param places how many numbers of vectors a code has, >= 1
     * @param vectors out of how many each is, >= 1
     */
    public record Extent(int places, int vectors) {
        /**
         * @param waist the layer that gives the code
         * @param code its shape
         * @return empty if it is no {@link LayerSpec.VectorQuantizer}
         */
        public static Optional<Extent> of(LayerSpec waist, Shape code) {
            return waist instanceof LayerSpec.VectorQuantizer codebook
                    ? Optional.of(new Extent(code.size() / code.dimension(-1), codebook.vectors()))
                    : Optional.empty();
        }

        /** 49 places of 64 vectors are 294. */
        public double bits() {
            return places * (Math.log(vectors) / Math.log(2));
        }

        /** How many numbers of 32 bits the {@link #bits} are: 294 are 9.2. */
        public double numbers() {
            return bits() / Float.SIZE;
        }
    }
}
