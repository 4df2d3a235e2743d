package dev.hourglass.server;

import dev.hourglass.lab.ModelRecipe;
import dev.hourglass.lab.Recipe;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/**
 * A run folder that is only read: what a finished run left, or what there is so far.
 *
 * @param name the folder's
 * @param recipe as run
 */
record StoredRun(String name, Path folder, Recipe recipe) {
    /** Larger files in results/ are for downloading alone. */
    private static final long MOST_JSON_BYTES = 8 << 20;

    /** A file of the folder. */
    record Entry(String path, long bytes) {}

    boolean finished() {
        return Files.isRegularFile(folder.resolve("run.json")) && !Files.exists(folder.resolve("INCOMPLETE"));
    }

    ModelRecipe model(String name) {
        return recipe.models().stream()
                .filter(model -> model.name().equals(name))
                .findFirst()
                .orElseThrow(() -> ApiException.missing(
                        "model",
                        "Run '" + this.name + "' has no model of that name.",
                        "It has "
                                + String.join(
                                        ", ",
                                        recipe.models().stream()
                                                .map(ModelRecipe::name)
                                                .toList())
                                + "."));
    }

    /** What a JSON file holds; a missing node if there is none. */
    JsonNode json(String path) {
        Path file = folder.resolve(path);
        try {
            return Files.isRegularFile(file) && Files.size(file) <= MOST_JSON_BYTES
                    ? Answers.JSON.readTree(Files.readAllBytes(file))
                    : MissingNode.getInstance();
        } catch (IOException | JacksonException e) {
            return MissingNode.getInstance(); // being written, or not ours
        }
    }

    /** What the run was asked for with; empty if a server never was. */
    Optional<RunRequest> request() {
        try {
            return Optional.of(RunRequest.of(json(RunRequest.FILE)));
        } catch (JacksonException | ApiException e) {
            return Optional.empty();
        }
    }

    /** Removes what a run leaves before it has anything to go on from. */
    void removeBeginning() {
        try {
            for (String file : List.of(EventLog.FILE, RunRequest.FILE, "INCOMPLETE")) {
                Files.deleteIfExists(folder.resolve(file));
            }
        } catch (IOException e) {
            throw ApiException.notKept("Its new beginning", e);
        }
    }

    List<String> lines(String path) {
        try {
            return Files.readAllLines(folder.resolve(path));
        } catch (IOException e) {
            return List.of();
        }
    }

    /** Every file, by path; links are not followed. */
    List<Entry> files() {
        List<Entry> files = new ArrayList<>();
        try {
            Files.walkFileTree(folder, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    if (attributes.isRegularFile()) {
                        files.add(new Entry(folder.relativize(file).toString().replace('\\', '/'), attributes.size()));
                    }
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException e) {
                    return FileVisitResult.CONTINUE; // gone meanwhile, as a temporary file is
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException("Run folder " + name + " cannot be listed", e);
        }
        files.sort(java.util.Comparator.comparing(Entry::path));
        return files;
    }

    /** A file by the path that {@link #files} gives it; anything else is no file of this run. */
    Optional<Path> file(String path) {
        return files().stream()
                .filter(entry -> entry.path().equals(path))
                .findFirst()
                .map(entry -> folder.resolve(entry.path()));
    }
}
