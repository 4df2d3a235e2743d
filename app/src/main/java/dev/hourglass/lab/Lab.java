package dev.hourglass.lab;

import dev.hourglass.data.Dataset;
import dev.hourglass.data.Split;
import dev.hourglass.data.SplitWindows;
import dev.hourglass.data.catalog.DatasetCatalog;
import dev.hourglass.data.catalog.FetchEvent;
import dev.hourglass.data.images.PictureSplit;
import dev.hourglass.data.images.WholePictures;
import dev.hourglass.data.series.SeriesSplit;
import dev.hourglass.files.Failures;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.lab.detection.LeftOut;
import dev.hourglass.lab.recipe.ModelRecipe;
import dev.hourglass.lab.recipe.Recipe;
import dev.hourglass.lab.recipe.RecipeReader;
import dev.hourglass.lab.run.Fork;
import dev.hourglass.lab.run.JsonWriting;
import dev.hourglass.lab.run.Provenance;
import dev.hourglass.lab.run.RunFiles;
import dev.hourglass.lab.run.RunFolder;
import dev.hourglass.lab.run.RunJournal;
import dev.hourglass.lab.run.RunRecord;
import dev.hourglass.lab.run.RunSettings;
import dev.hourglass.lab.run.RunStoppedException;
import dev.hourglass.lab.run.RunTraining;
import dev.hourglass.lab.study.LatentSweep;
import dev.hourglass.lab.study.ModelStudy;
import dev.hourglass.lab.study.ProgressReporter;
import dev.hourglass.lab.study.TrainedModel;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.report.DetectionSection;
import dev.hourglass.report.answers.Findings;
import dev.hourglass.report.results.ModelResult;
import dev.hourglass.report.results.RunResult;
import dev.hourglass.report.results.Sweep;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.train.LossRequirements;
import dev.hourglass.train.TrainResult;
import dev.hourglass.train.TrainingDivergedException;
import dev.hourglass.train.TrainingInterruptedException;
import dev.hourglass.train.TrainingState;
import dev.hourglass.train.UnsuitableTrainingException;
import dev.hourglass.train.checkpoints.Checkpoint;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Runs a whole recipe: data, models, training, evaluation beside PCA, report; and leaves the run folder. */
public final class Lab {
    private final Recipe recipe;
    private final LabOptions options;
    private final Consumer<LabEvent> listener;
    private final ProgressReporter reporter;

    private Lab(Recipe recipe, LabOptions options, Consumer<LabEvent> listener) {
        this.recipe = recipe;
        this.options = options;
        this.listener = listener;
        reporter = new ProgressReporter(listener);
    }

    /**
     * Runs a recipe. Where it ends with an exception, nothing is left that looks like a finished run; but what can be
     * gone on from is kept.
     *
     * @param recipe with all overrides applied
     * @param listener is told how it goes, on the calling thread
     * @return what was measured; the folder is whole by then
     * @throws LabException if the folder cannot be used or written, or the data do not fit a model
     * @throws dev.hourglass.data.DatasetException if the data set is not available
     * @throws RunStoppedException if it was interrupted, or stopped by its control, and can go on
     */
    public static RunResult run(Recipe recipe, LabOptions options, Consumer<LabEvent> listener) {
        RunJournal journal = new RunJournal(recipe, options.clock().instant(), new TreeMap<>(), List.of(), null);
        return new Lab(recipe, options, listener).run(() -> RunFolder.create(options.out()), journal, false);
    }

    /**
     * Goes on with a run that was stopped or killed, in its folder, to the same results as if it had not been.
     *
     * @param recipe that of {@link #unfinished}, or a changed one
     * @param force whether a recipe, data or version that changed since is accepted and written into the provenance
     * @throws LabException as {@link #run} does, and if something changed that is not accepted
     */
    public static RunResult resume(Recipe recipe, boolean force, LabOptions options, Consumer<LabEvent> listener) {
        RunJournal journal = RunJournal.read(RunFolder.openUnfinished(options.out()), options.out(), reader(options));
        return new Lab(recipe, options, listener).run(() -> RunFolder.reopen(options.out()), journal, force);
    }

