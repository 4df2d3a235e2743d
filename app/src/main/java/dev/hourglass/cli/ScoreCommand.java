package dev.hourglass.cli;

import dev.hourglass.cli.arguments.CostArguments;
import dev.hourglass.cli.arguments.DetectionArguments;
import dev.hourglass.cli.arguments.FollowArguments;
import dev.hourglass.cli.arguments.ModelArguments;
import dev.hourglass.cli.arguments.ReadingArguments;
import dev.hourglass.cli.arguments.ThreadsOption;
import dev.hourglass.cli.arguments.WholeNumber;
import dev.hourglass.cli.scores.Anomalies;
import dev.hourglass.cli.scores.LabelledRows;
import dev.hourglass.cli.scores.ScoreJson;
import dev.hourglass.cli.terminal.LabDisplay;
import dev.hourglass.cli.terminal.Terminal;
import dev.hourglass.data.Dataset;
import dev.hourglass.data.DatasetException;
import dev.hourglass.data.catalog.DatasetCatalog;
import dev.hourglass.data.series.RowAnswers.Overlap;
import dev.hourglass.data.tables.TableOptions;
import dev.hourglass.detect.Detection;
import dev.hourglass.detect.Detector;
import dev.hourglass.detect.metrics.LabelledScores;
import dev.hourglass.formats.ModelFile;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.lab.DetectorTraining;
import dev.hourglass.lab.detection.OddestPictures;
import dev.hourglass.lab.detection.Rivals;
import dev.hourglass.lab.detection.ScoredSamples;
import dev.hourglass.lab.detection.ScoredSeries;
import dev.hourglass.tensor.RandomSource;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code hourglass score}: scores data with a model that is a detector. */
@Command(
        name = "score",
        header = "Score data with a detector: which rows are anomalies, from when to when, and which channels.",
        description = {
            "",
            "A detector is a model file with a threshold, such as 'hourglass detect' writes. Scores are over the"
                    + " threshold: above 1 is an anomaly. Rows of a series that are anomalous together are an event, with"
                    + " the channels to blame. Samples that are no series, such as pictures, get a score each."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  hourglass score pump.keras --data new.csv",
            "  hourglass score pump.keras --data new.csv --out scores.csv --labels labels.csv",
            "  hourglass score lstm.keras --data new.csv --calibrate normal.csv --false-alarms 0.001 --save pump.keras",
            "  tail -F new.csv | hourglass score lstm.keras --follow --calibrate normal.csv --state pump.state",
            "  hourglass score photos.keras --data photos/ --fit crop --heat-maps oddest"
        })
final class ScoreCommand implements Runnable {
    private static final int ODDEST = 50;

    private final Terminal terminal;
    private final DatasetCatalog catalog;
    private final InputStream in;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private ModelArguments model = new ModelArguments();

