package dev.hourglass.lab.recipe;

import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.Graph;
import dev.hourglass.report.results.Reference;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes a recipe with every setting spelled out, in the form that {@link RecipeReader} reads back to an equal one. */
public final class RecipeWriter {
    private RecipeWriter() {}

    public static Map<String, Object> write(Recipe recipe) {
        boolean sameData = recipe.data().size() == 1;
        boolean sameTraining =
                recipe.models().stream().map(ModelRecipe::training).distinct().count() == 1;
        ModelRecipe first = recipe.models().getFirst();
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("title", recipe.title());
        if (sameData) {
            tree.put("data", data(first.data()));
        }
        List<Map<String, Object>> models = new ArrayList<>();
        for (ModelRecipe model : recipe.models()) {
            Map<String, Object> of = model(model.spec());
            if (!model.training().loss().outputTerms().isEmpty()) {
                of.put(
                        "outputs",
                        OutputSyntax.write(model.spec(), model.training().loss()));
            }
            if (!sameData) {
                of.put("data", data(model.data()));
            }
            if (!sameTraining) {
                of.put("training", TrainingSyntax.write(model.training()));
            }
            if (!model.references().isEmpty()) {
                of.put(
                        "references",
                        model.references().stream().map(RecipeWriter::reference).toList());
            }
            models.add(of);
        }
        tree.put("models", models);
        if (sameTraining) {
            tree.put("training", TrainingSyntax.write(first.training()));
        }
        tree.put("outputs", outputs(recipe.outputs()));
        Recipe.Detect detect = recipe.detect();
        if (detect != null) {
            tree.put("detect", DetectSyntax.write(detect));
        }
        return tree;
    }

    private static Map<String, Object> data(Recipe.Data data) {
        Map<String, Object> tree = new LinkedHashMap<>();
        if (data.series() != null) {
            tree.putAll(SeriesSyntax.write(data.series()));
        } else if (data.pictures() != null) {
            tree.putAll(PictureSyntax.write(data.pictures()));
        } else {
            tree.put("name", data.name());
        }
        if (data.folder() != null) {
            tree.put("folder", data.folder().toString());
        }
        Map<String, Object> limit = new LinkedHashMap<>();
        if (data.trainingLimit() != null) {
            limit.put("training", data.trainingLimit());
        }
        if (data.testLimit() != null) {
            limit.put("test", data.testLimit());
        }
        if (!limit.isEmpty()) {
            tree.put("limit", limit);
        }
        if (data.nextSteps() != null) {
            tree.put("next_steps", data.nextSteps());
        }
        return tree;
    }

    private static Map<String, Object> model(AutoencoderSpec model) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("name", model.name());
        tree.put("input", model.input().toArray());
        List<Map<String, Object>> layers = layers(model.graph());
        tree.put("encoder", layers.subList(0, model.encoderLayers()));
        tree.put("decoder", layers.subList(model.encoderLayers(), layers.size()));
        return tree;
    }

    /** What a layer reads is written where it is not the layer before it. */
    private static List<Map<String, Object>> layers(Graph graph) {
        List<Map<String, Object>> layers = new ArrayList<>();
        String input = graph.onlyInput().name();
        String before = input;
        for (Graph.Node node : graph.nodes()) {
            List<String> inputs = node.inputs().stream()
                    .map(read -> read.equals(input) ? RecipeReader.INPUT : read)
                    .toList();
            boolean isNext = node.inputs().equals(List.of(before));
            Map<String, Object> layer = LayerSyntax.write(node.layer(), isNext ? List.of() : inputs);
            VariableSyntax.put(layer, node.layer(), graph.variables());
            layers.add(layer);
            before = node.name();
        }
        return layers;
    }

    private static Map<String, Object> outputs(Recipe.Outputs outputs) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("examples", outputs.examples());
        tree.put("plots", outputs.plots());
        tree.put("report", outputs.report());
        tree.put("epochs", outputs.epochs());
        Recipe.Sweep sweep = outputs.sweep();
        if (sweep != null) {
            tree.put("sweep", Map.of("latent_sizes", sweep.latentSizes(), "epochs", sweep.epochs()));
        }
        return tree;
    }

    private static Map<String, Object> reference(Reference reference) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("source", reference.source());
        if (reference.mse() != null) {
            tree.put("mse", reference.mse());
        }
        if (reference.mae() != null) {
            tree.put("mae", reference.mae());
        }
        if (reference.compression() != null) {
            tree.put("compression", reference.compression());
        }
        return tree;
    }
}
