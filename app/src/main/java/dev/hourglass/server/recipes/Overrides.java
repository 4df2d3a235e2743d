package dev.hourglass.server.recipes;

import dev.hourglass.engine.Loss;
import dev.hourglass.engine.Optimizer;
import dev.hourglass.files.Failures;
import dev.hourglass.lab.recipe.CompileSyntax;
import dev.hourglass.lab.recipe.ModelRecipe;
import dev.hourglass.lab.recipe.Recipe;
import dev.hourglass.lab.recipe.RecipeException;
import dev.hourglass.server.http.ApiException;
import dev.hourglass.server.http.ErrorResponses;
import dev.hourglass.train.TrainOptions;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Settings that override a recipe's own, for all its models; null keeps the recipe's.
 *
 * @param limit how many samples of each split are used
 */
public record Overrides(
        @Nullable Integer epochs,
        @Nullable Integer batchSize,
        @Nullable Loss loss,
        @Nullable Optimizer optimizer,
        @Nullable Double learningRate,
        @Nullable Long seed,
        @Nullable Integer threads,
        @Nullable Integer limit) {
    static final Overrides NONE = new Overrides(null, null, null, null, null, null, null, null);

    private static final String PREFIX = "overrides.";
    private static final List<String> FIELDS =
            List.of("epochs", "batchSize", "loss", "optimizer", "learningRate", "seed", "threads", "limit");

    /** @throws ApiException that names the field */
    public static Overrides of(JsonNode node) {
        if (node.isMissingNode() || node.isNull()) {
            return NONE;
        }
        if (!node.isObject()) {
            throw ApiException.malformed("overrides", "overrides must be an object.", "See /api for its fields.");
        }
        for (String field : node.propertyNames()) {
            if (!FIELDS.contains(field)) {
                throw ApiException.malformed(
                        PREFIX + ErrorResponses.excerpt(field),
                        "overrides has no '" + ErrorResponses.excerpt(field) + "'; it takes "
                                + String.join(", ", FIELDS) + ".",
                        "Remove it.");
            }
        }
        Long epochs = whole(node, "epochs", 1, 1_000_000);
        Long batchSize = whole(node, "batchSize", 1, 1_000_000);
        Long threads = whole(node, "threads", 1, 1_024);
        Long limit = whole(node, "limit", 1, Integer.MAX_VALUE);
        return new Overrides(
                epochs == null ? null : epochs.intValue(),
                batchSize == null ? null : batchSize.intValue(),
                typed(node, "loss", CompileSyntax::loss),
                typed(node, "optimizer", CompileSyntax::optimizer),
                learningRate(node),
                whole(node, "seed", Long.MIN_VALUE, Long.MAX_VALUE),
                threads == null ? null : threads.intValue(),
                limit == null ? null : limit.intValue());
    }

    private static @Nullable Long whole(JsonNode node, String field, long least, long most) {
        JsonNode value = node.path(field);
        if (value.isMissingNode() || value.isNull()) {
            return null;
        }
        if (!value.isIntegralNumber() || !value.canConvertToLong() || value.asLong() < least || value.asLong() > most) {
            throw ApiException.malformed(
                    PREFIX + field,
                    field + " must be a whole number from " + least + " to " + most + ", got "
                            + ErrorResponses.excerpt(value.toString()) + ".",
                    "Give such a number.");
        }
        return value.asLong();
    }

    /** A loss or an optimizer on one line, such as {@code sgd:momentum=0.9}. */
    private static <T> @Nullable T typed(JsonNode node, String field, Function<String, T> read) {
        JsonNode value = node.path(field);
        if (value.isMissingNode() || value.isNull()) {
            return null;
        }
        if (!value.isString()) {
            throw ApiException.malformed(
                    PREFIX + field,
                    field + " must be a text, got " + ErrorResponses.excerpt(value.toString()) + ".",
                    "Give its name, and settings after a colon, such as 'huber:delta=0.5' or 'sgd:momentum=0.9'.");
        }
        try {
            return read.apply(value.asString());
        } catch (RecipeException e) {
            throw ApiException.malformed(PREFIX + field, field + ": " + Failures.reason(e), "See /api for examples.");
        }
    }

    private static @Nullable Double learningRate(JsonNode node) {
        JsonNode value = node.path("learningRate");
        if (value.isMissingNode() || value.isNull()) {
            return null;
        }
        if (!value.isNumber() || !(value.asDouble() > 0 && value.asDouble() <= Float.MAX_VALUE)) {
            throw ApiException.malformed(
                    PREFIX + "learningRate",
                    "learningRate must be a number > 0, got " + ErrorResponses.excerpt(value.toString()) + ".",
                    "0.001 is a good start.");
        }
        return value.asDouble();
    }

    public Recipe applyTo(Recipe recipe) {
        return recipe.withEachModel(this::applyTo);
    }

    private ModelRecipe applyTo(ModelRecipe model) {
        TrainOptions options = model.training();
        options = epochs == null ? options : options.withEpochs(epochs);
        options = batchSize == null ? options : options.withBatchSize(batchSize);
        options = loss == null ? options : options.withLoss(options.loss().withOfOutputs(loss));
        options = optimizer == null ? options : options.withOptimizer(optimizer);
        options = learningRate == null ? options : options.withLearningRate(learningRate.floatValue());
        options = seed == null ? options : options.withSeed(seed);
        options = threads == null ? options : options.withThreads(threads);
        Recipe.Data data = limit == null ? model.data() : model.data().withLimit(limit);
        return model.withTraining(options).withData(data);
    }
}
