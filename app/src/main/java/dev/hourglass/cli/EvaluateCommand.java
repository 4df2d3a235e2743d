package dev.hourglass.cli;

import dev.hourglass.cli.arguments.DataArguments;
import dev.hourglass.cli.arguments.ModelArguments;
import dev.hourglass.cli.arguments.ThreadsOption;
import dev.hourglass.cli.terminal.Progress;
import dev.hourglass.cli.terminal.Terminal;
import dev.hourglass.data.Dataset;
import dev.hourglass.data.catalog.DatasetCatalog;
import dev.hourglass.engine.ChainInference;
import dev.hourglass.evaluate.errors.ErrorReport;
import dev.hourglass.formats.SavedModel;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
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
            "  hourglass evaluate lstm.h5 --data series.csv --label-column kind",
            "  hourglass evaluate cnn.keras --data images.npy --labels labels.npy --json"
        })
final class EvaluateCommand implements Runnable {
    private final Terminal terminal;
    private final DatasetCatalog catalog;

    @Mixin
    private ModelArguments model = new ModelArguments();

    @Mixin
    private DataArguments data = new DataArguments();

    @Option(names = "--json", description = "Print JSON; everything else goes to standard error.")
    private boolean json;

    @Mixin
    private ThreadsOption threads = new ThreadsOption();

    EvaluateCommand(Terminal terminal, DatasetCatalog catalog) {
        this.terminal = terminal;
        this.catalog = catalog;
    }

    @Override
    public void run() {
        Terminal display = json ? Terminal.plain(terminal.err(), terminal.err()) : terminal;
        SavedModel saved = rebuilding(model.read(() -> data.sampleShape(catalog, display)));
        Dataset samples = data.open(saved, catalog, display);
        ErrorReport report;
        try (ChainInference inference = ChainInference.of(saved.graph(), saved.parameters(), threads.count());
                Progress progress = new Progress(display, "Evaluating", samples.size(), "samples")) {
            report = ErrorReport.inAll(
                    (from, count, into) -> inference.run(samples::copySample, from, count, into),
                    samples,
                    progress::stepTo);
        }
        if (json) {
            terminal.print(toJson(saved, samples, report) + System.lineSeparator());
        } else {
            print(saved, samples, report);
        }
    }

    /** The whole model, whose outputs must be comparable with its inputs. */
    private static SavedModel rebuilding(SavedModel model) {
        SavedModel whole = model.whole();
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
