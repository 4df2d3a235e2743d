package dev.hourglass.lab.run;

import dev.hourglass.files.ConfinedFolder;
import dev.hourglass.files.Failures;
import dev.hourglass.lab.LabException;
import dev.hourglass.lab.recipe.Recipe;
import dev.hourglass.lab.recipe.RecipeReader;
import dev.hourglass.lab.recipe.RecipeWriter;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The record of an unfinished run: {@code checkpoints/run.json}, from which another process continues it.
 *
 * @param recipe as run, with all overrides
 * @param start of the first session
 * @param settings all that the weights depend on; see {@link RunSettings}
 * @param sessions each process that worked on it, in order
 * @param fork where it took up another run's training; null if it started from scratch
 */
public record RunJournal(
        Recipe recipe,
        Instant start,
        SortedMap<String, String> settings,
        List<Session> sessions,
        @Nullable Fork fork) {
    static final String FILE = "checkpoints/run.json";

    /**
     * @param forced what was different from the session before and accepted by the user, a line each
     */
    public record Session(Instant start, Provenance environment, List<String> forced) {
        public Session {
            forced = List.copyOf(forced);
        }
    }

    public RunJournal {
        sessions = List.copyOf(sessions);
    }

    /** With one more session, and what it goes on with. */
    public RunJournal plus(Session session, Recipe with, SortedMap<String, String> nowSettings) {
        List<Session> all = new ArrayList<>(sessions);
        all.add(session);
        return new RunJournal(with, start, nowSettings, all, fork);
    }

    /**
     * @param asGiven the run's folder as the user named it
     * @throws LabException if there is none or it is damaged
     */
    public static RunJournal read(ConfinedFolder run, Path asGiven, RecipeReader recipes) {
        requireThere(run, asGiven);
        JsonNode tree = RunJson.read(run, asGiven, FILE);
        try {
            Recipe recipe = recipes.parse(
                    JsonMapper.shared().writeValueAsString(tree.required("recipe")),
                    tree.required("name").asString());
            SortedMap<String, String> settings = new TreeMap<>();
            tree.required("settings")
                    .properties()
                    .forEach(entry ->
                            settings.put(entry.getKey(), entry.getValue().asString()));
            List<Session> sessions = new ArrayList<>();
            for (JsonNode session : tree.required("sessions")) {
                List<String> forced = new ArrayList<>();
                session.required("forced").forEach(line -> forced.add(line.asString()));
                sessions.add(new Session(
                        Instant.parse(session.required("start").asString()), Provenance.ofTree(session), forced));
            }
            JsonNode fork = tree.get("forkedFrom");
            return new RunJournal(
                    recipe,
                    Instant.parse(tree.required("start").asString()),
                    settings,
                    sessions,
                    fork == null
                            ? null
                            : new Fork(
                                    Path.of(fork.required("run").asString()),
                                    fork.required("model").asString(),
                                    fork.required("epoch").asInt()));
        } catch (JacksonException | DateTimeException | InvalidPathException e) {
            throw new LabException(
                    asGiven.resolve(FILE) + " cannot be read: " + Failures.reason(e) + ". Start the run again.", e);
        }
    }

    private static void requireThere(ConfinedFolder run, Path asGiven) {
        try {
            if (run.find(FILE).isEmpty()) {
                throw new LabException("Run folder " + asGiven
                        + " holds nothing to continue from: the run ended before its first checkpoint."
                        + " Delete the folder and start it again.");
            }
        } catch (IOException e) {
            throw RunFolder.unusable(asGiven, e);
        }
    }

    public Map<String, Object> toTree() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("name", recipe.name());
        tree.put("start", start.toString());
        putHistory(tree);
        tree.put("settings", settings);
        tree.put("recipe", RecipeWriter.write(recipe.withEachModel(model -> {
            Path folder = model.data().folder();
            // Whoever goes on may stand elsewhere.
            return folder == null ? model : model.withData(model.data().withFolder(folder.toAbsolutePath()));
        })));
        return tree;
    }

    /** Which processes worked on it and what it was taken up from, also for the record of the finished run. */
    void putHistory(Map<String, Object> tree) {
        if (fork != null) {
            Map<String, Object> from = new LinkedHashMap<>();
            from.put("run", fork.run().toAbsolutePath().toString());
            from.put("model", fork.model());
            from.put("epoch", fork.epoch());
            tree.put("forkedFrom", from);
        }
        tree.put("sessions", sessions.stream().map(RunJournal::tree).toList());
    }

    private static Map<String, Object> tree(Session session) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("start", session.start().toString());
        tree.putAll(session.environment().toTree());
        tree.put("forced", session.forced());
        return tree;
    }
}
