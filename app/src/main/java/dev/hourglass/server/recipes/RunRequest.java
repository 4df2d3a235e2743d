package dev.hourglass.server.recipes;

import dev.hourglass.server.http.ApiException;
import dev.hourglass.server.http.ErrorResponses;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A request for a run: {@code request.json} in the run folder, and in the queue before there is one.
 *
 * @param run the name of the folder
 * @param recipe the recipe's name
 * @param text the recipe as YAML
 * @param overrides what replaces the recipe's own
 * @param fork where training is taken up; null for a run from the beginning
 */
public record RunRequest(
        String run,
        Instant created,
        String recipe,
        String text,
        Overrides overrides,
        @Nullable ForkOf fork) {
    public static final String FILE = "request.json";

    /** Another run's epoch. */
    public record ForkOf(String run, String model, int epoch) {
        public ForkOf {
            requireName(run);
            if (!model.matches("[a-z0-9][a-z0-9_-]{0,39}")) {
                throw ApiException.impossible("model", "That is no model's name.", "GET …/models lists them.");
            }
        }
    }

    public RunRequest {
        requireName(run);
    }

    private static void requireName(String run) {
        if (!RunName.isValid(run)) {
            throw ApiException.impossible(
                    "run",
                    "A run's name takes letters, digits, '-', '_' and dots between them, got '"
                            + ErrorResponses.excerpt(run) + "'.",
                    "Choose such a name.");
        }
    }

    public Map<String, @Nullable Object> tree() {
        Map<String, @Nullable Object> tree = new LinkedHashMap<>();
        tree.put("run", run);
        tree.put("created", created.toString());
        tree.put("recipe", recipe);
        tree.put("text", text);
        tree.put("overrides", overrides);
        tree.put("fork", fork);
        return tree;
    }

    public RunRequest withRun(String name) {
        return new RunRequest(name, created, recipe, text, overrides, fork);
    }

    /** @throws ApiException if it is none */
    public static RunRequest of(JsonNode tree) {
        JsonNode fork = tree.path("fork");
        try {
            return new RunRequest(
                    tree.path("run").asString(""),
                    Instant.parse(tree.path("created").asString("")),
                    tree.path("recipe").asString(),
                    tree.path("text").asString(),
                    Overrides.of(tree.path("overrides")),
                    fork.isObject()
                            ? new ForkOf(
                                    fork.path("run").asString(""),
                                    fork.path("model").asString(""),
                                    fork.path("epoch").asInt())
                            : null);
        } catch (DateTimeParseException e) {
            throw ApiException.impossible("created", "A request to run is damaged.", "Start the run again.");
        }
    }
}
