package dev.hourglass.lab;

import dev.hourglass.data.Dataset;
import dev.hourglass.data.catalog.DatasetCatalog;
import dev.hourglass.files.ConfinedFolder;
import dev.hourglass.files.Failures;
import dev.hourglass.lab.recipe.ModelRecipe;
import dev.hourglass.lab.recipe.Recipe;
import dev.hourglass.lab.recipe.RecipeReader;
import dev.hourglass.lab.run.Provenance;
import dev.hourglass.lab.run.RunFolder;
import dev.hourglass.lab.run.RunJson;
import dev.hourglass.lab.run.RunRecord;
import dev.hourglass.tensor.CorruptFileException;
import dev.hourglass.tensor.Kernels;
import dev.hourglass.train.Trainer;
import dev.hourglass.train.TrainingState;
import dev.hourglass.train.TrainingWatch;
import dev.hourglass.train.checkpoints.Checkpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Trains a finished run's models again and compares their weights with the run's, epoch by epoch. Writes nothing. */
public final class Replay {
    /**
     * How it went.
     *
     * @param environment what is different from where the run ran, a line each
     */
    public record Outcome(List<Model> models, List<String> environment) {
        public Outcome {
            models = List.copyOf(models);
            environment = List.copyOf(environment);
        }

        /** Whether every model has the same weights after every epoch. */
        public boolean isSame() {
            return models.stream().allMatch(model -> model.difference() == null);
        }
    }

    /**
     * One model.
     *
     * @param epochs that were trained again
     * @param difference the last of them, if its weights are others; null if all are the same
     */
    public record Model(String name, int epochs, @Nullable Difference difference) {}

    /** @param epoch the first whose weights are others */
    public record Difference(int epoch, String wasSha256, String isSha256) {}

    /** Ends training where a difference is found. */
    private static final class DifferenceFound extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final transient Difference difference;