    /**
     * The recipe of a run that is not finished, as it was run.
     *
     * @param run its folder
     * @throws LabException if there is no such run
     */
    public static Recipe unfinished(Path run, DatasetCatalog catalog) {
        return RunJournal.read(RunFolder.openUnfinished(run), run, new RecipeReader(catalog.names()))
                .recipe();
    }

    /**
     * Runs a recipe again, except for one of its models: that continues another run's training where an epoch ended,
     * with its weights and what its optimizer remembers.
     *
     * @param recipe with as many epochs as the model shall have in the end
     * @throws LabException as {@link #run} does, and if the other run did not keep the epoch
     */
    public static RunResult fork(Fork from, Recipe recipe, LabOptions options, Consumer<LabEvent> listener) {
        RunJournal journal = new RunJournal(recipe, options.clock().instant(), new TreeMap<>(), List.of(), from);
        return new Lab(recipe, options, listener).run(() -> RunFolder.create(options.out()), journal, true);
    }

    private static RecipeReader reader(LabOptions options) {
        return new RecipeReader(options.catalog().names());
    }

    private RunResult run(Supplier<RunFolder> folders, RunJournal before, boolean force) {
        try (RunFolder folder = folders.get()) {
            try {
                return run(folder, before, force);
            } catch (RuntimeException e) {
                throw folder.hasCheckpoints() ? howToGoOn(e, folder) : e;
            }
        }
    }

    private RuntimeException howToGoOn(RuntimeException e, RunFolder folder) {
        String way = "hourglass resume " + folder.asGiven();
        boolean stopped =
                options.control().isStopped() || Thread.currentThread().isInterrupted();
        if (stopped) {
            boolean inTraining = e instanceof TrainingInterruptedException;
            String where = inTraining ? Failures.reason(e) : "The run was interrupted";
            // Only a state that could not be saved has a cause.
            String kept =
                    inTraining && e.getCause() != null ? "what was saved before is kept" : "what was done is saved";
            return new RunStoppedException(where + "; " + kept + ". Continue with: " + way, e);
        }
        if (e.getCause() instanceof TrainingDivergedException) {
            way = "hourglass lab --resume " + folder.asGiven() + " --force-resume --learning-rate RATE, a smaller one";
        }
        return e instanceof LabException
                ? new LabException(Failures.reason(e) + " What was trained is kept; continue with: " + way, e)
                : e;
    }

    private RunResult run(RunFolder folder, RunJournal before, boolean force) {
        Instant begun = options.clock().instant();
        long begunNanos = System.nanoTime();
        Map<Recipe.Data, Splits> opened = new LinkedHashMap<>();
        for (Recipe.Data data : recipe.data()) {
            opened.put(data, open(data));
        }
        List<RunRecord.Digests> digests = opened.entrySet().stream()
                .map(entry -> RunRecord.Digests.of(entry.getKey(), entry.getValue()))
                .toList();
        RunJournal journal = begin(folder, before, RunSettings.of(recipe, digests), force);
        Optional<DetectionRun> detection = Optional.ofNullable(recipe.detect())
                .map(detect -> new DetectionRun(folder, detect, options.catalog(), listener, reporter));
        rehearse(folder, journal, digests, opened);
        detection.ifPresent(each -> rehearse(each, opened));
        RunTraining training = new RunTraining(folder, journal, force, options, listener);
        List<TrainedModel> trained = new ArrayList<>();
        for (ModelRecipe model : recipe.models()) {
            reporter.report(new LabEvent.ModelStarted(
                    model.spec(), trained.size() + 1, recipe.models().size()));
            trained.add(train(training, model, splits(opened, model.data())));
        }
        List<ModelResult> models = judge(training, trained, opened);
        detection.ifPresent(each -> trained.forEach(
                model -> each.run(model, splits(opened, model.recipe().data()))));
        opened.values().forEach(Splits::requireUnchanged);

        RunRecord record = new RunRecord(
                recipe,
                Provenance.ofThisProcess(),
                digests,
                before.start(),
                duration(before.start(), begun, System.nanoTime() - begunNanos),
                journal,
                weightDigests(trained));
        RunResult result = new RunResult(recipe.title(), models, record.facts());
        Map<String, DetectionSection> detections =
                detection.map(DetectionRun::sections).orElse(Map.of());
        List<String> findings = new ArrayList<>(Findings.of(result));
        findings.addAll(Findings.ofDetectors(detections));
        findings.addAll(LeftOutFiles.write(folder, leftOut(trained, opened, detection)));
        reporter.working("Writing models, plots, results and report");
        for (TrainedModel model : trained) {
            ModelExports.write(folder, model, record.facts());
        }
        new RunFiles(folder, result, findings, record, detections).write();
        training.removeOlderCheckpoints(ofSweeps());
        folder.complete();
        listener.accept(new LabEvent.Finished(result, findings, folder.path()));
        return result;
    }

