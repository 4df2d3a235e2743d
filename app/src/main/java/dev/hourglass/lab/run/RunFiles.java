package dev.hourglass.lab.run;

import dev.hourglass.report.DetectionSection;
import dev.hourglass.report.HtmlReport;
import dev.hourglass.report.answers.KeyQuestions;
import dev.hourglass.report.figures.Figure;
import dev.hourglass.report.figures.Figures;
import dev.hourglass.report.results.RunResult;
import dev.hourglass.report.tables.ComparisonTable;
import dev.hourglass.report.tables.HistoryCsv;
import java.util.List;
import java.util.Map;

/**
 * Writes the files of a finished run: {@code plots/}, {@code results/}, {@code report.html} and, last, {@code
 * run.json}.
 */
public final class RunFiles {
    private final RunFolder folder;
    private final RunResult result;
    private final List<String> findings;
    private final RunRecord record;
    private final Map<String, DetectionSection> detections;

    /** @param detections what models found as detectors, by the model's name */
    public RunFiles(
            RunFolder folder,
            RunResult result,
            List<String> findings,
            RunRecord record,
            Map<String, DetectionSection> detections) {
        this.detections = detections;
        this.folder = folder;
        this.result = result;
        this.findings = findings;
        this.record = record;
    }

    public void write() {
        if (record.recipe().outputs().plots()) {
            for (Figure figure : Figures.all(result)) {
                folder.write("plots/" + figure.name() + ".png", figure.toPngBytes());
                folder.write("plots/" + figure.name() + ".svg", figure.toSvg());
            }
        }
        folder.write("results/comparison.csv", ComparisonTable.of(result).toCsv());
        folder.write("results/history.csv", HistoryCsv.of(result));
        folder.write("results/findings_and_insights.txt", String.join("\n", findings) + "\n");
        folder.write("results/key_questions_answers.txt", KeyQuestions.toText(KeyQuestions.of(result)));
        ResultFiles.of(result).forEach((name, text) -> folder.write("results/" + name, text));
        ResultFiles.tables(result).forEach((name, table) -> folder.write("results/" + name, table));
        if (record.recipe().outputs().report()) {
            folder.write("report.html", HtmlReport.render(result, findings, detections));
        }
        folder.write("run.json", JsonWriting.text(record.toTree()));
    }
}
