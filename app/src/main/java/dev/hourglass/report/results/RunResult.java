package dev.hourglass.report.results;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A finished run: what its figures, tables, findings and report are made from.
 *
 * @param title such as {@code MNIST: a CNN and an LSTM autoencoder}
 * @param models in the recipe's order, at least one
 * @param facts what was run, in order: seed, threads, versions, processor, digests, times
 */
public record RunResult(String title, List<ModelResult> models, Map<String, String> facts) {
    public RunResult {
        models = List.copyOf(models);
        facts = Collections.unmodifiableMap(new LinkedHashMap<>(facts));
        if (models.isEmpty()) {
            throw new IllegalArgumentException("A run needs at least one model, got none");
        }
    }

    /** What the models were trained on, in the order of the models; errors compare only within one of these. */
    public List<RunData> data() {
        return models.stream().map(ModelResult::data).distinct().toList();
    }

    /** The models that were trained on the same. */
    public List<ModelResult> modelsOf(RunData data) {
        return models.stream().filter(model -> model.data().equals(data)).toList();
    }
}
