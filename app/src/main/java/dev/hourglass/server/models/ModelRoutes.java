package dev.hourglass.server.models;

import dev.hourglass.data.Dataset;
import dev.hourglass.engine.ChainInference;
import dev.hourglass.lab.recipe.ModelRecipe;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.Graph;
import dev.hourglass.model.ModelFacts;
import dev.hourglass.model.Parameter;
import dev.hourglass.model.Parameters;
import dev.hourglass.server.http.Answers;
import dev.hourglass.server.http.ApiException;
import dev.hourglass.server.http.NpyArray;
import dev.hourglass.server.http.Query;
import dev.hourglass.server.http.Routes;
import dev.hourglass.server.runs.RunHistory;
import dev.hourglass.server.runs.RunShelf;
import dev.hourglass.server.runs.StoredRun;
import dev.hourglass.tensor.Shape;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The models, and the content of one: layers, weights and layer outputs. */
public final class ModelRoutes implements Routes {
    /** A hundred times what a layer of the labs gives; as JSON, about 100 MB. */
    private static final int MOST_ACTIVATIONS = 1 << 23;

    private final RunShelf runs;
    private final EvaluationTargets targets;

    public ModelRoutes(RunShelf runs, EvaluationTargets targets) {
        this.runs = runs;
        this.targets = targets;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        String model = "/api/runs/{run}/models/{model}";
        routes.get("/api/models", this::list);
        routes.get(model, this::one);
        routes.get(model + "/layers/{layer}/filters", this::filters);
        routes.get(model + "/layers/{layer}/activations", this::activations);
    }

    private record Summary(
            String run,
            String runTitle,
            String model,
            String kind,
            int[] input,
            int[] latent,
            int latentSize,
            long parameters,
            String dataset,
            @Nullable Double testMse) {}

    private void list(Context context) {
        List<List<Summary>> byRun = runs.each(run -> Stream.of(run.recipe().models().stream()
                .filter(model -> ModelShelf.usable(run, model.name()))
                .map(model -> summary(run, model))
                .toList()));
        Answers.json(
                context,
                Map.of("models", byRun.reversed().stream().flatMap(List::stream).toList()));
    }

    private static Summary summary(StoredRun run, ModelRecipe model) {
        AutoencoderSpec spec = model.spec();
        JsonNode mse = run.json("results/metrics.json").path(model.name()).path("testMse");
        return new Summary(
                run.name(),
                run.recipe().title(),
                model.name(),
                EvaluationTargets.kind(spec.layers()),
                spec.input().toArray(),
                spec.latent().toArray(),
                spec.latentSize(),
                spec.facts().parameters(),
                model.data().name(),
                mse.isNumber() ? mse.asDouble() : null);
    }

    private record Detail(
            String run,
            String runTitle,
            String model,
            String kind,
            int[] input,
            int[] latent,
            int latentSize,
            long parameters,
            String dataset,
            @Nullable Double testMse,
            long trainableParameters,
            @Nullable Double compressionRatio,
            long aroundWaist,
            List<Integer> epochs,
            @Nullable Integer bestEpoch,
            int trainingSamples,
            int testSamples,
            boolean hasLabels,
            List<String> classNames,
            String layout,
            boolean isSeries,
            int @Nullable [] imageShape,
            Picture.Size thumbnail,
            List<String> warnings,
            List<String> files,
            List<LayerView> layers) {}

    private static @Nullable Double compressionRatio(AutoencoderSpec spec) {
        return spec.bypassSize() > 0 ? null : spec.compressionRatio();
    }

    private void one(Context context) {
        OpenModel model = targets.model(context);
        if (model.key().isFile()) {
            Answers.json(context, ofFile(context, model));
            return;
        }
        StoredRun run = runs.run(model.key().run());
        Summary summary = summary(run, run.model(model.key().model()));
        EvaluationTarget tested = targets.target(model, "test");
        Dataset test = tested.data();
        Shape image = targets.imageShape(model);
        Parameters parameters = model.autoencoder().parameters();
        Answers.json(
                context,
                new Detail(
                        summary.run(),
                        summary.runTitle(),
                        summary.model(),
                        summary.kind(),
                        summary.input(),
                        summary.latent(),
                        summary.latentSize(),
                        parameters.count(),
                        summary.dataset(),
                        summary.testMse(),
                        parameters.trainableCount(),
                        compressionRatio(model.spec()),
                        model.spec().bypassSize(),
                        targets.epochs(model.key()),
                        RunHistory.of(run).bestEpoch(model.key().model()),
                        targets.target(model, "train").data().size(),
                        test.size(),
                        test.hasLabels(),
                        test.classNames(),
                        layout(model.input()),
                        tested.isSeries(),
                        image == null ? null : image.toArray(),
                        Picture.Size.of(image),
                        model.file().warnings(),
                        ModelShelf.files(run, model.key().model()),
                        LayerView.of(model.spec())));
    }