        DifferenceFound(Difference difference) {
            super("epoch " + difference.epoch() + " differs");
            this.difference = difference;
        }
    }

    private final Path run;
    private final ConfinedFolder folder;
    private final DatasetCatalog catalog;
    private final Consumer<LabEvent> listener;
    private final JsonNode record;

    private Replay(Path run, ConfinedFolder folder, DatasetCatalog catalog, Consumer<LabEvent> listener) {
        this.run = run;
        this.folder = folder;
        this.catalog = catalog;
        this.listener = listener;
        record = RunJson.read(folder, run, "run.json");
    }

    /**
     * @param run the folder of a finished run
     * @throws LabException if it can't be replayed: it is not finished, or it went on with changed settings
     * @throws dev.hourglass.train.TrainingInterruptedException if the thread is interrupted
     */
    public static Outcome of(Path run, DatasetCatalog catalog, Consumer<LabEvent> listener) {
        ConfinedFolder folder = openFinished(run);
        try {
            return new Replay(run, folder, catalog, listener).outcome();
        } catch (JacksonException e) {
            throw new LabException(run.resolve("run.json") + " cannot be read: " + Failures.reason(e) + ".", e);
        }
    }

    private static ConfinedFolder openFinished(Path run) {
        try {
            if (Files.isDirectory(run)) {
                ConfinedFolder folder = ConfinedFolder.open(run);
                if (folder.find("run.json").isPresent()
                        && folder.find(RunFolder.INCOMPLETE).isEmpty()) {
                    return folder;
                }
            }
        } catch (IOException e) {
            throw RunFolder.unusable(run, e);
        }
        throw new LabException(
                "Run folder " + run + " must contain a finished run, found none. Check the path, or finish"
                        + " it with: hourglass resume " + run);
    }

    private Outcome outcome() {
        for (JsonNode session : record.path("sessions")) {
            if (!session.path("forced").isEmpty()) {
                throw new LabException("Run " + run + " can't be replayed: it was continued with changed settings, "
                        + session.path("forced").get(0).asString() + ".");
            }
        }
        Recipe recipe = new RecipeReader(catalog.names())
                .parse(
                        JsonMapper.shared().writeValueAsString(record.required("recipe")),
                        record.required("name").asString());
        List<RunRecord.Digests> digests = new ArrayList<>();
        List<Model> models = new ArrayList<>();
        for (Recipe.Data data : recipe.data()) {
            Splits splits = Lab.open(data, recipe.detect(), catalog, listener);
            digests.add(RunRecord.Digests.of(data, splits));
            listener.accept(new LabEvent.DataOpened(
                    data, splits.training().size(), splits.test().size()));
            for (ModelRecipe model : recipe.models()) {
                if (model.data().equals(data)) {
                    listener.accept(new LabEvent.ModelStarted(
                            model.spec(), models.size() + 1, recipe.models().size()));
                    models.add(replay(model, splits.reshaped(model.spec().input())));
                }
            }
        }
        return new Outcome(
                models,
                Checkpoint.differences(environment(record, recordedDigests()), environment(now(), digests(digests))));
    }

    private Model replay(ModelRecipe model, Splits data) {
        List<String> recorded = new ArrayList<>();
        record.path("weightsSha256ByEpoch").path(model.name()).forEach(digest -> recorded.add(digest.asString()));
        if (recorded.isEmpty()) {
            throw new LabException("Run " + run + " can't be replayed: its run.json names no weights of '"
                    + model.name() + "'. It was made by an earlier version.");
        }
        TrainingState start = start(model, data.training());
        TrainingWatch watch = (moment, place, state) -> {
            TrainingWatch.INTERRUPTS.look(moment, place, state);
            if (moment == TrainingWatch.Moment.EPOCH) {
                compare(recorded, state.get().weightDigests());
            }
        };
        try {
            int epochs = Trainer.train(
                            start,
                            data.training(),
                            data.test(),
                            model.training(),
                            watch,
                            event -> listener.accept(new LabEvent.Training(event)))
                    .weightDigests()
                    .size();
            return new Model(model.name(), epochs, null);
        } catch (DifferenceFound e) {
            return new Model(model.name(), e.difference.epoch(), e.difference);
        }
    }

    private static void compare(List<String> recorded, List<String> replayed) {
        int epoch = replayed.size();
        String was = epoch <= recorded.size() ? recorded.get(epoch - 1) : "no such epoch";
        if (!was.equals(replayed.getLast())) {
            throw new DifferenceFound(new Difference(epoch, was, replayed.getLast()));
        }
    }

    /** A run that was forked keeps the state that it began with. */
    private TrainingState start(ModelRecipe model, Dataset training) {
        JsonNode fork = record.path("forkedFrom");
        if (!fork.path("model").asString("").equals(model.name())) {
            return TrainingState.fresh(model.spec(), training.normalization(), model.training());
        }
        try {
            return RunFolder.checkpoints(folder, model.name())
                    .atEndOf(fork.required("epoch").asInt(), model.spec(), training.normalization())
                    .orElseThrow(() -> new LabException("Run " + run + " can't be replayed: the checkpoint that '"
                            + model.name() + "' was forked from is no longer there."))
                    .state();
        } catch (IOException | CorruptFileException e) {
            throw new LabException("Run " + run + " can't be replayed: " + Failures.reason(e), e);
        }
    }

    private static SortedMap<String, String> environment(JsonNode record, SortedMap<String, String> data) {
        SortedMap<String, String> environment = new TreeMap<>(data);
        record.path("environment")
                .properties()
                .forEach(entry ->
                        environment.put(entry.getKey(), entry.getValue().asString()));
        return environment;
    }

    private static JsonNode now() {
        Map<String, Object> environment = Provenance.ofThisProcess().toTree();
        environment.put("kernels", Kernels.best().description());
        return JsonMapper.shared().valueToTree(Map.of("environment", environment));
    }

    private SortedMap<String, String> recordedDigests() {
        SortedMap<String, String> digests = new TreeMap<>();
        for (JsonNode data : record.path("data")) {
            String name = data.path("name").asString();
            digests.put(
                    "data." + name + ".trainingSha256",
                    data.path("trainingSha256").asString());
            digests.put("data." + name + ".testSha256", data.path("testSha256").asString());
        }
        return digests;
    }

    private static SortedMap<String, String> digests(List<RunRecord.Digests> all) {
        SortedMap<String, String> digests = new TreeMap<>();
        for (RunRecord.Digests data : all) {
            digests.put("data." + data.data().name() + ".trainingSha256", data.trainingSha256());
            digests.put("data." + data.data().name() + ".testSha256", data.testSha256());
        }
        return digests;
    }
}
