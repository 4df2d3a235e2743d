package dev.hourglass.server.runs;

import dev.hourglass.files.ConfinedFolder;
import dev.hourglass.files.Excerpt;
import dev.hourglass.files.Failures;
import dev.hourglass.files.FileKind;
import dev.hourglass.lab.recipe.Recipe;
import dev.hourglass.lab.recipe.RecipeReader;
import dev.hourglass.server.http.Answers;
import dev.hourglass.server.http.ApiException;
import dev.hourglass.server.http.ErrorResponses;
import dev.hourglass.server.recipes.RunName;
import dev.hourglass.server.recipes.RunRequest;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The folder of run folders. A run is named by its folder, and no name leads anywhere else. Run folders may be
 * strangers': one that cannot be read is named in the log and left out, and costs no other.
 */
public final class RunShelf {
    /** What a run is until run.json is written. */
    static final String JOURNAL = "checkpoints/run.json";

    private static final System.Logger LOG = System.getLogger(RunShelf.class.getName());
    private static final int MOST_REASON_CHARACTERS = 200;
    private static final int MOST_RECIPE_BYTES = 16 << 20;

    private final ConfinedFolder folder;
    private final RecipeReader reader;
    /** What was found in the files of runs, by run and file. */
    private final Map<Place, Found> recipes = new ConcurrentHashMap<>();

    private final Map<String, EventFile> events = new ConcurrentHashMap<>();
    /** Why runs are left out, by name. */
    private final Map<String, String> leftOut = new ConcurrentHashMap<>();

    private record Place(String run, String file) {}

    /**
     * @param entry as the file was then
     * @param recipe null if it is none of ours
     */
    private record Found(
            ConfinedFolder.Entry entry, @Nullable Recipe recipe) {}

    public RunShelf(ConfinedFolder folder, RecipeReader reader) {
        this.folder = folder;
        this.reader = reader;
    }

    ConfinedFolder folder() {
        return folder;
    }

    /** Every folder that is a run's. */
    List<StoredRun> all() {
        List<StoredRun> runs = new ArrayList<>();
        Set<String> names = new HashSet<>();
        try {
            for (ConfinedFolder.Entry entry : folder.list()) {
                if (entry.kind() == FileKind.FOLDER) {
                    names.add(entry.name());
                    find(entry.name()).ifPresent(runs::add);
                }
            }
        } catch (IOException e) {
            throw ApiException.unreadable("The folder of runs", e);
        }
        recipes.keySet().removeIf(place -> !names.contains(place.run()));
        events.keySet().retainAll(names);
        leftOut.keySet().retainAll(names);
        return runs;
    }

    /** What there is to say of each run; one that fails at that is named in the log and left out. */
    public <T> List<T> each(Function<StoredRun, Stream<T>> view) {
        List<T> views = new ArrayList<>();
        for (StoredRun run : all()) {
            try {
                views.addAll(view.apply(run).toList());
            } catch (RuntimeException e) {
                if (leaveOut(run.name(), ErrorResponses.withoutFolders(Failures.reason(e)))) {
                    LOG.log(System.Logger.Level.WARNING, "Run " + run.name() + " is left out", e);
                }
            }
        }
        return views;
    }

    /**
     * A folder that is not listed though it may be a run's.
     *
     * @param reason in one line, without folders of this machine
     */
    public record LeftOut(String run, String reason) {}

    /** What the last look at the folders left out, by name. */
    List<LeftOut> leftOut() {
        return leftOut.entrySet().stream()
                .map(entry -> new LeftOut(entry.getKey(), entry.getValue()))
                .sorted(Comparator.comparing(LeftOut::run))
                .toList();
    }

    /** @return whether that is news */
    private boolean leaveOut(String name, String reason) {
        String shown = Excerpt.of(reason, MOST_REASON_CHARACTERS);
        return !shown.equals(leftOut.put(name, shown));
    }

    /** Whether anything has the name. */
    boolean has(String name) {
        try {
            return folder.find(name).isPresent();
        } catch (IOException e) {
            throw ApiException.unreadable("The folder of runs", e);
        }
    }

    Optional<StoredRun> find(String name) {
        if (!RunName.isValid(name)) {
            return Optional.empty();
        }
        try {
            ConfinedFolder run = folder.folder(name);
            Optional<Recipe> found = recipe(name, run);
            if (found.isPresent()) {
                leftOut.remove(name);
            }
            return found.map(recipe -> new StoredRun(
                    name,
                    run,
                    recipe,
                    events.computeIfAbsent(name, any -> new EventFile()).look(run)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) { // a link, or without permission
            if (leaveOut(name, PassedOver.reason(e))) {
                PassedOver.log("Run " + name + " is left out", e);
            }
            return Optional.empty();
        }
    }

    /** @throws ApiException 404 if there is none */
    public StoredRun run(String name) {
        return find(name)
                .orElseThrow(() ->
                        ApiException.missing("run", "There is no run of that name.", "GET /api/runs lists all runs."));
    }

    /** As run, as begun, or as asked for where the run ended before it had a journal. */
    private Optional<Recipe> recipe(String name, ConfinedFolder run) {
        return recipe(name, run, "run.json")
                .or(() -> recipe(name, run, JOURNAL))
                .or(() -> recipe(name, run, RunRequest.FILE));
    }

    private Optional<Recipe> recipe(String name, ConfinedFolder run, String file) {
        Place place = new Place(name, file);
        try {
            ConfinedFolder.Entry entry = run.find(file).orElse(null);
            if (entry == null) {
                recipes.remove(place);
                return Optional.empty();
            }
            Found known = recipes.get(place);
            if (known == null || !known.entry().equals(entry)) {
                known = new Found(entry, read(name, run, file));
                recipes.put(place, known);
            }
            return Optional.ofNullable(known.recipe());
        } catch (IOException e) {
            return Optional.empty(); // gone meanwhile
        }
    }

    private @Nullable Recipe read(String name, ConfinedFolder run, String file) {
        try {
            JsonNode tree = Answers.JSON.readTree(run.read(file, MOST_RECIPE_BYTES));
            if (file.equals(RunRequest.FILE)) {
                RunRequest request = RunRequest.of(tree);
                return request.overrides().applyTo(reader.parse(request.text(), request.recipe()));
            }
            return reader.parse(
                    tree.path("recipe").toString(), tree.path("name").asString(name));
        } catch (IOException | RuntimeException e) { // whatever a stranger wrote there
            PassedOver.log("Run " + name + ": " + file + " is passed over", e);
            leaveOut(name, file + ": " + PassedOver.reason(e));
            return null;
        }
    }
}
