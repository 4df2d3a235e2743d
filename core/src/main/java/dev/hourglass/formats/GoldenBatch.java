package dev.hourglass.formats;

import dev.hourglass.engine.ChainInference;
import dev.hourglass.engine.UnknownNumberException;
import dev.hourglass.model.Graph;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.ModelFacts;
import dev.hourglass.tensor.RandomSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * A few samples and what a model makes of them, by which any reader of its file can tell whether it computes the same.
 *
 * @param inputs {@code samples} inputs as the first layer reads them, row-major, one after the other; in [0, 1), or
 *     whole numbers that an embedding knows, or zeros
 * @param outputs as many outputs; of a model that has several, those of the first come first
 */
public record GoldenBatch(int samples, float[] inputs, float[] outputs) {
    /** As many as are stored; two, so that a reader that mixes samples up is found out. */
    private static final int SAMPLES = 2;

    /** The same inputs for the same model, always. */
    public static GoldenBatch of(SavedModel model) {
        Map<String, Integer> known = rows(model.graph());
        return drawn(model, known)
                // What lies before a table may make of fractions, or of zeros, what it knows.
                .or(() -> known.isEmpty() ? Optional.empty() : drawn(model, Map.of()))
                .orElseGet(
                        () -> answered(model, new float[SAMPLES * model.input().size()]));
    }

    /**
     * @param known by value, of how many whole numbers one is drawn; of others fractions are
     * @return empty if a table of the model doesn't know what reaches it
     */
    private static Optional<GoldenBatch> drawn(SavedModel model, Map<String, Integer> known) {
        float[] inputs = new float[SAMPLES * model.input().size()];
        RandomGenerator random = new RandomSource(1).stream("golden batch", 0);
        for (int sample = 0, i = 0; sample < SAMPLES; sample++) {
            for (Graph.Input of : model.graph().inputs()) {
                int rows = known.getOrDefault(of.name(), 0);
                for (int number = 0; number < of.shape().size(); number++, i++) {
                    float drawn = random.nextFloat();
                    inputs[i] = rows == 0 ? drawn : (int) (drawn * rows);
                }
            }
        }
        try {
            return Optional.of(answered(model, inputs));
        } catch (UnknownNumberException e) {
            return Optional.empty();
        }
    }

    private static GoldenBatch answered(SavedModel model, float[] inputs) {
        return new GoldenBatch(SAMPLES, inputs, run(model, SAMPLES, inputs));
    }

    /** By value, of the smallest table that reads it, perhaps through layers that learn nothing, how many numbers it knows. */
    private static Map<String, Integer> rows(Graph graph) {
        Map<String, Integer> rows = new HashMap<>();
        for (Graph.Node node : graph.nodes().reversed()) {
            LayerSpec layer = node.layer();
            while (layer instanceof LayerSpec.TimeDistributed each) {
                layer = each.layer();
            }
            boolean passesOn = layer instanceof LayerSpec.Rearrangement
                    || layer instanceof LayerSpec.Elementwise
                    || layer instanceof LayerSpec.Masking
                    || layer instanceof LayerSpec.Concatenate;
            Integer known = layer instanceof LayerSpec.Embedding table
                    ? Integer.valueOf(table.rows())
                    : passesOn ? rows.get(node.name()) : null;
            if (known != null) {
                node.inputs().forEach(read -> rows.merge(read, known, Math::min));
            }
        }
        return rows;
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
