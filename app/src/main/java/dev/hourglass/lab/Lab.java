package dev.hourglass.lab;

import dev.hourglass.data.Dataset;
import dev.hourglass.data.SeriesSplit;
import dev.hourglass.data.Split;
import dev.hourglass.engine.Inference;
import dev.hourglass.evaluate.Evaluation;
import dev.hourglass.evaluate.PrincipalComponents;
import dev.hourglass.evaluate.ReconstructionError;
import dev.hourglass.formats.ModelFile;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.report.Findings;
import dev.hourglass.report.ModelResult;
import dev.hourglass.report.RunData;
import dev.hourglass.report.RunResult;
import dev.hourglass.tensor.Shape;
import dev.hourglass.train.TrainOptions;
import dev.hourglass.train.TrainResult;
import dev.hourglass.train.Trainer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Runs a recipe whole: data, models, training, evaluation beside PCA, report; and leaves the run folder. */
public final class Lab {
    private final Recipe recipe;
    private final LabOptions options;
    private final Consumer<LabEvent> listener;

    private Lab(Recipe recipe, LabOptions options, Consumer<LabEvent> listener) {
        this.recipe = recipe;
        this.options = options;
        this.listener = listener;
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
            List<Trained> trained = new ArrayList<>();
            for (ModelRecipe model : recipe.models()) {
                tell(new LabEvent.ModelStarted(
                        model.spec(), trained.size() + 1, recipe.models().size()));
                trained.add(train(model, splits(opened, model)));
            }
            List<ModelResult> models = new ArrayList<>();
            opened.forEach((data, splits) -> models.addAll(besidePca(
                    trained.stream()
                            .filter(model -> model.recipe().data().equals(data))
                            .toList(),
                    splits)));
            models.sort(Comparator.comparingInt(model -> indexOf(model.spec())));

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
            tell(new LabEvent.Working("Writing models, plots, results and report"));
            for (Trained model : trained) {
                writeModel(folder, model, record.facts());
            }
            new RunFiles(folder, result, findings, record).write();
            folder.complete();
            listener.accept(new LabEvent.Finished(result, findings, folder.path()));
            return result;
        }
    }

    private int indexOf(AutoencoderSpec spec) {
        return recipe.models().stream().map(ModelRecipe::spec).toList().indexOf(spec);
    }

    private static Splits splits(Map<Recipe.Data, Splits> opened, ModelRecipe model) {
        return Objects.requireNonNull(opened.get(model.data()), "every model's data is opened first");
    }

    /** The whole model with the optimizer's state, and each half by itself, in both of Keras's formats and as ONNX. */
    private static void writeModel(RunFolder folder, Trained trained, Map<String, String> provenance) {
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

    /** Between two pieces of work, which is where an interrupted run may stop; training looks by itself. */
    private void tell(LabEvent event) {
        if (Thread.currentThread().isInterrupted()) {
            throw new LabException("The run was interrupted. Start it again.");
        }
        listener.accept(event);
    }

    /** What models learn and what they are judged by, both in the shape of the data set. */
    record Splits(Dataset training, Dataset test) {
        Splits reshaped(Shape shape) {
            return new Splits(training.reshaped(shape), test.reshaped(shape));
        }
    }

    private Splits open(Recipe.Data data) {
        Splits splits = data.series() == null
                ? new Splits(open(data, Split.TRAINING), open(data, Split.TEST))
                : open(data, data.series());
        recipe.models().stream()
                .filter(model -> model.data().equals(data))
                .forEach(model -> requireFits(model.spec(), splits.training()));
        tell(new LabEvent.DataOpened(
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

    /** A model that was trained and judged, but not yet compared. */
    private record Trained(
            ModelRecipe recipe, TrainResult result, ReconstructionError test, List<float[]> reconstructions) {}

    private Trained train(ModelRecipe model, Splits data) {
        Splits shaped = data.reshaped(model.spec().input());
        TrainOptions how = model.training();
        TrainResult result = Trainer.train(
                model.spec(),
                shaped.training(),
                shaped.test(),
                how,
                event -> listener.accept(new LabEvent.Training(event)));
        Dataset test = shaped.test();
        tell(new LabEvent.Working(
                String.format(Locale.ROOT, "Reconstructing %,d test samples with %s", test.size(), model.name())));
        ReconstructionError error = Evaluation.reconstruction(result.model(), test, how.threads());
        return new Trained(model, result, error, reconstructions(result, test, how.threads()));
    }

    private List<float[]> reconstructions(TrainResult result, Dataset test, int threads) {
        int count = Math.min(recipe.outputs().examples(), test.size());
        int size = test.sampleShape().size();
        float[] all = new float[count * size];
        try (Inference inference = Inference.of(result.model(), threads)) {
            inference.reconstruct(test::copySample, 0, count, all);
        }
        List<float[]> each = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            each.add(Arrays.copyOfRange(all, i * size, (i + 1) * size));
        }
        return each;
    }

    private List<float[]> examples(Dataset test) {
        List<float[]> examples = new ArrayList<>();
        for (int i = 0; i < Math.min(recipe.outputs().examples(), test.size()); i++) {
            float[] sample = new float[test.sampleShape().size()];
            test.copySample(i, sample, 0);
            examples.add(sample);
        }
        return examples;
    }

    /**
     * Fits PCA once to what these models learned, with as many components as the widest waist has numbers: its first k
     * are PCA with k. A few samples span fewer dimensions, and more components than these would add nothing.
     */
    private List<ModelResult> besidePca(List<Trained> models, Splits splits) {
        Dataset training = splits.training();
        Dataset test = splits.test();
        int threads = models.getFirst().recipe().training().threads();
        int widest = models.stream()
                .mapToInt(model -> model.recipe().spec().latentSize())
                .max()
                .orElseThrow();
        int most = Math.min(widest, training.sampleShape().size());
        tell(new LabEvent.Working(String.format(
                Locale.ROOT, "Fitting PCA with %,d components to %,d samples, for comparison", most, training.size())));
        PrincipalComponents pca = PrincipalComponents.fit(training, most, threads);
        RunData data =
                new RunData(models.getFirst().recipe().data().name(), training.size(), test.size(), examples(test));
        Map<Integer, Double> mseByComponents = new HashMap<>();
        List<ModelResult> results = new ArrayList<>();
        for (Trained model : models) {
            AutoencoderSpec spec = model.recipe().spec();
            double pcaMse = mseByComponents.computeIfAbsent(
                    Math.min(spec.latentSize(), pca.components()), components -> pca.mse(test, components, threads));
            results.add(new ModelResult(
                    spec,
                    data,
                    model.result().model().parameters().count(),
                    model.result().history(),
                    model.test(),
                    pcaMse,
                    model.result().model().parameters().sha256(),
                    model.reconstructions()));
        }
        return results;
    }
}
