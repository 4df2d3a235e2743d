package dev.hourglass.cli.arguments;

import dev.hourglass.cli.CommandException;
import dev.hourglass.cli.terminal.FetchDisplay;
import dev.hourglass.cli.terminal.Terminal;
import dev.hourglass.data.DataSources;
import dev.hourglass.data.Dataset;
import dev.hourglass.data.JoinedInputs;
import dev.hourglass.data.SourceOptions;
import dev.hourglass.data.catalog.DatasetCatalog;
import dev.hourglass.data.files.LogMelSpectrogram;
import dev.hourglass.data.images.Background;
import dev.hourglass.data.images.Fit;
import dev.hourglass.data.images.PictureOptions;
import dev.hourglass.data.series.SeriesOptions;
import dev.hourglass.data.tables.TableOptions;
import dev.hourglass.evaluate.InputScale;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.model.Graph;
import dev.hourglass.model.OutputRange;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.Shape;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The samples that a command sends through a model. */
public final class DataArguments {
    @Option(
            names = "--data",
            required = true,
            paramLabel = "SOURCE",
            description = "A data set by name, such as mnist:test, or the path of " + DataSources.FILES
                    + ", or of a folder of pictures, tables or sounds (docs/data.md); of a model with several inputs"
                    + " INPUT=FILE,INPUT=FILE,... or an NPZ file with arrays of the inputs' names.")
    private String source = "";

    @Option(
            names = "--labels",
            paramLabel = "FILE",
            description =
                    "One label per sample: a CSV, TSV or TXT file of one column (numbers or names; also .gz and .zip),"
                            + " or an IDX, NPY, NPZ or MAT file.")
    private @Nullable Path labels;

    @Mixin
    private TableArguments table = new TableArguments();

    @Option(
            names = "--array",
            paramLabel = "NAME",
            description =
                    "Which array of an NPZ, MAT or HDF5 file has the samples (default: by its name, such as x_test or"
                            + " data). data.h5:/x in place of the file's path is the same.")
    private @Nullable String array;

    @Option(
            names = "--spectrogram",
            paramLabel = "MELS,WINDOW,HOP",
            converter = SpectrogramName.class,
            description = "Sound as its log-mel spectrogram: bands, frames of a window (a power of two) and from one to"
                    + " the next, such as 64,1024,512 (default: as the model was trained).")
    private @Nullable LogMelSpectrogram spectrogram;

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

    @Option(
            names = "--scale",
            paramLabel = "N",
            converter = Scale.class,
            description =
                    "Divide stored numbers by N, such as 255 for pixels; 1 takes them as they are (default: as the"
                            + " model was trained, where its file says that).")
    private @Nullable Float scale;

    @Option(
            names = "--fit",
            paramLabel = "HOW",
            converter = FitName.class,
            description =
                    "How pictures of other sizes are brought to the model's: crop, pad or stretch (default: refuse"
                            + " them).")
    private @Nullable Fit fit;

    @Option(
            names = "--background",
            paramLabel = "COLOUR",
            converter = BackgroundName.class,
            description =
                    "Behind transparent pixels and beside padded pictures: black, white or #rrggbb (default: black).")
    private Background background = Background.BLACK;

    /** One of {@link Fit} by its name in lower case. */
    static final class FitName implements ITypeConverter<Fit> {
        @Override
        public Fit convert(String text) {
            return Arrays.stream(Fit.values())
                    .filter(fit -> fit.name().toLowerCase(Locale.ROOT).equals(text))
                    .findFirst()
                    .orElseThrow(
                            () -> new TypeConversionException("expected crop, pad or stretch, found '" + text + "'"));
        }
    }

