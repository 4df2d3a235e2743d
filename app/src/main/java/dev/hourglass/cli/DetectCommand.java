package dev.hourglass.cli;

import dev.hourglass.cli.arguments.DetectionArguments;
import dev.hourglass.cli.arguments.ReadingArguments;
import dev.hourglass.cli.arguments.TableArguments;
import dev.hourglass.cli.arguments.ThreadsOption;
import dev.hourglass.cli.arguments.WholeNumber;
import dev.hourglass.cli.scores.Anomalies;
import dev.hourglass.cli.scores.LabelledRows;
import dev.hourglass.cli.terminal.LabDisplay;
import dev.hourglass.cli.terminal.Terminal;
import dev.hourglass.data.DataSources;
import dev.hourglass.data.Dataset;
import dev.hourglass.data.DatasetException;
import dev.hourglass.data.SourceOptions;
import dev.hourglass.data.catalog.DatasetCatalog;
import dev.hourglass.data.series.SeriesOptions;
import dev.hourglass.data.tables.TableOptions;
import dev.hourglass.files.AtomicFile;
import dev.hourglass.formats.ModelFile;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.lab.DetectorTraining;
import dev.hourglass.lab.detection.LeftOut;
import dev.hourglass.lab.detection.NewData;
import dev.hourglass.lab.detection.Rivals;
import dev.hourglass.lab.detection.ScoredSamples;
import dev.hourglass.lab.detection.ScoredSeries;
import dev.hourglass.lab.preview.DataPreview;
import dev.hourglass.lab.recipe.Recipe;
import dev.hourglass.lab.recipe.RecipeReader;
import dev.hourglass.lab.recipe.draft.DraftChoices;
import dev.hourglass.report.figures.Figure;
import dev.hourglass.report.results.DetectorComparison;
import dev.hourglass.report.tables.DetectorTable;
import dev.hourglass.train.Trimming;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code hourglass detect}: from normal data to the anomalies in others. */
@Command(
        name = "detect",
        header = "Learn what is normal from one file, and find the anomalies in another.",
        description = {
            "",
            "Trains a model that suits on the first four fifths of TRAIN, finds the threshold from the rest, on which"
                    + " it was not trained, and scores NEW. The folder has the detector, which 'hourglass score' scores"
                    + " more data with, the scores of all rows, the events with the channels to blame, and a picture."
                    + " TRAIN is to be normal; where its rows have labels, the commonest class counts as normal."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  hourglass detect pump-2023.csv pump-2024.csv",
            "  hourglass detect train.csv new.csv --false-alarms 0.001 --out found",
            "  hourglass detect train.csv new.csv --label-column fault    and judge what was found by these labels",
            "  hourglass detect train.csv new.csv --model lstm.keras      calibrate a model instead of training one",
            "  hourglass detect good-parts/ new-parts/                    pictures, the oddest first"
        })
final class DetectCommand implements Runnable {
    private final Terminal terminal;
    private final DatasetCatalog catalog;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(
            index = "0",
            paramLabel = "TRAIN",
            description = "Normal data: a table, arrays, or a folder of pictures, tables or sounds (docs/data.md).")
    private Path train = Path.of("");

