package dev.hourglass.cli;

import dev.hourglass.cli.arguments.DataArguments;
import dev.hourglass.cli.arguments.ModelArguments;
import dev.hourglass.cli.arguments.OverlapOption;
import dev.hourglass.cli.arguments.PatchOption;
import dev.hourglass.cli.arguments.ThreadsOption;
import dev.hourglass.cli.denoising.WholePictures;
import dev.hourglass.cli.terminal.Progress;
import dev.hourglass.cli.terminal.Terminal;
import dev.hourglass.data.Dataset;
import dev.hourglass.data.FloatDataset;
import dev.hourglass.data.SourceRows;
import dev.hourglass.data.catalog.DatasetCatalog;
import dev.hourglass.data.files.CsvWriter;
import dev.hourglass.data.files.RowFile;
import dev.hourglass.data.files.RowSink;
import dev.hourglass.data.series.RowAnswers;
import dev.hourglass.engine.ChainInference;
import dev.hourglass.evaluate.Reconstruction;
import dev.hourglass.evaluate.errors.ErrorReport;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.tensor.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code hourglass evaluate}: how well a model reconstructs samples. */
@Command(
        name = "evaluate",
        header = "Measure how well a model reconstructs samples.",
        description = {
            "",
            "Mean squared and mean absolute error over all numbers of all samples, after the normalization that the"
                    + " model was trained with; where samples have labels, by class as well. PSNR is relative to the"
                    + " samples' range."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  hourglass evaluate cnn.keras --data mnist:test",
            "  hourglass evaluate cnn.keras --data photos/ --patches 16",
            "  hourglass evaluate lstm.h5 --data series.csv --label-column kind",
            "  hourglass evaluate cnn.keras --data images.npy --labels labels.npy --json",
            "  hourglass evaluate lstm.keras --data pump.csv --stride 1 --out errors.csv"
        })
final class EvaluateCommand implements Runnable {
    private static final List<String> ERRORS = List.of("mse", "mae");

    private final Terminal terminal;
    private final DatasetCatalog catalog;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private ModelArguments model = new ModelArguments();

    @Mixin
    private DataArguments data = new DataArguments();

