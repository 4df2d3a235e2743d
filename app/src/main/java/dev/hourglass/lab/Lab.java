package dev.hourglass.lab;

import dev.hourglass.data.Dataset;
import dev.hourglass.data.SeriesSplit;
import dev.hourglass.data.Split;
import dev.hourglass.formats.ModelFile;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.report.Findings;
import dev.hourglass.report.ModelResult;
import dev.hourglass.report.RunResult;
import dev.hourglass.report.Sweep;
import dev.hourglass.train.TrainResult;
import dev.hourglass.train.Trainer;
import java.io.IOException;
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
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Runs a recipe whole: data, models, training, evaluation beside PCA, report; and leaves the run folder. */
public final class Lab {
    private final Recipe recipe;
    private final LabOptions options;
    private final Consumer<LabEvent> listener;
    private final Telling telling;

    private Lab(Recipe recipe, LabOptions options, Consumer<LabEvent> listener) {
        this.recipe = recipe;
        this.options = options;
        this.listener = listener;
        telling = new Telling(listener);
    }

    /**
     * Runs a recipe. Where it ends with an exception, nothing is left that looks like a finished run.
     *
     * @param recipe with all overrides applied
     * @param listener is told how it goes, on the calling thread
     * @return what was measured; the folder is whole by then
     * @throws LabException if the folder cannot be used or written, or the data do not fit a model
     * @throws dev.hourglass.data.DatasetException if the data set cannot be had
     * @throws dev.hourglass.train.TrainingInterruptedException if the thread was interrupted while it trained; elsewhere
     *     it is a LabException
     */
    public static RunResult run(Recipe recipe, LabOptions options, Consumer<LabEvent> listener) {
        return new Lab(recipe, options, listener).run();
    }

    private RunResult run() {
        try (RunFolder folder = RunFolder.create(options.out())) {
            Instant start = options.clock().instant();
            Map<Recipe.Data, Splits> opened = new LinkedHashMap<>();
            for (Recipe.Data data : recipe.data()) {
                opened.put(data, open(data));
            }
            List<TrainedModel> trained = new ArrayList<>();
            for (ModelRecipe model : recipe.models()) {
                telling.tell(new LabEvent.ModelStarted(
                        model.spec(), trained.size() + 1, recipe.models().size()));
                trained.add(train(model, splits(opened, model.data())));
            }
            List<ModelResult> models = judge(trained, opened);

            RunRecord record = new RunRecord(
                    recipe,
                    Provenance.ofThisProcess(),
                    opened.entrySet().stream()
                            .map(entry -> RunRecord.Digests.of(entry.getKey(), entry.getValue()))
                            .toList(),
                    start,
                    Duration.between(start, options.clock().instant()));
            RunResult result = new RunResult(recipe.title(), models, record.facts());
            List<String> findings = Findings.of(result);
            telling.working("Writing models, plots, results and report");
            for (TrainedModel model : trained) {
                writeModel(folder, model, record.facts());
            }
            new RunFiles(folder, result, findings, record).write();
            folder.complete();
            listener.accept(new LabEvent.Finished(result, findings, folder.path()));
            return result;
        }
    }

    private static Splits splits(Map<Recipe.Data, Splits> opened, Recipe.Data data) {
        return Objects.requireNonNull(opened.get(data), "every model's data is opened first");
    }

    private TrainedModel train(ModelRecipe model, Splits splits) {
        Splits shaped = splits.reshaped(model.spec().input());
        MemoryGauge gauge = MemoryGauge.start();
        TrainResult result = Trainer.train(
                model.spec(),
                shaped.training(),
                shaped.test(),
                model.training(),
                event -> listener.accept(new LabEvent.Training(event)));
        return new TrainedModel(model, result, gauge.peak());
    }

    /** Beside PCA on the same data, in the order of the recipe; with a sweep over latent sizes where one is wanted. */
    private List<ModelResult> judge(List<TrainedModel> trained, Map<Recipe.Data, Splits> opened) {
        Map<String, ModelResult> judged = new HashMap<>();
        Map<Recipe.Data, ModelStudy> studies = new HashMap<>();
        opened.forEach((data, splits) -> {
            List<TrainedModel> ofData = trained.stream()
                    .filter(model -> model.recipe().data().equals(data))
                    .toList();
            int widest = IntStream.concat(
                            ofData.stream()
                                    .mapToInt(model -> model.recipe().spec().latentSize()),
                            sweep().stream()
                                    .flatMapToInt(wanted ->
                                            wanted.latentSizes().stream().mapToInt(size -> size)))
                    .max()
                    .orElseThrow();
            int threads = ofData.getFirst().recipe().training().threads();
            ModelStudy study =
                    ModelStudy.of(data.name(), splits, recipe.outputs().examples(), widest, threads, telling);
            studies.put(data, study);
            ofData.forEach(model -> judged.put(model.recipe().name(), study.judge(model)));
        });
        sweep().ifPresent(wanted -> sweep(wanted, trained, judged, opened, studies));
        return recipe.models().stream()
                .map(model -> Objects.requireNonNull(judged.get(model.name()), "every model is judged"))
                .toList();
    }

