package dev.hourglass.server.runs;

import dev.hourglass.files.ConfinedFolder;
import dev.hourglass.files.FileKind;
import dev.hourglass.files.RefusedFileException;
import dev.hourglass.lab.recipe.ModelRecipe;
import dev.hourglass.lab.recipe.Recipe;
import dev.hourglass.lab.run.RunFolder;
import dev.hourglass.server.http.Answers;
import dev.hourglass.server.http.ApiException;
import dev.hourglass.server.recipes.RunRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/**
 * A run folder that is only read, of a finished run or one that is not. It may be a stranger's.
 *
 * @param name the folder's
 * @param recipe as run
 * @param events of the server that ran it, if one did
 */
public record StoredRun(String name, ConfinedFolder folder, Recipe recipe, EventDigest events) {
    /** Larger files in results/ are for downloading alone. */
    private static final int MOST_JSON_BYTES = 8 << 20;

    /** A history of half a million epochs. */
    private static final int MOST_TEXT_BYTES = 64 << 20;

    boolean finished() {
        return has("run.json") && !isMarkedUnfinished();
    }

    boolean isMarkedUnfinished() {
        try {
            return folder.find("INCOMPLETE").isPresent();
        } catch (IOException e) {
            return true; // nothing is known to be finished
        }
    }

    /** Whether there is a regular file of this name. */
    public boolean has(String path) {
        return file(path).isPresent();
    }

    /** A regular file of this name in the folder; what a link or a name such as {@code ..} leads to is none. */
    public Optional<ConfinedFolder.Entry> file(String path) {
        try {
            return folder.find(path).filter(entry -> entry.kind() == FileKind.FILE);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    public ModelRecipe model(String name) {
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
    public JsonNode json(String path) {
        try {
            return Answers.JSON.readTree(folder.read(path, MOST_JSON_BYTES));
        } catch (IOException | JacksonException e) {
            return MissingNode.getInstance(); // not there, being written, or not ours
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

    /** The lines of a text; none if there is no such file. */
    List<String> lines(String path) {
        try {
            return new String(folder.read(path, MOST_TEXT_BYTES), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    /**
     * Every regular file that the run left, by path. INCOMPLETE is none: it is there for whoever works on the run to lock,
     * and on some systems the lock is lost when anybody else of the process has read it.
     */
    public List<ConfinedFolder.Entry> files() {
        try {
            return folder.files().stream()
                    .filter(file -> !file.name().equals(RunFolder.INCOMPLETE))
                    .toList();
        } catch (NoSuchFileException | RefusedFileException e) { // deleted or moved since it was found
            throw ApiException.missing(
                    "run", "The folder of run '" + name + "' is no longer there.", "GET /api/runs lists the runs.");
        } catch (IOException e) {
            throw ApiException.unreadable("Run folder " + name, e);
        }
    }

    /** Removes what a run leaves before it has anything to go on from. */
    void removeBeginning() {
        try {
            for (String file : List.of(EventLog.FILE, RunRequest.FILE, "INCOMPLETE")) {
                folder.delete(file);
            }
        } catch (IOException e) {
            throw ApiException.notKept("Its new beginning", e);
        }
    }
}
