package dev.hourglass.cli.scores;

import dev.hourglass.cli.CommandException;
import dev.hourglass.cli.terminal.Terminal;
import dev.hourglass.data.tables.TableOptions;
import dev.hourglass.detect.metrics.LabelledScores;
import dev.hourglass.detect.metrics.SeriesEvaluation;
import dev.hourglass.detect.metrics.SeriesEvaluation.School;
import dev.hourglass.lab.detection.ScoredSeries;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How well the scores of a series find anomalies that are known, at the threshold of 1 and at any. */
public final class LabelledRows {
    private LabelledRows() {}

    /**
     * The scores of rows with their labels, as they lie in their file.
     *
     * @param scored that was read from a table
     * @param options how it is read, with the columns that were scored
     * @param column of the labels; null for the one that is called so
     */
    public static LabelledScores labelled(
            ScoredSeries scored, Path data, TableOptions options, @Nullable String column) {
        ScoreFile rows = ScoreFile.of(data, options, scored.inFileOrder());
        try {
            return LabelledScores.of(
                    rows.scores(), TruthFile.read(data, column, null, rows).labels());
        } catch (IllegalArgumentException e) {
            throw new CommandException("Can't take labels from " + data + ": " + e.getMessage(), e);
        }
    }

    /**
     * Judges scores.
     *
     * @param data that was scored, a table
     * @param options how it is read, with the columns that were scored
     * @param truth which rows are anomalies; may be the data themselves
     * @param column of the labels; null for the only one, or the one that is called so
     * @return which rows are anomalies, in the order of the series
     */
    public static boolean[] print(
            ScoredSeries scored,
            Path data,
            TableOptions options,
            Path truth,
            @Nullable String column,
            Terminal terminal) {
        ScoreFile rows = ScoreFile.of(data, options, scored.inFileOrder());
        TruthFile known = TruthFile.read(truth, column, null, rows);
        try {
            LabelledScores labelled = LabelledScores.of(rows.scores(), known.labels());
            SeriesEvaluation evaluation = SeriesEvaluation.of(
                    labelled,
                    known.windows(),
                    new SeriesEvaluation.Options(
                            EnumSet.of(School.POINTS, School.EVENT, School.AFFILIATION, School.SKAB), 1.0, 1));
            terminal.println("");
            terminal.println(String.format(
                    Locale.ROOT,
                    "Judged by %s, %,d rows in %,d anomalies ('hourglass judge' has all metrics):",
                    truth,
                    labelled.labels().count(),
                    labelled.labels().segments().size()));
            for (SeriesEvaluation.Value each : evaluation.values()) {
                terminal.println(String.format(
                                Locale.ROOT,
                                "  %-26s %10s  %s",
                                each.name(),
                                Double.isNaN(each.value())
                                        ? "undefined"
                                        : String.format(Locale.ROOT, "%.4f", each.value()),
                                each.note())
                        .stripTrailing());
            }
            boolean[] anomalous = new boolean[labelled.rows()];
            for (int row = 0; row < anomalous.length; row++) {
                anomalous[row] = known.labels().isAnomalous(row);
            }
            return scored.inSeriesOrder(anomalous);
        } catch (IllegalArgumentException e) {
            throw new CommandException(
                    "Can't judge the scores of " + data + " by the labels of " + truth + ": " + e.getMessage(), e);
        }
    }
}
