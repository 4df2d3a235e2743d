package dev.hourglass.lab;

import dev.hourglass.data.Dataset;
import dev.hourglass.data.catalog.DatasetCatalog;
import dev.hourglass.data.series.SeriesOptions;
import dev.hourglass.detect.DetectionOptions;
import dev.hourglass.detect.Detector;
import dev.hourglass.detect.series.Smoothing;
import dev.hourglass.files.Failures;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.lab.detection.LeftOut;
import dev.hourglass.lab.detection.ScoredSeries;
import dev.hourglass.lab.recipe.ModelRecipe;
import dev.hourglass.lab.recipe.Recipe;
import dev.hourglass.lab.run.Provenance;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.Outliers;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import dev.hourglass.train.TrainResult;
import dev.hourglass.train.Trainer;
import dev.hourglass.train.TrainingDivergedException;
import dev.hourglass.train.UnsuitableTrainingException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * From normal data to a detector: the first model of a recipe is trained on its training part and calibrated by its test part,
 * on which it was not trained. Where rows have labels, the commonest class counts as normal and alone is used.
 */
public final class DetectorTraining {
    private static final int MOST_WHITENED = 64;

    private final ModelRecipe model;
    private final Splits splits;

    private DetectorTraining(ModelRecipe model, Splits splits) {
        this.model = model;
        this.splits = splits;
    }

    /**
     * Opens the data of a recipe.
     *
     * @param recipe whose first model is trained
     * @throws LabException if its data don't fit the model
     */
    public static DetectorTraining open(Recipe recipe, DatasetCatalog catalog, Consumer<LabEvent> listener) {
        ModelRecipe model = recipe.models().getFirst();
        Splits opened = open(model.data(), catalog, listener);
        listener.accept(new LabEvent.DataOpened(
                model.data(), opened.training().size(), opened.test().size()));
        Lab.requireFits(model, opened);
        boolean same = opened.training().sampleShape().equals(model.spec().input());
        return new DetectorTraining(
                model, same ? opened : opened.reshaped(model.spec().input()));
    }

    /** The shape of a sample. */
    public Shape input() {
        return model.spec().input();
    }

    /** What samples go through before the model, as fitted to the training part. */
    public Normalization normalization() {
        return splits.training().normalization();
    }

    /** What is trained on. */
    public Dataset training() {
        return splits.training();
    }

    /** What calibrates: of the same kind, and not trained on. */
    public Dataset normal() {
        return splits.test();
    }

    /** The seed of the training. */
    public long seed() {
        return model.training().seed();
    }

    /**
     * Trains and calibrates.
     *
     * @param change what is wanted instead of the defaults for data of this kind
     * @throws LabException if training diverges or doesn't suit the model, or the test part is no calibration
     */
    public Made run(UnaryOperator<DetectionOptions> change, Consumer<LabEvent> listener) {
        listener.accept(new LabEvent.ModelStarted(model.spec(), 1, 1));
        TrainResult result = trained(model, splits, listener);
        splits.requireUnchanged();
        double share = model.training().trimming().share();
        SavedModel detector = calibrated(
                saved(model, result),
                splits.test(),
                change.apply(defaults(splits.test()).withOutliers(share)),
                heldOut(model.data()),
                model.training().seed(),
                model.training().threads(),
                listener);
        return new Made(
                detector,
                leftOut(
                        detector,
                        splits.training(),
                        result.leftOut(),
                        splits.test(),
                        share,
                        model.training().threads()));
    }

    /** A detector, and what its training and calibration left out. */
    public record Made(SavedModel detector, LeftOut leftOut) {}

    /**
     * What was left out.
     *
     * @param trimmed of the training data
     * @param share of each part that may be left out; nothing is with 0
     */
    static LeftOut leftOut(
            SavedModel detector, Dataset training, Outliers trimmed, Dataset normal, double share, int threads) {
        if (share == 0) {
            return LeftOut.NONE;
        }
        LeftOut.Part ofTraining = new LeftOut.Part("training", training, trimmed);
        return new LeftOut(
                Stream.concat(Stream.of(ofTraining), leftOut(detector, normal, share, threads).parts().stream())
                        .toList());
    }

    /** What calibrating a model left out. */
    public static LeftOut leftOut(SavedModel detector, Dataset normal, double share, int threads) {
        if (share == 0) {
            return LeftOut.NONE;
        }
        try (Detector opened = detector.detector(threads)) {
            Outliers outliers = Detector.outliers(opened.reconstruction(normal), normal, share);
            return new LeftOut(List.of(new LeftOut.Part("held out", normal, outliers)));
        }
    }