    /** By model, of those that may leave something out. */
    private static Map<String, LeftOut> leftOut(
            List<TrainedModel> trained, Map<Recipe.Data, Splits> opened, Optional<DetectionRun> detection) {
        Map<String, LeftOut> leftOut = new LinkedHashMap<>();
        for (TrainedModel model : trained) {
            ModelRecipe recipe = model.recipe();
            if (recipe.training().trimming().trims()) {
                Splits splits =
                        splits(opened, recipe.data()).reshaped(recipe.spec().input());
                LeftOut.Part ofTraining = new LeftOut.Part(
                        "training", splits.training(), model.result().leftOut());
                leftOut.put(recipe.name(), new LeftOut(List.of(ofTraining)));
            }
        }
        detection.ifPresent(run -> leftOut.putAll(run.leftOut()));
        return leftOut;
    }

    /** Tries now what would else fail when all epochs are over: the comparison's memory, the exports, the disk. */
    private void rehearse(
            RunFolder folder, RunJournal journal, List<RunRecord.Digests> digests, Map<Recipe.Data, Splits> opened) {
        opened.forEach((data, splits) -> ModelStudy.requireMemory(splits, widest(data)));
        Map<String, String> provenance = new RunRecord(
                        recipe, Provenance.ofThisProcess(), digests, journal.start(), Duration.ZERO, journal, Map.of())
                .facts();
        long bytes = 0;
        for (ModelRecipe model : recipe.models()) {
            Normalization normalization =
                    splits(opened, model.data()).training().normalization();
            bytes += ModelExports.rehearse(folder, model, normalization, provenance);
        }
        folder.requireRoomFor(bytes);
    }

    private void rehearse(DetectionRun detection, Map<Recipe.Data, Splits> opened) {
        for (ModelRecipe model : recipe.models()) {
            Splits splits = splits(opened, model.data());
            detection.rehearse(
                    model,
                    SavedModel.of(
                            TrainingState.fresh(model.spec(), splits.training().normalization(), model.training())
                                    .model(),
                            null,
                            Map.of()),
                    splits);
        }
    }

    /** The largest latent size that PCA will be compared at. */
    private int widest(Recipe.Data data) {
        IntStream ofModels = recipe.models().stream()
                .filter(model -> model.data().equals(data))
                .mapToInt(model -> model.spec().keptSize());
        IntStream ofSweep = sweep().stream()
                .flatMapToInt(wanted -> wanted.latentSizes().stream().mapToInt(size -> size));
        return IntStream.concat(ofModels, ofSweep).max().orElseThrow();
    }

    /**
     * From the start of a run to now. Within a process by the monotonic clock, since the other may be set meanwhile.
     *
     * @param begun when this process began to work on it, so many nanoseconds ago
     */
    private static Duration duration(Instant start, Instant begun, long nanos) {
        Duration before = begun.isBefore(start) ? Duration.ZERO : Duration.between(start, begun);
        return before.plusNanos(nanos);
    }

    /** Writes who goes on with what, before anything is trained. */
    private RunJournal begin(RunFolder folder, RunJournal before, SortedMap<String, String> settings, boolean force) {
        List<String> differences =
                before.sessions().isEmpty() ? List.of() : Checkpoint.differences(before.settings(), settings);
        if (!force) {
            RunTraining.requireSame(folder.asGiven(), differences);
        }
        RunJournal journal = before.plus(
                new RunJournal.Session(options.clock().instant(), Provenance.ofThisProcess(), differences),
                recipe,
                settings);
        folder.writeJournal(JsonWriting.text(journal.toTree()));
        return journal;
    }

