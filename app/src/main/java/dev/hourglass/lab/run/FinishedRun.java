package dev.hourglass.lab.run;

import dev.hourglass.files.ConfinedFolder;
import dev.hourglass.lab.LabException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * What a finished run's folder tells a program: {@code run.json} and {@code results/metrics.json}, read back.
 *
 * @param folder as it was given
 * @param settings what the run was made with: each value of the recipe and the SHA-256 of its data by a path such as
 *     {@code models.cnn.encoder.0.Conv2D.filters}, in the order of the file
 * @param testData SHA-256 of the test data by the name of the data set
 * @param data names of the data sets, by model
 * @param metrics by model, in the recipe's order; by metric, such as {@code testMse}; what was not finite is absent
 */
public record FinishedRun(
        Path folder,
        Map<String, String> settings,
        Map<String, String> testData,
        Map<String, String> data,
        Map<String, Map<String, Number>> metrics) {
    private static final String GIVE_A_RUN = " Give run folders of 'hourglass lab'.";

    /**
     * Reads a run folder.
     *
     * @throws LabException if it is no folder of a finished run, or its files are damaged
     */
    public static FinishedRun read(Path folder) {
        if (!Files.isDirectory(folder)) {
            String found = Files.exists(folder) ? "a file" : "nothing there";
            throw new LabException(folder + ": expected a run folder, found " + found + "." + GIVE_A_RUN);
        }
        ConfinedFolder confined = openFinished(folder);
        JsonNode run = RunJson.read(confined, folder, "run.json");
        Map<String, String> settings = new LinkedHashMap<>();
        flatten(run.path("recipe"), "", settings);
        Map<String, String> testData = new LinkedHashMap<>();
        for (JsonNode data : run.path("data")) {
            String name = data.path("name").asString("");
            settings.put(
                    "data." + name + ".trainingSha256",
                    data.path("trainingSha256").asString(""));
            settings.put("data." + name + ".testSha256", data.path("testSha256").asString(""));
            testData.put(name, data.path("testSha256").asString(""));
        }
        JsonNode models = RunJson.read(confined, folder, "results/metrics.json");
        Map<String, String> data = new LinkedHashMap<>();
        models.properties()
                .forEach(model ->
                        data.put(model.getKey(), model.getValue().path("data").asString("")));
        return new FinishedRun(folder, settings, testData, data, metrics(models));
    }

    private static ConfinedFolder openFinished(Path folder) {
        try {
            ConfinedFolder run = ConfinedFolder.open(folder);
            if (run.find(RunFolder.INCOMPLETE).isPresent()) {
                throw new LabException(
                        folder + ": expected a finished run, found one that is still in progress or was killed"
                                + " (it has a file INCOMPLETE)." + GIVE_A_RUN);
            }
            if (run.find("run.json").isEmpty()) {
                throw new LabException(folder + ": expected a run folder, found one without run.json." + GIVE_A_RUN);
            }
            return run;
        } catch (IOException e) {
            throw RunFolder.unusable(folder, e);
        }
    }

    private static Map<String, Map<String, Number>> metrics(JsonNode models) {
        Map<String, Map<String, Number>> metrics = new LinkedHashMap<>();
        models.properties().forEach(model -> {
            Map<String, Number> of = new LinkedHashMap<>();
            model.getValue().properties().forEach(metric -> {
                if (metric.getValue().isNumber()) {
                    of.put(metric.getKey(), metric.getValue().numberValue());
                }
            });
            metrics.put(model.getKey(), of);
        });
        return metrics;
    }

    /** Elements of a list that have a name, such as models, go by it: one more of them must not rename the others. */
    private static void flatten(JsonNode node, String path, Map<String, String> into) {
        String prefix = path.isEmpty() ? "" : path + ".";
        if (node.isObject()) {
            node.properties().forEach(entry -> flatten(entry.getValue(), prefix + entry.getKey(), into));
        } else if (node.isArray() && !isShape(node)) {
            for (int i = 0; i < node.size(); i++) {
                String name = node.get(i).path("name").asString("");
                flatten(node.get(i), prefix + (name.isEmpty() ? Integer.toString(i) : name), into);
            }
        } else {
            into.put(path, node.isString() ? node.stringValue() : node.toString());
        }
    }

    private static boolean isShape(JsonNode array) {
        return array.valueStream().allMatch(JsonNode::isNumber);
    }
}
