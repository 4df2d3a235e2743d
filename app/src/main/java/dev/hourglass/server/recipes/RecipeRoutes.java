package dev.hourglass.server.recipes;

import dev.hourglass.data.Split;
import dev.hourglass.data.catalog.DatasetCatalog;
import dev.hourglass.data.catalog.DatasetSpec;
import dev.hourglass.lab.recipe.Recipe;
import dev.hourglass.lab.recipe.RecipeException;
import dev.hourglass.server.http.Answers;
import dev.hourglass.server.http.ApiException;
import dev.hourglass.server.http.Body;
import dev.hourglass.server.http.Routes;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Data sets, labs, and whether a recipe is valid and what it would cost. */
public final class RecipeRoutes implements Routes {
    /** How a recipe's mistake begins: file, line, column. */
    private static final Pattern PLACE = Pattern.compile("^[^:]*:(\\d+):(\\d+): ");

    private final Recipes recipes;
    private final DataSizes sizes;
    private final DatasetCatalog catalog;
    private final BooleanSupplier training;
    private static final int MOST_KEPT = 100;

    private final Map<Recipe, Estimate> estimates = new ConcurrentHashMap<>();

    /** @param training whether a run trains now */
    public RecipeRoutes(Recipes recipes, DataSizes sizes, BooleanSupplier training) {
        this.recipes = recipes;
        this.sizes = sizes;
        this.catalog = sizes.catalog();
        this.training = training;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get("/api/datasets", this::datasets);
        routes.get("/api/recipes", this::list);
        routes.get("/api/recipes/{recipe}", this::one);
        routes.post("/api/recipe-checks", this::check);
        routes.post("/api/recipe-estimates", this::estimate);
    }

    private record DatasetView(
            String name,
            String title,
            int trainingSamples,
            int testSamples,
            int[] sampleShape,
            int classes,
            boolean cached) {}

    private void datasets(Context context) {
        List<DatasetView> views = catalog.names().stream()
                .map(catalog::spec)
                .map(spec -> new DatasetView(
                        spec.name(),
                        spec.title(),
                        spec.samples(Split.TRAINING),
                        spec.samples(Split.TEST),
                        spec.sampleShape().toArray(),
                        spec.classes(),
                        cached(spec)))
                .toList();
        Answers.json(context, Map.of("datasets", views));
    }

    /** By their presence; whether they are whole is looked at when they are opened. */
    private boolean cached(DatasetSpec spec) {
        return spec.generated()
                || spec.files().stream()
                        .allMatch(
                                file -> Files.exists(catalog.folder(spec.name()).resolve(file.name())));
    }

    private void list(Context context) {
        List<Recipes.View> views = recipes.names().stream()
                .map(name -> Recipes.View.of(recipes.lab(name)))
                .toList();
        Answers.json(context, Map.of("recipes", views));
    }

    private record WithText(String name, String title, long seed, List<Recipes.ModelView> models, String text) {}

    private void one(Context context) {
        String name = context.pathParam("recipe");
        String text = recipes.text(name);
        Recipes.View view = Recipes.View.of(recipes.lab(name));
        Answers.json(context, new WithText(view.name(), view.title(), view.seed(), view.models(), text));
    }

    private record Problem(
            String message,
            @Nullable Integer line,
            @Nullable String field) {}

    private void check(Context context) {
        JsonNode body = Body.object(context);
        Map<String, @Nullable Object> check = new LinkedHashMap<>();
        try {
            Recipe recipe = recipes.recipe(recipes.request(body));
            check.put("valid", true);
            check.put("problem", null);
            check.put("recipe", Recipes.View.of(recipe));
        } catch (RecipeException e) {
            String message = String.valueOf(e.getMessage());
            Matcher place = PLACE.matcher(message);
            boolean found = place.find();
            check.put("valid", false);
            check.put(
                    "problem",
                    new Problem(
                            found ? message.substring(place.end()) : message,
                            found ? Integer.valueOf(place.group(1)) : null,
                            "text"));
            check.put("recipe", null);
        } catch (ApiException e) {
            check.put("valid", false);
            check.put("problem", new Problem(e.getMessage(), null, e.field()));
            check.put("recipe", null);
        }
        Answers.json(context, check);
    }

    private void estimate(Context context) {
        Recipe recipe = recipes.recipe(recipes.request(Body.object(context)));
        boolean shared = training.getAsBoolean();
        Estimate known = estimates.get(recipe);
        if (known == null || (known.shared() && !shared)) {
            known = measure(recipe, shared);
        }
        Answers.json(context, known);
    }

    /** What is known of data may no longer be so. */
    public void forgetEstimates() {
        estimates.clear();
    }

    /** One at a time, or they would measure each other. */
    private synchronized Estimate measure(Recipe recipe, boolean shared) {
        Estimate estimate = Estimate.of(recipe, sizes, shared);
        if (estimates.size() > MOST_KEPT) {
            estimates.clear();
        }
        estimates.put(recipe, estimate);
        return estimate;
    }
}