    @Parameters(index = "1", paramLabel = "NEW", description = "What is scored, of the same kind.")
    private Path data = Path.of("");

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "The folder to write, new or empty (default: NEW's name and -anomalies, in this folder).")
    private @Nullable Path out;

    @Option(
            names = "--model",
            paramLabel = "FILE",
            description = "Don't train: calibrate this model, by all of TRAIN, on which it was not trained.")
    private @Nullable Path model;

    @Option(
            names = "--recipe",
            paramLabel = "FILE.yaml",
            description =
                    "Train the first model of this recipe, read and split as it says (default: what 'lab --from' would"
                            + " write for TRAIN).")
    private @Nullable Path recipe;

    @Option(
            names = "--epochs",
            paramLabel = "N",
            converter = WholeNumber.Count.class,
            description = "Passes over the training data (default: 30, or the recipe's).")
    private @Nullable Integer epochs;

    @Option(
            names = "--seed",
            paramLabel = "N",
            converter = WholeNumber.Seed.class,
            description = "Of initialisation, shuffling and bootstrap (default: 42, or the recipe's).")
    private @Nullable Long seed;

    @Option(
            names = "--robust",
            paramLabel = "SHARE",
            arity = "0..1",
            fallbackValue = "0.1",
            converter = Robust.class,
            description =
                    "TRAIN may hold anomalies: leave out what stays worst rebuilt over the epochs, this share of it at"
                            + " most (0.1 where none is given), in training and for the threshold. What was left out is"
                            + " said, and listed in left-out.csv.")
    private @Nullable Double robust;

    @Option(
            names = "--no-rivals",
            description = "Don't hold simple detectors beside the model: PCA, nearest neighbours, a rolling z-score.")
    private boolean noRivals;

    @Mixin
    private DetectionArguments detection = new DetectionArguments();

    @Mixin
    private TableArguments table = new TableArguments();

    @Mixin
    private ThreadsOption threads = new ThreadsOption();

    DetectCommand(Terminal terminal, DatasetCatalog catalog) {
        this.terminal = terminal;
        this.catalog = catalog;
    }

    /**
     * A detector, and what it is to score.
     *
     * @param training null where the model was not trained here
     * @param normal what calibrated it
     * @param leftOut of both
     */
    private record Found(
            SavedModel detector,
            Dataset samples,
            String recipe,
            @Nullable Dataset training,
            Dataset normal,
            LeftOut leftOut,
            long seed) {}

    @Override
    public void run() {
        if (model != null && recipe != null) {
            throw new ParameterException(
                    spec.commandLine(), "expected --model or --recipe, found both. Leave one out.");
        }
        DataSources.requireFile(train);
        DataSources.requireFile(data);
        Path folder = out == null ? Path.of(stem(data) + "-anomalies") : out;
        requireNewOrEmpty(folder);
        Found found = model == null ? trained() : calibrated(model);
        terminal.println("");
        Anomalies.printCalibration(found.detector, terminal);
        found.leftOut.sentences().forEach(terminal::println);
        try {
            write(found, folder);
        } catch (IOException e) {
            throw CommandException.unwritable(folder, e);
        }
    }

    private static String stem(Path file) {
        String name = String.valueOf(file.toAbsolutePath().normalize().getFileName());
        return Files.isDirectory(file) ? name : name.replaceFirst("(?i)(\\.[a-z]+)?(\\.(gz|zip))?$", "");
    }

    private static void requireNewOrEmpty(Path folder) {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> inside = Files.list(folder)) {
            if (inside.findAny().isEmpty()) {
                return;
            }
        } catch (IOException e) {
            throw CommandException.unwritable(folder, e);
        }
        throw new CommandException(
                "Can't write into " + folder + ": it is not empty. Name another folder with --out, or remove it.");
    }

    private Found trained() {
        String written = recipe == null ? drafted() : "";
        Recipe read = recipe == null
                ? new RecipeReader(List.of()).parse(written, String.valueOf(train.getFileName()))
                : learning(new RecipeReader(catalog.names()).read(recipe));
        Recipe asRun = read.withEachModel(each -> {
            var training = each.training();
            training = epochs == null ? training : training.withEpochs(epochs);
            training = seed == null ? training : training.withSeed(seed);
            training = robust == null ? training : training.withTrimming(new Trimming(robust));
            return each.withTraining(training.withThreads(threads.count()));
        });
        try (LabDisplay display = new LabDisplay(terminal)) {
            DetectorTraining training = DetectorTraining.open(asRun, catalog, display);
            // Opened now, so that what is wrong with it is said before a model is trained.
            Dataset samples = ReadingArguments.open(
                    data.toString(),
                    options(asRun.models().getFirst().data())
                            .withSampleShape(training.input())
                            .withNormalization(training.normalization()),
                    catalog,
                    terminal);
            DetectorTraining.Made made = training.run(detection::options, display);
            return new Found(
                    made.detector(),
                    samples,
                    written,
                    training.training(),
                    training.normal(),
                    made.leftOut(),
                    training.seed());
        }
    }

    private String drafted() {
        DataPreview preview = OwnData.preview(train, labelsIfAny(table.read().table()), DraftChoices.NONE, terminal);
        preview.notes().forEach(terminal::println);
        return preview.recipe(train.toAbsolutePath().normalize().toString());
    }

    /** The column of labels may be in NEW alone. */
    private static TableOptions labelsIfAny(TableOptions options) {
        return options.withLabel(options.roles().label(), true);
    }

    /** The recipe with TRAIN as its data. */
    private Recipe learning(Recipe read) {
        return read.withEachModel(each -> {
            Recipe.Data of = each.data();
            Recipe.Series series = of.series();
            Recipe.Pictures pictures = of.pictures();
            Recipe.Data ours = new Recipe.Data(
                    train.toString(),
                    null,
                    of.trainingLimit(),
                    of.testLimit(),
                    series == null ? null : new Recipe.Series(train, withoutTest(series.options())),
                    pictures == null ? null : new Recipe.Pictures(train, pictures.options()),
                    null);
            if (!ours.isOwn()) {
                throw new CommandException("Can't train the recipe " + recipe + " on " + train
                        + ": it is of a data set by name. Take one with 'source' or 'images' under data.");
            }
            return each.withData(ours);
        });
    }

    private static SeriesOptions withoutTest(SeriesOptions options) {
        return new SeriesOptions(
                null,
                options.testShare(),
                options.window(),
                options.scaling(),
                options.labels(),
                options.table(),
                options.steps(),
                options.classes(),
                options.arrays(),
                options.spectrogram());
    }

    /** How NEW is read: as TRAIN, unless it is said. */
    private SourceOptions options(Recipe.Data of) {
        TableOptions said = table.read().table();
        return NewData.options(of, said.equals(TableOptions.DEFAULT) ? null : said, false);
    }

    private Found calibrated(Path file) {
        SavedModel plain;
        try {
            plain = ModelFile.read(file).withDetection(null);
        } catch (IOException e) {
            throw CommandException.unreadable(file, e);
        }
        ReadingArguments reading = new ReadingArguments(table);
        Dataset normal = reading.open(train.toString(), plain, catalog, terminal);
        Dataset samples = reading.open(data.toString(), plain, catalog, terminal);
        try (LabDisplay display = new LabDisplay(terminal)) {
            long usedSeed = seed == null ? 42 : seed;
            double share = robust == null ? 0 : robust;
            SavedModel detector = DetectorTraining.calibrated(
                    plain,
                    normal,
                    detection.options(DetectorTraining.defaults(normal).withOutliers(share)),
                    normal.name(),
                    usedSeed,
                    threads.count(),
                    display);
            LeftOut leftOut = DetectorTraining.leftOut(detector, normal, share, threads.count());
            return new Found(detector, samples, "", null, normal, leftOut, usedSeed);
        }
    }

    private void write(Found found, Path folder) throws IOException {
        if (ScoredSeries.isSeries(found.samples)) {
            ScoredSeries scored = Anomalies.series(found.detector, found.samples, threads.count(), terminal);
            terminal.println("");
            Anomalies.print(scored, terminal);
            create(folder, found);
            scored.writeScores(folder.resolve("scores.csv"));
            scored.writeEvents(folder.resolve("events.csv"));
            scored.figure(String.valueOf(data.getFileName())).writePng(folder.resolve("anomalies.png"));
            boolean[] anomalous = judge(scored);
            if (!noRivals) {
                write(Anomalies.compare(scored, rivals(found), anomalous, terminal), folder);
            }
        } else {
            ScoredSamples scored = Anomalies.samples(found.detector, found.samples, threads.count(), terminal);
            terminal.println("");
            Anomalies.print(scored, terminal);
            create(folder, found);
            scored.writeScores(folder.resolve("scores.csv"));
            Optional<Figure> figure = scored.figure(String.valueOf(data.getFileName()));
            if (figure.isPresent()) {
                figure.get().writePng(folder.resolve("oddest.png"));
            }
            if (!noRivals) {
                write(Anomalies.compare(scored, rivals(found), terminal), folder);
            }
        }
        terminal.println("");
        terminal.println("Everything is in " + folder + "; score more with: hourglass score "
                + folder.resolve("detector.keras") + " --data FILE");
    }

    private Rivals rivals(Found found) {
        terminal.println("");
        return Anomalies.rivals(found.training, found.normal, found.detector, found.seed, threads.count(), terminal);
    }

    private void write(DetectorComparison comparison, Path folder) throws IOException {
        Anomalies.print(comparison, terminal);
        AtomicFile.write(
                folder.resolve("rivals.csv"), DetectorTable.of(comparison).toCsv());
    }

    private static void create(Path folder, Found found) throws IOException {
        Files.createDirectories(folder);
        ModelFile.write(found.detector, folder.resolve("detector.keras"));
        if (!found.leftOut.isNone()) {
            found.leftOut.write(folder.resolve("left-out.csv"));
        }
        if (!found.recipe.isEmpty()) {
            AtomicFile.write(folder.resolve("recipe.yaml"), found.recipe);
        }
    }

    /** A share that may be left out. */
    static final class Robust implements ITypeConverter<Double> {
        @Override
        public Double convert(String text) {
            try {
                double share = Double.parseDouble(text);
                if (share > 0 && share <= 0.5) {
                    return share;
                }
            } catch (NumberFormatException e) {
                // The same mistake as a number out of range.
            }
            throw new TypeConversionException(
                    "expected a share above 0 and at most 0.5 such as 0.1, found '" + text + "'");
        }
    }

    /** Which rows are anomalies, where labels say so. */
    private boolean @Nullable [] judge(ScoredSeries scored) {
        String column = table.read().table().roles().label();
        if (column != null) {
            List<String> columns = scored.samples().normalization().columns();
            TableOptions read = table.read().table().withLabel(null, true);
            try {
                return LabelledRows.print(
                        scored, data, columns.isEmpty() ? read : read.withColumns(columns), data, column, terminal);
            } catch (DatasetException | CommandException e) {
                // The labels may be those of TRAIN alone.
                terminal.println("Not judged by labels: " + e.getMessage());
            }
        }
        return null;
    }
}