    private Optional<Recipe.Sweep> sweep() {
        return Optional.ofNullable(recipe.outputs().sweep());
    }

    private void sweep(
            Recipe.Sweep wanted,
            List<TrainedModel> trained,
            Map<String, ModelResult> judged,
            Map<Recipe.Data, Splits> opened,
            Map<Recipe.Data, ModelStudy> studies) {
        LatentSweep sweep = new LatentSweep(wanted, telling);
        List<ModelRecipe> models = trained.stream()
                .map(TrainedModel::recipe)
                .filter(model -> sweep.epochs(model) > 0)
                .toList();
        double seconds = models.stream()
                .mapToDouble(model -> sweep.epochs(model)
                        * Objects.requireNonNull(judged.get(model.name())).secondsPerEpoch())
                .sum();
        if (!models.isEmpty()) {
            telling.tell(new LabEvent.SweepAnnounced(
                    models.stream().map(ModelRecipe::name).toList(), wanted.latentSizes(), wanted.epochs(), seconds));
        }
        for (ModelRecipe model : models) {
            Splits splits = splits(opened, model.data());
            ModelStudy study = Objects.requireNonNull(studies.get(model.data()));
            Sweep points = sweep.run(
                    model, splits, study.pcaMseByComponents(model.training().threads()));
            judged.computeIfPresent(
                    model.name(),
                    (name, result) -> result.withEvidence(result.evidence().withSweep(points)));
        }
    }

    /** The whole model with the optimizer's state, and each half by itself, in both of Keras's formats and as ONNX. */
    private static void writeModel(RunFolder folder, TrainedModel trained, Map<String, String> provenance) {
        TrainResult result = trained.result();
        SavedModel whole = SavedModel.of(result.model(), result.optimizer(), provenance);
        String name = trained.recipe().name();
        for (String extension : List.of(".keras", ".h5", ".onnx")) {
            writeModel(folder, whole, name + "_autoencoder" + extension);
            writeModel(folder, whole.encoder(), name + "_encoder" + extension);
            writeModel(folder, whole.decoder(), name + "_decoder" + extension);
        }
    }

    private static void writeModel(RunFolder folder, SavedModel model, String name) {
        Path file = folder.file("models/" + name);
        try {
            ModelFile.write(model, file);
        } catch (IOException e) {
            throw RunFolder.notWritten(file, e);
        }
    }

    private Splits open(Recipe.Data data) {
        Splits splits = data.series() == null
                ? new Splits(open(data, Split.TRAINING), open(data, Split.TEST))
                : open(data, data.series());
        recipe.models().stream()
                .filter(model -> model.data().equals(data))
                .forEach(model -> requireFits(model.spec(), splits.training()));
        telling.tell(new LabEvent.DataOpened(
                data, splits.training().size(), splits.test().size()));
        return splits;
    }

    private static Splits open(Recipe.Data data, Recipe.Series own) {
        SeriesSplit series = SeriesSplit.open(own.file(), own.options());
        return new Splits(
                limited(series.training(), data.limit(Split.TRAINING)), limited(series.test(), data.limit(Split.TEST)));
    }

    private static Dataset limited(Dataset data, @Nullable Integer limit) {
        return limit == null ? data : data.limit(limit);
    }

    private Dataset open(Recipe.Data data, Split split) {
        Path own = data.folder();
        Dataset all = own == null
                ? options.catalog().open(data.name(), split, event -> listener.accept(new LabEvent.Fetching(event)))
                : options.catalog().openFolder(data.name(), own, split);
        return limited(all, data.limit(split));
    }

    private static void requireFits(AutoencoderSpec spec, Dataset data) {
        if (spec.input().size() != data.sampleShape().size()) {
            throw new LabException("Model '" + spec.name() + "' takes inputs " + spec.input() + " = "
                    + spec.input().size() + " numbers, but the samples of " + data.name() + " are " + data.sampleShape()
                    + " = " + data.sampleShape().size() + ". Change the model's input, or the recipe's data.");
        }
    }
}
