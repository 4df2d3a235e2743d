package dev.hourglass.cli.arguments;

import dev.hourglass.cli.terminal.FetchDisplay;
import dev.hourglass.cli.terminal.Terminal;
import dev.hourglass.data.DataSources;
import dev.hourglass.data.Dataset;
import dev.hourglass.data.SourceOptions;
import dev.hourglass.data.catalog.DatasetCatalog;
import dev.hourglass.formats.SavedModel;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The samples that a command sends through a model. */
public final class DataArguments {
    @Option(
            names = "--data",
            required = true,
            paramLabel = "SOURCE",
            description =
                    "A data set by name, such as mnist:test, or the path of an IDX, NPY or CSV file or a folder of images.")
    private String source = "";

    @Option(
            names = "--labels",
            paramLabel = "FILE",
            description = "One label per sample: an IDX, NPY or CSV file; in CSV also by class name.")
    private @Nullable Path labels;

    @Option(
            names = "--label-column",
            paramLabel = "NAME",
            description = "The column of a CSV file that holds the labels.")
    private @Nullable String labelColumn;

    @Option(
            names = "--stride",
            paramLabel = "N",
            converter = WholeNumber.Count.class,
            description =
                    "Steps from one window of a series to the next (default: the window's length, so none overlap).")
    private @Nullable Integer stride;

    @Option(
            names = "--limit",
            paramLabel = "N",
            converter = WholeNumber.Samples.class,
            description = "Use only the first N samples.")
    private @Nullable Integer limit;

    /** Samples as the model reads them: of its shape and under the normalization it was trained with. */
    public Dataset open(SavedModel model, DatasetCatalog catalog, Terminal terminal) {
        SourceOptions options =
                new SourceOptions(model.input(), model.normalization(), labels, labelColumn, stride, false);
        try (FetchDisplay display = new FetchDisplay(terminal)) {
            Dataset data = new DataSources(catalog).open(source, options, display);
            return limit == null ? data : data.limit(limit);
        }
    }
}