    /** Three whole numbers. */
    static final class SpectrogramName implements ITypeConverter<LogMelSpectrogram> {
        @Override
        public LogMelSpectrogram convert(String text) {
            try {
                return LogMelSpectrogram.parse(text)
                        .orElseThrow(() -> new TypeConversionException(
                                "expected mels, window and hop such as 64,1024,512, found '" + text + "'"));
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }

    /** A colour as {@link Background} reads it. */
    static final class BackgroundName implements ITypeConverter<Background> {
        @Override
        public Background convert(String text) {
            return Background.parse(text)
                    .orElseThrow(() -> new TypeConversionException(
                            "expected black, white or a colour such as #ff8000, found '" + text + "'"));
        }
    }

    /** A number to divide by. */
    static final class Scale implements ITypeConverter<Float> {
        @Override
        public Float convert(String text) {
            try {
                float value = Float.parseFloat(text);
                if (Float.isFinite(value) && value != 0) {
                    return value;
                }
            } catch (NumberFormatException e) {
                // The same mistake as a number out of range.
            }
            throw new TypeConversionException("expected a number other than 0, found '" + text + "'");
        }
    }

    /**
     * Samples as the model reads them: of its shape and under the normalization it was trained with. Where their numbers
     * are larger or smaller than it can have been trained on, the user is told so.
     */
    public Dataset open(SavedModel model, DatasetCatalog catalog, Terminal terminal) {
        SourceOptions options = options().withSampleShape(model.input());
        return model.readsSeveral()
                ? openInputs(model, options.withNormalization(model.normalization()), catalog, terminal)
                : open(model, options, catalog, terminal);
    }

    /** The same, but pictures in the size that they have, for a model that reads patches of them. */
    public Dataset openWhole(SavedModel model, DatasetCatalog catalog, Terminal terminal) {
        Shape input = model.input();
        if (model.readsSeveral() || input.rank() != 3 || !model.output().equals(input)) {
            throw new CommandException("Model '" + model.name() + "' turns " + input + " into " + model.output()
                    + "; patches need one that rebuilds pictures [height, width, channels]. Leave --patches out.");
        }
        PictureOptions inColour =
                pictures().withColour(input.dimension(2) == 1 ? PictureOptions.Colour.GREY : PictureOptions.Colour.RGB);
        Dataset data = open(model, options().withPictures(inColour), catalog, terminal);
        Shape found = data.sampleShape();
        return found.rank() == 2 ? data.reshaped(Shape.of(found.dimension(0), found.dimension(1), 1)) : data;
    }

    private Dataset open(SavedModel model, SourceOptions wanted, DatasetCatalog catalog, Terminal terminal) {
        return open(source, model, wanted, catalog, terminal);
    }

    private Dataset open(String of, SavedModel model, SourceOptions wanted, DatasetCatalog catalog, Terminal terminal) {
        SourceOptions options = model.reading(of, wanted.withNormalization(model.normalization()));
        Dataset data = open(of, options, catalog, terminal);
        warn(model, data, terminal);
        return data;
    }

    /** Says what speaks against the scale of samples, be it the model's or the user's. */
    public void warn(SavedModel model, Dataset data, Terminal terminal) {
        Float divisor = scale;
        Optional<String> doubt = divisor == null ? doubt(model, data) : InputScale.doubt(data, divisor);
        doubt.ifPresent(said -> terminal.error("WARNING: " + said));
        if (divisor == null) {
            InputScale.divided(data, model.normalization()).ifPresent(terminal::error);
        }
    }

    private static Optional<String> doubt(SavedModel model, Dataset data) {
        boolean rebuilds = model.output().equals(model.input());
        OutputRange output =
                rebuilds ? OutputRange.of(model.graph(), model.reconstruction().orElseThrow()) : OutputRange.ALL;
        return InputScale.layer(model.layers())
                .map(first -> InputScale.doubt(data, first, output))
                .orElseGet(() -> InputScale.doubt(data, model.normalization(), output));
    }

    /** What {@code --data} names. */
    public String source() {
        return source;
    }

    /** How many samples are taken at most. */
    public int limit() {
        return limit == null ? Integer.MAX_VALUE : limit;
    }

    public Background background() {
        return background;
    }

    /** What stored pixels come under: {@code --scale} says it, or else the model. */
    public Normalization normalization(Normalization ofModel) {
        Float divisor = scale;
        return divisor == null ? ofModel : new Normalization(1.0 / divisor, 0);
    }

    /**
     * Samples of a source as {@link #open(SavedModel, DatasetCatalog, Terminal)} has them, but windows of a series overlap.
     *
     * @param usualStride from one window to the next where {@code --stride} doesn't say it
     */
    public Dataset openOverlapping(
            String of, SavedModel model, int usualStride, DatasetCatalog catalog, Terminal terminal) {
        SourceOptions wanted = options().withSampleShape(model.input());
        return open(of, model, stride == null ? wanted.withStride(usualStride) : wanted, catalog, terminal);
    }

    /** The same with its gaps filled for the time being, in steps as they lie there. */
    public Dataset openFilled(SavedModel model, int usualStride, DatasetCatalog catalog, Terminal terminal) {
        SourceOptions given = options();
        SourceOptions.Tables tables = given.tables();
        if (tables.steps().resample() != null) {
            throw new CommandException(
                    "Gaps are filled where they lie, so steps can't be made equal. Leave --resample out.");
        }
        SeriesOptions.Steps steps = new SeriesOptions.Steps(
                SeriesOptions.Missing.INTERPOLATE,
                tables.steps().maxGap(),
                null,
                tables.steps().lengths());
        SourceOptions wanted = given.withSampleShape(model.input())
                .withTables(new SourceOptions.Tables(tables.table(), steps, tables.fillUp(), tables.rule()));
        return open(source, model, stride == null ? wanted.withStride(usualStride) : wanted, catalog, terminal);
    }

    /** How a table is read for a model: its columns by name, where no others are asked for. */
    public TableOptions tableOptions(SavedModel model) {
        TableOptions given = table.read().table();
        return given.roles().columns().isEmpty()
                ? given.withColumns(model.normalization().columns())
                : given;
    }

    /** Pictures of a source in the size that they have. */
    public Dataset openPictures(String of, SavedModel model, DatasetCatalog catalog, Terminal terminal) {
        return open(of, model, options(), catalog, terminal);
    }

    /** The shape of one sample as it lies there, for a model that leaves its sizes open. */
    public Shape sampleShape(DatasetCatalog catalog, Terminal terminal) {
        return open(options(), catalog, terminal).sampleShape();
    }

    /** Each input's samples from a file or an array of its own; else those of all inputs in a row. */
    private Dataset openInputs(SavedModel model, SourceOptions options, DatasetCatalog catalog, Terminal terminal) {
        Map<String, String> files = new LinkedHashMap<>();
        if (source.contains("=")) {
            InputFiles.parse(source, model.graph().inputs()).forEach(files::put);
        } else if (InputFiles.hasArrays(source, model.graph().inputs())) {
            model.graph().inputs().forEach(input -> files.put(input.name(), source));
        } else {
            return open(options, catalog, terminal);
        }
        Map<String, Dataset> inputs = new LinkedHashMap<>();
        // Each number of a row may have a scale of its own.
        boolean byNumber = scale == null && model.normalization().channels() > 1;
        SourceOptions plain = byNumber ? options.withNormalization(Normalization.NONE) : options;
        for (Graph.Input input : model.graph().inputs()) {
            String file = Objects.requireNonNull(files.get(input.name()));
            SourceOptions of = plain.withSampleShape(input.shape());
            inputs.put(
                    input.name(), open(file, file.equals(source) ? of.withArray(input.name()) : of, catalog, terminal));
        }
        JoinedInputs rows = JoinedInputs.of(inputs);
        return byNumber ? rows.withNormalization(model.normalization()) : rows;
    }

    private Dataset open(SourceOptions options, DatasetCatalog catalog, Terminal terminal) {
        return open(source, options, catalog, terminal);
    }

    private Dataset open(String of, SourceOptions options, DatasetCatalog catalog, Terminal terminal) {
        try (FetchDisplay display = new FetchDisplay(terminal)) {
            Dataset data = new DataSources(catalog).open(of, options, display);
            return limit == null ? data : data.limit(limit);
        }
    }

    private PictureOptions pictures() {
        return PictureOptions.defaults().withFit(fit).withBackground(background);
    }

    private SourceOptions options() {
        return new SourceOptions(null, null, labels, stride, scale, pictures(), table.read(), array, spectrogram);
    }
}
