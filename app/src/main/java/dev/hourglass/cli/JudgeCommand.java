package dev.hourglass.cli;

import dev.hourglass.cli.arguments.WholeNumber;
import dev.hourglass.cli.scores.ScoreFile;
import dev.hourglass.cli.scores.TruthFile;
import dev.hourglass.cli.terminal.Terminal;
import dev.hourglass.detect.metrics.LabelledScores;
import dev.hourglass.detect.metrics.SeriesEvaluation;
import dev.hourglass.detect.metrics.SeriesEvaluation.School;
import dev.hourglass.detect.metrics.VolumeUnderSurface;
import dev.hourglass.files.Spelling;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code hourglass judge}: how well anomaly scores find anomalies that are known. */
@Command(
        name = "judge",
        header = "Judge anomaly scores of a series by known anomalies, as each benchmark does.",
        description = {
            "",
            "Scores are a table with a row for each step; labels a table with 0 or 1 for each, or windows: JSON such as"
                    + " [[\"2014-04-10 07:15:00\", \"2014-04-11 16:45:00\"]], by series as NAB has them, or a table of the"
                    + " first and last rows, start and end, from 0. The larger a score, the more a row looks like an anomaly."
                    + " Best values have the threshold that is best on these very labels."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  hourglass judge --scores scores.csv --labels labels.csv",
            "  hourglass judge --scores scores.csv --labels combined_windows.json --series nyc_taxi.csv",
            "  hourglass judge --scores scores.csv --labels labels.csv --metrics vus,affiliation --json",
            "  hourglass judge --scores scores.csv --labels labels.csv --metrics skab,orion --threshold 1"
        })
final class JudgeCommand implements Runnable {
    private final Terminal terminal;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--scores",
            required = true,
            paramLabel = "FILE",
            description = "A table with a score in each row, and perhaps its time.")
    private Path scores = Path.of("");

    @Option(
            names = "--labels",
            required = true,
            paramLabel = "FILE",
            description =
                    "Which rows are anomalies: a table of 0 and 1, or windows, .json or a table of start and end.")
    private Path labels = Path.of("");

    @Option(
            names = "--score-column",
            paramLabel = "NAME",
            description =
                    "The column of scores, where there are several (default: score, anomaly_score, error or mse).")
    private @Nullable String scoreColumn;

    @Option(
            names = "--label-column",
            paramLabel = "NAME",
            description = "The column of labels, where there are several (default: label, is_anomaly or anomaly).")
    private @Nullable String labelColumn;

    @Option(
            names = "--series",
            paramLabel = "NAME",
            description =
                    "Whose windows to take, where JSON has those of several (default: the name of the scores' file).")
    private @Nullable String series;

    @Option(
            names = "--metrics",
            split = ",",
            paramLabel = "NAME",
            description = "points, point-adjusted, event, range, vus, affiliation, nab, orion, skab (default: all).")
    private List<String> metrics = List.of();

    @Option(
            names = "--threshold",
            paramLabel = "T",
            description =
                    "Rows with a score above T are flagged, for orion and skab (default: the best by F1 on these labels).")
    private @Nullable Double threshold;

    @Option(
            names = "--vus-window",
            paramLabel = "N",
            converter = WholeNumber.Count.class,
            description =
                    "The widest buffer of VUS in rows; about the series' period (default: 100, or the rows if fewer).")
    private int vusWindow;

    @Option(names = "--json", description = "Print JSON; everything else goes to standard error.")
    private boolean json;

    JudgeCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public void run() {
        Set<School> schools = schools();
        if (threshold != null && !Double.isFinite(threshold)) {
            throw new ParameterException(spec.commandLine(), "--threshold must be a finite number, got " + threshold);
        }
        ScoreFile scored = ScoreFile.read(scores, scoreColumn);
        TruthFile truth = TruthFile.read(labels, labelColumn, series, scored);
        int window = vusWindow > 0 ? vusWindow : Math.min(VolumeUnderSurface.DEFAULT_WINDOW, scored.scores().length);
        try {
            LabelledScores labelled = LabelledScores.of(scored.scores(), truth.labels());
            SeriesEvaluation evaluation = SeriesEvaluation.of(
                    labelled, truth.windows(), new SeriesEvaluation.Options(schools, threshold, window));
            if (json) {
                terminal.print(toJson(labelled, evaluation) + System.lineSeparator());
            } else {
                print(labelled, evaluation);
            }
        } catch (IllegalArgumentException e) {
            throw new CommandException("Can't judge " + scores + " by " + labels + ": " + e.getMessage(), e);
        }
    }

    private Set<School> schools() {
        Map<String, School> byWord = new LinkedHashMap<>();
        for (School school : School.values()) {
            byWord.put(school.word(), school);
        }
        Set<School> wanted = EnumSet.noneOf(School.class);
        for (String name : metrics) {
            School school = byWord.get(name.trim().toLowerCase(Locale.ROOT));
            if (school == null) {
                throw new ParameterException(
                        spec.commandLine(),
                        "Unknown metric '" + name + "': expected " + String.join(", ", byWord.keySet()) + "."
                                + Spelling.hint(name, byWord.keySet()));
            }
            wanted.add(school);
        }
        return wanted.isEmpty() ? EnumSet.allOf(School.class) : wanted;
    }

    private void print(LabelledScores scored, SeriesEvaluation evaluation) {
        int segments = scored.labels().segments().size();
        terminal.println(String.format(
                Locale.ROOT,
                "%s, %,d rows; %,d of them in %,d %s (%.2f %%)",
                scores,
                scored.rows(),
                scored.labels().count(),
                segments,
                segments == 1 ? "anomaly" : "anomalies",
                100.0 * scored.labels().count() / scored.rows()));
        terminal.println("");
        terminal.println(String.format(Locale.ROOT, "  %-26s %10s %12s", "Metric", "Value", "Threshold"));
        for (SeriesEvaluation.Value each : evaluation.values()) {
            terminal.println(String.format(
                            Locale.ROOT,
                            "  %-26s %10s %12s  %s",
                            each.name(),
                            Double.isNaN(each.value()) ? "undefined" : String.format(Locale.ROOT, "%.6f", each.value()),
                            each.threshold() == null ? "" : String.format(Locale.ROOT, "%.6g", each.threshold()),
                            each.note())
                    .stripTrailing());
        }
    }

    private String toJson(LabelledScores scored, SeriesEvaluation evaluation) {
        JsonMapper mapper = JsonMapper.shared();
        ObjectNode root = mapper.createObjectNode();
        root.put("scores", scores.toString());
        root.put("labels", labels.toString());
        root.put("rows", scored.rows());
        root.put("anomalousRows", scored.labels().count());
        root.put("anomalies", scored.labels().segments().size());
        ArrayNode values = root.putArray("metrics");
        for (SeriesEvaluation.Value each : evaluation.values()) {
            ObjectNode node = values.addObject();
            node.put("school", each.school().word());
            node.put("name", each.name().trim());
            node.put("value", Double.isNaN(each.value()) ? null : each.value());
            if (each.threshold() != null) {
                node.put("threshold", each.threshold());
            }
            if (!each.note().isEmpty()) {
                node.put("note", each.note());
            }
        }
        return mapper.writerWithDefaultPrettyPrinter().writeValueAsString(root);
    }
}