    private static Map<String, List<String>> weightDigests(List<TrainedModel> trained) {
        Map<String, List<String>> digests = new LinkedHashMap<>();
        trained.forEach(
                model -> digests.put(model.recipe().name(), model.result().weightDigests()));
        return digests;
    }

    private static Splits splits(Map<Recipe.Data, Splits> opened, Recipe.Data data) {
        return Objects.requireNonNull(opened.get(data), "every model's data is opened first");
    }

    private TrainedModel train(RunTraining training, ModelRecipe model, Splits splits) {
        Splits shaped = splits.reshaped(model.spec().input());
        MemoryGauge gauge = MemoryGauge.start();
        TrainResult result = training.train(model, shaped.training(), shaped.test());
        return new TrainedModel(model, result, gauge.peak());
    }

    /** Beside PCA on the same data, in the order of the recipe; with a sweep over latent sizes where one is wanted. */
    private List<ModelResult> judge(RunTraining training, List<TrainedModel> trained, Map<Recipe.Data, Splits> opened) {
        Map<String, ModelResult> judged = new HashMap<>();
        Map<Recipe.Data, ModelStudy> studies = new HashMap<>();
        opened.forEach((data, splits) -> {
            List<TrainedModel> ofData = trained.stream()
                    .filter(model -> model.recipe().data().equals(data))
                    .toList();
            int threads = ofData.getFirst().recipe().training().threads();
            ModelStudy study =
                    ModelStudy.of(data.name(), splits, recipe.outputs().examples(), widest(data), threads, reporter);
            studies.put(data, study);
            ofData.forEach(model -> judged.put(model.recipe().name(), study.judge(model)));
        });
        sweep().ifPresent(wanted ->
                sweep(new LatentSweep(wanted, training, reporter), wanted, trained, judged, opened, studies));
        return recipe.models().stream()
                .map(model -> Objects.requireNonNull(judged.get(model.name()), "every model is judged"))
                .toList();
    }

    private Optional<Recipe.Sweep> sweep() {
        return Optional.ofNullable(recipe.outputs().sweep());
    }

    private List<ModelRecipe> ofSweeps() {
        return sweep().stream()
                .flatMap(wanted -> recipe.models().stream().flatMap(model -> LatentSweep.sized(wanted, model).stream()))
                .toList();
    }

    private void sweep(
            LatentSweep sweep,
            Recipe.Sweep wanted,
            List<TrainedModel> trained,
            Map<String, ModelResult> judged,
            Map<Recipe.Data, Splits> opened,
            Map<Recipe.Data, ModelStudy> studies) {
        List<ModelRecipe> models = trained.stream()
                .map(TrainedModel::recipe)
                .filter(model -> sweep.epochs(model) > 0)
                .toList();
        double seconds = models.stream()
                .mapToDouble(model -> sweep.epochs(model)
                        * Objects.requireNonNull(judged.get(model.name())).secondsPerEpoch())
                .sum();
        if (!models.isEmpty()) {
            reporter.report(new LabEvent.SweepAnnounced(
                    models.stream().map(ModelRecipe::name).toList(), wanted.latentSizes(), wanted.epochs(), seconds));
        }
        for (ModelRecipe model : models) {
            Splits splits = splits(opened, model.data());
            ModelStudy study = Objects.requireNonNull(studies.get(model.data()));
            Sweep points = sweep.run(
                    model, splits, study.pcaMseByComponents(model.training().threads()));
            judged.computeIfPresent(
                    model.name(),
                    (name, result) -> result.withEvaluation(result.evaluation().withSweep(points)));
        }
    }

    private Splits open(Recipe.Data data) {
        Splits splits = open(data, recipe.detect(), options.catalog(), listener);
        recipe.models().stream()
                .filter(model -> model.data().equals(data))
                .forEach(model -> requireFits(model, splits));
        reporter.report(new LabEvent.DataOpened(
                data, splits.training().size(), splits.test().size()));
        return splits;
    }

    /**
     * @param detect that detectors are made of the models; null where not
     * @param listener is told what is fetched
     */
    static Splits open(
            Recipe.Data data, Recipe.@Nullable Detect detect, DatasetCatalog catalog, Consumer<LabEvent> listener) {
        return detect == null ? open(data, catalog, listener) : DetectionData.open(data, detect, catalog, listener);
    }

