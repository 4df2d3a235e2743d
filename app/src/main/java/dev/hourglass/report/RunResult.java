package dev.hourglass.report;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A finished run: what its figures, tables, findings and report are made from.
 *
 * @param title such as {@code MNIST: a CNN and an LSTM autoencoder}
 * @param dataset such as {@code mnist}
 * @param models in the recipe's order, at least one
 * @param examples test samples that are shown beside their reconstructions, each row-major
 * @param facts what was run, in order: seed, threads, versions, processor, digests, times
 */
public record RunResult(
        String title,
        String dataset,
        int trainingSamples,
        int testSamples,
        List<ModelResult> models,
        List<float[]> examples,
        Map<String, String> facts) {
    public RunResult {
        models = List.copyOf(models);
        examples = List.copyOf(examples);
        facts = Collections.unmodifiableMap(new LinkedHashMap<>(facts));
        if (models.isEmpty()) {
            throw new IllegalArgumentException("A run needs at least one model, got none");
        }
        for (ModelResult model : models) {
            requireReconstructions(model, examples);
        }
    }

    private static void requireReconstructions(ModelResult model, List<float[]> examples) {
        String name = model.spec().name();
        int size = model.spec().input().size();
        if (model.reconstructions().size() != examples.size()) {
            throw new IllegalArgumentException(
                    "Model '" + name + "' needs one reconstruction for each of the " + examples.size()
                            + " examples, got " + model.reconstructions().size());
        }
        for (int i = 0; i < examples.size(); i++) {
            int original = examples.get(i).length;
            int reconstructed = model.reconstructions().get(i).length;
            if (original != size || reconstructed != size) {
                throw new IllegalArgumentException("Example " + i + " and its reconstruction by model '" + name
                        + "' need " + size + " numbers, got " + original + " and " + reconstructed);
            }
        }
    }
}
