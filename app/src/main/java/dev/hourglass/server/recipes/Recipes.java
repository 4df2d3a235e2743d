package dev.hourglass.server.recipes;

import dev.hourglass.engine.Optimizer;
import dev.hourglass.files.Failures;
import dev.hourglass.lab.recipe.ModelRecipe;
import dev.hourglass.lab.recipe.Recipe;
import dev.hourglass.lab.recipe.RecipeReader;
import dev.hourglass.server.http.ApiException;
import dev.hourglass.server.http.Body;
import dev.hourglass.server.http.ErrorResponses;
import dev.hourglass.train.LossRequirements;
import dev.hourglass.train.UnsuitableTrainingException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** The recipes that requests name or hold. */
public final class Recipes {
    private static final DateTimeFormatter FOLDER_TIME = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss");
    private static final int MOST_CHARACTERS = 200_000;

    private final RecipeReader reader;
    private final Path data;
    private final InstantSource clock;

    /** @param data real path of the folder of data that were brought here */
    public Recipes(RecipeReader reader, Path data, InstantSource clock) {
        this.reader = reader;
        this.data = data;
        this.clock = clock;
    }

    /** Where the data lie that its recipes may name. */
    public Path data() {
        return data;
    }

    /** A model of a recipe in short. */
    record ModelView(
            String name,
            int[] input,
            int[] latent,
            long parameters,
            String dataset,
            int epochs,
            int batchSize,
            String loss,
            String optimizer,
            double learningRate) {}

    /** A recipe in short. */
    record View(String name, String title, long seed, List<ModelView> models) {
        static View of(Recipe recipe) {
            return new View(
                    recipe.name(),
                    recipe.title(),
                    recipe.models().getFirst().training().seed(),
                    recipe.models().stream().map(View::model).toList());
        }

        private static ModelView model(ModelRecipe model) {
            return new ModelView(
                    model.name(),
                    model.spec().input().toArray(),
                    model.spec().latent().toArray(),
                    model.spec().facts().parameters(),
                    model.data().name(),
                    model.training().epochs(),
                    model.training().batchSize(),
                    model.training().loss().text(),
                    optimizer(model.training().optimizer()),
                    model.training().learningRate());
        }
    }

    /** On one line, without the learning rate, which stands by itself. */
    private static String optimizer(Optimizer optimizer) {
        Optimizer defaults = Optimizer.of(optimizer.kerasName(), Map.of());
        return optimizer.withLearningRate(defaults.learningRate()).text();
    }

    List<String> names() {
        return RecipeReader.BUILT_IN;
    }

    /** @throws ApiException 404 if no lab has the name */
    String text(String name) {
        if (!names().contains(name)) {
            throw ApiException.missing(
                    "recipe",
                    "There is no lab '" + ErrorResponses.excerpt(name) + "'.",
                    "There are " + String.join(", ", names()) + ".");
        }
        try (InputStream in = RecipeReader.class.getResourceAsStream("/labs/" + name + ".yaml")) {
            if (in == null) {
                throw new IllegalStateException("The jar lacks the lab " + name + "; build it again");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("The jar's lab " + name + " cannot be read", e);
        }
    }

    /** A lab as it was written. */
    Recipe lab(String name) {
        return reader.parse(text(name), name);
    }

    /**
     * The recipe of a request, as it shall run.
     *
     * @throws ApiException if the request is malformed or the recipe names folders of the server
     * @throws dev.hourglass.lab.recipe.RecipeException if the recipe has a mistake
     */
    public Recipe recipe(RunRequest request) {
        Recipe recipe = reader.parseWithin(request.text(), request.recipe(), data);
        if (recipe.data().stream().anyMatch(each -> each.folder() != null)) {
            throw ApiException.impossible(
                    "text",
                    "A recipe that is run here can't name folders of the server.",
                    "Leave 'folder' out of 'data', or run it with hourglass lab.");
        }
        Recipe asked = request.overrides().applyTo(recipe);
        for (ModelRecipe model : asked.models()) {
            try {
                LossRequirements.requireOutputs(model.spec(), model.training().loss());
            } catch (UnsuitableTrainingException e) {
                throw ApiException.impossible(
                        request.overrides().loss() == null ? "text" : "overrides.loss",
                        Failures.reason(e),
                        "Choose another loss or another model.");
            }
        }
        return asked;
    }

    /** What the body of a request asks for: a lab by name or a recipe as text, a name for the run, and overrides. */
    public RunRequest request(JsonNode body) {
        String name = Body.text(body, "recipe");
        String text = Body.text(body, "text");
        if ((name == null) == (text == null)) {
            throw ApiException.malformed(
                    "recipe", "The request needs either 'recipe' or 'text'.", "Give one of the two.");
        }
        if (text != null && text.length() > MOST_CHARACTERS) {
            throw ApiException.malformed(
                    "text", "text may have at most " + MOST_CHARACTERS + " characters.", "Shorten the recipe.");
        }
        String given = Body.text(body, "name");
        if (given != null && !given.matches("[A-Za-z0-9][A-Za-z0-9_-]{0,59}")) {
            throw ApiException.malformed(
                    "name", "name takes letters, digits, '-' and '_', at most 60.", "Choose such a name.");
        }
        String recipe = name == null ? "recipe" : name;
        return new RunRequest(
                folder(given == null ? recipe : given),
                clock.instant(),
                recipe,
                text == null ? text(recipe) : text,
                Overrides.of(body.path("overrides")),
                null);
    }

    /** A name for a run folder, such as {@code mnist-20261122-191648}. */
    public String folder(String name) {
        return name + "-" + FOLDER_TIME.format(LocalDateTime.ofInstant(clock.instant(), ZoneId.systemDefault()));
    }

    InstantSource clock() {
        return clock;
    }

    public Instant now() {
        return clock.instant();
    }
}
