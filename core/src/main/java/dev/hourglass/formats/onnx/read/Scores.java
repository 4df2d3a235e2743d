package dev.hourglass.formats.onnx.read;

/**
 * How much each query of an attention weighs each key, {@code scale * Q K'}, which no layer gives by itself.
 *
 * @param query whose last two axes are the queries and their features; what lies before is the batch and the heads
 * @param key likewise, the last two exchanged
 * @param areWeights whether the softmax over the keys has been taken
 */
record Scores(View query, View key, double scale, boolean areWeights) implements Operand {
    int[] dimensions() {
        int[] dimensions = query.dimensions();
        dimensions[dimensions.length - 1] = key.size(key.rank() - 1);
        return dimensions;
    }

    Scores times(double factor) {
        return new Scores(query, key, scale * factor, areWeights);
    }

    Scores weights() {
        return new Scores(query, key, scale, true);
    }
}
