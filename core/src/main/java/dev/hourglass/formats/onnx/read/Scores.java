package dev.hourglass.formats.onnx.read;

/**
 * How much each query of an attention weighs each key, {@code scale * Q K'}, which no layer gives by itself.
 *
 * @param query whose last two axes are the queries and their features; what lies before is the batch and the heads
 * @param key likewise, the last two exchanged
 * @param later what is added to the scores of keys behind the query's step: 0 where all steps look at all
 * @param areWeights whether the softmax over the keys has been taken
 */
record Scores(View query, View key, double scale, double later, boolean areWeights) implements Operand {
    int[] dimensions() {
        int[] dimensions = query.dimensions();
        dimensions[dimensions.length - 1] = key.size(key.rank() - 1);
        return dimensions;
    }

    Scores times(double factor) {
        return new Scores(query, key, scale * factor, later * factor, areWeights);
    }

    /** Later steps weigh less by a number that is added to their scores. */
    Scores withLater(double added) {
        return new Scores(query, key, scale, later + added, areWeights);
    }

    boolean isCausal() {
        return later != 0;
    }

    Scores weights() {
        return new Scores(query, key, scale, later, true);
    }
}
