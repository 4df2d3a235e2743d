package dev.hourglass.server.runs;

import dev.hourglass.lab.recipe.ModelRecipe;
import dev.hourglass.server.http.Answers;
import dev.hourglass.server.http.ApiException;
import dev.hourglass.server.http.Routes;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** The models of several runs side by side. */
public final class ComparisonRoutes implements Routes {
    private static final int MOST_RUNS = 20;

    private final RunShelf shelf;
    private final RunViews views;

    public ComparisonRoutes(RunShelf shelf, RunViews views) {
        this.shelf = shelf;
        this.views = views;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get("/api/comparisons", this::compare);
    }

    private record Row(
            String run,
            String title,
            String state,
            String model,
            String dataset,
            Object metrics,
            RunHistory.OfModel history) {}

    private record Findings(String run, List<String> sentences) {}

    private void compare(Context context) {
        List<String> names = context.queryParams("run").stream().distinct().toList();
        if (names.isEmpty() || names.size() > MOST_RUNS) {
            throw ApiException.malformed(
                    "run", "A comparison needs 1 to " + MOST_RUNS + " runs.", "Repeat run=… for each.");
        }
        List<Row> rows = new ArrayList<>();
        List<Findings> findings = new ArrayList<>();
        for (String name : names) {
            StoredRun run = shelf.run(name);
            JsonNode metrics = run.json("results/metrics.json");
            RunHistory history = RunHistory.of(run);
            for (ModelRecipe model : run.recipe().models()) {
                JsonNode of = metrics.path(model.name());
                rows.add(new Row(
                        name,
                        run.recipe().title(),
                        views.of(name).state(),
                        model.name(),
                        model.data().name(),
                        of.isObject() ? of : Map.of(),
                        history.of(model.name())));
            }
            findings.add(new Findings(name, run.lines("results/findings_and_insights.txt")));
        }
        Answers.json(context, Map.of("rows", rows, "findings", findings));
    }
}
