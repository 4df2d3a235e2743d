package dev.hourglass.lab;

import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.train.TrainOptions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes a recipe with every setting spelled out, in the form that {@link RecipeReader} reads back to an equal one. */
final class RecipeWriter {
    private RecipeWriter() {}

    static Map<String, Object> write(Recipe recipe) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("title", recipe.title());
        tree.put("data", data(recipe.data()));
        tree.put("models", recipe.models().stream().map(RecipeWriter::model).toList());
        tree.put("training", training(recipe.training()));
        tree.put("outputs", outputs(recipe.outputs()));
        return tree;
    }

    private static Map<String, Object> data(Recipe.Data data) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("name", data.name());
        if (data.folder() != null) {
            tree.put("folder", data.folder().toString());
        }
        if (data.limit() != null) {
            tree.put("limit", data.limit());
        }
        return tree;
    }

    private static Map<String, Object> model(AutoencoderSpec model) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("name", model.name());
        tree.put("input", model.input().toArray());
        tree.put("encoder", layers(model.encoder()));
        tree.put("decoder", layers(model.decoder()));
        return tree;
    }

    private static List<Map<String, Object>> layers(List<LayerSpec> layers) {
        return layers.stream().map(LayerSyntax::write).toList();
    }

    private static Map<String, Object> training(TrainOptions options) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("epochs", options.epochs());
        tree.put("batch_size", options.batchSize());
        tree.put("learning_rate", options.learningRate());
        tree.put("seed", options.seed());
        tree.put("threads", options.threads());
        return tree;
    }

    private static Map<String, Object> outputs(Recipe.Outputs outputs) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("examples", outputs.examples());
        tree.put("plots", outputs.plots());
        tree.put("report", outputs.report());
        return tree;
    }
}
