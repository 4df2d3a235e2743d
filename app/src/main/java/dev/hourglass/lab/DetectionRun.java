package dev.hourglass.lab;

import dev.hourglass.data.DataSources;
import dev.hourglass.data.Dataset;
import dev.hourglass.data.Subset;
import dev.hourglass.data.catalog.DatasetCatalog;
import dev.hourglass.detect.Detection;
import dev.hourglass.detect.DetectionOptions;
import dev.hourglass.detect.ThresholdRule;
import dev.hourglass.files.Failures;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.formats.UnsupportedModelException;
import dev.hourglass.lab.detection.DetectionStudy;
import dev.hourglass.lab.detection.LeftOut;
import dev.hourglass.lab.detection.NewData;
import dev.hourglass.lab.detection.NormalClasses;
import dev.hourglass.lab.detection.Rivals;
import dev.hourglass.lab.detection.ScoredSamples;
import dev.hourglass.lab.detection.ScoredSeries;
import dev.hourglass.lab.recipe.ModelRecipe;
import dev.hourglass.lab.recipe.Recipe;
import dev.hourglass.lab.run.JsonWriting;
import dev.hourglass.lab.run.RunFolder;
import dev.hourglass.lab.study.ProgressReporter;
import dev.hourglass.lab.study.TrainedModel;
import dev.hourglass.report.DetectionSection;
import dev.hourglass.report.results.DetectorComparison;
import dev.hourglass.report.tables.DetectorTable;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.RandomSource;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Makes detectors of a run's models, and writes what they find into its folder. */
final class DetectionRun {
    /** Samples that a model is tried on before it is trained. */
    private static final int TRIED = 64;

    private final RunFolder folder;
    private final Recipe.Detect detect;
    private final DatasetCatalog catalog;
    private final Consumer<LabEvent> listener;
    private final ProgressReporter reporter;
    private final Map<String, DetectionSection> sections = new LinkedHashMap<>();
    private final Map<String, LeftOut> leftOut = new LinkedHashMap<>();
    private final Map<String, Object> json = new LinkedHashMap<>();

    DetectionRun(
            RunFolder folder,
            Recipe.Detect detect,
            DatasetCatalog catalog,
            Consumer<LabEvent> listener,
            ProgressReporter reporter) {
        this.folder = folder;
        this.detect = detect;
        this.catalog = catalog;
        this.listener = listener;
        this.reporter = reporter;
    }

    /**
     * Tries now what would else fail when all epochs are over.
     *
     * @param untrained the model before training
     * @throws LabException if it can't be a detector, or what it shall score is not of its kind
     */
    void rehearse(ModelRecipe model, SavedModel untrained, Splits splits) {
        Dataset normal = normal(splits.reshaped(model.spec().input()));
        try {
            untrained.calibrated(
                    Subset.range(normal, 0, Math.min(TRIED, normal.size())),
                    detect.settings()
                            .over(DetectorTraining.defaults(normal))
                            .withErrors(DetectionOptions.Errors.SQUARED)
                            .withRule(new ThresholdRule.Quantile(0.5)),
                    "",
                    new RandomSource(0),
                    1,
                    done -> {});
        } catch (UnsupportedModelException | IllegalArgumentException e) {
            throw new LabException(
                    model.origin().prefix() + "Model '" + model.name() + "' can't be a detector: " + Failures.reason(e)
                            + " Change it or its data, or leave out 'detect'.",
                    e);
        }
        scored(model, splits, untrained.normalization());
        DetectionData.normal(model.data(), detect, splits.training());
    }

    private static Dataset normal(Splits splits) {
        return Objects.requireNonNull(splits.normal(), "held out when the data were opened");
    }

    private Dataset scored(ModelRecipe model, Splits splits, Normalization normalization) {
        Path file = detect.scored();
        if (file == null) {
            return splits.test().reshaped(model.spec().input());
        }
        return new DataSources(catalog)
                .open(
                        file.toString(),
                        NewData.options(model.data(), null, true)
                                .withSampleShape(model.spec().input())
                                .withNormalization(normalization),
                        event -> listener.accept(new LabEvent.Fetching(event)));
    }

