package dev.hourglass.server;

import dev.hourglass.lab.Recipe;
import dev.hourglass.lab.RecipeException;
import dev.hourglass.lab.RecipeReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** The folder of run folders. A run is named by its folder, and no name leads anywhere else. */
final class RunShelf {
    /** What a run is until run.json is written. */
    static final String JOURNAL = "checkpoints/run.json";

    private final Path folder;
    private final RecipeReader reader;
    /** Recipes don't change once they are written. */
    private final Map<Path, Recipe> recipes = new ConcurrentHashMap<>();

    RunShelf(Path folder, RecipeReader reader) {
        this.folder = folder;
        this.reader = reader;
    }

    Path folder() {
        return folder;
    }

    /** Every folder that is a run's. */
    List<StoredRun> all() {
        List<StoredRun> runs = new ArrayList<>();
        try (Stream<Path> entries = Files.list(folder)) {
            entries.map(path -> String.valueOf(path.getFileName()))
                    .sorted()
                    .forEach(name -> find(name).ifPresent(runs::add));
        } catch (IOException e) {
            throw new UncheckedIOException("The folder of runs cannot be listed", e);
        }
        return runs;
    }

    Optional<StoredRun> find(String name) {
        Path run = RunName.isValid(name) ? folder.resolve(name) : null;
        if (run == null || !Files.isDirectory(run, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.empty();
        }
        return recipe(name, run.resolve("run.json"))
                .or(() -> recipe(name, run.resolve(JOURNAL)))
                .or(() -> requested(run.resolve(RunRequest.FILE)))
                .map(recipe -> new StoredRun(name, run, recipe));
    }

    /** @throws ApiException 404 if there is none */
    StoredRun run(String name) {
        return find(name)
                .orElseThrow(() -> ApiException.missing(
                        "run", "There is no run of that name.", "GET /api/runs lists those that there are."));
    }

    private Optional<Recipe> recipe(String run, Path file) {
        if (!Files.isRegularFile(file)) {
            recipes.remove(file);
            return Optional.empty();
        }
        return Optional.ofNullable(recipes.computeIfAbsent(file, path -> {
            try {
                JsonNode tree = Answers.JSON.readTree(Files.readAllBytes(path));
                String name = tree.path("name").asString(run);
                return reader.parse(tree.path("recipe").toString(), name);
            } catch (IOException | JacksonException | RecipeException e) {
                return null; // not a run of ours, or one of another version
            }
        }));
    }

    /** Of a run that ended before it had a journal. */
    private Optional<Recipe> requested(Path file) {
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        return Optional.ofNullable(recipes.computeIfAbsent(file, path -> {
            try {
                RunRequest request = RunRequest.of(Answers.JSON.readTree(Files.readAllBytes(path)));
                return request.overrides().applyTo(reader.parse(request.text(), request.recipe()));
            } catch (IOException | JacksonException | RecipeException | ApiException e) {
                return null;
            }
        }));
    }
}