    /** One that was brought; it has samples where the request names data. */
    private Detail ofFile(Context context, OpenModel model) {
        String dataName = new Query(context).text("data", "");
        EvaluationTarget target = dataName.isEmpty() ? null : targets.target(context);
        Shape image = targets.imageShape(model);
        AutoencoderSpec spec = model.spec();
        Parameters parameters = model.autoencoder().parameters();
        return new Detail(
                model.key().run(),
                "Model file",
                model.key().model(),
                EvaluationTargets.kind(spec.layers()),
                spec.input().toArray(),
                spec.latent().toArray(),
                spec.latentSize(),
                parameters.count(),
                target == null ? "" : target.data().name(),
                null,
                parameters.trainableCount(),
                compressionRatio(spec),
                spec.bypassSize(),
                List.of(),
                null,
                0,
                target == null ? 0 : target.data().size(),
                target != null && target.data().hasLabels(),
                target == null ? List.of() : target.data().classNames(),
                layout(model.input()),
                target != null && target.isSeries(),
                image == null ? null : image.toArray(),
                Picture.Size.of(image),
                model.file().warnings(),
                List.of(),
                LayerView.of(spec));
    }

    private static String layout(Shape input) {
        return switch (input.rank()) {
            case 3 -> "image";
            case 2 -> "sequence";
            default -> "vector";
        };
    }

    private record Variable(String name, int[] shape, float[] values) {}

    private void filters(Context context) {
        OpenModel model = targets.model(context);
        String layer = upTo(context, model).onlyOutput();
        List<Variable> variables = new ArrayList<>();
        for (Parameter parameter : model.autoencoder().parameters().list()) {
            if (parameter.layer().equals(layer)) {
                variables.add(new Variable(parameter.name(), parameter.shape().toArray(), parameter.values()));
            }
        }
        if (variables.isEmpty()) {
            throw ApiException.missing("layer", "Layer '" + layer + "' has no weights.", "Choose another layer.");
        }
        if (Answers.wants(context, Answers.NPY)) {
            Answers.npy(
                    context,
                    NpyArray.of(
                            variables.getFirst().values(), variables.getFirst().shape()));
        } else {
            Answers.json(context, Map.of("layer", layer, "variables", variables));
        }
    }

    private record Values(int[] shape, float[] values) {}

    private void activations(Context context) {
        Query query = new Query(context);
        query.required("index");
        int index = query.integer("index", 0, Integer.MAX_VALUE, 0);
        EvaluationTarget target = targets.target(context);
        target.requireIndex(index);
        OpenModel model = target.model();
        Graph graph = upTo(context, model);
        Shape shape = ModelFacts.of(graph).output();
        if (shape.size() > MOST_ACTIVATIONS) {
            throw ApiException.impossible(
                    "layer",
                    "Layer '" + graph.onlyOutput() + "' gives " + shape + ", more than the " + MOST_ACTIVATIONS
                            + " numbers that are sent at once.",
                    "Choose another layer.");
        }
        float[] values = new float[shape.size()];
        try (ChainInference chain = ChainInference.of(graph, model.autoencoder().parameters(), 1)) {
            chain.run(target.data()::copySample, index, 1, values);
        }
        if (Answers.wants(context, Answers.NPY)) {
            Answers.npy(context, NpyArray.of(values, shape.toArray()));
        } else {
            Answers.json(context, new Values(shape.toArray(), values));
        }
    }

    /** The layers up to the one that the path names. */
    private static Graph upTo(Context context, OpenModel model) {
        String name = context.pathParam("layer");
        if (model.spec().graph().nodes().stream().anyMatch(node -> node.name().equals(name))) {
            return model.spec().graph().upTo(List.of(name));
        }
        throw ApiException.missing(
                "layer",
                "Model '" + model.key().model() + "' has no layer of that name.",
                "GET the model; it lists its layers.");
    }
}
