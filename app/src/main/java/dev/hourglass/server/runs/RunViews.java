package dev.hourglass.server.runs;

import dev.hourglass.files.ConfinedFolder;
import dev.hourglass.lab.recipe.ModelRecipe;
import dev.hourglass.server.http.ApiException;
import dev.hourglass.server.recipes.RunRequest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Runs as they are listed, whether they are in progress or only stored. */
public final class RunViews {
    private final RunShelf shelf;
    private final RunBoard board;
    /** Finished runs don't change, unless others take their place. */
    private final Map<String, Finished> finished = new ConcurrentHashMap<>();

    private record Finished(ConfinedFolder.Entry record, Summary summary) {}

    public RunViews(RunShelf shelf, RunBoard board) {
        this.shelf = shelf;
        this.board = board;
    }

    /** A model of a run in short. */
    record OfModel(
            String name,
            String dataset,
            int epochs,
            int epochsDone,
            @Nullable Integer bestEpoch,
            String lossName,
            @Nullable Double bestValidationLoss,
            @Nullable Double testMse,
            int latentSize,
            long parameters) {}

    /** A run in short. */
    record Summary(
            String run,
            String title,
            String state,
            String recipe,
            String created,
            double seconds,
            @Nullable Integer queuePosition,
            @Nullable Double secondsLeft,
            @Nullable String doing,
            boolean resumable,
            @Nullable String forkOf,
            @Nullable String failure,
            int lastEvent,
            List<OfModel> models) {}

    /** All runs, newest first. */
    List<Summary> all() {
        List<Summary> all = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (LiveRun run : board.all()) {
            seen.add(run.name());
            all.add(of(run));
        }
        all.addAll(shelf.each(run -> seen.contains(run.name()) ? Stream.empty() : Stream.of(of(run))));
        all.sort(Comparator.comparing(Summary::created)
                .thenComparing(Summary::run)
                .reversed());
        return all;
    }

    /** @throws ApiException 404 if there is none */
    Summary of(String name) {
        return board.find(name).map(this::of).orElseGet(() -> of(shelf.run(name)));
    }

    Summary of(LiveRun run) {
        Optional<StoredRun> stored = run.state() == RunState.FINISHED ? shelf.find(run.name()) : Optional.empty();
        return stored.isPresent() ? of(stored.get()) : ofLive(run);
    }

    private Summary ofLive(LiveRun run) {
        RunHistory history = RunHistory.of(run.recipe(), run.log().digest());
        RunRequest request = run.request();
        return new Summary(
                run.name(),
                run.recipe().title(),
                run.state().key(),
                run.recipe().name(),
                run.created().toString(),
                run.seconds(),
                board.queuePosition(run),
                run.state() == RunState.RUNNING ? run.events().secondsLeft() : null,
                run.state() == RunState.RUNNING ? run.events().doing() : null,
                run.state().over() && resumable(run.name()),
                request == null || request.fork() == null
                        ? null
                        : request.fork().run(),
                run.failure(),
                run.log().lastId(),
                models(run.recipe().models(), history, null));
    }

    private boolean resumable(String name) {
        return shelf.find(name).map(run -> RunEnding.of(run).resumable()).orElse(false);
    }

    Summary of(StoredRun run) {
        ConfinedFolder.Entry record =
                run.isMarkedUnfinished() ? null : run.file("run.json").orElse(null);
        Finished known = finished.get(run.name());
        if (known != null && known.record().equals(record)) {
            return known.summary();
        }
        RunEnding ending = RunEnding.of(run);
        String holder = board.holder(run).orElse(null);
        JsonNode fork = run.json(RunRequest.FILE).path("fork").path("run");
        Summary summary = new Summary(
                run.name(),
                run.recipe().title(),
                holder == null ? ending.state().key() : RunState.RUNNING.key(),
                run.recipe().name(),
                ending.created().orElse(Instant.EPOCH).toString(),
                run.json("run.json").path("durationSeconds").asDouble(0),
                null,
                null,
                holder == null ? null : "Trained by " + holder + ", not by this server",
                holder == null && ending.resumable(),
                fork.isString() ? fork.asString() : null,
                ending.failure(),
                run.events().lastId(),
                models(run.recipe().models(), RunHistory.of(run), run.json("results/metrics.json")));
        if (record != null) {
            finished.put(run.name(), new Finished(record, summary));
        }
        return summary;
    }

    private static List<OfModel> models(List<ModelRecipe> models, RunHistory history, @Nullable JsonNode metrics) {
        List<OfModel> views = new ArrayList<>();
        for (ModelRecipe model : models) {
            RunHistory.OfModel of = history.of(model.name());
            JsonNode mse = metrics == null ? null : metrics.path(model.name()).path("testMse");
            views.add(new OfModel(
                    model.name(),
                    model.data().name(),
                    model.training().epochs(),
                    of.epochs().isEmpty() ? 0 : of.epochs().getLast().epoch(),
                    of.bestEpoch(),
                    of.lossName(),
                    of.bestValidationLoss(),
                    mse != null && mse.isNumber() ? mse.asDouble() : null,
                    model.spec().latentSize(),
                    model.spec().facts().parameters()));
        }
        return views;
    }
}