    /**
     * Calibrates a model, scores, and writes all files of it but the report.
     *
     * @throws LabException if it is no detector, or a file can't be written
     */
    void run(TrainedModel trained, Splits opened) {
        ModelRecipe recipe = trained.recipe();
        Splits splits = opened.reshaped(recipe.spec().input());
        long seed = recipe.training().seed();
        int threads = recipe.training().threads();
        Dataset normal = normal(splits);
        double share = recipe.training().trimming().share();
        SavedModel detector = DetectorTraining.calibrated(
                DetectorTraining.saved(recipe, trained.result()),
                normal,
                detect.settings().over(DetectorTraining.defaults(normal).withOutliers(share)),
                String.format(
                        Locale.ROOT,
                        "%s, %.0f %% of the normal training samples, held out",
                        Path.of(recipe.data().name()).getFileName(),
                        100 * detect.holdOut()),
                seed,
                threads,
                listener);
        if (recipe.training().trimming().trims()) {
            leftOut.put(
                    recipe.name(),
                    DetectorTraining.leftOut(
                            detector, splits.training(), trained.result().leftOut(), normal, share, threads));
        }
        Dataset scored = scored(recipe, opened, detector.normalization());
        Rivals.Watch watch = task -> reporter.working(task + " beside " + recipe.name());
        Rivals rivals = detect.rivals()
                ? Rivals.fit(
                        splits.training(), normal, Objects.requireNonNull(detector.detection()), seed, threads, watch)
                : null;
        NormalClasses classes = DetectionData.normal(recipe.data(), detect, opened.training());
        try {
            DetectionStudy.Found found = new DetectionStudy(detector, scored, classes, rivals)
                    .find(threads, watch, reporter.progress("Scoring by " + recipe.name(), 2 * scored.size()));
            sections.put(recipe.name(), found.section());
            write(recipe.name(), detector, found);
        } catch (IllegalArgumentException e) {
            throw new LabException("Can't score " + scored.name() + ": " + e.getMessage(), e);
        }
    }

    /** What was left out of training and calibration, by the model's name; of those that may leave something out. */
    Map<String, LeftOut> leftOut() {
        return leftOut;
    }

    /** What was found, by the model's name. */
    Map<String, DetectionSection> sections() {
        return sections;
    }

    private void write(String name, SavedModel detector, DetectionStudy.Found found) {
        folder.write("models/" + name + "_detector.keras", detector);
        ScoredSeries series = found.series();
        ScoredSamples samples = found.samples();
        if (series != null) {
            folder.write("results/" + name + "_scores.csv", series::writeScores);
            folder.write("results/" + name + "_events.csv", series::writeEvents);
        }
        if (samples != null) {
            folder.write("results/" + name + "_scores.csv", samples::writeScores);
        }
        DetectionSection section = found.section();
        section.picture().ifPresent(figure -> {
            folder.write("plots/" + name + "_anomalies.png", figure.toPngBytes());
            folder.write("plots/" + name + "_anomalies.svg", figure.toSvg());
        });
        DetectorComparison comparison = section.comparison();
        if (comparison != null) {
            folder.write(
                    "results/" + name + "_rivals.csv",
                    DetectorTable.of(comparison).toCsv());
        }
        json.put(name, tree(detector, section));
        folder.write("results/detection.json", JsonWriting.text(json));
    }

    private static Object tree(SavedModel detector, DetectionSection section) {
        Detection detection = Objects.requireNonNull(detector.detection());
        Map<String, @Nullable Object> of = new LinkedHashMap<>();
        of.put("data", section.data());
        of.put("threshold", JsonWriting.finite(detection.threshold().threshold()));
        of.put("low", JsonWriting.finite(detection.threshold().low()));
        of.put("high", JsonWriting.finite(detection.threshold().high()));
        of.put("calibration", detection.calibration());
        of.put("events", section.events());
        Map<String, @Nullable Object> metrics = new LinkedHashMap<>();
        section.metrics().forEach(metric -> metrics.put(metric.name().strip(), JsonWriting.finite(metric.value())));
        of.put("metrics", metrics);
        DetectorComparison comparison = section.comparison();
        of.put("rivals", comparison == null ? List.of() : comparison.lines());
        of.put("verdict", comparison == null ? List.of() : comparison.verdict());
        return of;
    }
}
