package dev.hourglass.lab;

import dev.hourglass.tensor.Kernels;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * How a run came about: what would be needed to run it again and to know why it differs.
 *
 * @param recipe as run, with all overrides
 * @param trainingSha256 of the samples that were trained on
 * @param testSha256 of the samples that were judged by
 * @param duration from the start until everything was measured
 */
record RunRecord(
        Recipe recipe,
        Provenance provenance,
        String trainingSha256,
        String testSha256,
        Instant start,
        Duration duration) {
    /** For people, in the order in which the report shows them. */
    Map<String, String> facts() {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("Recipe", recipe.name());
        if (recipe.data().folder() != null) {
            facts.put("Data files", "the user's own, in " + recipe.data().folder());
        }
        facts.put("Epochs", Integer.toString(recipe.training().epochs()));
        facts.put("Batch size", Integer.toString(recipe.training().batchSize()));
        facts.put("Learning rate", Float.toString(recipe.training().learningRate()));
        facts.put("Seed", Long.toString(recipe.training().seed()));
        facts.put("Threads", Integer.toString(recipe.training().threads()));
        facts.put("Training data SHA-256", trainingSha256);
        facts.put("Test data SHA-256", testSha256);
        facts.put("Hourglass", provenance.hourglass());
        facts.put("JVM", provenance.jvm());
        facts.put("System", provenance.system());
        facts.put(
                "Processor",
                provenance.processor() + String.format(Locale.ROOT, " (%d available)", provenance.processors()));
        facts.put("Kernels", Kernels.best().description());
        facts.put("Started", start.truncatedTo(ChronoUnit.SECONDS).toString());
        facts.put(
                "Finished", start.plus(duration).truncatedTo(ChronoUnit.SECONDS).toString());
        return facts;
    }

    /** For programs: what run.json holds. */
    Map<String, Object> toTree() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("name", recipe.name());
        tree.put("seed", recipe.training().seed());
        tree.put("threads", recipe.training().threads());
        tree.put("start", start.toString());
        tree.put("end", start.plus(duration).toString());
        tree.put("durationSeconds", duration.toMillis() / 1000.0);
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("trainingSha256", trainingSha256);
        data.put("testSha256", testSha256);
        tree.put("data", data);
        Map<String, Object> system = new LinkedHashMap<>();
        system.put("hourglass", provenance.hourglass());
        system.put("jvm", provenance.jvm());
        system.put("system", provenance.system());
        system.put("processor", provenance.processor());
        system.put("processors", provenance.processors());
        system.put("kernels", Kernels.best().description());
        tree.put("environment", system);
        tree.put("recipe", RecipeWriter.write(recipe));
        return tree;
    }
}