    @Option(
            names = "--data",
            paramLabel = "SOURCE",
            description =
                    "What is scored: a table, arrays, or a folder of pictures, tables or sounds (docs/data.md); with --follow"
                            + " a CSV file that grows (default: standard input).")
    private @Nullable String data;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description =
                    "Write the scores as a table, .csv, and the events of a series beside it as FILE with _events.")
    private @Nullable Path out;

    @Option(
            names = "--plot",
            paramLabel = "FILE",
            description = "Draw the series, its reconstruction, scores and events, or the oddest pictures, as .png.")
    private @Nullable Path plot;

    @Option(
            names = "--heat-maps",
            paramLabel = "FOLDER",
            description =
                    "Write a page with the oddest pictures first, their heat maps by pixel and by region as .png, and"
                            + " all scores.")
    private @Nullable Path heatMaps;

    @Option(
            names = "--oddest",
            paramLabel = "N",
            converter = WholeNumber.Count.class,
            description = "How many pictures --heat-maps shows (default: 50).")
    private @Nullable Integer oddest;

    @Option(
            names = "--labels",
            paramLabel = "FILE",
            description =
                    "Which rows are anomalies, to judge the scores by: a table of 0 and 1 or of start and end, or JSON"
                            + " (default: the column --label-column of the data, where it is given).")
    private @Nullable Path labels;

    @Option(
            names = "--calibrate",
            paramLabel = "NORMAL",
            description =
                    "Find the threshold from these data without anomalies, on which the model was not trained, in place"
                            + " of the one in its file.")
    private @Nullable String calibrate;

    @Option(
            names = "--save",
            paramLabel = "FILE",
            description = "With --calibrate, write the detector: .keras, .h5 or .onnx.")
    private @Nullable Path save;

    @Option(
            names = "--rivals",
            paramLabel = "NORMAL",
            description =
                    "Hold simple detectors beside the model: PCA, nearest neighbours and a rolling z-score, fitted to"
                            + " four fifths of these normal data and calibrated by the rest (default: those of"
                            + " --calibrate).")
    private @Nullable String rivals;

    @Option(
            names = "--seed",
            paramLabel = "N",
            converter = WholeNumber.Seed.class,
            description = "Of the bootstrap of --calibrate (default: 42).")
    private long seed = 42;

    @Mixin
    private DetectionArguments detection = new DetectionArguments();

    @Mixin
    private CostArguments costs = new CostArguments();

    @Mixin
    private ReadingArguments reading = new ReadingArguments();

    @Mixin
    private FollowArguments follow = new FollowArguments();

    @Mixin
    private ThreadsOption threads = new ThreadsOption();

    ScoreCommand(Terminal terminal, DatasetCatalog catalog) {
        this(terminal, catalog, System.in);
    }

    ScoreCommand(Terminal terminal, DatasetCatalog catalog, InputStream in) {
        this.terminal = terminal;
        this.catalog = catalog;
        this.in = in;
    }

    @Override
    public void run() {
        requireUsable();
        if (follow.asked()) {
            follow();
            return;
        }
        SavedModel detector = detector(model.read());
        Anomalies.printCalibration(detector, messages());
        Dataset samples = reading.open(source(), detector, catalog, messages());
        warnOfSteps(detector, samples);
        if (ScoredSeries.isSeries(samples)) {
            requireNoHeatMaps(samples.name());
            ScoredSeries scored = Anomalies.series(detector, samples, threads.count(), messages());
            messages().println("");
            Anomalies.print(scored, messages());
            write(scored);
            printJson(ScoreJson.of(model.file(), detector, scored));
            boolean[] anomalous = judge(scored);
            beside(detector)
                    .ifPresent(fitted ->
                            Anomalies.print(Anomalies.compare(scored, fitted, anomalous, messages()), messages()));
        } else {
            ScoredSamples scored = Anomalies.samples(detector, samples, threads.count(), messages());
            messages().println("");
            Anomalies.print(scored, messages());
            write(scored);
            printJson(ScoreJson.of(model.file(), detector, scored));
            writeHeatMaps(detector, scored);
            beside(detector)
                    .ifPresent(fitted -> Anomalies.print(Anomalies.compare(scored, fitted, messages()), messages()));
        }
    }

    private void printJson(String text) {
        if (follow.json()) {
            terminal.print(text + System.lineSeparator());
        }
    }

    private Optional<Rivals> beside(SavedModel detector) {
        String source = rivals == null ? calibrate : rivals;
        if (source == null) {
            messages().println("");
            messages()
                    .println("Not compared with simple detectors. Give normal data with --rivals NORMAL to see whether"
                            + " they find the same.");
            return Optional.empty();
        }
        Dataset normal = reading.open(source, detector, catalog, messages());
        return Optional.of(Anomalies.rivals(null, normal, detector, seed, threads.count(), messages()));
    }

    private String source() {
        if (data == null) {
            throw new ParameterException(
                    spec.commandLine(),
                    "Missing required option: '--data=SOURCE'. With --follow, rows come from standard input.");
        }
        return data;
    }

    /** Standard output is for scores alone. */
    private void follow() {
        SavedModel detector = detector(model.read());
        Anomalies.printCalibration(detector, messages());
        follow.run(detector, reading.tables(), data == null ? null : Path.of(data), in, threads.count(), terminal);
    }

    private Terminal messages() {
        return follow.json() || follow.asked()
                ? new Terminal(
                        terminal.err(),
                        terminal.err(),
                        false,
                        terminal.colour(),
                        terminal.unicode(),
                        terminal.columns())
                : terminal;
    }

    private void requireUsable() {
        follow.requireAsked();
        if (oddest != null && heatMaps == null) {
            throw new ParameterException(
                    spec.commandLine(), "--oddest says how many heat maps are written. Give --heat-maps FOLDER too.");
        }
        if (follow.asked() && (out != null || plot != null || labels != null || rivals != null || heatMaps != null)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--out, --plot, --labels, --rivals and --heat-maps need all rows, and --follow writes a line for each as it comes. Leave"
                            + " them out.");
        }
        if (!follow.asked()) {
            source();
        }
        requireEnding(out, ".csv");
        requireEnding(plot, ".png");
        Path labelled = costs.labelled();
        if (save != null && calibrate == null && labelled == null) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--save writes a detector that --calibrate or --labelled makes. Give --calibrate NORMAL too.");
        }
        if (labelled != null && isSame(labelled)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--labelled and --data are the same file, " + labelled
                            + ": a threshold that was chosen by its labels"
                            + " can't be judged by it. Give other data.");
        }
        if (calibrate == null && detection.changesScores()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--false-alarms, --rule, --errors, --smooth and --overlap need a threshold of their own. Give"
                            + " normal data with --calibrate NORMAL.");
        }
    }

    private boolean isSame(Path labelled) {
        return data != null
                && labelled.toAbsolutePath()
                        .normalize()
                        .equals(Path.of(data).toAbsolutePath().normalize());
    }

    private void requireEnding(@Nullable Path file, String ending) {
        if (file != null && !file.toString().toLowerCase(Locale.ROOT).endsWith(ending)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "Can't write " + file + ": expected a name that ends with " + ending + ". Rename it.");
        }
    }

    private SavedModel detector(SavedModel read) {
        SavedModel detector = calibrate == null ? stored(read) : calibrated(read, calibrate);
        Path labelled = costs.labelled();
        SavedModel made = labelled == null ? detector : ofLeastCost(detector, labelled);
        if (save != null) {
            save(made, save);
        }
        return made;
    }

    /** With the threshold that would have cost least where anomalies are known. */
    private SavedModel ofLeastCost(SavedModel detector, Path labelled) {
        Dataset samples = reading.open(labelled.toString(), detector, catalog, messages());
        if (!ScoredSeries.isSeries(samples)) {
            throw new CommandException("Can't find a threshold by cost from " + labelled
                    + ": expected a table of rows by time or in windows with a column of labels, found other samples.");
        }
        ScoredSeries scored = Anomalies.series(detector, samples, threads.count(), messages());
        LabelledScores known = LabelledRows.labelled(
                scored,
                labelled,
                columns(scored),
                reading.tables().table().roles().label());
        boolean[] anomalous = new boolean[known.rows()];
        for (int row = 0; row < anomalous.length; row++) {
            anomalous[row] = known.labels().isAnomalous(row);
        }
        Detection found = Objects.requireNonNull(detector.detection());
        try {
            return detector.withDetection(
                    found.withCost(costs.cost(), known.scores(), anomalous, samples.name(), new RandomSource(seed)));
        } catch (IllegalArgumentException e) {
            throw new CommandException("Can't find a threshold by cost from " + labelled + ": " + e.getMessage(), e);
        }
    }

    /** How a table is read for its labels: the columns that were scored are its numbers. */
    private TableOptions columns(ScoredSeries scored) {
        TableOptions table = reading.tables().table();
        List<String> columns = scored.samples().normalization().columns();
        return (columns.isEmpty() ? table : table.withColumns(columns)).withLabel(null, true);
    }

    private void save(SavedModel made, Path file) {
        try {
            ModelFile.write(made, file);
        } catch (IOException e) {
            throw CommandException.unwritable(file, e);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
        messages().println("Detector: " + file);
    }

    private SavedModel stored(SavedModel read) {
        Detection stored = read.detection();
        if (stored == null) {
            throw new CommandException(
                    "Model '" + model.file() + "' has no threshold, so it is no detector yet. Calibrate it"
                            + " on normal data with --calibrate NORMAL.csv, or train one with 'hourglass detect'.");
        }
        return read.withDetection(stored.withEvents(detection.events(stored.events())));
    }

    private SavedModel calibrated(SavedModel read, String normal) {
        SavedModel plain = read.withDetection(null);
        Overlap overlap = detection.overlap(follow.asked() ? Overlap.CAUSAL : Overlap.MEAN);
        Dataset samples = overlap == Overlap.CAUSAL
                ? reading.openEachRow(normal, plain, catalog, messages())
                : reading.open(normal, plain, catalog, messages());
        SavedModel made;
        try (LabDisplay display = new LabDisplay(messages())) {
            made = DetectorTraining.calibrated(
                    plain,
                    samples,
                    detection.options(DetectorTraining.defaults(samples).withOverlap(overlap)),
                    samples.name(),
                    seed,
                    threads.count(),
                    display);
        }
        return made;
    }

    /** Other steps are another series: the model would see it faster or slower than those that it knows. */
    private void warnOfSteps(SavedModel detector, Dataset samples) {
        Detection.Windows windows =
                detector.detection() == null ? null : detector.detection().windows();
        Optional<Duration> found = samples.places().flatMap(places -> Detector.every(places.rows()));
        if (windows != null
                && windows.every() != null
                && found.isPresent()
                && !found.get().equals(windows.every())) {
            terminal.error("WARNING: the rows of " + source() + " are " + words(found.get())
                    + " apart, those that the model was calibrated by " + words(windows.every())
                    + ". Bring them to the same steps with --resample.");
        }
    }

    private static String words(Duration duration) {
        return duration.toString().substring(2).toLowerCase(Locale.ROOT);
    }

    private void write(ScoredSeries scored) {
        try {
            if (out != null) {
                Path events = out.resolveSibling(
                        String.valueOf(out.getFileName()).replaceFirst("(?i)\\.csv$", "") + "_events.csv");
                scored.writeScores(out);
                scored.writeEvents(events);
                messages().println("Scores: " + out + "; events: " + events);
            }
            if (plot != null) {
                scored.figure(scored.samples().name()).writePng(plot);
                messages().println("Picture: " + plot);
            }
        } catch (IOException e) {
            throw CommandException.unwritable(out == null ? Path.of(source()) : out, e);
        }
    }

    private void write(ScoredSamples scored) {
        try {
            if (out != null) {
                scored.writeScores(out);
                messages().println("Scores: " + out);
            }
            if (plot != null) {
                scored.figure(scored.samples().name())
                        .orElseThrow(() -> new CommandException(
                                "Can't draw " + scored.samples().name() + ": its samples are neither a series nor"
                                        + " pictures. Leave --plot out."))
                        .writePng(plot);
                messages().println("Picture: " + plot);
            }
        } catch (IOException e) {
            throw CommandException.unwritable(out == null ? Path.of(source()) : out, e);
        }
    }

    private void requireNoHeatMaps(String name) {
        if (heatMaps != null) {
            throw new CommandException("Can't write heat maps of " + name
                    + ": it is a series, and its parts by channel are in --out. Leave --heat-maps out.");
        }
    }

    private void writeHeatMaps(SavedModel detector, ScoredSamples scored) {
        if (heatMaps == null) {
            return;
        }
        if (!scored.arePictures()) {
            throw new CommandException("Can't write heat maps of "
                    + scored.samples().name() + ": its samples are no pictures of one channel or three. Leave"
                    + " --heat-maps out.");
        }
        try (Detector open = detector.detector(threads.count())) {
            OddestPictures.write(scored, open, oddest == null ? ODDEST : oddest, heatMaps);
            messages().println("Heat maps: " + heatMaps.resolve("index.html"));
        } catch (IOException e) {
            throw CommandException.unwritable(heatMaps, e);
        }
    }

    /** Which rows are anomalies, where labels say so. */
    private boolean @Nullable [] judge(ScoredSeries scored) {
        String column = reading.tables().table().roles().label();
        if (labels == null && column == null) {
            return null;
        }
        Path scoredFile = Path.of(source());
        try {
            return LabelledRows.print(
                    scored, scoredFile, columns(scored), labels == null ? scoredFile : labels, column, messages());
        } catch (DatasetException | CommandException e) {
            if (costs.labelled() == null || labels != null) {
                throw e;
            }
            // The labels may be those of --labelled alone.
            messages().println("Not judged by labels: " + e.getMessage());
            return null;
        }
    }
}
