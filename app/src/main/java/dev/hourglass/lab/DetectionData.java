package dev.hourglass.lab;

import dev.hourglass.data.Dataset;
import dev.hourglass.data.Subset;
import dev.hourglass.data.catalog.DatasetCatalog;
import dev.hourglass.data.series.SeriesOptions;
import dev.hourglass.lab.detection.HeldOut;
import dev.hourglass.lab.detection.NormalClasses;
import dev.hourglass.lab.recipe.Recipe;
import java.util.List;
import java.util.function.Consumer;

/**
 * Data of models that become detectors: trained on normal samples alone, but for some that calibrate; the test part is left as it
 * is.
 */
final class DetectionData {
    private DetectionData() {}

    /**
     * Opens them.
     *
     * @throws LabException if classes that count as normal are not there, or too few samples are left
     */
    static Splits open(Recipe.Data data, Recipe.Detect detect, DatasetCatalog catalog, Consumer<LabEvent> listener) {
        Splits whole = normalTraining(data, detect, Lab.open(data, catalog, listener), catalog, listener);
        try {
            HeldOut parts = HeldOut.of(whole.training(), detect.holdOut());
            return new Splits(parts.rest(), whole.test(), whole.skipped(), parts.kept(), whole.whole());
        } catch (IllegalArgumentException e) {
            throw new LabException(
                    "Can't hold out data to calibrate by: " + e.getMessage() + " Or change 'hold_out' under detect.",
                    e);
        }
    }

    private static Splits normalTraining(
            Recipe.Data data, Recipe.Detect detect, Splits whole, DatasetCatalog catalog, Consumer<LabEvent> listener) {
        NormalClasses normal = normal(data, detect, whole.training());
        if (normal.isAll(whole.training())) {
            return whole;
        }
        if (detect.normal().isEmpty()) {
            listener.accept(new LabEvent.Notice("The class '" + normal.names().getFirst()
                    + "' is the commonest and counts as normal: it alone is trained on and calibrated by. Name others"
                    + " with 'normal' under detect."));
        }
        Recipe.Series series = data.series();
        if (series == null) {
            Dataset training = whole.training();
            Subset some = Subset.where(training, i -> normal.holds(training, i));
            return new Splits(some, whole.test(), whole.skipped(), null, whole.whole());
        }
        SeriesOptions options = series.options();
        SeriesOptions.Classes alone =
                new SeriesOptions.Classes(normal.names(), options.classes().rule());
        return Lab.open(
                new Recipe.Data(
                        data.name(),
                        data.folder(),
                        data.trainingLimit(),
                        data.testLimit(),
                        new Recipe.Series(series.file(), options.withClasses(alone)),
                        null,
                        data.nextSteps()),
                catalog,
                ignored -> {});
    }

    /** Which classes are normal. */
    static NormalClasses normal(Recipe.Data data, Recipe.Detect detect, Dataset training) {
        Recipe.Series series = data.series();
        List<String> said = !detect.normal().isEmpty()
                ? detect.normal()
                : series == null ? List.of() : series.options().classes().trainOn();
        try {
            return NormalClasses.of(training, said);
        } catch (IllegalArgumentException e) {
            throw new LabException(String.valueOf(e.getMessage()), e);
        }
    }
}