    /** Rows of other classes than the commonest are not trained on. */
    private static Splits open(Recipe.Data data, DatasetCatalog catalog, Consumer<LabEvent> listener) {
        Splits splits = Lab.open(data, catalog, listener);
        Dataset training = splits.training();
        Recipe.Series series = data.series();
        if (!training.hasLabels()
                || series == null
                || !series.options().classes().trainOn().isEmpty()) {
            return splits;
        }
        int usual = commonest(training);
        if (countOther(training, usual) + countOther(splits.test(), usual) == 0) {
            return splits;
        }
        String name =
                usual < training.classNames().size() ? training.classNames().get(usual) : Integer.toString(usual);
        listener.accept(new LabEvent.Notice("The class '" + name
                + "' is the commonest and counts as normal: it alone is trained on and calibrated" + " by."));
        SeriesOptions options = series.options();
        SeriesOptions.Classes alone =
                new SeriesOptions.Classes(List.of(name), options.classes().rule(), true);
        Recipe.Series normal = new Recipe.Series(series.file(), options.withClasses(alone));
        return Lab.open(
                new Recipe.Data(
                        data.name(),
                        data.folder(),
                        data.trainingLimit(),
                        data.testLimit(),
                        normal,
                        data.pictures(),
                        data.nextSteps()),
                catalog,
                ignored -> {});
    }

    private static int commonest(Dataset data) {
        Map<Integer, Integer> counts = new TreeMap<>();
        for (int i = 0; i < data.size(); i++) {
            counts.merge(data.label(i), 1, Integer::sum);
        }
        return counts.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .orElseThrow();
    }

    private static int countOther(Dataset data, int usual) {
        return (int) IntStream.range(0, data.size())
                .filter(i -> data.label(i) != usual)
                .count();
    }

    private static TrainResult trained(ModelRecipe model, Splits splits, Consumer<LabEvent> listener) {
        try {
            return Trainer.train(
                    model.spec(),
                    splits.training(),
                    splits.test(),
                    model.training(),
                    event -> listener.accept(new LabEvent.Training(event)));
        } catch (UnsuitableTrainingException | TrainingDivergedException e) {
            throw new LabException(Failures.reason(e), e);
        }
    }

    /** A trained model as it is written, with where it comes from. */
    static SavedModel saved(ModelRecipe model, TrainResult result) {
        Map<String, String> provenance = new LinkedHashMap<>();
        provenance.put("Hourglass", Provenance.version());
        provenance.put("Data", model.data().name());
        provenance.put("Seed", Long.toString(model.training().seed()));
        provenance.putAll(Sounds.facts(model));
        return SavedModel.of(result.model(), result.history().loss(), result.optimizer(), provenance);
    }

    /**
     * A model as a detector, with the threshold of normal data.
     *
     * @param normal under the model's normalization
     * @param source what they are, for people
     * @throws LabException if they are no calibration
     */
    public static SavedModel calibrated(
            SavedModel model,
            Dataset normal,
            DetectionOptions options,
            String source,
            long seed,
            int threads,
            Consumer<LabEvent> listener) {
        try {
            SavedModel detector = model.calibrated(
                    normal,
                    options,
                    source,
                    new RandomSource(seed),
                    threads,
                    done -> listener.accept(new LabEvent.Progress("Calibrating", done, normal.size())));
            normal.requireUnchanged();
            return detector;
        } catch (IllegalArgumentException e) {
            throw new LabException("Can't calibrate '" + model.name() + "' by " + source + ": " + e.getMessage(), e);
        }
    }

    /** What suits data of a kind: whitened and smoothed scores of a series, whitened of rows, else squared. */
    public static DetectionOptions defaults(Dataset normal) {
        boolean series = ScoredSeries.isSeries(normal);
        boolean rows = normal.sampleShape().rank() == 1;
        int channels = normal.sampleShape().dimension(-1);
        DetectionOptions options = series
                ? DetectionOptions.defaults()
                : DetectionOptions.defaults().withSmoothing(new Smoothing.MovingAverage(1));
        return (series || rows) && channels > 1 && channels <= MOST_WHITENED
                ? options
                : options.withErrors(DetectionOptions.Errors.SQUARED);
    }

    private static String heldOut(Recipe.Data data) {
        Path name = Path.of(data.name()).getFileName();
        Recipe.Series series = data.series();
        Path test = series != null
                ? series.options().test()
                : data.pictures() != null ? data.pictures().options().test() : null;
        if (test != null) {
            return String.valueOf(test.getFileName());
        }
        if (series == null && data.pictures() == null) {
            return data.name() + ":test";
        }
        return series == null
                ? name + ", pictures that were held out"
                : String.format(
                        Locale.ROOT,
                        "%s, the last %.0f %%",
                        name,
                        100 * series.options().testShare());
    }
}
