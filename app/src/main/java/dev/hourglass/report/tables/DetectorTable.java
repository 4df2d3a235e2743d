package dev.hourglass.report.tables;

import dev.hourglass.report.results.DetectorComparison;
import dev.hourglass.report.results.DetectorComparison.Agreement;
import dev.hourglass.report.results.DetectorComparison.Judged;
import dev.hourglass.report.results.DetectorComparison.Line;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Detectors side by side, as cells for people.
 *
 * @param heads of the columns, the first that of names
 * @param rows as long as the heads
 */
public record DetectorTable(List<String> heads, List<List<String>> rows) {
    public DetectorTable {
        heads = List.copyOf(heads);
        rows = List.copyOf(rows);
    }

    public static DetectorTable of(DetectorComparison comparison) {
        boolean judged = comparison.anomalies() > 0;
        List<String> heads = new ArrayList<>(List.of("Detector", "Flagged"));
        if (comparison.series()) {
            heads.add("Events");
        }
        heads.addAll(
                judged
                        ? List.of(
                                "Found",
                                comparison.series() ? "Wrong events" : "Wrong",
                                comparison.series() ? "Event F1" : "F1",
                                "ROC AUC",
                                "Average precision")
                        : List.of("Shared", "Alone"));
        return new DetectorTable(
                heads,
                comparison.lines().stream().map(line -> cells(line, comparison)).toList());
    }

    /** A line for the heads and for each row. */
    public String toCsv() {
        StringBuilder csv = new StringBuilder(Csv.line(heads.toArray()));
        rows.forEach(row -> csv.append(Csv.line(row.toArray())));
        return csv.toString();
    }

    private static List<String> cells(Line line, DetectorComparison comparison) {
        List<String> cells = new ArrayList<>();
        cells.add(line.name());
        cells.add(String.format(Locale.ROOT, "%.2f %%", 100.0 * line.flagged() / Math.max(1, line.scored())));
        if (comparison.series()) {
            cells.add(count(line.events()));
        }
        Judged judged = line.judged();
        Agreement agreement = line.agreement();
        if (judged != null) {
            cells.add(count(judged.found()) + " of " + count(comparison.anomalies()));
            cells.add(count(judged.wrong()));
            cells.add(share(judged.f1()));
            cells.add(share(judged.rocAuc()));
            cells.add(share(judged.averagePrecision()));
        } else {
            cells.add(
                    agreement == null
                            ? ""
                            : count(agreement.shared()) + " of "
                                    + count(comparison.lines().getFirst().events()));
            cells.add(agreement == null ? "" : count(agreement.alone()));
        }
        return cells;
    }

    private static String count(int number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    private static String share(double value) {
        return Double.isNaN(value) ? "undefined" : String.format(Locale.ROOT, "%.3f", value);
    }
}
