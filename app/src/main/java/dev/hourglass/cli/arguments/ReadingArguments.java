package dev.hourglass.cli.arguments;

import dev.hourglass.cli.terminal.FetchDisplay;
import dev.hourglass.cli.terminal.Terminal;
import dev.hourglass.data.DataSources;
import dev.hourglass.data.Dataset;
import dev.hourglass.data.SourceOptions;
import dev.hourglass.data.catalog.DatasetCatalog;
import dev.hourglass.data.images.Fit;
import dev.hourglass.data.images.PictureOptions;
import dev.hourglass.detect.Detection;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.tensor.Shape;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How a command that scores reads data, which may be several sources. */
public final class ReadingArguments {
    @Mixin
    private TableArguments table = new TableArguments();

    @Option(
            names = "--stride",
            paramLabel = "N",
            converter = WholeNumber.Count.class,
            description = "Steps from one window of a series to the next (default: as the model was calibrated).")
    private @Nullable Integer stride;

    @Option(
            names = "--fit",
            paramLabel = "HOW",
            converter = DataArguments.FitName.class,
            description =
                    "How pictures of other sizes are brought to the model's: crop, pad or stretch (default: refuse"
                            + " them).")
    private @Nullable Fit fit;

    public ReadingArguments() {}

    /** Of a command that has the settings of tables itself. */
    public ReadingArguments(TableArguments table) {
        this.table = table;
    }

    /** How tables are read. */
    public SourceOptions.Tables tables() {
        return table.read();
    }

    /** Samples as the model reads them, in its columns, cut as it was calibrated. */
    public Dataset open(String source, SavedModel model, DatasetCatalog catalog, Terminal terminal) {
        Detection detection = model.detection();
        Detection.Windows windows = detection == null ? null : detection.windows();
        int usual = windows == null ? overlapping(model.input()) : windows.stride();
        return open(
                source,
                model.reading(source, options(tables(), fit, stride == null ? usual : stride))
                        .withSampleShape(model.input())
                        .withNormalization(model.normalization()),
                catalog,
                terminal);
    }

    /** The same, with a window that begins at each row. */
    public Dataset openEachRow(String source, SavedModel model, DatasetCatalog catalog, Terminal terminal) {
        return open(
                source,
                model.reading(source, options(tables(), fit, 1))
                        .withSampleShape(model.input())
                        .withNormalization(model.normalization()),
                catalog,
                terminal);
    }

    /** Each row in four windows. */
    private static int overlapping(Shape input) {
        return input.rank() == 2 ? Math.max(1, input.dimension(0) / 4) : 1;
    }

    /** The labels of rows are read by themselves, so that a table without them is none the worse. */
    public static SourceOptions options(SourceOptions.Tables tables, @Nullable Fit fit, int stride) {
        SourceOptions.Tables unlabelled = new SourceOptions.Tables(
                tables.table().withLabel(null, true), tables.steps(), tables.fillUp(), tables.rule());
        PictureOptions pictures = PictureOptions.defaults().withFit(fit);
        return new SourceOptions(null, null, null, stride, null, pictures, unlabelled, null, null);
    }

    public static Dataset open(String source, SourceOptions options, DatasetCatalog catalog, Terminal terminal) {
        try (FetchDisplay display = new FetchDisplay(terminal)) {
            return new DataSources(catalog).open(source, options, display);
        }
    }
}