    @Option(names = "--json", description = "Print JSON; everything else goes to standard error.")
    private boolean json;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description =
                    "Also write the errors as a table, .csv: a line for each row of a series with its time, else for"
                            + " each sample.")
    private @Nullable Path out;

    @Mixin
    private OverlapOption overlap = new OverlapOption();

    @Mixin
    private PatchOption patches = new PatchOption();

    @Mixin
    private ThreadsOption threads = new ThreadsOption();

    EvaluateCommand(Terminal terminal, DatasetCatalog catalog) {
        this.terminal = terminal;
        this.catalog = catalog;
    }

    @Override
    public void run() {
        if (out != null && !RowFile.isCsv(out)) {
            throw new ParameterException(
                    spec.commandLine(), "Can't write " + out + ": expected a name that ends with .csv. Rename it.");
        }
        Terminal display = json ? Terminal.plain(terminal.err(), terminal.err()) : terminal;
        SavedModel given = model.read(() -> data.sampleShape(catalog, display));
        SavedModel saved = rebuilding(given);
        Optional<WholePictures> whole =
                patches.isGiven() ? WholePictures.ofManySizes(data, saved, display) : Optional.empty();
        if (whole.isPresent()) {
            evaluate(whole.get(), saved, display);
            return;
        }
        Dataset samples = patches.open(data, given.readsSeveral() ? given : saved, catalog, display);
        Optional<RowAnswers> rows = out == null ? Optional.empty() : overlap.of(samples, 2);
        ErrorReport report;
        try (ChainInference inference = ChainInference.of(saved.graph(), saved.parameters(), threads.count());
                Progress progress = new Progress(display, "Evaluating", samples.size(), "samples")) {
            Reconstruction model = patches.reconstruction(inference, saved, samples);
            Reconstruction rebuilt = (from, count, into) -> {
                model.rebuild(from, count, into);
                rows.ifPresent(answers -> addErrors(answers, samples, from, count, into));
            };
            report = out != null && rows.isEmpty()
                    ? ErrorReport.of(rebuilt, samples, progress::stepTo)
                    : ErrorReport.inAll(rebuilt, samples, progress::stepTo);
        }
        if (out != null) {
            write(out, samples, rows, report);
            display.println(
                    "Errors: " + out + rows.map(OverlapOption::unanswered).orElse(""));
        }
        if (json) {
            terminal.print(toJson(saved, samples, report) + System.lineSeparator());
        } else {
            print(saved, samples, report);
        }
    }

    /** Pictures that have no size in common. */
    private void evaluate(WholePictures pictures, SavedModel saved, Terminal display) {
        ErrorReport report;
        try (ChainInference inference = ChainInference.of(saved.graph(), saved.parameters(), threads.count())) {
            report = pictures.errors(inference::run, patches.overlap());
        }
        if (out != null) {
            CsvWriter.Lead lead = new CsvWriter.Lead(
                    List.of("index", "name"), sample -> List.of(Integer.toString(sample), pictures.name(sample)));
            try {
                CsvWriter.write(out, lead, ERRORS, sink -> writeErrors(report, sink));
            } catch (IOException e) {
                throw CommandException.unwritable(out, e);
            }
            display.println("Errors: " + out);
        }
        Dataset named = FloatDataset.of(data.source(), Shape.of(1), new float[1]);
        if (json) {
            terminal.print(toJson(saved, named, report) + System.lineSeparator());
        } else {
            print(saved, named, report);
        }
    }

    private static void writeErrors(ErrorReport report, RowSink sink) throws IOException {
        for (ErrorReport.OfSample each : report.each()) {
            sink.write(new float[] {(float) each.mse(), (float) each.mae()}, 0, 1);
        }
    }

    /** The mean squared and absolute error of each row of each window. */
    private static void addErrors(RowAnswers rows, Dataset samples, int from, int count, float[] rebuilt) {
        int channels = samples.sampleShape().dimension(-1);
        float[] original = new float[samples.sampleShape().size()];
        float[] errors = new float[2 * original.length / channels];
        for (int sample = 0; sample < count; sample++) {
            samples.copySample(from + sample, original, 0);
            for (int row = 0; row < original.length / channels; row++) {
                double squares = 0;
                double distances = 0;
                for (int i = row * channels; i < (row + 1) * channels; i++) {
                    double difference = (double) rebuilt[sample * original.length + i] - original[i];
                    squares += difference * difference;
                    distances += Math.abs(difference);
                }
                errors[2 * row] = (float) (squares / channels);
                errors[2 * row + 1] = (float) (distances / channels);
            }
            rows.add(from + sample, errors, 0);
        }
    }

    private static void write(Path file, Dataset samples, Optional<RowAnswers> rows, ErrorReport report) {
        try {
            if (rows.isPresent()) {
                SourceRows of = samples.places().orElseThrow().rows();
                SampleColumns.writeRows(file, of, ERRORS, rows.get(), row -> {});
                return;
            }
            CsvWriter.write(file, labelled(samples), ERRORS, sink -> writeErrors(report, sink));
        } catch (IOException e) {
            throw CommandException.unwritable(file, e);
        }
    }

    /** The number of each sample, what else is known of it, and its class. */
    private static CsvWriter.Lead labelled(Dataset samples) {
        CsvWriter.Lead known = SampleColumns.of(samples);
        List<String> columns = new ArrayList<>(List.of("index"));
        columns.addAll(known.columns());
        if (samples.hasLabels()) {
            columns.add("label");
        }
        return new CsvWriter.Lead(columns, sample -> {
            List<String> cells = new ArrayList<>(List.of(Integer.toString(sample)));
            cells.addAll(known.cells().apply(sample));
            if (samples.hasLabels()) {
                cells.add(className(samples, samples.label(sample)));
            }
            return cells;
        });
    }

    /** The whole model, whose outputs must be comparable with its inputs; several in a row, as the samples are. */
    private static SavedModel rebuilding(SavedModel model) {
        SavedModel whole = model.joined().whole();
        if (!whole.output().equals(whole.input())) {
            throw new CommandException(
                    "Model '" + whole.name() + "' turns " + whole.describeInputs() + " into " + whole.output()
                            + ", so its outputs can't be measured against its inputs. Use 'reconstruct' to have them"
                            + " in a file.");
        }
        return whole;
    }

    private void print(SavedModel model, Dataset samples, ErrorReport report) {
        terminal.println(String.format(
                Locale.ROOT, "Model '%s' on %s, %,d samples", model.name(), samples.name(), report.samples()));
        terminal.println(String.format(Locale.ROOT, "  MSE   %.6f", report.mse()));
        terminal.println(String.format(Locale.ROOT, "  MAE   %.6f", report.mae()));
        terminal.println(
                String.format(Locale.ROOT, "  PSNR  %.2f dB for a range of %.4g", report.psnr(), report.range()));
        if (report.classes().isEmpty()) {
            return;
        }
        terminal.println("");
        terminal.println(String.format(Locale.ROOT, "  %-16s %9s %10s %10s", "Class", "Samples", "MSE", "MAE"));
        for (ErrorReport.OfClass of : report.classes()) {
            terminal.println(String.format(
                    Locale.ROOT,
                    "  %-16s %,9d %10.6f %10.6f",
                    className(samples, of.label()),
                    of.samples(),
                    of.mse(),
                    of.mae()));
        }
    }

    private static String className(Dataset samples, int label) {
        List<String> names = samples.classNames();
        return label < names.size() ? names.get(label) : Integer.toString(label);
    }

    private static String toJson(SavedModel model, Dataset samples, ErrorReport report) {
        JsonMapper mapper = JsonMapper.shared();
        ObjectNode root = mapper.createObjectNode();
        root.put("model", model.name());
        root.put("data", samples.name());
        root.put("samples", report.samples());
        root.put("mse", report.mse());
        root.put("mae", report.mae());
        root.put("psnr", report.psnr());
        root.put("range", report.range());
        ArrayNode classes = root.putArray("classes");
        for (ErrorReport.OfClass of : report.classes()) {
            ObjectNode node = classes.addObject();
            node.put("label", of.label());
            node.put("name", className(samples, of.label()));
            node.put("samples", of.samples());
            node.put("mse", of.mse());
            node.put("mae", of.mae());
        }
        return mapper.writerWithDefaultPrettyPrinter().writeValueAsString(root);
    }
}
