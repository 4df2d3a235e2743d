package dev.hourglass.formats;

import dev.hourglass.engine.ChainInference;
import dev.hourglass.model.Graph;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.ModelFacts;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import java.util.random.RandomGenerator;

/**
 * A few samples and what a model makes of them, by which any reader of its file can tell whether it computes the same.
 *
 * @param inputs {@code samples} inputs as the first layer reads them, row-major, one after the other; in [0, 1), or
 *     whole numbers that an embedding knows
 * @param outputs as many outputs; of a model that has several, those of the first come first
 */
public record GoldenBatch(int samples, float[] inputs, float[] outputs) {
    /** As many as are stored; two, so that a reader that mixes samples up is found out. */
    private static final int SAMPLES = 2;

    /** The same inputs for the same shape, always. */
    public static GoldenBatch of(SavedModel model) {
        Shape input = model.input();
        float[] inputs = new float[SAMPLES * input.size()];
        RandomGenerator random = new RandomSource(1).stream("golden batch", 0);
        for (int sample = 0, i = 0; sample < SAMPLES; sample++) {
            for (Graph.Input of : model.graph().inputs()) {
                int rows = rows(model.graph(), of.name());
                for (int number = 0; number < of.shape().size(); number++, i++) {
                    float drawn = random.nextFloat();
                    inputs[i] = rows == 0 ? drawn : (int) (drawn * rows);
                }
            }
        }
        return new GoldenBatch(SAMPLES, inputs, run(model, SAMPLES, inputs));
    }

    /** Of the smallest table that reads a value as it is or laid out anew, how many numbers it knows; 0 if none does. */
    private static int rows(Graph graph, String value) {
        int least = 0;
        for (Graph.Node node : graph.nodes()) {
            if (node.inputs().contains(value)) {
                int rows = node.layer() instanceof LayerSpec.Embedding table
                        ? table.rows()
                        : node.layer() instanceof LayerSpec.Rearrangement ? rows(graph, node.name()) : 0;
                least = least == 0 || (rows > 0 && rows < least) ? rows : least;
            }
        }
        return least;
    }

    /** The largest difference between these outputs and the model's; NaN counts as equal to NaN only. */
    double difference(SavedModel model) {
        float[] actual = run(model, samples, inputs);
        double largest = 0;
        for (int i = 0; i < actual.length; i++) {
            if (Float.compare(actual[i], outputs[i]) != 0) {
                double difference = Math.abs((double) actual[i] - outputs[i]);
                largest = Double.isNaN(difference) ? Double.POSITIVE_INFINITY : Math.max(largest, difference);
            }
        }
        return largest;
    }

    /** Of several outputs, all numbers of the first come first. */
    private static float[] run(SavedModel model, int samples, float[] inputs) {
        int size = model.input().size();
        int all = numbers(model.graph());
        float[] bySample = new float[samples * all];
        try (ChainInference inference = ChainInference.of(model.graph(), model.parameters(), 1)) {
            inference.run(
                    (index, into, offset) -> System.arraycopy(inputs, index * size, into, offset, size),
                    0,
                    samples,
                    bySample);
        }
        ModelFacts facts = ModelFacts.of(model.graph());
        float[] outputs = new float[bySample.length];
        int before = 0;
        for (String output : model.graph().outputs()) {
            int numbers = facts.shapeOf(output).size();
            for (int sample = 0; sample < samples; sample++) {
                System.arraycopy(
                        bySample, sample * all + before, outputs, samples * before + sample * numbers, numbers);
            }
            before += numbers;
        }
        return outputs;
    }

    /** How many numbers all outputs have for a sample. */
    public static int numbers(Graph graph) {
        ModelFacts facts = ModelFacts.of(graph);
        return graph.outputs().stream()
                .mapToInt(output -> facts.shapeOf(output).size())
                .sum();
    }
}
