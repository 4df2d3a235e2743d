package dev.hourglass.report;

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
        facts = java.util.Collections.unmodifiableMap(new java.util.LinkedHashMap<>(facts));
    }
}