    /** @param listener is told what is fetched */
    static Splits open(Recipe.Data data, DatasetCatalog catalog, Consumer<LabEvent> listener) {
        Splits whole;
        if (data.pictures() != null) {
            whole = open(data, data.pictures(), listener);
        } else if (data.series() != null) {
            whole = open(data, data.series(), listener);
        } else {
            whole = new Splits(
                    open(data, Split.TRAINING, catalog, listener), open(data, Split.TEST, catalog, listener));
        }
        return data.nextSteps() == null ? whole : cut(whole, data.nextSteps());
    }

    private static Splits cut(Splits whole, int nextSteps) {
        try {
            return new Splits(SplitWindows.of(whole.training(), nextSteps), SplitWindows.of(whole.test(), nextSteps));
        } catch (IllegalArgumentException e) {
            throw new LabException(Failures.reason(e) + ". Change 'next_steps' under data, or leave it out.", e);
        }
    }

    private static Splits open(Recipe.Data data, Recipe.Series own, Consumer<LabEvent> listener) {
        SeriesSplit series = SeriesSplit.open(own.file(), own.options());
        series.notes().forEach(note -> listener.accept(new LabEvent.Notice(note)));
        return new Splits(
                limited(series.training(), data.limit(Split.TRAINING)), limited(series.test(), data.limit(Split.TEST)));
    }

    private static Splits open(Recipe.Data data, Recipe.Pictures own, Consumer<LabEvent> listener) {
        PictureSplit pictures = PictureSplit.open(own.source(), own.options());
        pictures.notes().forEach(note -> listener.accept(new LabEvent.Notice(note)));
        if (!pictures.skipped().isEmpty()) {
            int read = pictures.training().size() + pictures.test().size();
            listener.accept(new LabEvent.Fetching(new FetchEvent.Skipped(pictures.skipped(), read)));
        }
        WholePictures whole = pictures.whole();
        Integer limit = data.limit(Split.TEST);
        return new Splits(
                limited(pictures.training(), data.limit(Split.TRAINING)),
                limited(pictures.test(), limit),
                pictures.skipped(),
                null,
                whole == null || limit == null ? whole : whole.limit(limit));
    }

    private static Dataset limited(Dataset data, @Nullable Integer limit) {
        return limit == null ? data : data.limit(limit);
    }

    private static Dataset open(Recipe.Data data, Split split, DatasetCatalog catalog, Consumer<LabEvent> listener) {
        Path own = data.folder();
        Dataset all = own == null
                ? catalog.open(data.name(), split, event -> listener.accept(new LabEvent.Fetching(event)))
                : catalog.openFolder(data.name(), own, split);
        return limited(all, data.limit(split));
    }

    /** @throws LabException if the data are none for the model */
    static void requireFits(ModelRecipe model, Splits splits) {
        AutoencoderSpec spec = model.spec();
        Dataset data = splits.training();
        if (model.data().pictures() != null) {
            PictureInputs.require(model, data.sampleShape());
        }
        if (spec.input().size() != data.sampleShape().size()) {
            throw new LabException(model.origin().prefix() + "Model '" + spec.name() + "' takes inputs " + spec.input()
                    + " = " + spec.input().size() + " numbers, but the samples of " + data.name() + " are "
                    + data.sampleShape() + " = " + data.sampleShape().size()
                    + ". Change the model's input, or the recipe's data.");
        }
        int scales = data.normalization().channels();
        int channels = spec.input().dimension(-1);
        if (scales > 1 && scales != channels) {
            throw new LabException(model.origin().prefix() + "Model '" + spec.name() + "' takes inputs " + spec.input()
                    + ", whose last dimension has " + channels + (channels == 1 ? " channel" : " channels")
                    + ", but the samples of " + data.name() + " are " + data.sampleShape()
                    + " with one scale for each of "
                    + scales + " channels. Let the model's input end in " + scales
                    + ", write 'scaling: {method: min_max, channels: all}' for one scale of all numbers, or 'scaling: none'"
                    + " and scale them yourself.");
        }
        try {
            LossRequirements.require(spec, model.training().loss(), data, splits.test());
        } catch (UnsuitableTrainingException e) {
            throw new LabException(Failures.reason(e), e);
        }
    }
}
