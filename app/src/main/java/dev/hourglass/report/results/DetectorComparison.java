package dev.hourglass.report.results;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A model as a detector beside its rivals: the same data, rule of the threshold and post-processing.
 *
 * @param series whether rows of a series were scored; else samples, each by itself
 * @param anomalies how many are known; 0 where none are
 * @param lines the model first
 * @param verdict who wins, or why that can't be said, in sentences
 */
public record DetectorComparison(boolean series, int anomalies, List<Line> lines, List<String> verdict) {
    /**
     * A detector.
     *
     * @param flagged rows, or samples, above its threshold
     * @param scored of so many
     * @param events that they make up; of samples, those flagged
     * @param judged by known anomalies; null where there are none
     * @param agreement with the model; null of the model itself
     */
    public record Line(
            String name,
            int flagged,
            int scored,
            int events,
            @Nullable Judged judged,
            @Nullable Agreement agreement) {}

    /**
     * By known anomalies.
     *
     * @param found anomalies
     * @param wrong events that meet none of them
     * @param f1 of rows of a series event F1; of samples F1
     */
    public record Judged(int found, int wrong, double f1, double rocAuc, double averagePrecision) {}

    /**
     * Of a rival's events with the model's.
     *
     * @param shared events of the model that meet one of the rival's
     * @param alone events of the rival that meet none of the model's
     */
    public record Agreement(int shared, int alone) {}

    public DetectorComparison {
        lines = List.copyOf(lines);
        verdict = List.copyOf(verdict);
    }
}
