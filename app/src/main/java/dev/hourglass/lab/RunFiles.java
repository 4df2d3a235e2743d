package dev.hourglass.lab;

import dev.hourglass.report.ComparisonTable;
import dev.hourglass.report.Figure;
import dev.hourglass.report.Figures;
import dev.hourglass.report.HistoryCsv;
import dev.hourglass.report.HtmlReport;
import dev.hourglass.report.ModelResult;
import dev.hourglass.report.RunResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.util.DefaultPrettyPrinter;
import tools.jackson.core.util.Separators;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Writes what a run leaves: {@code plots/}, {@code results/}, {@code report.html} and, last, {@code run.json}. */
final class RunFiles {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .defaultPrettyPrinter(new DefaultPrettyPrinter()
                    .withSeparators(
                            Separators.createDefaultInstance().withObjectNameValueSpacing(Separators.Spacing.AFTER)))
            .build();

    private final RunFolder folder;
    private final RunResult result;
    private final List<String> findings;
    private final RunRecord record;

    RunFiles(RunFolder folder, RunResult result, List<String> findings, RunRecord record) {
        this.folder = folder;
        this.result = result;
        this.findings = findings;
        this.record = record;
    }

    void write() {
        if (record.recipe().outputs().plots()) {
            for (ModelResult model : result.models()) {
                writeFigure(model.spec().name() + "_training_history", Figures.trainingHistory(model));
                writeFigure(model.spec().name() + "_reconstructions", Figures.reconstructions(model));
            }
            writeFigure("comparison", Figures.comparison(result));
        }
        folder.write("results/comparison.csv", ComparisonTable.of(result).toCsv());
        folder.write("results/metrics.json", JSON.writeValueAsString(metrics(result)) + "\n");
        folder.write("results/history.csv", HistoryCsv.of(result));
        folder.write("results/findings.txt", String.join("\n", findings) + "\n");
        if (record.recipe().outputs().report()) {
            folder.write("report.html", HtmlReport.render(result));
        }
        folder.write("run.json", JSON.writeValueAsString(record.toTree()) + "\n");
    }

    private void writeFigure(String name, Figure figure) {
        writeFile("plots/" + name + ".png", figure::writePng);
        writeFile("plots/" + name + ".svg", figure::writeSvg);
    }

    private interface Writer {
        void write(Path file) throws IOException;
    }

    private void writeFile(String name, Writer writer) {
        Path file = folder.file(name);
        try {
            writer.write(file);
        } catch (IOException e) {
            throw RunFolder.notWritten(file, e);
        }
    }

    /** By model, what a program compares runs by. */
    static Map<String, Object> metrics(RunResult result) {
        Map<String, Object> metrics = new LinkedHashMap<>();
        for (ModelResult model : result.models()) {
            Map<String, @Nullable Object> of = new LinkedHashMap<>();
            of.put("testMse", finite(model.test().mse()));
            of.put("testMae", finite(model.test().mae()));
            of.put("parameters", model.parameters());
            of.put("latentSize", model.spec().latentSize());
            of.put("compressionRatio", model.spec().compressionRatio());
            of.put(
                    "secondsPerEpoch",
                    finite(model.history().totalSeconds()
                            / model.history().epochs().size()));
            of.put("pcaMse", finite(model.pcaMse()));
            of.put("weightsSha256", model.weightsSha256());
            metrics.put(model.spec().name(), of);
        }
        return metrics;
    }

    /** JSON has no NaN; what diverged is null. */
    private static @Nullable Double finite(double value) {
        return Double.isFinite(value) ? value : null;
    }
}
